"""The words of official documents: who issues, where and when, who signs for whom.

Nghị định 30/2020/NĐ-CP, appendix I: a committee names itself in two lines and has no superior
above it; a department stands under its committee. Days and the first two months have two digits.
A deputy signs “KT.” for the head, the head of a committee “TM.” for the committee.
"""

import re
from collections.abc import Sequence
from datetime import date

from shared.domain.organizations import OrganizationKind, OrganizationVersion

COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
COMMITTEE = "Ủy ban nhân dân"
END_MARK = "./."

_KINDS = re.compile(
    r"^(Tỉnh|Thành phố|Quận|Huyện|Thị xã|Thị trấn|Phường|Xã|Đặc khu) (?=\D)", re.IGNORECASE
)
_NAMED_AFTER_PEOPLE = ("Hồ Chí Minh", "Lê Hồng Phong", "Điện Biên Phủ")
"""Places whose full name is written: those named after people and events, as far as known."""

_SIGNED_FOR = ("TM.", "KT.", "TL.", "TUQ.", "Q.")
_DEPUTY = re.compile(r"^phó\s+", re.IGNORECASE)
_LAST_MONTH_WITH_ZERO = 2


def is_committee(organization: OrganizationVersion) -> bool:
    """Units of administration report through their people's committee."""
    return organization.kind is not OrganizationKind.DEPARTMENT


def official_name(organization: OrganizationVersion) -> str:
    """`Ủy ban nhân dân xã Tân Lập`; a department keeps its own name."""
    name = organization.name
    if not is_committee(organization):
        return name
    return f"{COMMITTEE} {name[0].lower()}{name[1:]}"


def issuing_lines(
    organization: OrganizationVersion, *, province: OrganizationVersion
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The superior body, none above a committee, and the body that issues, in capitals."""
    if is_committee(organization):
        return (), (COMMITTEE.upper(), organization.name.upper())
    return (COMMITTEE.upper(), province.name.upper()), (organization.name.upper(),)


def place_name(organization: OrganizationVersion) -> str:
    """`Tân Lập` of the commune of that name; in full where that is a number or a person."""
    bare = _KINDS.sub("", organization.name)
    return organization.name if bare in _NAMED_AFTER_PEOPLE else bare


def dateline(place: str, issued_on: date | None, *, year: int) -> str:
    """Where and when; room to write by hand while the date is not known."""
    if issued_on is None:
        return f"{place}, ngày       tháng       năm {year}"
    month = issued_on.month
    month_text = f"{month:02d}" if month <= _LAST_MONTH_WITH_ZERO else str(month)
    return f"{place}, ngày {issued_on.day:02d} tháng {month_text} năm {issued_on.year}"


def document_number(number: str | None, *, committee: bool) -> str:
    """`Số: 12/BC-UBND`; room to write by hand while there is none."""
    return f"Số: {number or ('         /BC-UBND' if committee else '         /BC')}"


def authority_lines(title: str | None, *, committee: bool) -> tuple[str, ...]:
    """For whom and as what the signer signs, in capitals."""
    given = (title or "").strip()
    above = (f"TM. {COMMITTEE.upper()}",) if committee else ()
    if not given:
        return above or ("THỦ TRƯỞNG CƠ QUAN",)
    if given.upper().startswith(_SIGNED_FOR):
        return (given.upper(),)
    head = _DEPUTY.sub("", given)
    if head != given:
        return (*above, f"KT. {head.upper()}", given.upper())
    return (*above, given.upper())


def ended(paragraphs: Sequence[str]) -> str:
    """The last paragraph with the mark that nothing follows."""
    return f"{paragraphs[-1].rstrip(' .;')}{END_MARK}"
