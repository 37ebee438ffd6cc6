"""Every measurement in small: it runs, counts right and says so. Never how fast."""

import asyncpg
import pytest

from services.bench.catch_up import CatchUpPlan, measure_catch_up
from services.bench.conversion import ConversionPlan, measure_conversion
from services.bench.country import CountrySize
from services.bench.dashboard import DashboardPlan, measure_dashboard
from services.bench.database import BenchServer, NotDurable, bench_server
from services.bench.freshness import FreshnessPlan, measure_freshness
from services.bench.geography import GeographyPlan, measure_geography
from services.bench.outcomes import Outcome
from services.bench.rebuild import RebuildPlan, measure_rebuild
from services.bench.submit import SubmitPlan, measure_submit
from services.bench.validation import ValidationPlan, measure_validation
from shared.db.embedded import Server
from shared.settings import EventLogKind

SMALL = CountrySize(provinces=2, districts=2, communes=3)


class Steps:
    """Progress as it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def __call__(self, done: int, total: int) -> None:
        self.told.append((done, total))

    @property
    def finished(self) -> bool:
        done, total = self.told[-1]
        return done == total


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
async def server(postgres_server: Server, tmp_path):
    """The tests' server, which is not durable: good for counting, not for measuring."""
    made = BenchServer(postgres_server.dsn, tmp_path, "of the tests")
    yield made
    await made.drop_all()


def names(outcome: Outcome) -> set[str]:
    return {figure.name for figure in outcome.figures}


def test_validate_checks_sound_reports_and_nothing_else(steps: Steps) -> None:
    outcome = measure_validation(ValidationPlan(reports=3, warm_up=1), progress=steps)
    assert {"p50", "p99", "mean"} == names(outcome)
    assert "20 × 11 cells" in outcome.conditions
    assert outcome.value("p50") == outcome.bars[0].measured > 0
    assert steps.finished


async def test_submit_stores_what_it_sends_on_both_sides(server: BenchServer, steps: Steps) -> None:
    plan = SubmitPlan(rounds=2, reports=120, connections=4)
    outcome = await measure_submit(server, plan, progress=steps)
    assert {"tonghop", "bare endpoint", "least ratio", "greatest ratio"} <= names(outcome)
    assert outcome.value("least ratio") <= outcome.bars[0].measured
    assert steps.finished


async def test_freshness_sees_every_report_in_the_total(server: BenchServer, steps: Steps) -> None:
    plan = FreshnessPlan(EventLogKind.POSTGRES, reports_per_second=40, seconds=1)
    outcome = await measure_freshness(server, plan, progress=steps)
    assert outcome.value("reports") == 40
    assert 0 < outcome.value("p50") <= outcome.value("p99") <= outcome.value("longest")
    assert steps.finished


@pytest.mark.kafka
@pytest.mark.usefixtures("kafka_programs")
async def test_freshness_goes_through_kafka_too(server: BenchServer, steps: Steps) -> None:
    plan = FreshnessPlan(EventLogKind.KAFKA, reports_per_second=20, seconds=1)
    outcome = await measure_freshness(server, plan, progress=steps)
    assert outcome.value("reports") == 20
    assert [bar.name for bar in outcome.bars] == ["p50, s", "p99, s"]


async def test_catch_up_adds_up_what_waited(server: BenchServer, steps: Steps) -> None:
    plan = CatchUpPlan(reports=30, country=SMALL)
    outcome = await measure_catch_up(server, plan, progress=steps)
    assert outcome.value("applied") > 0
    assert steps.finished


async def test_rebuild_comes_to_the_total_of_the_log(server: BenchServer, steps: Steps) -> None:
    plan = RebuildPlan(reports=30, rounds=2, country=SMALL)
    outcome = await measure_rebuild(server, plan, progress=steps)
    assert outcome.value("rebuild") > 0
    assert steps.told == [(1, 2), (2, 2)]


async def test_dashboard_reads_are_answered_new_and_unchanged(
    server: BenchServer, steps: Steps
) -> None:
    plan = DashboardPlan(rounds=1, requests=8, connections=2)
    outcome = await measure_dashboard(server, plan, progress=steps)
    assert {"ping", "unchanged (304)", "new (200)"} <= names(outcome)


async def test_databases_of_a_run_are_gone_after_it(postgres_server: Server, tmp_path) -> None:
    made = BenchServer(postgres_server.dsn, tmp_path, "of the tests")
    await made.create(copy_of=await made.create())
    assert await _bench_databases(postgres_server.dsn) == 2
    await made.drop_all()
    assert await _bench_databases(postgres_server.dsn) == 0


async def test_a_server_that_may_lose_reports_is_refused(postgres_server: Server, tmp_path) -> None:
    with pytest.raises(NotDurable, match="fsync=off"):
        async with bench_server(
            database_url=postgres_server.dsn, pg_bin=None, parent=tmp_path / "bench"
        ):
            pass
    assert not any((tmp_path / "bench").iterdir())


async def _bench_databases(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        found: int = await connection.fetchval(
            "SELECT count(*) FROM pg_database WHERE datname LIKE 'tonghop_bench_%'"
        )
        return found
    finally:
        await connection.close()


async def test_the_conversion_table_is_counted_whole(server: BenchServer, steps: Steps) -> None:
    outcome = await measure_conversion(server, ConversionPlan(rounds=1), progress=steps)
    assert outcome.conditions.startswith("14,138 stretches of units and 11,313 edges")
    assert [bar.name for bar in outcome.bars] == ["whole, s"]
    assert steps.finished


async def test_a_year_over_the_reform_reads_what_was_reported(
    server: BenchServer, steps: Steps
) -> None:
    """Any month that does not read the sum of its units ends the measurement."""
    outcome = await measure_geography(server, GeographyPlan(rounds=2), progress=steps)
    assert outcome.value("trees kept, median") <= outcome.value("nothing kept, longest")
    assert steps.finished
