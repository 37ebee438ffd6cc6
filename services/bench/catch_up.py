"""How fast the aggregator applies reports that wait in the log, and whether its memory stays flat.

The reports are of a whole country, so that a batch holds hundreds of different ones.
"""

import asyncio
import time
from dataclasses import dataclass, field

import asyncpg

from services.bench.country import CountrySize, make_country
from services.bench.database import BenchServer
from services.bench.errors import BenchError
from services.bench.outcomes import Bar, Figure, Outcome
from services.bench.programs import TONGHOP, Program, running
from services.bench.reports import CELLS
from services.bench.stored import StoredReports, place_events, store_reports
from services.bench.submit import Progress, ReportsLost
from services.bench.world import FORM, PERIOD
from shared.db.engine import create_engine
from shared.db.migrations import upgrade_async

LEAST_PER_SECOND = 5_000
MOST_GROWTH = 1.25
"""Memory at the end, beside that after the first fifth, when every cache has been filled."""

STALL_TIMEOUT_SECONDS = 60
POLL_SECONDS = 0.02

APPLIED = "SELECT coalesce(max(position), 0) FROM aggregator.consumer_offset"
TOTAL = """
SELECT sum(rollup.totals[1]) FROM aggregator.rollup
JOIN catalogue.organization_version v ON v.organization_id = node_id AND v.level = 'province'
WHERE form = $1 AND period = $2 AND track = 'live'
"""


class Stalled(BenchError):
    """The aggregator applied nothing for a long time."""

    code = "stalled"

    def __init__(self, *, applied: int, wanted: int) -> None:
        super().__init__(
            f"The aggregator stands at position {applied} of {wanted} and applied nothing for "
            f"{STALL_TIMEOUT_SECONDS} s."
        )


@dataclass(frozen=True, slots=True)
class CatchUpPlan:
    """`reports` events, over the communes of a country in turn."""

    reports: int = 20_000
    country: CountrySize = field(default_factory=CountrySize)


@dataclass
class _Watched:
    """How far the aggregator is, when it got there, and its memory on the way."""

    program: Program
    connection: "asyncpg.Connection[asyncpg.Record]"
    memory: list[float] = field(default_factory=list)

    async def until(self, wanted: int, *, progress: Progress) -> float:
        """The moment of perf_counter at which the position was reached. Raises Stalled."""
        applied, moved = -1, time.perf_counter()
        while True:
            found: int = await self.connection.fetchval(APPLIED)
            now = time.perf_counter()
            if found > applied:
                applied, moved = found, now
                self.memory.append(self.program.resident_megabytes())
                progress(min(found, wanted), wanted)
            if found >= wanted:
                return now
            if now - moved > STALL_TIMEOUT_SECONDS:
                raise Stalled(applied=applied, wanted=wanted)
            await asyncio.sleep(POLL_SECONDS)


async def measure_catch_up(
    server: BenchServer, plan: CatchUpPlan, *, progress: Progress
) -> Outcome:
    """The aggregator as deployed, alone on the machine with its database."""
    dsn = await server.create()
    owed = await prepare_country(dsn, plan.country)
    async with running(
        "aggregator",
        (*TONGHOP, "serve", "aggregator"),
        folder=server.folder,
        environment={"DATABASE_URL": dsn},
    ) as program:
        connection = await asyncpg.connect(dsn)
        try:
            watched = _Watched(program, connection)
            await watched.until(owed, progress=progress)
            watched.memory.clear()
            stored = await store_reports(dsn, count=plan.reports)
            began = time.perf_counter()
            took = await watched.until(stored.last, progress=progress) - began
            await require_total(connection, stored)
            return _outcome(stored, watched, took=took, plan=plan, server=server)
        finally:
            await connection.close()


async def prepare_country(dsn: str, country: CountrySize) -> int:
    """A migrated database with the country in it; the position of its last event."""
    await upgrade_async(dsn)
    engine = create_engine(dsn, pool_size=2)
    try:
        await make_country(engine, country)
    finally:
        await engine.dispose()
    return await place_events(dsn)


async def require_total(
    connection: "asyncpg.Connection[asyncpg.Record]", stored: StoredReports
) -> None:
    """Raises ReportsLost unless the provinces add up to what the last reports hold."""
    total = await connection.fetchval(TOTAL, FORM, PERIOD)
    if total != stored.total:
        raise ReportsLost(acknowledged=stored.total, stored=total)


def _outcome(
    stored: StoredReports,
    watched: _Watched,
    *,
    took: float,
    plan: CatchUpPlan,
    server: BenchServer,
) -> Outcome:
    rate = stored.count / took
    early = watched.memory[len(watched.memory) // 5]
    end = watched.program.resident_megabytes()
    return Outcome(
        benchmark="catch-up",
        conditions=(
            f"{stored.count:,} reports of {CELLS} cells, {plan.country.units:,} communes, "
            f"one aggregator, PostgreSQL {server.version}"
        ),
        figures=(
            Figure("applied", rate, "reports/s"),
            Figure("took", took, "s"),
            Figure("memory, after a fifth", early, "MB"),
            Figure("memory, at the end", end, "MB"),
            Figure("memory, peak", watched.program.peak_megabytes(), "MB"),
        ),
        bars=(
            Bar("reports/s", rate, least=LEAST_PER_SECOND),
            Bar("memory, end to a fifth", end / early if early else 1.0, most=MOST_GROWTH),
        ),
    )
