"""The scripts that operators back up and restore with, on a real PostgreSQL and its own tools."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from shared.db.embedded import Server, ServerOptions, start_embedded_postgres
from shared.db.migrations import upgrade_async
from tests.deployment.composition import PROJECT
from tests.deployment.world import make_province

TOOLS = ("initdb", "postgres", "pg_dump", "pg_restore", "psql", "createdb", "dropdb")
DATABASE = "reports"
ROWS = """
SELECT format('%I.%I', schemaname, relname) AS name,
       (xpath('/row/n/text()', query_to_xml(
           format('SELECT count(*) AS n FROM %I.%I', schemaname, relname), false, true, ''
       )))[1]::text::bigint AS rows
FROM pg_stat_user_tables
"""


def tools_folder() -> Path:
    """Programs and server of one version, as the container `postgres` has them."""
    named = os.environ.get("TONGHOP_PG_BIN")
    folders = [Path(named)] if named else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    for folder in reversed(folders):
        if all((folder / tool).exists() for tool in TOOLS):
            return folder
    pytest.skip(
        "no PostgreSQL with its own pg_dump: run scripts/install-system-packages deployment"
    )


@pytest.fixture(scope="module")
def tools() -> Path:
    return tools_folder()


@pytest.fixture(scope="module")
def server(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start_embedded_postgres(
        tmp_path_factory.mktemp("postgres"), options=ServerOptions(durable=False), pg_bin=tools
    )
    yield running
    running.stop()


@pytest.fixture
async def database(server: Server) -> AsyncIterator[str]:
    """A province without a report yet."""
    await execute(server.dsn, f"CREATE DATABASE {DATABASE}")
    url = f"{server.dsn.rpartition('/')[0]}/{DATABASE}"
    await upgrade_async(url)
    await make_province(url)
    yield url
    for name in await database_names(server.dsn):
        if name.startswith(DATABASE):
            await execute(server.dsn, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def environment(database: str, tools: Path) -> dict[str, str]:
    """What the scripts reach the database by, instead of docker-compose."""
    url = make_url(database)
    return {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "DATABASE_TOOLS": "env",
        "PGHOST": str(url.host),
        "PGPORT": str(url.port),
        "PGUSER": str(url.username),
        "PGPASSWORD": str(url.password),
        "PGDATABASE": DATABASE,
    }


async def execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def row_counts(dsn: str) -> dict[str, int]:
    connection = await asyncpg.connect(dsn)
    try:
        return {row["name"]: row["rows"] for row in await connection.fetch(ROWS)}
    finally:
        await connection.close()


async def database_names(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    try:
        return {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
    finally:
        await connection.close()


async def run(script: str, argument: Path, *, environment: dict[str, str]) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        str(PROJECT / "deploy" / script),
        str(argument),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return await process.wait(), output.decode().strip()


def files_in(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


async def backed_up(folder: Path, environment: dict[str, str]) -> Path:
    status, output = await run("backup.sh", folder, environment=environment)
    assert status == 0, output
    return Path(output)


async def test_a_restored_database_is_the_one_that_was_backed_up(
    database: str, environment: dict[str, str], tmp_path: Path
) -> None:
    before = await row_counts(database)
    dump = await backed_up(tmp_path, environment)
    await execute(database, "TRUNCATE log.event; DROP SCHEMA notifier CASCADE")
    status, output = await run("restore.sh", dump, environment=environment)
    assert status == 0, output
    assert before["log.obligation"] > 0
    assert await row_counts(database) == before


async def test_services_find_their_rights_again_on_a_server_that_never_had_the_roles(
    database: str, environment: dict[str, str], tmp_path: Path
) -> None:
    dump = await backed_up(tmp_path, environment)
    await execute(database, "DROP OWNED BY tonghop_intake, tonghop_aggregator, tonghop_notifier")
    await execute(database, "DROP ROLE tonghop_intake, tonghop_aggregator, tonghop_notifier")
    status, output = await run("restore.sh", dump, environment=environment)
    assert status == 0, output
    await execute(database, "SET ROLE tonghop_intake; SELECT count(*) FROM identity.account")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(database, "SET ROLE tonghop_notifier; SELECT count(*) FROM identity.account")


async def test_what_was_there_before_is_kept(
    database: str, environment: dict[str, str], tmp_path: Path
) -> None:
    dump = await backed_up(tmp_path, environment)
    status, output = await run("restore.sh", dump, environment=environment)
    assert status == 0, output
    kept = output.removesuffix(".").rpartition(" ")[2]
    assert kept.startswith(f"{DATABASE}_before_")
    assert kept in await database_names(database)


async def test_a_damaged_backup_changes_nothing(
    database: str, environment: dict[str, str], tmp_path: Path
) -> None:
    dump = await backed_up(tmp_path, environment)
    dump.write_bytes(dump.read_bytes()[:-100])
    names = await database_names(database)
    status, output = await run("restore.sh", dump, environment=environment)
    assert status != 0
    assert dump.name in output
    assert await database_names(database) == names


async def test_while_services_are_connected_nothing_is_restored(
    database: str, environment: dict[str, str], tmp_path: Path
) -> None:
    dump = await backed_up(tmp_path, environment)
    connection = await asyncpg.connect(database)
    try:
        status, output = await run("restore.sh", dump, environment=environment)
    finally:
        await connection.close()
    assert status == 1
    assert "docker compose stop intake aggregator notifier" in output


async def test_a_backup_that_fails_leaves_no_file(
    environment: dict[str, str], tmp_path: Path
) -> None:
    status, _ = await run("backup.sh", tmp_path, environment={**environment, "PGPORT": "1"})
    assert status != 0
    assert files_in(tmp_path) == []
