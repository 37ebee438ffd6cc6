"""What a conversion table makes of a catalogue, empty or not."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.conversions.conversion import understand
from shared.catalogue.conversions.descriptor import OFFICIAL, corrected, read_descriptor
from shared.catalogue.conversions.entries import Entries, entries_of
from shared.catalogue.conversions.table import read_table
from shared.catalogue.faults import PackFault, PacksRefused
from shared.catalogue.packs import Pack, read_packs, shipped_packs
from shared.catalogue.stored import Stored
from shared.domain.identifiers import OrganizationCode
from shared.domain.lineage import LineageKind
from shared.domain.organizations import OrganizationVersion
from tests.factories.conversions import (
    WHOLE,
    conversion_of,
    link,
    official,
    official_catalogue,
    official_model,
    table_file,
)
from tests.factories.packs import TWO_PROVINCES, catalogue_of, stored_of

LINEAGE = "organizations/dong-nai-lineage-2025"
BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


def entries(folder: Path, *links: tuple[str, ...], stored: Stored | None = None) -> Entries:
    content = (stored or Stored()).content()
    return entries_of(conversion_of(folder, *links), official_model(), stored=content)


def faults_of(folder: Path, *links: tuple[str, ...], stored: Stored) -> list[PackFault]:
    with pytest.raises(PacksRefused) as refused:
        entries(folder, *links, stored=stored)
    return list(refused.value.faults)


def named(catalogue: Catalogue, code: str, *, on: date) -> OrganizationVersion:
    return catalogue.tree(on).by_code(OrganizationCode(code))


def kinds(pack: Pack) -> dict[tuple[str, str], LineageKind]:
    return {(each.model.source, each.model.target): each.model.kind for each in pack.lineage}


def test_units_edges_and_the_tiers_above_come_of_the_links(tmp_path: Path) -> None:
    other = link(
        "Xã Khác 20002", "Xã Ba 10003", old_province="Tỉnh Hai (71)", district="Quận A (711)"
    )
    pack = entries(tmp_path, *WHOLE, other).pack
    assert kinds(pack) == {
        ("10001", "20001"): LineageKind.MERGE_FULL,
        ("10002", "20001"): LineageKind.MERGE_FULL,
        ("10003", "20002"): LineageKind.MERGE_FULL,
        ("701", "80"): LineageKind.MOVE,
        ("711", "80"): LineageKind.MOVE,
        ("70", "80"): LineageKind.MERGE_FULL,
        ("71", "80"): LineageKind.MERGE_FULL,
    }
    catalogue = catalogue_of([pack])
    before, after = catalogue.tree(BEFORE), catalogue.tree(AFTER)
    assert Counter(each.level for each in before.organizations.values()) == {
        "province": 2,
        "district": 2,
        "commune": 3,
    }
    assert sorted(each.name for each in after.organizations.values()) == [
        "Tỉnh Mới",
        "Xã Khác",
        "Xã Mới",
    ]


def test_a_province_that_nothing_left_or_joined_goes_on(tmp_path: Path) -> None:
    rows = [
        link(old=name, old_province="Tỉnh Mới (80)") for name in ("Xã Một 10001", "Xã Hai 10002")
    ]
    catalogue = catalogue_of([entries(tmp_path, *rows).pack])
    assert named(catalogue, "80", on=BEFORE).id == named(catalogue, "80", on=AFTER).id


def test_a_province_that_only_changed_its_name_was_renamed(tmp_path: Path) -> None:
    assert kinds(entries(tmp_path, *WHOLE).pack)["70", "80"] is LineageKind.RENAME


def test_a_divided_province_has_a_part_in_each(tmp_path: Path) -> None:
    pack = entries(
        tmp_path, *WHOLE, link("Xã Xa 20009", "Xã Ba 10003", province="Tỉnh Xa (81)")
    ).pack
    assert kinds(pack)["70", "80"] is kinds(pack)["70", "81"] is LineageKind.MERGE_PART
    assert kinds(pack)["701", "80"] is kinds(pack)["701", "81"] is LineageKind.MOVE


def test_a_unit_that_goes_on_under_its_code_stays_itself(tmp_path: Path) -> None:
    rows = (
        link("Xã Yên 10005", "Xã Yên 10005", "Giữ nguyên"),
        link("Xã Lớn 10006", "Xã Nhỏ 10006", "Đổi tên"),
        link("Xã Chợ 10007", "Thị trấn Chợ 10007", "Đổi loại hình"),
        link("Xã Chùa 20008", "Thị trấn Chùa 10008", "Đổi loại hình"),
    )
    catalogue = catalogue_of([entries(tmp_path, *rows).pack])
    for code in ("10005", "10006", "10007"):
        assert named(catalogue, code, on=BEFORE).id == named(catalogue, code, on=AFTER).id
    assert named(catalogue, "10006", on=AFTER).name == "Xã Lớn"
    assert named(catalogue, "10008", on=BEFORE).id != named(catalogue, "20008", on=AFTER).id


def test_weights_of_people_say_so(tmp_path: Path) -> None:
    rows = (
        link(note="Nhập một phần diện tích, toàn bộ dân số"),
        link("Xã Khác 20002", note="Nhập một phần diện tích"),
        link("Xã Khác 20002", "Xã Hai 10002"),
    )
    edges = {each.model.target: each.model for each in entries(tmp_path, *rows).pack.lineage}
    assert [edges[code].weight for code in ("20001", "20002")] == [1, None]
    assert edges["20001"].weight_basis == official_model().people_basis


# Over a catalogue that knows some of the units.


@pytest.fixture(scope="module")
def known() -> Stored:
    return stored_of(read_packs(shipped_packs(*TWO_PROVINCES, LINEAGE)))


DONG_NAI = {
    "province": "Tỉnh Đồng Nai (75)",
    "district": "Thị xã Phước Long (688)",
    "old_province": "Tỉnh Bình Phước (70)",
}


def test_a_unit_that_the_catalogue_does_not_know_is_a_fault_at_its_line(
    tmp_path: Path, known: Stored
) -> None:
    stranger = link("Phường Phước Long 25217", "Xã Lạ 99999", **DONG_NAI)
    faults = faults_of(tmp_path, stranger, stored=known)
    unknown = [each for each in faults if each.code == "unknown_unit"]
    assert [each.place.line for each in unknown if each.place] == [3]
    assert "99999" in unknown[0].detail


def test_every_unit_that_a_table_leaves_out_is_a_fault(tmp_path: Path, known: Stored) -> None:
    one = link("Phường Phước Long 25217", "Phường Long Thủy 25217", **DONG_NAI)
    missing = [
        each for each in faults_of(tmp_path, one, stored=known) if each.code == "missing_unit"
    ]
    assert len(missing) == 110 + 94
    assert all(each.place and each.place.line == 3 for each in missing)
    assert any("Phường Thác Mơ" in each.detail for each in missing)


def test_the_official_table_fits_the_shipped_provinces(known: Stored) -> None:
    made = entries_of(official(), official_model(), stored=known.content())
    assert {(each.code, each.catalogue) for each in made.other_names} == {
        ("25225", "Xã Đak Ơ"),
        ("26119", "Xã Đắc Lua"),
    }
    ours = {code for code, placed in made.sides.old.items() if code in ("70", "75")}
    assert ours == {"70", "75"}
    begun = {each.model.code for each in made.pack.organizations if each.model.valid_from == AFTER}
    assert "75" not in begun
    old = {each.model.code: each.model for each in made.pack.organizations}
    assert old["25217"].email == "ubnd.25217@binhphuoc.example"
    assert not [each for each in made.pack.lineage if each.model.target == "75"]


# The official table of 01/07/2025.


def test_all_but_one_of_the_official_links_are_understood() -> None:
    conversion = official()
    assert len(conversion.table.lines) == 10571
    assert Counter(map(conversion.kind, conversion.links)) == {
        LineageKind.MERGE_FULL: 9463,
        LineageKind.MERGE_PART: 967,
        LineageKind.SPLIT: 3,
        LineageKind.RENAME: 2,
        LineageKind.RETYPE: 8,
        LineageKind.UNCHANGED: 127,
    }
    assert [each.line for each in conversion.not_units] == [4749]
    assert sum(len(links) > 1 for links in conversion.out_of.values()) == 440
    assert max(map(len, conversion.into.values())) == 14


def test_the_official_table_makes_both_trees_of_the_country() -> None:
    catalogue = official_catalogue()
    before, after = (
        Counter(each.level for each in catalogue.tree(day).organizations.values())
        for day in (BEFORE, AFTER)
    )
    assert before == {"province": 63, "district": 696, "commune": 10035}
    assert after == {"province": 34, "commune": 3321}


def test_a_code_is_not_a_unit() -> None:
    catalogue = official_catalogue()
    assert named(catalogue, "00004", on=BEFORE).name == "Phường Trúc Bạch"
    assert named(catalogue, "00004", on=AFTER).name == "Phường Ba Đình"
    assert named(catalogue, "26446", on=BEFORE).name == "Xã Xuân Hưng"
    assert named(catalogue, "26446", on=AFTER).name == "Xã Xuân Hòa"


def test_the_known_errors_of_the_official_table_are_found_without_their_corrections() -> None:
    descriptor = read_descriptor(OFFICIAL)
    table = read_table(descriptor.table_file or Path())
    with pytest.raises(PacksRefused) as refused:
        understand(table, effective_on=None)
    found = {fault.place.line for fault in refused.value.faults if fault.place}
    assert found == {each.line for each in descriptor.model.corrections} | {424}
    (phuong_4,) = [each for each in refused.value.faults if each.place and each.place.line == 9532]
    assert phuong_4.code == "two_places_of_unit"
    assert "Tiền Giang (82)" in phuong_4.detail


def test_a_correction_that_does_not_fit_is_refused_at_its_own_line(tmp_path: Path) -> None:
    table = read_table(table_file(tmp_path, *WHOLE))
    with pytest.raises(PacksRefused) as refused:
        corrected(table, read_descriptor(OFFICIAL))
    assert {each.code for each in refused.value.faults} == {"correction_without_line"}
    text = OFFICIAL.read_text(encoding="utf-8").replace('says: "00553"', 'says: "00554"')
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    official_table = read_table(read_descriptor(OFFICIAL).table_file or Path())
    with pytest.raises(PacksRefused, match="correction_does_not_fit"):
        corrected(official_table, read_descriptor(tmp_path / "x.yaml"))
