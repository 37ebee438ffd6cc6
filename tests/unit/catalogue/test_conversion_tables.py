"""A conversion table is read as it was published, and every line of it is understood or named."""

import gzip
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from shared.catalogue.conversions.notes import ALL, NONE, meaning_of
from shared.catalogue.conversions.table import Column, Mended, read_table
from shared.catalogue.faults import PackFault, PacksRefused
from shared.domain.lineage import LineageKind
from shared.domain.organizations import OrganizationKind
from tests.factories.conversions import (
    FIRST_LINE,
    HEAD,
    WHOLE,
    conversion_of,
    link,
    table_file,
)


def faults_of(folder: Path, *links: tuple[str, ...]) -> list[PackFault]:
    with pytest.raises(PacksRefused) as refused:
        conversion_of(folder, *links)
    return list(refused.value.faults)


def test_cells_are_mended_and_keep_the_line_of_the_file(tmp_path: Path) -> None:
    broken = link("Xã  Mới\n 20001", unicodedata.normalize("NFD", "Xã Hòa Lạc 10001"))
    file = table_file(tmp_path, broken, link(old="Xã Hai\u200b 10002"))
    table = read_table(file)
    assert [line.number for line in table.lines] == [3, 5]
    assert table.lines[0][Column.NEW_NAME] == "Xã Mới"
    assert table.lines[0][Column.OLD_NAME] == "Xã Hòa Lạc"
    assert table.lines[1][Column.OLD_NAME] == "Xã Hai"
    assert table.mended == Mended(decomposed=1, broken=1, spaced=1)


def test_lines_with_the_name_of_a_province_only_are_headings(tmp_path: Path) -> None:
    table = read_table(table_file(tmp_path, ("TỈNH MỚI",), *WHOLE, ("", "", "")))
    assert (len(table.lines), table.headings) == (2, 1)


def test_a_packed_table_is_read_as_well(tmp_path: Path) -> None:
    file = tmp_path / "chuyen-doi.csv.gz"
    file.write_bytes(gzip.compress(table_file(tmp_path, *WHOLE).read_bytes()))
    assert len(read_table(file).lines) == 2


class Unreadable(NamedTuple):
    name: str
    content: bytes
    code: str


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(each, id=each.name)
        for each in (
            Unreadable("no titles", "Tên Xã mới,Mã Xã mới\nXã A,00001\n".encode(), "no_titles"),
            Unreadable("not UTF-8", "Tỉnh".encode("utf-16"), "unreadable_file"),
            Unreadable("an open quote", b'a,"b\n', "not_csv"),
            Unreadable("nothing", b"", "no_titles"),
        )
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, case: Unreadable) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(case.content)
    with pytest.raises(PacksRefused) as refused:
        read_table(file)
    assert [fault.code for fault in refused.value.faults] == [case.code]


def test_titles_that_are_missing_are_named(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("Tên Xã mới,Mã Xã mới,Tên xã cũ\n", encoding="utf-8")
    with pytest.raises(PacksRefused, match="“Mã Xã cũ”, “Ghi chú”"):
        read_table(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PacksRefused, match="không đọc được bảng"):
        read_table(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("Nhập toàn bộ", LineageKind.MERGE_FULL),
        ("Nhâp một phần  diện tích", LineageKind.MERGE_PART),
        ("Nhập một phần dân số", LineageKind.MERGE_PART),
        ("Nhập toàn bộ diện tích", LineageKind.MERGE_PART),
        ("Phần còn lại sau khi tách một phần vào xã Canh Vinh", LineageKind.MERGE_PART),
        ("Đổi tên từ một phần Phường 15", LineageKind.MERGE_PART),
        ("Đổi tên, đổi loại hình từ một phần thị trấn Lai Uyên", LineageKind.MERGE_PART),
        ("Giữ nguyên ", LineageKind.UNCHANGED),
        ("Đổi tên", LineageKind.RENAME),
        ("Đổi loại hình", LineageKind.RETYPE),
        ("Sắp xếp toàn bộ huyện Lý Sơn thành đặc khu Lý Sơn", LineageKind.RETYPE),
    ],
)
def test_free_text_is_understood(note: str, kind: LineageKind) -> None:
    found = meaning_of(note)
    assert found is not None
    assert found.kind is kind


def test_a_note_nobody_taught_us_has_no_meaning() -> None:
    assert meaning_of("Nhập một nửa") is None


def test_a_note_that_gives_all_people_to_one_part_is_a_weight(tmp_path: Path) -> None:
    conversion = conversion_of(
        tmp_path,
        link("Xã Mới 20001", "Xã Một 10001", "Nhập một phần diện tích, toàn bộ dân số"),
        link("Xã Khác 20002", "Xã Một 10001", "Nhập một phần diện tích"),
        link("Xã Khác 20002", "Xã Hai 10002", "Nhập một phần diện tích"),
        link("Xã Mới 20001", "Xã Hai 10002", "Nhập một phần"),
    )
    assert [conversion.people(each) for each in conversion.links] == [ALL, NONE, None, None]


def test_a_part_that_stands_alone_was_split_off(tmp_path: Path) -> None:
    conversion = conversion_of(
        tmp_path,
        link("Xã Mới 20001", "Xã Một 10001", "Nhập một phần"),
        link("Xã Khác 20002", "Xã Một 10001", "Nhập một phần"),
        link("Xã Khác 20002", "Xã Hai 10002"),
    )
    assert [conversion.kind(each) for each in conversion.links] == [
        LineageKind.SPLIT,
        LineageKind.MERGE_PART,
        LineageKind.MERGE_FULL,
    ]


