"""Waiting for another process to bring the database to a state."""

import asyncio

import asyncpg

POLL_SECONDS = 0.02
TIMEOUT_SECONDS = 60


async def until_value(dsn: str, query: str, *, wanted: int) -> None:
    """Returns when `query` gives that value; raises TimeoutError after a minute."""
    connection = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while await connection.fetchval(query) != wanted:  # noqa: ASYNC110 (of another process)
                await asyncio.sleep(POLL_SECONDS)
    finally:
        await connection.close()
