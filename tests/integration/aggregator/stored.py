"""What the aggregator's tables hold, in a form that tests can compare."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.reading.figures import Rollup
from services.aggregator.reading.live import LiveFigures
from services.aggregator.shapes import Node
from services.aggregator.tracks import Track
from shared.db.engine import driver, snapshot
from shared.domain.identifiers import OrganizationId
from tests.integration.aggregator.world import Q2, SUMMED, Owner

TABLES = ("obligation", "report", "rollup")


async def rollup_at(
    engine: AsyncEngine,
    organization_id: OrganizationId,
    *,
    track: Track = Track.LIVE,
    owner: Owner | None = None,
) -> Rollup:
    """The rollup of a node of the summed form in the second quarter, or of another sheaf."""
    _, form, period = owner or (organization_id, SUMMED, Q2)
    node = Node(form, period, organization_id)
    async with snapshot(engine) as connection:
        figures = LiveFigures(await driver(connection))
        return (await figures.rollups([node], track=track))[node]


async def everything(engine: AsyncEngine) -> dict[str, Sequence[tuple[Any, ...]]]:
    """All rows of all tables, in the order of their keys."""
    async with snapshot(engine) as connection:
        return {
            table: [
                tuple(map(str, row))
                for row in await connection.exec_driver_sql(
                    f"SELECT * FROM aggregator.{table} ORDER BY 1, 2, 3, 4"
                )
            ]
            for table in TABLES
        }
