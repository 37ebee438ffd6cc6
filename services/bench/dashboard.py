"""Reads of the overview a second, new (200) and unchanged (304), beside a ping that authenticates.

All routes are of one process, loaded one at a time in turn.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.bench.catch_up import APPLIED
from services.bench.database import BenchServer
from services.bench.load import Connection, get, per_second, require_status, send_lanes
from services.bench.outcomes import Bar, Figure, Outcome, median
from services.bench.programs import Program, running
from services.bench.served import PING
from services.bench.stored import place_events, store_reports
from services.bench.submit import Progress
from services.bench.waiting import until_value
from services.bench.world import PERIOD, PROVINCE, World, make_world

LEAST_UNCHANGED = 0.7
LEAST_NEW = 0.4

INDICATORS = f"/api/v1/indicators?period={PERIOD}&organization={PROVINCE}"


@dataclass(frozen=True, slots=True)
class DashboardPlan:
    """`requests` to each route in each of `rounds`, after one round that does not count."""

    rounds: int = 7
    requests: int = 1_000
    connections: int = 8


@dataclass(frozen=True, slots=True)
class _Route:
    """A request to be repeated, and the status it must get."""

    request: bytes
    status: int


async def measure_dashboard(
    server: BenchServer, plan: DashboardPlan, *, progress: Progress
) -> Outcome:
    """Every commune has sent; nothing changes while it is read."""
    dsn = await server.create()
    world = await make_world(dsn)
    await place_events(dsn)
    stored = await store_reports(dsn, count=len(world.communes))
    async with running(
        "served",
        ("-m", "services.bench.served"),
        folder=server.folder,
        environment={"DATABASE_URL": dsn},
    ) as program:
        await until_value(dsn, APPLIED, wanted=stored.last)
        routes = await _routes(program, world)
        rates = {name: list[float]() for name in routes}
        for number in range(plan.rounds + 1):
            for name, route in routes.items():
                rates[name].append(await _rate(program, route, plan=plan))
            progress(number + 1, plan.rounds + 1)
    return _outcome({name: each[1:] for name, each in rates.items()}, plan=plan, server=server)


async def _routes(program: Program, world: World) -> dict[str, _Route]:
    headers = {"Authorization": f"Bearer {world.province.token}"}
    tag = await _tag(program, headers)
    return {
        "ping": _Route(get(PING, headers=headers), 200),
        "200": _Route(get(INDICATORS, headers=headers), 200),
        "304": _Route(get(INDICATORS, headers={**headers, "If-None-Match": tag}), 304),
    }


async def _tag(program: Program, headers: Mapping[str, str]) -> str:
    connection = await Connection.open(program.port)
    try:
        answer = await connection.send(get(INDICATORS, headers=headers))
    finally:
        await connection.close()
    require_status([answer], 200)
    return answer.header("etag") or ""


async def _rate(program: Program, route: _Route, *, plan: DashboardPlan) -> float:
    lane = [route.request] * max(1, plan.requests // plan.connections)
    answers = await send_lanes(program.port, [lane] * plan.connections, expected=route.status)
    return per_second(answers)


def _outcome(
    rates: Mapping[str, list[float]], *, plan: DashboardPlan, server: BenchServer
) -> Outcome:
    def ratio(name: str) -> float:
        pairs = zip(rates[name], rates["ping"], strict=True)
        return median([own / ping for own, ping in pairs])

    return Outcome(
        benchmark="dashboard",
        conditions=(
            f"GET {INDICATORS}, {plan.rounds} rounds of {plan.requests:,} requests over "
            f"{plan.connections} connections, PostgreSQL {server.version}"
        ),
        figures=(
            Figure("ping", median(rates["ping"]), "requests/s"),
            Figure("unchanged (304)", median(rates["304"]), "requests/s"),
            Figure("new (200)", median(rates["200"]), "requests/s"),
        ),
        bars=(
            Bar("304 to ping", ratio("304"), least=LEAST_UNCHANGED),
            Bar("200 to ping", ratio("200"), least=LEAST_NEW),
        ),
    )
