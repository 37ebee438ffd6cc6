"""One process leads at a time, by a session lock of PostgreSQL that goes when its connection does.

Sessions must reach PostgreSQL itself: behind a pooler in transaction mode the lock means nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import driver
from shared.messaging.waiting import wait_for

TAKE_OVER_POLL_SECONDS = 1.0

_LEAD = "SELECT pg_try_advisory_lock($1)"

LeadersWork = Callable[["asyncpg.Connection[Any]"], Awaitable[None]]
"""Done on the connection that holds the lock; a statement on it shows that it is still held."""


async def lead(engine: AsyncEngine, work: LeadersWork, *, lock: int, stop: asyncio.Event) -> None:
    """Until `stop`: waits to lead, then does `work`, which is to return soon after `stop`.

    One connection of the engine's pool is kept for as long as this runs. Raises what `work`
    raises, and failures of the database; in both cases somebody else may lead from then on.
    """
    async with _own_connection(engine) as connection:
        while not stop.is_set():
            if await connection.fetchval(_LEAD, lock):
                await work(connection)
            else:
                await wait_for(stop, seconds=TAKE_OVER_POLL_SECONDS)


@asynccontextmanager
async def _own_connection(engine: AsyncEngine) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A connection that is closed at the end, and the lock with it: a pool would keep both."""
    async with engine.connect() as connection:
        try:
            yield await driver(connection)
        finally:
            await connection.invalidate()
