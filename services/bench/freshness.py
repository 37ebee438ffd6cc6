"""How long after a report is sent the provincial total shows it, through the API.

Reports are sent at fixed moments, whether the answers keep up or not, and each is timed from the
moment it was due: a server that makes senders wait cannot look fresh by that.
"""

import asyncio
import json
import time
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import asyncpg

from services.bench.database import BenchServer
from services.bench.errors import BenchError
from services.bench.load import Answer, Connection, get, require_status
from services.bench.outcomes import Bar, Figure, Outcome, percentile
from services.bench.programs import TONGHOP, Program, running
from services.bench.reports import CELLS, Sending
from services.bench.submit import Progress, ReportsLost
from services.bench.world import FORM, PERIOD, PROVINCE, World, make_world
from shared.messaging.local_kafka import local_kafka
from shared.settings import EventLogKind

MOST_P99_SECONDS = 1.0
MOST_P50_SECONDS = 0.15
CATCH_UP_TIMEOUT_SECONDS = 60
LANES = 16

POSITIONS = """
SELECT event_id::text AS event_id, position FROM log.event
WHERE type = 'vn.tonghop.report.submitted.v1'
"""


class NotShown(BenchError):
    """The total never showed everything that was acknowledged."""

    code = "not_shown"

    def __init__(self, *, position: int, wanted: int) -> None:
        super().__init__(
            f"After {CATCH_UP_TIMEOUT_SECONDS} s the total is as of position {position}, "
            f"but position {wanted} is acknowledged."
        )


@dataclass(frozen=True, slots=True)
class FreshnessPlan:
    """`reports_per_second` for `seconds`; the total is asked for every `poll_seconds`."""

    log: EventLogKind
    reports_per_second: int = 100
    seconds: int = 20
    poll_seconds: float = 0.005

    @property
    def reports(self) -> int:
        return self.reports_per_second * self.seconds


@dataclass
class Watch:
    """What the province saw: at which moment of perf_counter it first saw each position."""

    moments: list[float] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)

    def see(self, position: int, *, at: float) -> None:
        if not self.positions or position > self.positions[-1]:
            self.moments.append(at)
            self.positions.append(position)

    @property
    def position(self) -> int:
        return self.positions[-1] if self.positions else 0

    def moment_of(self, position: int) -> float:
        """When the total first showed that position."""
        return self.moments[bisect_left(self.positions, position)]


@dataclass(frozen=True, slots=True)
class _Sent:
    """A report that was acknowledged, and when it was due."""

    due: float
    event_id: str


async def measure_freshness(
    server: BenchServer, plan: FreshnessPlan, *, progress: Progress
) -> Outcome:
    """Sends at a fixed rate to the three services in one process, and watches the total."""
    dsn = await server.create()
    world = await make_world(dsn)
    async with AsyncExitStack() as stack:
        environment = {"DATABASE_URL": dsn, "TONGHOP_EVENT_LOG": plan.log.value}
        if plan.log is EventLogKind.KAFKA:
            broker = await stack.enter_async_context(local_kafka(server.folder / "kafka"))
            environment["TONGHOP_KAFKA_BOOTSTRAP_SERVERS"] = broker.bootstrap_servers
        program = await stack.enter_async_context(
            running(
                "all",
                (*TONGHOP, "serve", "all"),
                folder=server.folder,
                environment=environment,
            )
        )
        return await _measured(program, world, dsn, plan=plan, server=server, progress=progress)


async def _measured(
    program: Program,
    world: World,
    dsn: str,
    *,
    plan: FreshnessPlan,
    server: BenchServer,
    progress: Progress,
) -> Outcome:
    watch, stop = Watch(), asyncio.Event()
    await _all_owed(program, world)
    watching = asyncio.create_task(_watch(program, world, watch, plan=plan, stop=stop))
    try:
        sending = Sending(world.communes, LANES)
        sent = await _send(program, sending, plan=plan, progress=progress)
        positions = await _positions(dsn, sent)
        await _shown(watch, max(positions), watching=watching)
    finally:
        stop.set()
        await asyncio.gather(watching, return_exceptions=True)
    await _require_total(program, world, sending)
    waits = [
        watch.moment_of(position) - each.due for each, position in zip(sent, positions, strict=True)
    ]
    return _outcome(waits, watch, plan=plan, server=server)


async def _send(
    program: Program, sending: Sending, *, plan: FreshnessPlan, progress: Progress
) -> list[_Sent]:
    lanes: list[list[tuple[float, bytes]]] = [[] for _ in range(LANES)]
    start = time.perf_counter() + 0.5
    for number in range(plan.reports):
        lane, request = sending.next()
        lanes[lane].append((start + number / plan.reports_per_second, request))
    done: list[_Sent] = []
    await asyncio.gather(
        *(_lane(program.port, each, done, total=plan.reports, progress=progress) for each in lanes)
    )
    return done


