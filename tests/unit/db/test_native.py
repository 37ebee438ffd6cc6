"""asyncpg's own connections, lent by the pool."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import create_engine, native

BACKEND = "SELECT pg_backend_pid()"


@pytest.fixture
async def one(database_url: str):
    """An engine of one connection only."""
    made = create_engine(database_url, pool_size=1)
    yield made
    await made.dispose()


async def test_each_statement_commits_by_itself(one: AsyncEngine, engine: AsyncEngine) -> None:
    async with native(one) as connection:
        await connection.execute("CREATE TABLE kept (n int)")
        async with native(engine) as other:
            assert await other.fetchval("SELECT count(*) FROM kept") == 0


async def test_the_connection_goes_back_to_the_pool(one: AsyncEngine) -> None:
    async with native(one) as connection:
        first = await connection.fetchval(BACKEND)
    with pytest.raises(ZeroDivisionError):
        async with native(one) as connection:
            raise ZeroDivisionError
    async with native(one) as connection:
        assert await connection.fetchval(BACKEND) == first


async def test_who_finds_none_free_waits_for_one(one: AsyncEngine) -> None:
    async def ask() -> int:
        async with native(one) as connection:
            found: int = await connection.fetchval(BACKEND)
            return found

    assert len(set(await asyncio.gather(*(ask() for _ in range(5))))) == 1


async def test_a_connection_that_the_server_ended_is_replaced(
    one: AsyncEngine, engine: AsyncEngine
) -> None:
    async with native(one) as connection:
        ended = await connection.fetchval(BACKEND)
    async with native(engine) as other:
        await other.execute("SELECT pg_terminate_backend($1, 5000)", ended)
    # The first to use it may still find it open; whoever comes after that gets a new one.
    with suppress(asyncpg.PostgresConnectionError):
        async with native(one) as connection:
            await connection.fetchval(BACKEND)
    async with native(one) as connection:
        assert await connection.fetchval(BACKEND) != ended
