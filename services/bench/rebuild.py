"""A rebuild of the aggregator's tables from the log, beside one GROUP BY of the same figures."""

import time
from dataclasses import dataclass, field

import asyncpg

from services.aggregator.upkeep.rebuild import rebuild
from services.bench.catch_up import prepare_country, require_total
from services.bench.country import CountrySize
from services.bench.database import BenchServer
from services.bench.outcomes import Bar, Figure, Outcome, median
from services.bench.reports import CELLS
from services.bench.stored import StoredReports, store_reports
from services.bench.submit import Progress
from shared.catalogue.catalogue import CatalogueReader
from shared.db.engine import create_engine

MOST_RATIO = 3.0

YARDSTICK = """
CREATE TEMPORARY TABLE summed ON COMMIT DROP AS
SELECT form, period, track, cell, commune.organization_id AS commune,
       district.organization_id AS district, commune.province_id AS province,
       sum(value), count(value), min(value), max(value)
FROM aggregator.report
JOIN catalogue.organization_version commune USING (organization_id)
JOIN catalogue.organization_version district ON district.organization_id = commune.parent_id
CROSS JOIN unnest(cells) WITH ORDINALITY AS figure (value, cell)
GROUP BY GROUPING SETS (
    (form, period, track, cell, commune.organization_id),
    (form, period, track, cell, district.organization_id),
    (form, period, track, cell, commune.province_id))
"""


@dataclass(frozen=True, slots=True)
class RebuildPlan:
    """`reports` events over the communes of a country in turn, rebuilt `rounds` times."""

    reports: int = 20_000
    rounds: int = 3
    country: CountrySize = field(default_factory=CountrySize)


async def measure_rebuild(server: BenchServer, plan: RebuildPlan, *, progress: Progress) -> Outcome:
    """Rebuild and GROUP BY in turn, on the same rows."""
    dsn = await server.create()
    await prepare_country(dsn, plan.country)
    stored = await store_reports(dsn, count=plan.reports)
    engine = create_engine(dsn, role="tonghop_aggregator", pool_size=2)
    connection = await asyncpg.connect(dsn)
    took: list[tuple[float, float]] = []
    try:
        await connection.execute("VACUUM ANALYZE")
        catalogue = await CatalogueReader(engine).current()
        for number in range(plan.rounds):
            began = time.perf_counter()
            await rebuild(engine, catalogue=catalogue)
            ours = time.perf_counter() - began
            await require_total(connection, stored)
            took.append((ours, await _group_by(connection)))
            progress(number + 1, plan.rounds)
    finally:
        await connection.close()
        await engine.dispose()
    return _outcome(took, stored, server=server)


async def _group_by(connection: "asyncpg.Connection[asyncpg.Record]") -> float:
    """Seconds that PostgreSQL takes to add up all levels in one statement."""
    await connection.execute("ANALYZE aggregator.report")
    async with connection.transaction():
        began = time.perf_counter()
        await connection.execute(YARDSTICK)
        return time.perf_counter() - began


def _outcome(
    took: list[tuple[float, float]], stored: StoredReports, *, server: BenchServer
) -> Outcome:
    ratios = [ours / group_by for ours, group_by in took]
    return Outcome(
        benchmark="rebuild",
        conditions=(
            f"{stored.count:,} report events of {CELLS} cells, {len(took)} rounds, "
            f"PostgreSQL {server.version}"
        ),
        figures=(
            Figure("rebuild", median([ours for ours, _ in took]), "s"),
            Figure("one GROUP BY", median([group_by for _, group_by in took]), "s"),
            Figure("least ratio", min(ratios), ""),
            Figure("greatest ratio", max(ratios), ""),
        ),
        bars=(Bar("ratio", median(ratios), most=MOST_RATIO),),
    )
