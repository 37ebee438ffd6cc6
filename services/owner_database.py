"""The database as its owner sees it, for commands of the people who run the system."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.embedded import embedded_postgres
from shared.db.engine import create_engine
from shared.settings import Settings


@asynccontextmanager
async def owner_engine(settings: Settings, *, command: str) -> AsyncIterator[AsyncEngine]:
    """An engine on the database that the settings name, bound to no role; closed at the end."""
    async with embedded_postgres(
        settings.data_directory, database_url=settings.database_url, pg_bin=settings.pg_bin
    ) as server:
        engine = create_engine(server.dsn, pool_size=2, application_name=f"tonghop {command}")
        try:
            yield engine
        finally:
            await engine.dispose()
