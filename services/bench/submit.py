"""Reports a second of POST /api/v1/submissions, beside the bare endpoint of `bare`.

Both run on one server, each with its database; one of them is loaded at a time, in turn.
"""

from collections.abc import Callable
from dataclasses import dataclass

import asyncpg

from services.bench.database import BenchServer
from services.bench.errors import BenchError
from services.bench.load import per_second, send_lanes
from services.bench.outcomes import Bar, Figure, Outcome, median
from services.bench.programs import TONGHOP, Program, running
from services.bench.reports import CELLS, Sending
from services.bench.waiting import until_value
from services.bench.world import World, make_world

LEAST_RATIO = 0.6
CPU_UNIT = "ms/report"

Progress = Callable[[int, int], None]
"""Told how many of how many steps are done."""

BACKLOG = "SELECT count(*) FROM log.event WHERE position IS NULL"
STORED = """
SELECT (SELECT count(*) FROM log.report_version) AS versions,
       (SELECT count(*) FROM log.report_act) AS acts,
       (SELECT count(*) FROM intake.idempotency) AS keys,
       (SELECT count(*) FROM log.event WHERE type = 'vn.tonghop.report.submitted.v1') AS events
"""


class ReportsLost(BenchError):
    """What is stored is not what was acknowledged; the figures are void."""

    code = "reports_lost"

    def __init__(self, *, acknowledged: int, stored: object) -> None:
        super().__init__(f"{acknowledged} reports were acknowledged, but stored are {stored}.")


@dataclass(frozen=True, slots=True)
class SubmitPlan:
    """How much is sent: `reports` in each of `rounds`, after one round that does not count."""

    rounds: int = 7
    reports: int = 1_500
    connections: int = 8


@dataclass(frozen=True, slots=True)
class _Round:
    """What one round of one program took."""

    per_second: float
    cpu_milliseconds: float


@dataclass
class _Side:
    """One of the two programs, with its database and what was sent to it."""

    program: Program
    dsn: str
    sending: Sending

    async def round(self, reports: int) -> "_Round":
        lanes = self.sending.lanes(reports)
        before = self.program.cpu_seconds()
        answers = await send_lanes(self.program.port, lanes, expected=201)
        spent = self.program.cpu_seconds() - before
        return _Round(per_second(answers), spent / reports * 1000)

    async def verify(self) -> None:
        """Raises ReportsLost."""
        connection = await asyncpg.connect(self.dsn)
        try:
            stored = dict(await connection.fetchrow(STORED))
        finally:
            await connection.close()
        if set(stored.values()) != {self.sending.sent}:
            raise ReportsLost(acknowledged=self.sending.sent, stored=stored)


async def measure_submit(server: BenchServer, plan: SubmitPlan, *, progress: Progress) -> Outcome:
    """Rounds of the deployed service and of the bare endpoint in turn."""
    dsn = await server.create()
    world = await make_world(dsn)
    bare_dsn = await server.create(copy_of=dsn)
    async with (
        running(
            "intake",
            (*TONGHOP, "serve", "intake"),
            folder=server.folder,
            environment={"DATABASE_URL": dsn},
        ) as intake,
        running(
            "bare",
            ("-m", "services.bench.bare"),
            folder=server.folder,
            environment={"DATABASE_URL": bare_dsn},
        ) as bare,
    ):
        ours = _Side(intake, dsn, _sending(world, plan))
        yardstick = _Side(bare, bare_dsn, _sending(world, plan))
        rates = await _rounds(ours, yardstick, plan=plan, progress=progress)
        await ours.verify()
        await yardstick.verify()
    return _outcome(rates, plan=plan, server=server)


def _sending(world: World, plan: SubmitPlan) -> Sending:
    return Sending(world.communes, plan.connections)


async def _rounds(
    ours: _Side, yardstick: _Side, *, plan: SubmitPlan, progress: Progress
) -> list[tuple[_Round, _Round]]:
    rates: list[tuple[_Round, _Round]] = []
    for number in range(plan.rounds + 1):
        own = await ours.round(plan.reports)
        # What the relay still has to do must not slow the other program down.
        await until_value(ours.dsn, BACKLOG, wanted=0)
        rates.append((own, await yardstick.round(plan.reports)))
        progress(number + 1, plan.rounds + 1)
    return rates[1:]


def _outcome(
    rates: list[tuple[_Round, _Round]], *, plan: SubmitPlan, server: BenchServer
) -> Outcome:
    ratios = [own.per_second / bare.per_second for own, bare in rates]
    return Outcome(
        benchmark="submit",
        conditions=(
            f"{CELLS} cells a report, {plan.rounds} rounds of {plan.reports:,} reports over "
            f"{plan.connections} connections, PostgreSQL {server.version}, fsync on"
        ),
        figures=(
            Figure("tonghop", median([own.per_second for own, _ in rates]), "reports/s"),
            Figure("bare endpoint", median([bare.per_second for _, bare in rates]), "reports/s"),
            Figure("tonghop, CPU", median([own.cpu_milliseconds for own, _ in rates]), CPU_UNIT),
            Figure("bare, CPU", median([bare.cpu_milliseconds for _, bare in rates]), CPU_UNIT),
            Figure("least ratio", min(ratios), ""),
            Figure("greatest ratio", max(ratios), ""),
        ),
        bars=(Bar("ratio", median(ratios), least=LEAST_RATIO),),
    )
