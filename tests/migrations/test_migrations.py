"""The history of the schema, run from nothing."""

import asyncio
import sys
from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.db.embedded import Server
from shared.db.errors import MigrationBusy
from shared.db.locks import AdvisoryLock
from shared.db.migrations import newest_revision, upgrade_async

Connection = asyncpg.Connection


@pytest.fixture
async def empty_database_url(postgres_server: Server) -> AsyncIterator[str]:
    """A database without any schema."""
    admin = await asyncpg.connect(postgres_server.dsn)
    await admin.execute("CREATE DATABASE migrated_from_nothing TEMPLATE template0")
    yield f"{postgres_server.dsn.rpartition('/')[0]}/migrated_from_nothing"
    await admin.execute("DROP DATABASE migrated_from_nothing WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def connection(
    empty_database_url: str,
) -> AsyncIterator[Connection]:
    made = await asyncpg.connect(empty_database_url)
    yield made
    await made.close()


async def test_an_empty_database_becomes_the_newest(
    empty_database_url: str, connection: Connection
) -> None:
    await upgrade_async(empty_database_url)
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == newest_revision()
    assert await connection.fetchval("SELECT count(*) FROM log.report") == 0


async def test_running_again_changes_nothing(
    empty_database_url: str, connection: Connection
) -> None:
    await upgrade_async(empty_database_url)
    log = await connection.fetchval("SELECT log_id FROM log.identity")
    await upgrade_async(empty_database_url)
    assert await connection.fetchval("SELECT log_id FROM log.identity") == log


async def test_many_migrators_at_once_do_the_work_once(
    empty_database_url: str, connection: Connection
) -> None:
    program = "import sys; from shared.db.migrations import upgrade; upgrade(sys.argv[1])"
    migrators = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, empty_database_url)
        for _ in range(3)
    ]
    assert [await migrator.wait() for migrator in migrators] == [0, 0, 0]
    assert await connection.fetchval("SELECT count(*) FROM alembic_version") == 1


async def test_threads_of_one_process_wait_for_each_other(
    empty_database_url: str, connection: Connection
) -> None:
    await asyncio.gather(*(upgrade_async(empty_database_url) for _ in range(3)))
    assert await connection.fetchval("SELECT count(*) FROM alembic_version") == 1


async def test_a_lock_that_is_not_to_be_had_is_named_and_nothing_is_changed(
    empty_database_url: str, connection: Connection
) -> None:
    await connection.execute("SELECT pg_advisory_lock($1)", AdvisoryLock.MIGRATION)
    with pytest.raises(MigrationBusy, match="try again"):
        await upgrade_async(empty_database_url, lock_wait_seconds=1)
    assert await connection.fetchval("SELECT to_regclass('alembic_version')") is None
