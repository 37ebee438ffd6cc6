"""Organizations as they were on a date, and the tree they form.

Identity is the surrogate id. Code, name, kind, level and parent are attributes with dates: codes
are reused (``00004`` was Phường Trúc Bạch and is Phường Ba Đình since 01/07/2025) and the district
tier ended on 30/06/2025, so the tree has any depth and a level is data, never logic.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.domain.errors import (
    AmbiguousOrganizationCode,
    OverlappingVersions,
    TreeCycle,
    UnknownOrganization,
    UnknownOrganizationCode,
)
from shared.domain.identifiers import OrganizationCode, OrganizationId
from shared.domain.time import in_force, require_some_day


class OrganizationKind(StrEnum):
    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    WARD = "ward"
    TOWNSHIP = "township"
    SPECIAL_ZONE = "special_zone"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class OrganizationVersion:
    """What was true of one organization from `valid_from` until the day before `valid_to`.

    `level` names the rung of the reporting ladder (the catalogue says "province", "district",
    "commune", "department"). `latitude` and `longitude` are WGS 84 degrees. `search_key` and
    `sort_key` are made by `shared.domain.names`. `agency_code` is the identifier of its agency, as
    it was written (Quyết định 20/2020/QĐ-TTg, art. 4).
    """

    id: OrganizationId
    code: OrganizationCode
    name: str
    kind: OrganizationKind
    level: str
    parent_id: OrganizationId | None
    province_id: OrganizationId
    valid_from: date
    valid_to: date | None
    email: str | None = None
    phone: str | None = None
    contact_name: str | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    search_key: str = ""
    sort_key: str = ""
    agency_code: str | None = None

    def __post_init__(self) -> None:
        require_some_day(valid_from=self.valid_from, valid_to=self.valid_to)

    def is_valid_on(self, day: date) -> bool:
        return in_force(day, valid_from=self.valid_from, valid_to=self.valid_to)


@dataclass(frozen=True, slots=True)
class Tree:
    """The organizations in force on one day, each under its parent.

    Every method that takes an id raises UnknownOrganization if the tree lacks it. Building a tree
    raises UnknownOrganization for a parent that is not in force, and TreeCycle for a cycle.
    Siblings are in Vietnamese name order (`sort_key`), ties by id.
    """

    on: date
    organizations: Mapping[OrganizationId, OrganizationVersion]
    _children: Mapping[OrganizationId | None, tuple[OrganizationId, ...]] = field(
        init=False, repr=False, compare=False
    )
    _by_code: Mapping[OrganizationCode, tuple[OrganizationVersion, ...]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", self._bearers_by_code())
        object.__setattr__(self, "_children", self._children_by_parent())
        reached = {each for root in self.roots for each in self._walk(root)}
        for organization_id in self.organizations:
            if organization_id not in reached:
                raise TreeCycle(self._cycle_above(organization_id))

    @classmethod
    def at(cls, versions: Iterable[OrganizationVersion], on: date) -> "Tree":
        """The tree of the versions in force on `on`; raises OverlappingVersions for two of one."""
        organizations: dict[OrganizationId, OrganizationVersion] = {}
        for version in versions:
            if not version.is_valid_on(on):
                continue
            if version.id in organizations:
                raise OverlappingVersions(version.id, on=on)
            organizations[version.id] = version
        return cls(on, organizations)

    def on_day(self, on: date) -> "Tree":
        """The same tree on another day of the stretch in which nothing of it changes."""
        other = copy(self)
        object.__setattr__(other, "on", on)
        return other

    @property
    def roots(self) -> tuple[OrganizationId, ...]:
        """The organizations without a parent."""
        return self._children.get(None, ())

    def get(self, organization_id: OrganizationId) -> OrganizationVersion:
        try:
            return self.organizations[organization_id]
        except KeyError:
            raise UnknownOrganization(organization_id, on=self.on) from None

    def children(self, organization_id: OrganizationId) -> tuple[OrganizationId, ...]:
        return self._children.get(self.get(organization_id).id, ())

    def ancestors(self, organization_id: OrganizationId) -> tuple[OrganizationId, ...]:
        """Parent, grandparent, … up to the root: nearest first."""
        above: list[OrganizationId] = []
        parent_id = self.get(organization_id).parent_id
        while parent_id is not None:
            above.append(parent_id)
            parent_id = self.organizations[parent_id].parent_id
        return tuple(above)

    def subtree(self, organization_id: OrganizationId) -> tuple[OrganizationId, ...]:
        """The organization and all below it, every parent before its children."""
        return tuple(self._walk(self.get(organization_id).id))

    def depth(self, organization_id: OrganizationId) -> int:
        """0 for a root, one more for each step down."""
        return len(self.ancestors(organization_id))

    def deepest_first(self) -> tuple[OrganizationId, ...]:
        """All organizations, every child before its parent; equal depths by id.

        This is the order in which roll-ups are computed and locks are taken.
        """
        return tuple(sorted(self.organizations, key=lambda each: (-self.depth(each), each)))

    def by_code(self, code: OrganizationCode, *, level: str | None = None) -> OrganizationVersion:
        """The organization that bears `code` on the tree's day.

        Raises UnknownOrganizationCode, or AmbiguousOrganizationCode if several bear it and `level`
        does not tell them apart.
        """
        bearers = self._by_code.get(code, ())
        found = [each for each in bearers if level in (None, each.level)]
        if not found:
            raise UnknownOrganizationCode(code, on=self.on)
        if len(found) > 1:
            ids = sorted(each.id for each in found)
            raise AmbiguousOrganizationCode(code, on=self.on, organization_ids=ids)
        return found[0]

    def _bearers_by_code(self) -> dict[OrganizationCode, tuple[OrganizationVersion, ...]]:
        bearers: dict[OrganizationCode, tuple[OrganizationVersion, ...]] = {}
        for each in self.organizations.values():
            bearers[each.code] = (*bearers.get(each.code, ()), each)
        return bearers

    def _children_by_parent(self) -> dict[OrganizationId | None, tuple[OrganizationId, ...]]:
        siblings: dict[OrganizationId | None, list[OrganizationVersion]] = {}
        for each in self.organizations.values():
            if each.parent_id is not None:
                self.get(each.parent_id)
            siblings.setdefault(each.parent_id, []).append(each)
        return {
            parent_id: tuple(each.id for each in sorted(group, key=_sibling_order))
            for parent_id, group in siblings.items()
        }

    def _walk(self, start: OrganizationId) -> Iterator[OrganizationId]:
        stack = [start]
        while stack:
            current = stack.pop()
            yield current
            stack.extend(reversed(self._children.get(current, ())))

    def _cycle_above(self, start: OrganizationId) -> list[OrganizationId]:
        """The cycle that `start`, which no root reaches, lies on or hangs from."""
        parents = {
            each.id: each.parent_id
            for each in self.organizations.values()
            if each.parent_id is not None
        }
        path: list[OrganizationId] = []
        current = start
        while current not in path:
            path.append(current)
            current = parents[current]
        return [*path[path.index(current) :], current]


def _sibling_order(organization: OrganizationVersion) -> tuple[str, OrganizationId]:
    return organization.sort_key, organization.id