async def _lane(
    port: int,
    timed: Sequence[tuple[float, bytes]],
    done: list[_Sent],
    *,
    total: int,
    progress: Progress,
) -> None:
    connection = await Connection.open(port)
    try:
        for due, request in timed:
            await asyncio.sleep(due - time.perf_counter())
            answer = await connection.send(request)
            require_status([answer], 201)
            done.append(_Sent(due, json.loads(answer.body)["event_id"]))
            progress(len(done), total)
    finally:
        await connection.close()


async def _watch(
    program: Program, world: World, watch: Watch, *, plan: FreshnessPlan, stop: asyncio.Event
) -> None:
    """Asks as a dashboard does: with the ETag it holds, on one connection."""
    connection, tag = await Connection.open(program.port), ""
    try:
        while not stop.is_set():
            answer = await connection.send(_indicators(world, tag=tag))
            if answer.status != 304:
                require_status([answer], 200)
                tag = answer.header("etag") or ""
                watch.see(json.loads(answer.body)["as_of"]["position"], at=answer.received)
            await asyncio.sleep(plan.poll_seconds)
    finally:
        await connection.close()


def _indicators(world: World, *, tag: str) -> bytes:
    headers = {"Authorization": f"Bearer {world.province.token}"}
    if tag:
        headers["If-None-Match"] = tag
    return get(f"/api/v1/indicators?period={PERIOD}&organization={PROVINCE}", headers=headers)


async def _rollup(program: Program, world: World) -> Answer:
    connection = await Connection.open(program.port)
    headers = {"Authorization": f"Bearer {world.province.token}"}
    path = f"/api/v1/rollups?form={FORM}&period={PERIOD}&organization={PROVINCE}"
    try:
        answer = await connection.send(get(path, headers=headers))
    finally:
        await connection.close()
    require_status([answer], 200)
    return answer


async def _all_owed(program: Program, world: World) -> None:
    """The consumer starts with the obligations; they are not what is measured."""
    wanted = len(world.communes)
    async with asyncio.timeout(CATCH_UP_TIMEOUT_SECONDS):
        while await _owed(program, world) != wanted:  # noqa: ASYNC110 (another process ends it)
            await asyncio.sleep(0.05)


async def _owed(program: Program, world: World) -> int:
    expected: int = json.loads((await _rollup(program, world)).body)["coverage"]["expected"]
    return expected


async def _positions(dsn: str, sent: Sequence[_Sent]) -> list[int]:
    """The position of each report's event; the relay may still have some to give."""
    connection = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(CATCH_UP_TIMEOUT_SECONDS):
            while True:
                rows = await connection.fetch(POSITIONS)
                found = {row["event_id"]: row["position"] for row in rows}
                if len(found) != len(sent):
                    raise ReportsLost(acknowledged=len(sent), stored=len(found))
                if None not in found.values():
                    return [found[each.event_id] for each in sent]
                await asyncio.sleep(0.05)
    finally:
        await connection.close()


async def _shown(watch: Watch, wanted: int, *, watching: asyncio.Task[None]) -> None:
    """Waits until the total shows everything; a failure of the watcher is raised here."""
    end = time.monotonic() + CATCH_UP_TIMEOUT_SECONDS
    while watch.position < wanted:
        if watching.done():
            watching.result()
        if time.monotonic() > end:
            raise NotShown(position=watch.position, wanted=wanted)
        await asyncio.sleep(0.02)


async def _require_total(program: Program, world: World, sending: Sending) -> None:
    """One cell of the province must be the sum of what the communes sent last."""
    cells = json.loads((await _rollup(program, world)).body)["cells"]
    found = next(cell for cell in cells if (cell["row"], cell["column"]) == ("LV01", "4"))
    wanted = sending.expected_total("LV01", "4")
    if int(found["total"]) != wanted:
        raise ReportsLost(acknowledged=wanted, stored=found["total"])


def _outcome(
    waits: Sequence[float], watch: Watch, *, plan: FreshnessPlan, server: BenchServer
) -> Outcome:
    p50, p99 = percentile(waits, 50), percentile(waits, 99)
    bars = [Bar("p99, s", p99, most=MOST_P99_SECONDS)]
    if plan.log is EventLogKind.KAFKA:
        bars.insert(0, Bar("p50, s", p50, most=MOST_P50_SECONDS))
    return Outcome(
        benchmark=f"freshness, {plan.log.value}",
        conditions=(
            f"{plan.reports_per_second} reports/s of {CELLS} cells for {plan.seconds} s, all "
            f"services in one process, events in {plan.log.value}, asked every "
            f"{plan.poll_seconds * 1000:g} ms, PostgreSQL {server.version}"
        ),
        figures=(
            Figure("p50", p50 * 1000, "ms"),
            Figure("p99", p99 * 1000, "ms"),
            Figure("longest", max(waits) * 1000, "ms"),
            Figure("reports", len(waits), ""),
            Figure("totals seen", len(watch.positions), ""),
        ),
        bars=tuple(bars),
    )
