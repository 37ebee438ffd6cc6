"""Where a value comes from: the cells of its formula, and the reports behind them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from services.aggregator.reading.questions import Question
from services.aggregator.reading.repository import read_rollups, sheet_of
from shared.db.engine import driver
from shared.domain.forms import CellRef
from shared.domain.identifiers import OrganizationId
from shared.domain.indicators import Indicator, cell_places, value
from shared.domain.organizations import OrganizationVersion

_REPORTS = """
SELECT organization_id, report_id, version, submitted_at
FROM aggregator.report
WHERE form = $1 AND period = $2 AND track = $3 AND organization_id = ANY($4::bigint[])
  AND version IS NOT NULL
"""


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
    connection: AsyncConnection,
    question: Question,
    indicator: Indicator,
    *,
    readable: Collection[OrganizationId],
) -> Sources:
    """The sources in the snapshot of `connection`; reports of `readable` organizations only."""
    topic, tree = question.topic, question.topic.shape.tree
    below = [each for each in tree.subtree(question.organization.id) if each in readable]
    native = await driver(connection)
    rows = await native.fetch(_REPORTS, *topic.sheaf, question.track.value, below)
    found = {OrganizationId(row["organization_id"]): row for row in rows}
    nodes = [question.node, *(topic.node(each) for each in found)]
    rollups = await read_rollups(connection, nodes, track=question.track)
    form = topic.shape.form
    own = sheet_of(rollups.get(question.node), form=form)
    places = dict.fromkeys(cell_places(indicator, form).values())
    return Sources(
        indicator=indicator,
        cells=tuple(PartCell(cell, own.value(cell)) for cell in places),
        reports=tuple(
            SourceReport(
                organization=tree.get(each),
                report_id=found[each]["report_id"],
                version=found[each]["version"],
                submitted_at=found[each]["submitted_at"],
                value=value(indicator, sheet_of(rollups.get(topic.node(each)), form=form)),
            )
            for each in below
            if each in found
        ),
    )
