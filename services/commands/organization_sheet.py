"""The sheet of organizations: its columns, and its rows in the words of a pack."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from services.commands.sheets import Sheet, SheetColumn, SheetFault, SheetRow, column_name
from shared.domain.names import search_key
from shared.domain.organizations import OrganizationKind

CODE = SheetColumn("code", "Mã", "Mã của đơn vị, giữ nguyên số 0 ở đầu.", width=10)
NAME = SheetColumn("name", "Tên", "Tên đầy đủ, ví dụ: Xã Tân Lập.", width=34)
KIND = SheetColumn("kind", "Loại", "tỉnh, huyện, xã, phường, thị trấn, đặc khu hoặc sở ngành.")
LEVEL = SheetColumn("level", "Cấp", "cấp tỉnh, cấp huyện, cấp xã hoặc sở ngành.")
PARENT = SheetColumn(
    "parent", "Mã đơn vị cấp trên", "Mã đơn vị cấp trên; trống với cấp tỉnh.", required=False
)
VALID_FROM = SheetColumn("valid_from", "Hiệu lực từ", "Ngày bắt đầu, ví dụ 01/07/2025.")
VALID_UNTIL = SheetColumn(
    "valid_until", "Hiệu lực đến hết", "Ngày cuối cùng; trống nếu chưa có.", required=False
)
CONTINUES = SheetColumn(
    "continues_from",
    "Nối tiếp từ",
    "Ngày bắt đầu đầu tiên của chính đơn vị này (cùng mã, cùng cấp), khi nó chỉ đổi tên.",
    required=False,
)
EMAIL = SheetColumn("email", "Địa chỉ thư", "Hộp thư của đơn vị.", required=False, width=30)
PHONE = SheetColumn("phone", "Điện thoại", "Số điện thoại.", required=False)
CONTACT = SheetColumn("contact_name", "Đầu mối", "Người liên hệ.", required=False)
LATITUDE = SheetColumn("latitude", "Vĩ độ", "Độ thập phân, WGS 84.", required=False)
LONGITUDE = SheetColumn("longitude", "Kinh độ", "Độ thập phân, WGS 84.", required=False)
AGENCY = SheetColumn(
    "agency_code", "Mã định danh cơ quan", "Theo Quyết định 20/2020/QĐ-TTg.", required=False
)
COLUMNS = (
    CODE, NAME, KIND, LEVEL, PARENT, VALID_FROM, VALID_UNTIL, CONTINUES,
    EMAIL, PHONE, CONTACT, LATITUDE, LONGITUDE, AGENCY,
)  # fmt: skip
NOTES = (
    "Mỗi dòng là một đơn vị trong một khoảng thời gian. Đơn vị đã có thì dòng mới thay dòng cũ.",
)

_KINDS = {
    "tinh": "province", "huyen": "district", "xa": "commune",
    "phuong": "ward", "thi tran": "township", "dac khu": "special_zone",
    "so nganh": "department", "so": "department",
}  # fmt: skip
_LEVELS = {
    "cap tinh": "province", "tinh": "province", "cap huyen": "district", "huyen": "district",
    "cap xa": "commune", "xa": "commune", "so nganh": "department", "so": "department",
}  # fmt: skip
_DATE_COLUMNS = (VALID_FROM, VALID_UNTIL, CONTINUES)
_NUMBER_COLUMNS = (LATITUDE, LONGITUDE)
_VIETNAMESE_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def organizations_of(sheet: Sheet, *, source: str) -> tuple[dict[str, Any], list[SheetFault]]:
    """What a pack's file of organizations would say, and what cannot be said.

    Only the form of cells is judged here; the rest is the catalogue's.
    """
    reader = _Reader(sheet)
    entries = [reader.entry(row) for row in sheet.rows]
    return {"kind": "organizations", "source": source, "organizations": entries}, reader.faults


class _Reader:
    """Turns cells into values of a pack, and keeps what is wrong with them."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.faults: list[SheetFault] = []

    def entry(self, row: SheetRow) -> dict[str, Any]:
        return {column.key: value for column, value in self._values(row) if value not in ("", None)}

    def _values(self, row: SheetRow) -> Iterator[tuple[SheetColumn, Any]]:
        for column in COLUMNS:
            given = row.cells.get(column.key, "")
            if not given and column.required:
                self._fault(row, column, "còn trống")
            elif given:
                yield column, self._value(row, column, given)

    def _value(self, row: SheetRow, column: SheetColumn, given: str) -> Any:
        if column in _DATE_COLUMNS:
            return self._date(row, column, given)
        if column in _NUMBER_COLUMNS:
            return self._number(row, column, given)
        if column is KIND:
            known = {**_KINDS, **{each.value: each.value for each in OrganizationKind}}
            return self._choice(row, column, given, known=known)
        if column is LEVEL:
            known = {**_LEVELS, **{each: each for each in _LEVELS.values()}}
            return self._choice(row, column, given, known=known)
        return given

    def _choice(
        self, row: SheetRow, column: SheetColumn, given: str, *, known: Mapping[str, str]
    ) -> str | None:
        found = known.get(search_key(given)) or known.get(given)
        if found is None:
            self._fault(row, column, f"không hiểu “{given}”; hãy ghi: {column.help}")
        return found

    def _date(self, row: SheetRow, column: SheetColumn, given: str) -> date | None:
        match = _VIETNAMESE_DATE.fullmatch(given)
        text = f"{match[3]}-{match[2]:>02}-{match[1]:>02}" if match else given
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._fault(row, column, f"“{given}” không phải ngày; hãy ghi như 01/07/2025")
            return None

    def _number(self, row: SheetRow, column: SheetColumn, given: str) -> Decimal | None:
        try:
            return Decimal(given.replace(",", "."))
        except InvalidOperation:
            self._fault(row, column, f"“{given}” không phải số")
            return None

    def _fault(self, row: SheetRow, column: SheetColumn, detail: str) -> None:
        self.faults.append(SheetFault(row.number, column_name(self._sheet, column), detail))
