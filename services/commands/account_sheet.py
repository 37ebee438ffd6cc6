"""The sheet of accounts: its columns, and every fault of it at once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.commands.organization_names import NoSuchOrganization, organization_of
from services.commands.sheets import (
    Sheet,
    SheetColumn,
    SheetFault,
    SheetRefused,
    SheetRow,
    column_name,
)
from services.intake.accounts.rules import EMAIL_PATTERN, LONGEST_NAME, USERNAME_PATTERN
from services.intake.accounts.use_cases import username_key
from shared.domain.names import search_key
from shared.domain.organizations import OrganizationVersion, Tree
from shared.labels.labels import Language, load_labels
from shared.web.principals import Role

USERNAME = SheetColumn(
    "username",
    "Tên đăng nhập",
    "Chữ thường không dấu, chữ số, dấu chấm, gạch ngang, gạch dưới; 3 đến 64 ký tự; không trùng.",
)
NAME = SheetColumn("name", "Họ tên", "Họ tên của người dùng.", width=28)
ORGANIZATION = SheetColumn(
    "organization", "Mã đơn vị", "Mã của đơn vị trong danh mục; xem bằng: tonghop catalogue show."
)
LEVEL = SheetColumn(
    "level",
    "Cấp",
    "province, district, commune hoặc department; chỉ cần khi nhiều đơn vị mang cùng mã.",
    required=False,
)
ROLES = SheetColumn(
    "roles", "Vai trò", "Một hay nhiều vai trò, cách nhau bằng dấu phẩy; xem danh sách bên dưới."
)
EMAIL = SheetColumn("email", "Địa chỉ thư", "Địa chỉ thư điện tử.", required=False, width=30)
COLUMNS = (USERNAME, NAME, ORGANIZATION, LEVEL, ROLES, EMAIL)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """One row, ready to become an account."""

    row: int
    username: str
    name: str
    organization: OrganizationVersion
    roles: frozenset[Role]
    email: str | None


def role_names() -> Mapping[Role, str]:
    """What people call each role that may be given by a sheet."""
    labels = load_labels()
    return {role: labels.text(f"role.{role}", Language.VI) for role in Role}


def accounts_of(sheet: Sheet, *, file: Path, tree: Tree) -> list[NewAccount]:
    """The accounts of the sheet; names that are taken already are not looked for.

    Raises:
        SheetRefused: with every fault of every row.
    """
    reader = _Reader(sheet, tree)
    accounts = [reader.account(row) for row in sheet.rows]
    faults = [*reader.faults, *duplicates(sheet, accounts)]
    if not sheet.rows:
        faults.append(SheetFault(2, "", "chưa có tài khoản nào"))
    if faults:
        raise SheetRefused(file, sorted(faults, key=lambda fault: (fault.row, fault.column)))
    return accounts


def duplicates(sheet: Sheet, accounts: list[NewAccount]) -> Iterator[SheetFault]:
    """Every row whose name stands in a row above it."""
    first: dict[str, int] = {}
    for account in accounts:
        above = first.setdefault(account.username, account.row)
        if account.username and above != account.row:
            detail = f"“{account.username}” trùng với dòng {above}"
            yield SheetFault(account.row, column_name(sheet, USERNAME), detail)


class _Reader:
    """Reads rows and keeps what is wrong with them."""

    def __init__(self, sheet: Sheet, tree: Tree) -> None:
        self._sheet, self._tree = sheet, tree
        self._roles = {
            search_key(name): role
            for role, label in role_names().items()
            for name in (role.value, label)
        }
        self._anywhere = next(iter(tree.organizations.values()))
        self.faults: list[SheetFault] = []

    def account(self, row: SheetRow) -> NewAccount:
        return NewAccount(
            row=row.number,
            username=self._username(row),
            name=self._name(row),
            organization=self._organization(row),
            roles=self._named_roles(row),
            email=self._email(row),
        )

    def _username(self, row: SheetRow) -> str:
        given = username_key(self._required(row, USERNAME))
        if given and not USERNAME_PATTERN.fullmatch(given):
            self._fault(row, USERNAME, f"“{given}” không dùng được: {USERNAME.help}")
        return given

    def _name(self, row: SheetRow) -> str:
        given = self._required(row, NAME)
        if len(given) > LONGEST_NAME:
            self._fault(row, NAME, f"dài hơn {LONGEST_NAME} ký tự")
        return given

    def _organization(self, row: SheetRow) -> OrganizationVersion:
        """Any organization stands in for one that is not found: the fault is kept."""
        given = self._required(row, ORGANIZATION)
        if not given:
            return self._anywhere
        try:
            return organization_of(self._tree, given, level=row.cells.get(LEVEL.key) or None)
        except NoSuchOrganization as fault:
            self._fault(row, ORGANIZATION, str(fault))
            return self._anywhere

    def _named_roles(self, row: SheetRow) -> frozenset[Role]:
        names = [each.strip() for each in re.split(r"[,;\n]", self._required(row, ROLES))]
        found = {name: self._roles.get(search_key(name)) for name in names if name}
        for name, role in found.items():
            if role is None:
                known = ", ".join(role_names().values())
                self._fault(row, ROLES, f"không có vai trò “{name}”; hãy chọn: {known}")
        return frozenset(role for role in found.values() if role is not None)

    def _email(self, row: SheetRow) -> str | None:
        given = row.cells.get(EMAIL.key, "")
        if given and not EMAIL_PATTERN.fullmatch(given):
            self._fault(row, EMAIL, f"“{given}” không phải địa chỉ thư")
        return given or None

    def _required(self, row: SheetRow, column: SheetColumn) -> str:
        given = row.cells.get(column.key, "")
        if not given:
            self._fault(row, column, "còn trống")
        return given

    def _fault(self, row: SheetRow, column: SheetColumn, detail: str) -> None:
        self.faults.append(SheetFault(row.number, column_name(self._sheet, column), detail))
