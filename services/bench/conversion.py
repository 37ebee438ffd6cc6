"""How long the official conversion table takes into an empty catalogue, the database included."""

import time
from dataclasses import dataclass

from services.bench.database import BenchServer
from services.bench.errors import BenchError
from services.bench.outcomes import Bar, Figure, Outcome, median
from services.bench.submit import Progress
from services.catalogue_events import announce_change
from shared.catalogue.catalogue import CatalogueReader
from shared.catalogue.conversions.loading import load_conversion, read_official
from shared.clock import SystemClock
from shared.db.engine import create_engine, transaction
from shared.db.migrations import upgrade_async

MOST_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ConversionPlan:
    """Each round begins with an empty database."""

    rounds: int = 3


class UnitsLost(BenchError):
    """What is in the catalogue is not what the table says."""

    code = "units_lost"

    def __init__(self, *, stored: int, wanted: int) -> None:
        super().__init__(f"The catalogue holds {stored} units, the table makes {wanted}.")


@dataclass(frozen=True, slots=True)
class _Round:
    """Seconds of each part."""

    understood: float
    loaded: float
    units: int
    edges: int

    @property
    def whole(self) -> float:
        return self.understood + self.loaded


async def measure_conversion(
    server: BenchServer, plan: ConversionPlan, *, progress: Progress
) -> Outcome:
    """Read, understand, check and store it, as `tonghop catalogue import-conversion` does."""
    rounds = []
    for number in range(plan.rounds):
        rounds.append(await _round(await server.create()))
        progress(number + 1, plan.rounds)
    whole = median([each.whole for each in rounds])
    return Outcome(
        benchmark="conversion",
        conditions=(
            f"{rounds[0].units:,} stretches of units and {rounds[0].edges:,} edges into an empty "
            f"database, {plan.rounds} rounds, PostgreSQL {server.version}"
        ),
        figures=(
            Figure("read and understood", median([each.understood for each in rounds]), "s"),
            Figure("checked and stored", median([each.loaded for each in rounds]), "s"),
            Figure("longest", max(each.whole for each in rounds), "s"),
        ),
        bars=(Bar("whole, s", whole, most=MOST_SECONDS),),
    )


async def _round(dsn: str) -> _Round:
    await upgrade_async(dsn)
    engine = create_engine(dsn, pool_size=2)
    try:
        began = time.perf_counter()
        conversion, model = read_official()
        understood = time.perf_counter()
        async with transaction(engine) as connection:
            loaded = await load_conversion(
                connection, conversion, model, clock=SystemClock(), announce=announce_change
            )
        stored = time.perf_counter()
        known = await CatalogueReader(engine).current()
    finally:
        await engine.dispose()
    pack = loaded.entries.pack
    if len(known.organizations) != len(pack.organizations):
        raise UnitsLost(stored=len(known.organizations), wanted=len(pack.organizations))
    return _Round(
        understood=understood - began,
        loaded=stored - understood,
        units=len(pack.organizations),
        edges=len(pack.lineage),
    )
