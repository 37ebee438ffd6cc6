"""Which organization is meant by what somebody types or writes into a sheet."""

from collections.abc import Iterator
from itertools import islice

from services.commands.faults import CommandFault
from shared.domain.errors import AmbiguousOrganizationCode, UnknownOrganizationCode
from shared.domain.identifiers import OrganizationCode
from shared.domain.names import search_key
from shared.domain.organizations import OrganizationVersion, Tree

MOST_HINTS = 5
CODE_LENGTHS = (2, 3, 5)
"""Codes of provinces, districts and communes are so long; spreadsheets drop leading zeros."""


class NoSuchOrganization(CommandFault):
    """The code names none, or several; `hints` are organizations that may be meant."""

    code = "no_such_organization"

    def __init__(self, given: str, *, why: str, hints: tuple[OrganizationVersion, ...]) -> None:
        self.given, self.hints = given, hints
        listed = "; ".join(f"{each.code} ({each.name}, {each.level})" for each in hints)
        hint = f" Có phải: {listed}?" if hints else " Xem mã bằng: tonghop catalogue show."
        super().__init__(f"“{given}” {why}.{hint}")


def organization_of(tree: Tree, given: str, *, level: str | None = None) -> OrganizationVersion:
    """The organization in force with that code (of that level, where several share it).

    Raises:
        NoSuchOrganization: a name instead of a code is answered with the code it may mean.
    """
    try:
        return tree.by_code(OrganizationCode(given), level=level)
    except UnknownOrganizationCode:
        why = f"không phải mã của đơn vị nào ngày {tree.on:%d/%m/%Y}"
        raise NoSuchOrganization(given, why=why, hints=_meant(tree, given)) from None
    except AmbiguousOrganizationCode:
        why = "là mã của nhiều đơn vị; hãy ghi thêm cấp"
        bearers = (each for each in tree.organizations.values() if each.code == given)
        raise NoSuchOrganization(given, why=why, hints=tuple(bearers)) from None


def _meant(tree: Tree, given: str) -> tuple[OrganizationVersion, ...]:
    """Those of that name with diacritics folded, or of that code with zeros before it."""
    return tuple(islice(_candidates(tree, given), MOST_HINTS))


def _candidates(tree: Tree, given: str) -> Iterator[OrganizationVersion]:
    wanted = search_key(given)
    padded = {given.zfill(length) for length in CODE_LENGTHS} if given.isdecimal() else set()
    for each in tree.organizations.values():
        named = bool(wanted) and f" {search_key(each.name)}".endswith(f" {wanted}")
        if named or each.code in padded:
            yield each
