"""Where a value comes from: the cells of its formula, and the reports behind them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.aggregator.reading.figures import FigureSource, sheet_of
from services.aggregator.reading.questions import Question
from shared.domain.forms import CellRef
from shared.domain.identifiers import OrganizationId
from shared.domain.indicators import Indicator, cell_places, value
from shared.domain.organizations import OrganizationVersion


@dataclass(frozen=True, slots=True)
class PartCell:
    """A cell that the formula names, as it is summed at the node."""

    cell: CellRef
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class SourceReport:
    """The version of a unit's report that stands in the track."""

    organization: OrganizationVersion
    report_id: int
    version: int
    submitted_at: datetime
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Sources:
    indicator: Indicator
    cells: tuple[PartCell, ...]
    reports: tuple[SourceReport, ...]


async def read_sources(
    source: FigureSource,
    question: Question,
    indicator: Indicator,
    *,
    readable: Collection[OrganizationId],
) -> Sources:
    """Where it comes from; reports of `readable` organizations only."""
    topic, tree = question.topic, question.topic.shape.tree
    units = question.units(topic, question.organization.id)
    below = [each for each in units if each in readable]
    found = await source.reports(topic.sheaf, organization_ids=below, track=question.track)
    nodes = [question.node, *(topic.node(each) for each in found)]
    rollups = await source.rollups(nodes, track=question.track)
    form = topic.shape.form
    own = sheet_of(rollups.get(question.node), form=form)
    places = dict.fromkeys(cell_places(indicator, form).values())
    return Sources(
        indicator=indicator,
        cells=tuple(PartCell(cell, own.value(cell)) for cell in places),
        reports=tuple(
            SourceReport(
                organization=tree.get(each),
                report_id=found[each].report_id,
                version=found[each].version,
                submitted_at=found[each].submitted_at,
                value=value(indicator, sheet_of(rollups.get(topic.node(each)), form=form)),
            )
            for each in below
            if each in found
        ),
    )
