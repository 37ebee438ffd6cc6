"""`tonghop bench`: measurements against yardsticks, to be repeated on any machine."""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.bench.catch_up import CatchUpPlan, measure_catch_up
from services.bench.conversion import ConversionPlan, measure_conversion
from services.bench.country import CountrySize
from services.bench.dashboard import DashboardPlan, measure_dashboard
from services.bench.database import BenchServer, bench_server
from services.bench.freshness import FreshnessPlan, measure_freshness
from services.bench.geography import GeographyPlan, measure_geography
from services.bench.outcomes import Outcome, table_of
from services.bench.rebuild import RebuildPlan, measure_rebuild
from services.bench.submit import Progress, SubmitPlan, measure_submit
from services.bench.validation import ValidationPlan, measure_validation
from services.commands.faults import run_command
from services.commands.progress import progress_bar
from shared.messaging.local_kafka_libraries import LocalKafkaError
from shared.observability.logs import configure_logs
from shared.settings import EventLogKind, load_settings

FOLDER = Path(".data/bench")
MOST_CONNECTIONS = 111
"""One for each commune: a report is never in flight twice."""

STOPPED = 128 + signal.SIGTERM
"""The exit status of a program that SIGTERM ended."""

Measure = Callable[[BenchServer, Progress], Awaitable[Outcome]]

app = typer.Typer(help="Measure this machine against the yardsticks.")
console = Console()

DataFolder = Annotated[
    Path, typer.Option("--data", help="Folder for the run's own PostgreSQL, removed again.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document a measurement, a line.")]
Rounds = Annotated[int, typer.Option(min=1, help="Rounds of each side, in turn.")]
Provinces = Annotated[
    int, typer.Option(min=1, max=80, help="Provinces of 12 districts and 300 communes each.")
]
Connections = Annotated[
    int, typer.Option(min=1, max=MOST_CONNECTIONS, help="Kept-alive connections.")
]


@app.callback(invoke_without_command=True)
def all_of(context: typer.Context) -> None:
    """Without a command: submit, freshness and catch-up, one after the other."""
    if context.invoked_subcommand is None:
        submit()
        freshness()
        catch_up()


@app.command()
def submit(
    *,
    rounds: Rounds = 7,
    reports: Annotated[int, typer.Option(min=1, help="Reports in a round.")] = 1_500,
    connections: Connections = 8,
    data: DataFolder = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Reports a second over HTTP, beside a bare endpoint that stores the same."""
    plan = SubmitPlan(rounds=rounds, reports=reports, connections=connections)
    _run("submit", partial(_with_progress, measure_submit, plan), data=data, as_json=as_json)


@app.command()
def freshness(
    *,
    log: Annotated[
        EventLogKind | None, typer.Option(help="Where events go; without it, both are measured.")
    ] = None,
    rate: Annotated[int, typer.Option(min=1, help="Reports a second.")] = 100,
    seconds: Annotated[int, typer.Option(min=1, help="How long they are sent.")] = 20,
    data: DataFolder = FOLDER,
    as_json: AsJson = False,
) -> None:
    """How long after sending the provincial total shows a report."""
    kinds: Sequence[EventLogKind] = tuple(EventLogKind) if log is None else (log,)
    for kind in kinds:
        plan = FreshnessPlan(kind, reports_per_second=rate, seconds=seconds)
        measure = partial(_with_progress, measure_freshness, plan)
        try:
            _run(f"freshness, {kind.value}", measure, data=data, as_json=as_json)
        except typer.Exit as refused:
            # Without a broker, what else was asked for is still measured.
            if log is not None or not isinstance(refused.__cause__, LocalKafkaError):
                raise


@app.command("catch-up")
def catch_up(
    *,
    reports: Annotated[int, typer.Option(min=1, help="Reports that wait in the log.")] = 20_000,
    provinces: Provinces = 34,
    data: DataFolder = FOLDER,
    as_json: AsJson = False,
) -> None:
    """How fast the aggregator applies what waits in the log, and its memory."""
    plan = CatchUpPlan(reports=reports, country=CountrySize(provinces=provinces))
    _run("catch-up", partial(_with_progress, measure_catch_up, plan), data=data, as_json=as_json)


@app.command()
def rebuild(
    *,
    reports: Annotated[int, typer.Option(min=1, help="Reports in the log.")] = 20_000,
    provinces: Provinces = 34,
    rounds: Rounds = 3,
    data: DataFolder = FOLDER,
    as_json: AsJson = False,
) -> None:
    """A rebuild from the log, beside one GROUP BY over the same figures."""
    plan = RebuildPlan(reports=reports, rounds=rounds, country=CountrySize(provinces=provinces))
    _run("rebuild", partial(_with_progress, measure_rebuild, plan), data=data, as_json=as_json)


@app.command()
def dashboard(
    *,
    rounds: Rounds = 7,
    requests: Annotated[int, typer.Option(min=1, help="Requests in a round.")] = 1_000,
    connections: Connections = 8,
    data: DataFolder = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Reads of the indicators a second, beside a ping that authenticates."""
    plan = DashboardPlan(rounds=rounds, requests=requests, connections=connections)
    _run("dashboard", partial(_with_progress, measure_dashboard, plan), data=data, as_json=as_json)


@app.command()
def conversion(*, rounds: Rounds = 3, data: DataFolder = FOLDER, as_json: AsJson = False) -> None:
    """The official table of 2025 into an empty catalogue."""
    plan = ConversionPlan(rounds=rounds)
    measure = partial(_with_progress, measure_conversion, plan)
    _run("conversion", measure, data=data, as_json=as_json)


@app.command()
def geography(*, rounds: Rounds = 20, data: DataFolder = FOLDER, as_json: AsJson = False) -> None:
    """A year of one indicator over the reform of 2025, in the tree of today."""
    plan = GeographyPlan(rounds=rounds)
    _run("geography", partial(_with_progress, measure_geography, plan), data=data, as_json=as_json)


@app.command("validate")
def validation(
    *,
    reports: Annotated[int, typer.Option(min=1, help="Reports that are checked.")] = 2_000,
    as_json: AsJson = False,
) -> None:
    """Milliseconds to read and check one report of 20 fields of work; needs no database."""
    with progress_bar("Measuring validate") as advance:
        outcome = measure_validation(ValidationPlan(reports=reports), progress=advance)
    _show(outcome, as_json=as_json)


async def _with_progress(
    measure: Callable[..., Awaitable[Outcome]],
    plan: object,
    server: BenchServer,
    progress: Progress,
) -> Outcome:
    return await measure(server, plan, progress=progress)


def _run(name: str, measure: Measure, *, data: Path, as_json: bool) -> None:
    configure_logs(json_lines=False, level="warning")
    try:
        outcome = run_command(_measured(name, measure, data=data))
    except asyncio.CancelledError:
        raise typer.Exit(STOPPED) from None
    _show(outcome, as_json=as_json)


def _show(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(outcome.as_json(), ensure_ascii=False))
    else:
        console.print(table_of(outcome))


async def _measured(name: str, measure: Measure, *, data: Path) -> Outcome:
    """Told to stop by SIGTERM, it takes down what it has started, as it does on Ctrl-C."""
    task, settings = asyncio.current_task(), load_settings()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with progress_bar(f"Measuring {name}") as advance:
        async with bench_server(
            database_url=settings.database_url, pg_bin=settings.pg_bin, parent=data
        ) as server:
            return await measure(server, advance)
