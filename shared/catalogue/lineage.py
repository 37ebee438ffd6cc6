"""What became of organizations: merges, splits and renames, as edges from old to new."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.domain.identifiers import OrganizationId


class LineageKind(StrEnum):
    """How a source came into its target.

    MERGE_FULL: the whole source, added with others. MERGE_PART: a part of a divided source, joined
    with others; SPLIT: a part that stands alone. RENAME, RETYPE: the whole source under another
    name or type. MOVE: its work went to an organization that is not made of it (a district's to
    the province), so figures are not added. UNCHANGED: the law left it as it was, and the
    organization continues.
    """

    MERGE_FULL = "merge_full"
    MERGE_PART = "merge_part"
    SPLIT = "split"
    RENAME = "rename"
    RETYPE = "retype"
    MOVE = "move"
    UNCHANGED = "unchanged"

    @property
    def is_partial(self) -> bool:
        """The target got a part of the source, and no law says which share of its figures."""
        return self in {LineageKind.MERGE_PART, LineageKind.SPLIT}

    @property
    def adds_whole(self) -> bool:
        """All figures of the source are figures of the target."""
        return not self.is_partial and self is not LineageKind.MOVE


@dataclass(frozen=True, slots=True)
class LineageEdge:
    """On `effective_on`, `target_id` took over `source_id` or a part of it.

    An organization that continues (`unchanged`, or a rename in place) is its own target.
    """

    source_id: OrganizationId
    target_id: OrganizationId
    effective_on: date
    kind: LineageKind
    legal_basis: str
    weight: Decimal | None = None


def predecessors(
    organization_ids: Iterable[OrganizationId], *, edges: Iterable[LineageEdge], on: date
) -> frozenset[OrganizationId]:
    """All that became these by a day, directly or through others; not these themselves."""
    sources: dict[OrganizationId, list[OrganizationId]] = defaultdict(list)
    for edge in edges:
        if edge.effective_on <= on:
            sources[edge.target_id].append(edge.source_id)
    asked = frozenset(organization_ids)
    found: set[OrganizationId] = set()
    waiting = list(asked)
    while waiting:
        for source_id in sources.get(waiting.pop(), ()):
            if source_id not in found:
                found.add(source_id)
                waiting.append(source_id)
    return frozenset(found - asked)
