"""`tonghop migrate` and `tonghop serve`: what a container or a system service runs."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Annotated, Any

import typer
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from services.all_in_one import serve
from services.parts import ServiceName
from shared.clock import SystemClock
from shared.db.embedded import embedded_postgres
from shared.db.engine import create_engine
from shared.db.errors import DatabaseError
from shared.db.migrations import newest_revision, upgrade_async
from shared.observability.logs import configure_logs
from shared.runtime import PortTaken, run
from shared.settings import EventLogKind, InvalidSettings, LogFormat, Settings, load_settings


class What(StrEnum):
    """A service, or all of them in one process."""

    INTAKE = "intake"
    AGGREGATOR = "aggregator"
    NOTIFIER = "notifier"
    ALL = "all"


class SchemaBehind(Exception):
    """The database lacks migrations that this code needs."""

    code = "schema_behind"

    def __init__(self, *, found: str | None, wanted: str) -> None:
        super().__init__(
            f"The database is at revision {found or 'none'}, this program needs {wanted}. "
            "Run `tonghop migrate` first."
        )


class BrokerMissing(Exception):
    """Events are to go through Kafka, but no address of it is set."""

    code = "broker_missing"

    def __init__(self) -> None:
        super().__init__("Set TONGHOP_KAFKA_BOOTSTRAP_SERVERS, or TONGHOP_EVENT_LOG=postgres.")


def migrate() -> None:
    """Bring the database to the newest schema."""
    _exit_with(_migrate())


def serve_command(what: Annotated[What, typer.Argument(help="Which service to run.")]) -> None:
    """Run a service until it is told to stop (SIGINT or SIGTERM)."""
    _exit_with(_serve(what))


async def _migrate() -> int:
    settings = _configured()
    async with _database(settings) as dsn:
        await upgrade_async(dsn)
    return 0


async def _serve(what: What) -> int:
    settings = _configured()
    if settings.event_log is EventLogKind.KAFKA and not settings.kafka_bootstrap_servers:
        raise BrokerMissing
    names = tuple(ServiceName) if what is What.ALL else (ServiceName(what),)
    async with _database(settings) as dsn:
        if settings.database_url is None:
            await upgrade_async(dsn)
        await _require_newest_schema(dsn)
        return await serve(settings, dsn, names=names, clock=SystemClock())


def _exit_with(work: Coroutine[Any, Any, int]) -> None:
    """Faults that an operator can mend are one line, not a trace."""
    try:
        status = run(work)
    except (InvalidSettings, DatabaseError, SchemaBehind, BrokerMissing, PortTaken) as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    raise typer.Exit(status)


def _configured() -> Settings:
    settings = load_settings()
    configure_logs(json_lines=settings.log_format is LogFormat.JSON, level=settings.log_level.value)
    return settings


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[str]:
    """The dsn of the configured database; without one, an embedded server runs meanwhile."""
    async with embedded_postgres(
        settings.data_directory / "postgres",
        database_url=settings.database_url,
        pg_bin=settings.pg_bin,
    ) as server:
        yield server.dsn


async def _require_newest_schema(dsn: str) -> None:
    engine = create_engine(dsn, pool_size=1)
    try:
        async with engine.connect() as connection:
            found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    except ProgrammingError:
        found = None
    finally:
        await engine.dispose()
    if found != newest_revision():
        raise SchemaBehind(found=found, wanted=newest_revision())
