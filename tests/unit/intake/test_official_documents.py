"""The words of official documents (Nghị định 30/2020/NĐ-CP, appendix I)."""

from datetime import date

import pytest

from services.intake.printing.numbers import printed
from services.intake.printing.official import (
    authority_lines,
    dateline,
    document_number,
    ended,
    issuing_lines,
    official_name,
    place_name,
)
from shared.domain.identifiers import OrganizationCode, OrganizationId
from shared.domain.organizations import OrganizationKind, OrganizationVersion


def unit(name: str, kind: OrganizationKind = OrganizationKind.COMMUNE) -> OrganizationVersion:
    return OrganizationVersion(
        id=OrganizationId(1),
        code=OrganizationCode("25222"),
        name=name,
        kind=kind,
        level="commune",
        parent_id=None,
        province_id=OrganizationId(1),
        valid_from=date(2020, 1, 1),
        valid_to=None,
        search_key="",
        sort_key="",
    )


PROVINCE = unit("Tỉnh Đồng Nai", OrganizationKind.PROVINCE)
DEPARTMENT = unit("Sở Tài chính", OrganizationKind.DEPARTMENT)


def test_a_committee_has_no_superior_above_it_and_a_department_has() -> None:
    assert issuing_lines(unit("Xã Tân Lập"), province=PROVINCE) == (
        (),
        ("ỦY BAN NHÂN DÂN", "XÃ TÂN LẬP"),
    )
    assert issuing_lines(DEPARTMENT, province=PROVINCE) == (
        ("ỦY BAN NHÂN DÂN", "TỈNH ĐỒNG NAI"),
        ("SỞ TÀI CHÍNH",),
    )
    assert official_name(DEPARTMENT) == "Sở Tài chính"
    assert official_name(unit("Xã Tân Lập")) == "Ủy ban nhân dân xã Tân Lập"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Xã Tân Lập", "Tân Lập"),
        ("Thị trấn Tân Phú", "Tân Phú"),
        ("Thị xã Phước Long", "Phước Long"),
        ("Tỉnh Đồng Nai", "Đồng Nai"),
        ("Đặc khu Phú Quốc", "Phú Quốc"),
        ("Phường 4", "Phường 4"),
        ("Thành phố Hồ Chí Minh", "Thành phố Hồ Chí Minh"),
    ],
)
def test_the_place_has_no_kind_unless_it_is_a_number_or_a_person(name: str, place: str) -> None:
    assert place_name(unit(name)) == place


@pytest.mark.parametrize(
    ("day", "line"),
    [
        (date(2025, 6, 5), "Tân Lập, ngày 05 tháng 6 năm 2025"),
        (date(2026, 1, 17), "Tân Lập, ngày 17 tháng 01 năm 2026"),
        (date(2026, 2, 28), "Tân Lập, ngày 28 tháng 02 năm 2026"),
        (date(2025, 12, 17), "Tân Lập, ngày 17 tháng 12 năm 2025"),
        (None, "Tân Lập, ngày       tháng       năm 2025"),
    ],
)
def test_days_and_the_first_two_months_have_two_digits(day: date | None, line: str) -> None:
    assert dateline("Tân Lập", day, year=2025) == line


@pytest.mark.parametrize(
    ("title", "kind", "lines"),
    [
        ("Chủ tịch", "committee", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
        ("Phó Chủ tịch", "committee", ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),
        ("Giám đốc", "department", ("GIÁM ĐỐC",)),
        ("Phó Giám đốc", "department", ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")),
        ("TL. Chủ tịch", "committee", ("TL. CHỦ TỊCH",)),
        (None, "committee", ("TM. ỦY BAN NHÂN DÂN",)),
        (" ", "department", ("THỦ TRƯỞNG CƠ QUAN",)),
    ],
)
def test_a_deputy_signs_for_the_head_and_the_head_for_the_committee(
    title: str | None, kind: str, lines: tuple[str, ...]
) -> None:
    assert authority_lines(title, committee=kind == "committee") == lines


def test_there_is_room_to_write_by_hand_while_there_is_no_number() -> None:
    assert document_number("12/BC-UBND", committee=True) == "Số: 12/BC-UBND"
    assert document_number(None, committee=True).endswith("     /BC-UBND")
    assert document_number(None, committee=False).endswith("     /BC")


def test_the_end_is_marked_once() -> None:
    assert ended(["Kính gửi.", "Trên đây là báo cáo."]) == "Trên đây là báo cáo./."


@pytest.mark.parametrize(
    ("figure", "text"), [("1234567.5", "1.234.567,5"), ("-2", "-2"), ("0", "0"), ("", "")]
)
def test_figures_are_printed_as_in_vietnam(figure: str, text: str) -> None:
    assert printed(figure) == text
