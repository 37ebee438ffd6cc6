"""asyncpg's own connections, lent by the pool."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import create_engine, native, native_snapshot, transaction

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


async def test_a_snapshot_sees_one_state_and_writes_nothing(
    one: AsyncEngine, engine: AsyncEngine
) -> None:
    async with native(engine) as other, native_snapshot(one) as connection:
        assert await connection.fetchval("SELECT to_regclass('seen')") is None
        await other.execute("CREATE TABLE seen (n int)")
        assert await connection.fetchval("SELECT to_regclass('seen')") is None
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await connection.execute("CREATE TABLE written (n int)")


async def test_a_snapshot_that_fails_gives_its_connection_back(one: AsyncEngine) -> None:
    async with native_snapshot(one) as connection:
        first = await connection.fetchval(BACKEND)
    with pytest.raises(ZeroDivisionError):
        async with native_snapshot(one) as connection:
            raise ZeroDivisionError
    async with native(one) as connection:
        assert not connection.is_in_transaction()
        assert await connection.fetchval(BACKEND) == first


MOMENTS = 40
"""How often a snapshot may give way to other tasks until it is over, and more."""


@pytest.mark.parametrize("moment", range(MOMENTS))
async def test_whoever_goes_away_during_a_snapshot_leaves_no_transaction_to_others(
    one: AsyncEngine, moment: int
) -> None:
    """A browser that is closed cancels what is read for it, at any moment."""

    async def look() -> None:
        async with native_snapshot(one) as connection:
            await connection.fetchval("SELECT pg_sleep(0.01)")

    await look()
    looking = asyncio.ensure_future(look())
    for _ in range(moment):
        await asyncio.sleep(0)
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking

    async with transaction(one) as connection:
        assert await connection.scalar(text("SHOW transaction_isolation")) == "read committed"
        assert await connection.scalar(text("SHOW transaction_read_only")) == "off"
    async with native(one) as raw:
        assert not raw.is_in_transaction()
