"""Brings a database to the newest schema. Works from an installed wheel: no ini file is needed."""

import asyncio
import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

import migrations
from shared.db.engine import engine_url
from shared.db.errors import MigrationBusy

OTHER_MIGRATOR_WAIT_SECONDS = 120
# Alembic keeps what it is doing in module globals: two threads of a process would mix them up.
_ALEMBIC = threading.Lock()
_LOCK_NOT_AVAILABLE = "55P03"


def upgrade(
    dsn: str,
    *,
    revision: str = "head",
    lock_wait_seconds: int = OTHER_MIGRATOR_WAIT_SECONDS,
) -> None:
    """Runs the missing migrations, one transaction each; one migrator at a time.

    Opens its own event loop: from a coroutine use `upgrade_async`.

    Raises:
        MigrationBusy: a lock could not be had in time; nothing was changed by the failed step.
    """
    configuration = alembic_configuration()
    configuration.attributes["url"] = engine_url(dsn)
    configuration.attributes["lock_wait_seconds"] = lock_wait_seconds
    try:
        with _ALEMBIC:
            command.upgrade(configuration, revision)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise MigrationBusy(str(error.orig)) from error
        raise


async def upgrade_async(
    dsn: str,
    *,
    revision: str = "head",
    lock_wait_seconds: int = OTHER_MIGRATOR_WAIT_SECONDS,
) -> None:
    """`upgrade`, off the event loop."""
    await asyncio.to_thread(upgrade, dsn, revision=revision, lock_wait_seconds=lock_wait_seconds)


def newest_revision() -> str:
    """The revision that this code needs."""
    head = ScriptDirectory.from_config(alembic_configuration()).get_current_head()
    if head is None:
        raise LookupError("the migrations folder is empty")
    return head


def alembic_configuration() -> Config:
    """Alembic's settings, with the scripts found beside the installed package."""
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return configuration
