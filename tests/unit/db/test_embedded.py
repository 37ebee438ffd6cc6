"""The embedded server: what it survives, what it refuses, and what it says then."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from shared.db.embedded import (
    Server,
    ServerOptions,
    embedded_postgres,
    start_embedded_postgres,
)
from shared.db.embedded_binaries import find_binaries
from shared.db.embedded_identity import other_user
from shared.db.embedded_process import alive, clear_leftover, read_postmaster, serves
from shared.db.errors import (
    BinariesNotFound,
    DataFolderOfOtherVersion,
    DataFolderUnusable,
    ServerDidNotStart,
)

NOT_DURABLE = ServerOptions(durable=False, max_connections=10)
LIKELY_UNUSED_PID = 2**22 - 1

OWNER_THAT_NEVER_STOPS = """
import sys, time
from pathlib import Path
from shared.db.embedded import ServerOptions, start_embedded_postgres
server = start_embedded_postgres(Path(sys.argv[1]), options=ServerOptions(durable=False))
print(server.pid, flush=True)
time.sleep(600)
"""


OWNER_THAT_FORGETS_TO_STOP = OWNER_THAT_NEVER_STOPS.replace("time.sleep(600)", "")


@pytest.fixture(scope="module")
def made_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a table in it, its server stopped; initdb is slow, so tests share it."""
    folder = tmp_path_factory.mktemp("made") / "data"
    start_embedded_postgres(folder, options=NOT_DURABLE).stop()
    return folder


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    server = start_embedded_postgres(folder, options=NOT_DURABLE)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def owner_process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Another process of ours that owns the folder, and the pid of its server."""
    owner = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", OWNER_THAT_NEVER_STOPS, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert owner.stdout is not None
        yield owner, int(owner.stdout.readline())
    finally:
        owner.kill()
        owner.communicate()
        clear_leftover(folder / "postgres")


async def one_value(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_what_was_committed_is_there_after_a_restart(made_folder: Path) -> None:
    with running(made_folder) as server:
        await one_value(server.dsn, "CREATE TABLE kept_over_restart AS SELECT 17 AS figure")
    with running(made_folder) as server:
        assert await one_value(server.dsn, "SELECT figure FROM kept_over_restart") == 17


async def test_the_server_stops_with_the_block(made_folder: Path) -> None:
    async with embedded_postgres(made_folder, durable=False, max_connections=10) as server:
        assert server.pid is not None
        assert alive(server.pid)
    assert not alive(server.pid)
    assert read_postmaster(made_folder / "postgres") is None


async def test_by_default_nothing_acknowledged_can_be_lost(made_folder: Path) -> None:
    async with embedded_postgres(made_folder, max_connections=10) as server:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert await one_value(server.dsn, f"SHOW {setting}") == "on"


async def test_only_loopback_and_only_with_the_password(made_folder: Path) -> None:
    with running(made_folder) as server:
        assert await one_value(server.dsn, "SHOW listen_addresses") == "127.0.0.1"
        assert await one_value(server.dsn, "SHOW unix_socket_directories") == ""
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.dsn, password="guessed")


def test_the_password_is_readable_by_the_owner_only(made_folder: Path) -> None:
    mode = stat.S_IMODE((made_folder / "password").stat().st_mode)
    assert mode == 0o600
    assert not (made_folder / "password.initdb").exists()


async def test_letters_with_diacritics_change_case(made_folder: Path) -> None:
    with running(made_folder) as server:
        assert await one_value(server.dsn, "SELECT lower('ĐỒNG XOÀI')") == "đồng xoài"


async def test_a_server_whose_owner_was_killed_is_replaced(made_folder: Path) -> None:
    with owner_process(made_folder) as (owner, orphan):
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()
        assert serves(orphan, made_folder / "postgres")
        with running(made_folder) as server:
            assert not serves(orphan, made_folder / "postgres")
            assert await one_value(server.dsn, "SELECT 1") == 1


async def test_a_server_that_was_killed_itself_recovers(made_folder: Path) -> None:
    server = start_embedded_postgres(made_folder, options=NOT_DURABLE)
    await one_value(server.dsn, "CREATE TABLE kept_over_kill AS SELECT 1")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    with running(made_folder) as again:
        assert await one_value(again.dsn, "SELECT count(*) FROM kept_over_kill") == 1


def test_a_program_that_forgets_to_stop_leaves_no_server_behind(made_folder: Path) -> None:
    command = [sys.executable, "-c", OWNER_THAT_FORGETS_TO_STOP, str(made_folder)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    assert not serves(int(printed), made_folder / "postgres")


async def test_a_second_process_is_given_the_running_server_and_leaves_it_alone(
    made_folder: Path,
) -> None:
    with owner_process(made_folder) as (_, owned):
        second = start_embedded_postgres(made_folder, options=NOT_DURABLE)
        assert second.pid == owned
        second.stop()
        assert await one_value(second.dsn, "SELECT 1") == 1


@pytest.mark.parametrize(
    "pid",
    [
        pytest.param(os.getpid(), id="another-program-has-the-number"),
        pytest.param(LIKELY_UNUSED_PID, id="nobody-has-the-number"),
    ],
)
async def test_a_stale_pid_file_is_no_obstacle(made_folder: Path, pid: int) -> None:
    data = made_folder / "postgres"
    (data / "postmaster.pid").write_text(f"{pid}\n{data}\n1750000000\n5432\n\n127.0.0.1\n\nready\n")
    with running(made_folder) as server:
        assert await one_value(server.dsn, "SELECT 1") == 1


def test_a_folder_of_another_major_version_is_refused_with_what_to_do(made_folder: Path) -> None:
    version = made_folder / "postgres" / "PG_VERSION"
    true_version = version.read_text()
    version.write_text("12\n")
    try:
        with pytest.raises(DataFolderOfOtherVersion) as refused:
            start_embedded_postgres(made_folder, options=NOT_DURABLE)
    finally:
        version.write_text(true_version)
    assert (refused.value.found, refused.value.wanted) == (12, int(true_version))
    assert "TONGHOP_PG_BIN" in str(refused.value)
    assert "make demo-reset" in str(refused.value)


async def test_a_refused_folder_is_free_again(made_folder: Path) -> None:
    with pytest.raises(BinariesNotFound):
        start_embedded_postgres(made_folder, pg_bin=Path("/nonexistent"))
    with running(made_folder) as server:
        assert await one_value(server.dsn, "SELECT 1") == 1


def test_a_folder_that_holds_something_else_is_not_touched(tmp_path: Path) -> None:
    stranger = tmp_path / "postgres" / "letter.txt"
    stranger.parent.mkdir()
    stranger.write_text("mine")
    with pytest.raises(DataFolderUnusable):
        start_embedded_postgres(tmp_path, options=NOT_DURABLE)
    assert stranger.read_text() == "mine"


async def test_half_a_data_folder_is_made_anew(tmp_path: Path) -> None:
    half = tmp_path / "postgres.making" / "base"
    half.mkdir(parents=True)
    with running(tmp_path) as server:
        assert await one_value(server.dsn, "SELECT 1") == 1
    assert not half.exists()
    assert not half.exists()


def test_a_failed_start_tells_the_last_words_of_the_server(made_folder: Path) -> None:
    with pytest.raises(ServerDidNotStart, match="max_connections"):
        start_embedded_postgres(made_folder, options=ServerOptions(max_connections=-1))


async def test_with_a_database_url_nothing_is_started(tmp_path: Path) -> None:
    url = "postgresql://somebody@db.example/reports"
    async with embedded_postgres(tmp_path / "unused", database_url=url) as server:
        assert server.dsn == url
    assert not (tmp_path / "unused").exists()


def others_may_reach(path: Path) -> bool:
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)


@pytest.mark.optional
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.skipif(
    not others_may_reach(find_binaries().folder), reason="the programs lie in a private folder"
)
async def test_root_may_also_run_it_as_another_user() -> None:
    folder = Path(tempfile.mkdtemp())
    os.chmod(folder, 0o711)  # noqa: S103 - others must be able to pass through
    identity = other_user()
    server = start_embedded_postgres(folder / "data", options=NOT_DURABLE, identity=identity)
    try:
        assert (folder / "data" / "postgres").stat().st_uid == identity.user_id
        assert await one_value(server.dsn, "SELECT 1") == 1
    finally:
        server.stop()
        shutil.rmtree(folder)
