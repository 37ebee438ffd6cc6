"""What became of organizations: merges, splits and renames, as edges from old to new."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.domain.identifiers import OrganizationId


@dataclass(frozen=True, slots=True)
class LineageEdge:
    """From `effective_on`, `target_id` took over `source_id` or a part of it."""

    source_id: OrganizationId
    target_id: OrganizationId
    effective_on: date


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
