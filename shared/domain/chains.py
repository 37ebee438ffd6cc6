"""The reporting chain: who receives, reviews and chases. The tree is only its default."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.domain.errors import AmbiguousReceiver
from shared.domain.identifiers import OrganizationId
from shared.domain.organizations import Tree
from shared.domain.time import in_force, require_some_day


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One regime has `reporter_id` report to `receiver_id` in [valid_from, valid_to)."""

    reporter_id: OrganizationId
    receiver_id: OrganizationId
    valid_from: date
    valid_to: date | None

    def __post_init__(self) -> None:
        require_some_day(valid_from=self.valid_from, valid_to=self.valid_to)

    def is_valid_on(self, day: date) -> bool:
        return in_force(day, valid_from=self.valid_from, valid_to=self.valid_to)


def receiver_of(
    reporter_id: OrganizationId, *, links: Iterable[ChainLink], tree: Tree
) -> OrganizationId | None:
    """The link of the regime that is in force on the tree's day, else the parent in the tree.

    None for a root without a link. Raises UnknownOrganization if the reporter or the receiver is
    not in the tree, AmbiguousReceiver if links in force name more than one receiver.
    """
    parent_id = tree.get(reporter_id).parent_id
    named = {
        link.receiver_id
        for link in links
        if link.reporter_id == reporter_id and link.is_valid_on(tree.on)
    }
    if not named:
        return parent_id
    if len(named) > 1:
        raise AmbiguousReceiver(reporter_id, on=tree.on, receiver_ids=sorted(named))
    return tree.get(named.pop()).id
