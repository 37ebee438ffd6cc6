"""`tonghop migrate` and `tonghop serve`: what a container or a system service runs."""

from enum import StrEnum
from typing import Annotated

import typer
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from services.all_in_one import serve
from services.commands.database import database
from services.commands.faults import CommandFault, run_command
from services.parts import ServiceName
from shared.clock import SystemClock
from shared.db.engine import create_engine
from shared.db.migrations import newest_revision, upgrade_async
from shared.observability.logs import configure_logs
from shared.runtime import settle_memory
from shared.settings import EventLogKind, LogFormat, Settings, load_settings


class What(StrEnum):
    """A service, or all of them in one process."""

    INTAKE = "intake"
    AGGREGATOR = "aggregator"
    NOTIFIER = "notifier"
    ALL = "all"


class SchemaBehind(CommandFault):
    """The database lacks migrations that this code needs."""

    code = "schema_behind"

    def __init__(self, *, found: str | None, wanted: str) -> None:
        super().__init__(
            f"The database is at revision {found or 'none'}, this program needs {wanted}. "
            "Run `tonghop migrate` first."
        )


class BrokerMissing(CommandFault):
    """Events are to go through Kafka, but no address of it is set."""

    code = "broker_missing"

    def __init__(self) -> None:
        super().__init__("Set TONGHOP_KAFKA_BOOTSTRAP_SERVERS, or TONGHOP_EVENT_LOG=postgres.")


def migrate() -> None:
    """Bring the database to the newest schema."""
    run_command(_migrate())


def serve_command(what: Annotated[What, typer.Argument(help="Which service to run.")]) -> None:
    """Run a service until it is told to stop (SIGINT or SIGTERM)."""
    raise typer.Exit(run_command(_serve(what)))


async def _migrate() -> None:
    settings = _configured()
    async with database(settings) as dsn:
        await upgrade_async(dsn)


async def _serve(what: What) -> int:
    settings = _configured()
    if settings.event_log is EventLogKind.KAFKA and not settings.kafka_bootstrap_servers:
        raise BrokerMissing
    names = tuple(ServiceName) if what is What.ALL else (ServiceName(what),)
    async with database(settings) as dsn:
        if settings.database_url is None:
            await upgrade_async(dsn)
        await _require_newest_schema(dsn)
        settle_memory()
        return await serve(settings, dsn, names=names, clock=SystemClock())


def _configured() -> Settings:
    settings = load_settings()
    configure_logs(
        json_lines=settings.log_format is LogFormat.JSON,
        level=settings.log_level.value,
        lasting=True,
    )
    return settings


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
