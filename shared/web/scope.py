"""What an account may read and write: the subtree and the receiving duties of its organization.

Authority is judged today, over today's subtree and duties, plus all predecessors by lineage: a
successor answers for the old reports of the units it took over, which stay under the old units.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from shared.domain.identifiers import OrganizationId
from shared.domain.organizations import Tree
from shared.web.principals import Principal
from shared.web.problems import NotFound


class ScopeSource(Protocol):
    """The part of the catalogue that authority is judged by. None of it blocks."""

    def tree(self, on: date) -> Tree:
        """The organizations as they are on that day."""

    def reporters_to(self, receiver_id: OrganizationId, *, on: date) -> Collection[OrganizationId]:
        """Those whose reports `receiver_id` receives on that day, by the reporting chain."""

    def predecessors(
        self, organization_ids: Iterable[OrganizationId], *, on: date
    ) -> Collection[OrganizationId]:
        """All units that, up to that day, became part of these, directly or through others."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`subtree` holds the organization itself; both sets hold predecessors too."""

    organization_id: OrganizationId
    subtree: frozenset[OrganizationId]
    receives: frozenset[OrganizationId] = field(default=frozenset())

    @property
    def readable(self) -> frozenset[OrganizationId]:
        return self.subtree | self.receives

    def can_read(self, organization_id: OrganizationId) -> bool:
        return organization_id in self.subtree or organization_id in self.receives

    def require_read(self, organization_id: OrganizationId) -> None:
        """Raises NotFound: whether it exists is not for outsiders to know."""
        if not self.can_read(organization_id):
            raise NotFound


def scope_of(principal: Principal, catalogue: ScopeSource, *, on: date) -> Scope:
    """The scope on that day. An organization that has ended keeps only itself.

    Raises nothing: an account of an unknown organization can read nothing but that organization.
    """
    own = principal.organization_id
    subtree = {own} | _subtree(own, catalogue.tree(on))
    receives = set(catalogue.reporters_to(own, on=on))
    return Scope(
        organization_id=own,
        subtree=frozenset(subtree | set(catalogue.predecessors(subtree, on=on))),
        receives=frozenset(receives | set(catalogue.predecessors(receives, on=on))),
    )


def _subtree(organization_id: OrganizationId, tree: Tree) -> set[OrganizationId]:
    if organization_id not in tree.organizations:
        return set()
    return set(tree.subtree(organization_id))
