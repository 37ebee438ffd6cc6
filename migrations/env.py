"""How Alembic runs: online only, asyncpg, one migrator at a time, never waiting long for a lock."""

import asyncio
import os

from alembic import context
from sqlalchemy import URL, Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.db.engine import engine_url
from shared.db.locks import AdvisoryLock
from shared.db.migrations import OTHER_MIGRATOR_WAIT_SECONDS

LOCK_TIMEOUT = "5s"


def database_url() -> URL:
    """What `shared.db.migrations` was given; DATABASE_URL for the alembic command itself."""
    given: URL | None = context.config.attributes.get("url")
    if given is not None:
        return given
    return engine_url(os.environ["DATABASE_URL"])


def run(connection: Connection) -> None:
    """Takes the lock for the whole session, then runs each migration in its own transaction."""
    wait = context.config.attributes.get("lock_wait_seconds", OTHER_MIGRATOR_WAIT_SECONDS)
    connection.execute(text(f"SET lock_timeout = '{wait}s'"))
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": AdvisoryLock.MIGRATION})
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def run_online() -> None:
    """Leaving closes the connection, which gives the session's lock back."""
    engine = create_async_engine(database_url(), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()


asyncio.run(run_online())
