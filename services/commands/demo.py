"""`tonghop demo`: the whole system on this machine with made-up figures, by one command."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress as Bar

from services.commands.faults import faults_told, run_command
from services.demo.folder import DemoFolder
from services.demo.running import open_world, run, take_port
from services.demo.worlds import WORLDS, World, WorldName
from shared.domain.time import in_vietnam
from shared.events.envelope import RecordedEvent
from shared.observability.logs import configure_logs
from shared.settings import EventLogKind

FOLDER = Path(".data/demo")
DEFAULT_PORT = 8000
DEFAULT_WORLD = WorldName.YEAR
INTERRUPTED = 130
"""What shells take for a program that Ctrl-C ended."""

STOPPED = "\nĐã dừng · Stopped. The data stay in {folder}."
STOPPED_EARLY = "\nStopped before the world was ready. The next start prepares it anew."
FAILED = "\n[red]Stopped, because a part of it failed: the lines above say which.[/]"

console = Console()

DataFolder = Annotated[
    Path | None, typer.Option("--data", help="Folder that keeps the data; one for each world.")
]


def demo(
    *,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = DEFAULT_PORT,
    log: Annotated[
        EventLogKind, typer.Option(help="Where events go: postgres (no broker) or kafka.")
    ] = EventLogKind.POSTGRES,
    world: Annotated[
        WorldName,
        typer.Option(help="year: two provinces over the reform of 2025; quarter: one before it."),
    ] = DEFAULT_WORLD,
    data: DataFolder = None,
    reset: Annotated[bool, typer.Option("--reset", help="Forget the world and stop.")] = False,
) -> None:
    """The whole system on this machine, with real units and made-up figures."""
    folder = DemoFolder(data or FOLDER / world)
    with faults_told(), folder.held():
        if reset:
            folder.forget()
            console.print(f"Forgotten: {folder.path}")
            return
        configure_logs(json_lines=False, level="warning")
        try:
            status = run_command(_demo(folder, WORLDS[world], port=port, log=log))
        except KeyboardInterrupt:
            console.print(STOPPED_EARLY)
            raise typer.Exit(INTERRUPTED) from None
        ended = STOPPED.format(folder=folder.path) if status == 0 else FAILED
        console.print(ended, soft_wrap=True)
    raise typer.Exit(status)


async def _demo(folder: DemoFolder, world: World, *, port: int, log: EventLogKind) -> int:
    listening = take_port(port)
    found = listening.getsockname()[1]
    if found != port:
        console.print(f"[yellow]Port {port} is taken; using {found}.[/]")
    with Bar(console=console, transient=True) as bar:
        task = bar.add_task("Preparing the world of the demonstration", total=None)

        def progress(done: int, total: int, *, doing: str) -> None:
            bar.update(task, completed=done, total=total, description=doing)

        async with open_world(folder, world, progress=progress) as dsn:
            bar.stop()
            _introduce(folder, world, port=found, log=log)
            return await run(dsn, world=world, folder=folder, on=listening, log=log, show=_show)


def _introduce(folder: DemoFolder, world: World, *, port: int, log: EventLogKind) -> None:
    people = "\n".join(
        f"  {person.username:<18} {person.display_name}"
        for person in world.people
        if person.until is None
    )
    tokens = ", ".join(person.token for person in world.people if person.token)
    console.print(
        Panel.fit(
            f"[bold]http://127.0.0.1:{port}[/]\n{world.title}\n\n"
            "Sign in with one click, or with the password "
            f"[bold]{folder.password()}[/] as\n{people}\n\n"
            f"Tokens for curl: {folder.tokens}/ ({tokens})\n"
            f"Events go through: {log}\n"
            "Made-up figures. Ctrl-C stops; the data stay; `make demo-reset` forgets them.",
            title="tonghop · số liệu mô phỏng",
        )
    )


def _show(event: RecordedEvent) -> None:
    at = in_vietnam(event.recorded_at)
    console.print(f"\nRead from Kafka (position {event.position}, {at:%H:%M:%S %d/%m/%Y}):")
    told = {
        "id": str(event.event_id),
        "type": str(event.type),
        "subject": event.subject,
        "data": dict(event.data),
    }
    console.print(_readable(told), markup=False, highlight=False, soft_wrap=True)


def _readable(value: object, *, margin: str = "") -> str:
    """JSON with one line for each object that holds no other: a row of figures is one line."""
    nested = isinstance(value, Mapping) and any(isinstance(v, Mapping) for v in value.values())
    if not isinstance(value, Mapping) or not nested:
        return json.dumps(value, ensure_ascii=False)
    inner = margin + "  "
    lines = (
        f"{inner}{json.dumps(key)}: {_readable(each, margin=inner)}" for key, each in value.items()
    )
    return "{\n" + ",\n".join(lines) + f"\n{margin}}}"
