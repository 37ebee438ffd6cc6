"""The database as its owner sees it, for commands of the people who run the system."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.embedded import embedded_postgres
from shared.db.engine import create_engine
from shared.settings import Settings

SERVER_FOLDER = "postgres"


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[str]:
    """The dsn of the configured database; without one, an embedded server runs meanwhile.

    The server of another process that serves the same folder is used and left running.
    """
    async with embedded_postgres(
        settings.data_directory / SERVER_FOLDER,
        database_url=settings.database_url,
        pg_bin=settings.pg_bin,
    ) as server:
        yield server.dsn


@asynccontextmanager
async def owner_engine(settings: Settings, *, command: str) -> AsyncIterator[AsyncEngine]:
    """An engine on that database, bound to no role; closed at the end."""
    async with database(settings) as dsn:
        engine = create_engine(dsn, pool_size=2, application_name=f"tonghop {command}")
        try:
            yield engine
        finally:
            await engine.dispose()
