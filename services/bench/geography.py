"""How long a year of one indicator takes to read over the reform, in the tree of today.

The catalogue is that of the whole country. The rollups are stored directly: of Bình Phước and the
old Đồng Nai until June, of the new Đồng Nai from July 2025.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import asyncpg

from services.aggregator.reading.geography import Geography
from services.aggregator.reading.live import LiveFigures
from services.aggregator.reading.redrawn import RedrawnFigures
from services.aggregator.series.questions import Span, ask_span
from services.aggregator.series.schemas import series_json
from services.aggregator.series.use_cases import Series, read_series
from services.bench.database import BenchServer
from services.bench.errors import BenchError
from services.bench.outcomes import Bar, Figure, Outcome, median, percentile
from services.bench.submit import Progress
from services.catalogue_events import announce_change
from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.catalogue.conversions.loading import load_conversion, read_official
from shared.catalogue.packs import read_packs, shipped_packs
from shared.catalogue.store import load_packs
from shared.clock import FixedClock
from shared.db.engine import create_engine, driver, snapshot, transaction
from shared.db.migrations import upgrade_async
from shared.domain.identifiers import FormCode, OrganizationCode, OrganizationId
from shared.domain.organizations import OrganizationVersion
from shared.labels.labels import Language
from shared.web.json import write_json
from shared.web.scope import Scope

MOST_SECONDS = 0.2
PACKS = ("calendars/vietnam", "regimes/socio-economic-monthly")
FORM, INDICATOR = FormCode("KTXH-01"), "TTHC01"
PROVINCE, OLD_PROVINCES = "75", ("70", "75")
LAST_DAY_BEFORE = date(2025, 6, 30)
AT = datetime(2025, 12, 16, 1, tzinfo=UTC)
MONTHS = tuple(f"2025-{month:02}" for month in range(1, 13))

COLUMNS = (
    "node_id", "form", "period", "track", "totals", "counts", "minima", "maxima", "expected",
    "reported", "on_time", "position",
)  # fmt: skip


class WrongSum(BenchError):
    """What was read is not what was stored."""

    code = "wrong_sum"

    def __init__(self, period: str, *, read: object, wanted: object) -> None:
        super().__init__(f"{period} reads {read}, but its units have reported {wanted}.")


@dataclass(frozen=True, slots=True)
class GeographyPlan:
    """How often each is read."""

    rounds: int = 20


async def measure_geography(
    server: BenchServer, plan: GeographyPlan, *, progress: Progress
) -> Outcome:
    """With nothing kept (the trees are built anew), and with trees and lineage in memory."""
    dsn = await server.create()
    known = await _prepare(dsn)
    wanted = await _store_rollups(dsn, known)
    engine = create_engine(dsn, role="tonghop_aggregator", pool_size=2)
    cold: list[float] = []
    warm: list[float] = []
    try:
        for number in range(plan.rounds):
            fresh = replace(known)  # The same catalogue, none of its trees built.
            for kept, took in ((fresh, cold), (fresh, warm)):
                began = time.perf_counter()
                async with snapshot(engine) as connection:
                    series = await _read(LiveFigures(await driver(connection)), kept)
                took.append(time.perf_counter() - began)
                _require(series, wanted)
            progress(number + 1, plan.rounds)
    finally:
        await engine.dispose()
    return _outcome(cold, warm, known=known, server=server)


async def _prepare(dsn: str) -> Catalogue:
    await upgrade_async(dsn)
    engine = create_engine(dsn, pool_size=2)
    clock = FixedClock(AT)
    try:
        conversion, model = read_official()
        async with transaction(engine) as connection:
            await load_conversion(
                connection, conversion, model, clock=clock, announce=announce_change
            )
            packs = read_packs(shipped_packs(*PACKS))
            await load_packs(connection, packs, clock=clock, announce=announce_change)
        return await CatalogueReader(engine).current()
    finally:
        await engine.dispose()


async def _store_rollups(dsn: str, known: Catalogue) -> dict[str, int]:
    """What the province must read for each month."""
    connection = await asyncpg.connect(dsn)
    wanted: dict[str, int] = {}
    try:
        for month in MONTHS:
            rows = list(_rollups(known, month))
            await connection.copy_records_to_table(
                "rollup", schema_name="aggregator", columns=COLUMNS, records=rows
            )
            provinces = {each.id for each in _provinces(known, month)}
            wanted[month] = sum(int(row[4][0]) for row in rows if row[0] in provinces)
        await connection.execute("ANALYZE aggregator.rollup")
    finally:
        await connection.close()
    return wanted


def _provinces(known: Catalogue, month: str) -> list[OrganizationVersion]:
    tree = known.tree(date.fromisoformat(f"{month}-14"))
    codes = (PROVINCE,) if tree.on > LAST_DAY_BEFORE else OLD_PROVINCES
    return [tree.by_code(OrganizationCode(code)) for code in codes]


def _rollups(known: Catalogue, month: str) -> Iterator[tuple[Any, ...]]:
    """Of every node of the provinces: a commune has its number, what is above it their sum."""
    on = date.fromisoformat(f"{month}-14")
    tree, form = known.tree(on), known.form(FORM, on=on)
    sums: dict[OrganizationId, tuple[int, int]] = {}
    for province in _provinces(known, month):
        for node in reversed(tree.subtree(province.id)):
            children = [sums[each] for each in tree.children(node)]
            lone = (1 + node % 997, 1) if tree.get(node).level == "commune" else (0, 0)
            total = sum(each for each, _ in children) + lone[0]
            count = sum(each for _, each in children) + lone[1]
            sums[node] = (total, count)
            cells = [Decimal(total)] * len(form.input_cells)
            counts = [count] * len(form.input_cells)
            yield (
                node, FORM, month, "live", cells, counts, cells, cells, count, count, count, 1,
            )  # fmt: skip


async def _read(source: LiveFigures, known: Catalogue) -> Series:
    """As the API does it, from the parameters to the JSON."""
    everything = frozenset(each.id for each in known.tree(AT.date()).organizations.values())
    geography = Geography("as_now", AT.date())
    span = ask_span(
        known,
        code=INDICATOR,
        organization=PROVINCE,
        scope=Scope(OrganizationId(0), everything),
        today=AT.date(),
        first=MONTHS[0],
        last=MONTHS[-1],
        geography=geography,
    )
    figures = RedrawnFigures(source, catalogue=known, day=AT.date())
    series = await _series(figures, span)
    write_json(series_json(series, question=span.question, language=Language.VI))
    return series


async def _series(figures: RedrawnFigures, span: Span) -> Series:
    position = await figures.position(span.nodes())
    return await read_series(figures, span, position=position)


def _require(series: Series, wanted: dict[str, int]) -> None:
    for point in series.points:
        if point.value != wanted[point.period.code]:
            raise WrongSum(point.period.code, read=point.value, wanted=wanted[point.period.code])


def _outcome(
    cold: list[float], warm: list[float], *, known: Catalogue, server: BenchServer
) -> Outcome:
    return Outcome(
        benchmark="geography",
        conditions=(
            f"12 months of {INDICATOR} of the new Đồng Nai as now, 270 communes until June 2025, "
            f"then 95, in a catalogue of {len(known.organizations):,} stretches of units and "
            f"{len(known.lineage):,} edges; {len(cold)} rounds, PostgreSQL {server.version}"
        ),
        figures=(
            Figure("nothing kept, longest", max(cold) * 1000, "ms"),
            Figure("trees kept, median", median(warm) * 1000, "ms"),
            Figure("trees kept, p95", percentile(warm, 95) * 1000, "ms"),
        ),
        bars=(Bar("nothing kept, median, s", median(cold), most=MOST_SECONDS),),
    )
