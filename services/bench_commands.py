"""`tonghop bench`: measurements against yardsticks, to be repeated on any machine."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress as ProgressBar

from services.bench.database import BenchServer, NotDurable, bench_server
from services.bench.load import UnexpectedAnswer
from services.bench.outcomes import Outcome, table_of
from services.bench.programs import ProgramDidNotStart
from services.bench.submit import Progress, ReportsLost, SubmitPlan, measure_submit
from shared.db.errors import DatabaseError
from shared.observability.logs import configure_logs
from shared.runtime import run
from shared.settings import InvalidSettings, Settings, load_settings

FOLDER = Path(".data/bench")
FAULTS = (
    DatabaseError,
    InvalidSettings,
    NotDurable,
    ProgramDidNotStart,
    ReportsLost,
    UnexpectedAnswer,
)

Measure = Callable[[BenchServer, Progress], Awaitable[Outcome]]

app = typer.Typer(help="Measure this machine against the yardsticks.")
console = Console()

DataFolder = Annotated[
    Path,
    typer.Option("--data", help="Folder for the run's own PostgreSQL, removed again."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]


@app.command()
def submit(
    *,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of both, in turn.")] = 7,
    reports: Annotated[int, typer.Option(min=1, help="Reports in a round.")] = 1_500,
    connections: Annotated[int, typer.Option(min=1, max=111, help="Kept-alive connections.")] = 8,
    data: DataFolder = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Reports a second over HTTP, beside a bare endpoint that stores the same."""
    plan = SubmitPlan(rounds=rounds, reports=reports, connections=connections)
    _run(
        lambda server, progress: measure_submit(server, plan, progress=progress),
        name="submit",
        data=data,
        as_json=as_json,
    )


def _run(measure: Measure, *, name: str, data: Path, as_json: bool) -> None:
    """Measure, and print; faults that can be mended are one line."""
    configure_logs(json_lines=False, level="warning")
    try:
        outcome = run(_measured(measure, load_settings(), name=name, data=data))
    except FAULTS as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(outcome.as_json(), ensure_ascii=False))
    else:
        console.print(table_of(outcome))


async def _measured(measure: Measure, settings: Settings, *, name: str, data: Path) -> Outcome:
    with ProgressBar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"Measuring {name}", total=None)
        async with bench_server(
            database_url=settings.database_url, pg_bin=settings.pg_bin, parent=data
        ) as server:
            return await measure(
                server, lambda done, total: bar.update(task, completed=done, total=total)
            )