def test_types_are_written_as_the_law_does(tmp_path: Path) -> None:
    conversion = conversion_of(
        tmp_path,
        link("Xa Mới 20001", "phường Một 10001", district="Thị Xã Một (701)"),
        link("Xã Mới 20001", "Thi trấn Hai 10002", district="Thị xã Một (701)"),
    )
    (first, second) = conversion.links
    assert first.target.named.name == "Xã Mới"
    assert first.source.named.kind is OrganizationKind.WARD
    assert first.old_district.named.name == "Thị xã Một"
    assert second.source.named.name == "Thị trấn Hai"


def test_a_district_that_became_a_special_zone_is_a_source(tmp_path: Path) -> None:
    note = "Sắp xếp toàn bộ huyện Đảo Xa thành đặc khu Đảo Xa"
    row = link("Đặc khu Đảo Xa 20003", "", note, district="Huyện Đảo Xa (702)")
    (*_, found) = conversion_of(tmp_path, *WHOLE, row).links
    assert (found.source.code, found.source.tier) == ("702", "district")
    assert found.note.kind is LineageKind.RETYPE


def test_land_that_is_no_unit_makes_no_link_and_is_reported(tmp_path: Path) -> None:
    row = link(old="Bãi bồi ven biển ")
    conversion = conversion_of(tmp_path, *WHOLE, row)
    assert len(conversion.links) == 2
    assert [(each.line, each.text) for each in conversion.not_units] == [(5, "Bãi bồi ven biển")]


class Bad(NamedTuple):
    name: str
    links: Sequence[tuple[str, ...]]
    code: str
    line: int = FIRST_LINE + len(WHOLE)


PART = "Nhập một phần"
CASES = (
    Bad("unknown note", [link(old="Xã Ba 10003", note="Nhập nửa")], "unknown_note"),
    Bad("no old code", [link(old="Xã Ba ")], "missing_code"),
    Bad("no new code", [link(new="Xã Mới ", old="Xã Ba 10003")], "missing_code"),
    Bad("short code", [link(old="Xã Ba 103")], "wrong_form_of_code"),
    Bad("no type", [link(old="Ba Đồn 10003")], "no_type_of_unit"),
    Bad("no code of the district", [link(district="Huyện Một")], "no_code_in_brackets"),
    Bad("one code, two names", [link(old="Xã Ba 10001")], "two_names_for_code"),
    Bad("one new code, two names", [link(new="Xã Lạ 20001")], "two_names_for_code"),
    Bad(
        "a district in two provinces",
        [link(old="Xã Ba 10003", old_province="Tỉnh Khác (71)")],
        "two_places_of_unit",
    ),
    Bad(
        "a new unit in two provinces",
        [link(old="Xã Ba 10003", province="Tỉnh Khác (81)")],
        "two_places_of_unit",
    ),
    Bad("twice the same", [WHOLE[0]], "link_given_twice"),
    Bad("whole, and elsewhere", [link("Xã Lạ 20002")], "whole_given_twice", FIRST_LINE),
    Bad("a part, the rest nowhere", [link(old="Xã Ba 10003", note=PART)], "rest_is_missing"),
    Bad(
        "unchanged, but renamed", [link(old="Xã Ba 20001", note="Giữ nguyên")], "not_the_same_unit"
    ),
    Bad(
        "a note of other units",
        [link("Đặc khu Đảo 20009", "Xã Ba 10003", "Sắp xếp toàn bộ xã Bốn thành đặc khu Đảo")],
        "note_of_other_units",
    ),
)


@pytest.mark.parametrize("case", [pytest.param(each, id=each.name) for each in CASES])
def test_a_line_that_is_not_understood_is_named(tmp_path: Path, case: Bad) -> None:
    faults = faults_of(tmp_path, *WHOLE, *case.links)
    found = [(fault.code, fault.place.line) for fault in faults if fault.place]
    assert (case.code, case.line) in found


def test_all_people_cannot_go_to_two(tmp_path: Path) -> None:
    note = "Nhập một phần diện tích, toàn bộ dân số"
    links = (link(note=note), link("Xã Khác 20002", note=note))
    assert [fault.code for fault in faults_of(tmp_path, *links)] == ["people_given_twice"]


def test_the_right_code_is_suggested_where_the_table_has_it(tmp_path: Path) -> None:
    odd = link("Xã Khác 20002", "Xã Hai 10001")
    (fault, *_) = [
        each for each in faults_of(tmp_path, *WHOLE, odd) if each.code == "two_names_for_code"
    ]
    assert "“Xã Hai” có mã 10002 ở dòng khác" in fault.detail


def test_every_fault_of_a_table_is_told_at_once_and_in_order(tmp_path: Path) -> None:
    bad = [link(old="Xã Ba 10003", note="Nhập nửa"), link(old="Xã Bốn ")]
    lines = [fault.place.line for fault in faults_of(tmp_path, *WHOLE, *bad) if fault.place]
    assert lines == [5, 6]


def test_a_table_without_a_day_or_without_links_is_refused(tmp_path: Path) -> None:
    codes = [fault.code for fault in faults_of(tmp_path)]
    assert codes == ["empty_table"]
    file = table_file(tmp_path, *WHOLE, head=(HEAD[3], ""))
    assert read_table(file).effective_on is None
