"""How complete a form is at a node, at its children, and who has not sent."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime

from services.aggregator.reading.figures import (
    AsOf,
    DutyRow,
    FigureSource,
    coverage_of,
)
from services.aggregator.reading.questions import Question
from shared.domain.identifiers import OrganizationId
from shared.domain.organizations import OrganizationVersion, Tree
from shared.domain.rollups import Coverage


@dataclass(frozen=True, slots=True)
class NodeProgress:
    """`overdue` counts units whose deadline has passed without a report."""

    organization: OrganizationVersion
    coverage: Coverage
    overdue: int

    @property
    def late(self) -> int:
        return self.coverage.reported - self.coverage.on_time


@dataclass(frozen=True, slots=True)
class UnitProgress:
    """One unit that owes a report. `parent` is who answers for it in the tree."""

    organization: OrganizationVersion
    parent: OrganizationVersion | None
    duty: DutyRow


@dataclass(frozen=True, slots=True)
class ExcludedUnit:
    """One unit whose duty was taken out, and why."""

    organization: OrganizationVersion
    reason: str


@dataclass(frozen=True, slots=True)
class CompletenessAnswer:
    """`units` are all that owe a report below the node, in the order of the tree.

    `closed_at` is None as long as the period is open in the province.
    """

    question: Question
    as_of: AsOf
    now: datetime
    node: NodeProgress
    children: tuple[NodeProgress, ...]
    units: tuple[UnitProgress, ...]
    excluded: tuple[ExcludedUnit, ...]
    closed_at: datetime | None

    @property
    def extended(self) -> tuple[UnitProgress, ...]:
        """Whose deadline was moved, whether they have sent or not."""
        return tuple(each for each in self.units if each.duty.original_deadline is not None)

    @property
    def overdue(self) -> tuple[UnitProgress, ...]:
        return tuple(each for each in self.units if each.duty.is_overdue(self.now))

    @property
    def missing(self) -> tuple[UnitProgress, ...]:
        """Not in yet, whether due or not; those with the earliest deadline first."""
        waiting = (each for each in self.units if not each.duty.is_in)
        return tuple(sorted(waiting, key=lambda each: each.duty.deadline))


async def read_completeness(
    source: FigureSource, question: Question, *, position: int, now: datetime
) -> CompletenessAnswer:
    """The answer from `source`, of which `position` was read."""
    topic, tree = question.topic, question.topic.shape.tree
    below = question.units(topic, question.organization.id)
    duties = await source.duties(topic.sheaf, organization_ids=below)
    excluded = await source.exclusions(topic.sheaf, organization_ids=below)
    units = tuple(
        UnitProgress(tree.get(each), parent_of(tree, each), duties[each])
        for each in below
        if each in duties
    )
    shown = (question.organization, *question.children(topic))
    nodes = [topic.node(each.id) for each in shown]
    rollups = await source.rollups(nodes, track=question.track)
    node, *children = (
        NodeProgress(
            organization=each,
            coverage=coverage_of(rollups.get(topic.node(each.id))),
            overdue=_count_overdue(units, below=frozenset(question.units(topic, each.id)), now=now),
        )
        for each in shown
    )
    return CompletenessAnswer(
        question=question,
        as_of=await source.as_of(position),
        now=now,
        node=node,
        children=tuple(children),
        units=units,
        excluded=tuple(
            ExcludedUnit(tree.get(each), excluded[each]) for each in below if each in excluded
        ),
        closed_at=await read_closed_at(source, question),
    )


async def read_closed_at(source: FigureSource, question: Question) -> datetime | None:
    """When the period asked about was closed in the province; None while it is open."""
    return await source.closed_at(
        question.topic.regime.code,
        question.period.code,
        province_id=question.organization.province_id,
    )


def parent_of(tree: Tree, organization_id: OrganizationId) -> OrganizationVersion | None:
    """Who answers for it in the tree."""
    parent_id = tree.get(organization_id).parent_id
    return None if parent_id is None else tree.get(parent_id)


def _count_overdue(
    units: Iterable[UnitProgress], *, below: Set[OrganizationId], now: datetime
) -> int:
    return sum(each.organization.id in below and each.duty.is_overdue(now) for each in units)
