"""PostgreSQL as a part of ours: started on a data folder, stopped when we stop.

    async with embedded_postgres(Path(".data/demo")) as server:
        engine = create_engine(server.dsn)

One process owns a data folder at a time, by a lock on FOLDER/lock that the kernel releases with the
process. A second one that asks for the same folder is given the running server and leaves it alone.
A server whose owner was killed is stopped and started anew. With a `database_url` nothing is
started.
"""

import asyncio
import atexit
import fcntl
import os
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from shared.db.embedded_binaries import find_binaries
from shared.db.embedded_cluster import (
    DATABASE,
    INIT_TIMEOUT_SECONDS,
    SUPERUSER,
    Cluster,
    last_words,
    make_folder,
    password_of,
    prepare,
)
from shared.db.embedded_identity import Identity, unprivileged_identity
from shared.db.embedded_process import (
    POLL_SECONDS,
    clear_leftover,
    read_postmaster,
    serves,
    stop_process,
)
from shared.db.errors import DataFolderBusy, ServerDidNotStart
from shared.ports import free_port

START_TIMEOUT_SECONDS = 60
START_ATTEMPTS = 5
LOG_KEPT_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """`durable=False` is for tests: a crash of the machine may then lose everything."""

    durable: bool = True
    max_connections: int = 100
    shared_buffers: str = "64MB"

    def command_line(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": str(self.max_connections),
            "shared_buffers": self.shared_buffers,
            "synchronous_commit": "on",
            "password_encryption": "scram-sha-256",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %q%a ",
            "log_checkpoints": "off",
            "jit": "off",
            "max_wal_size": "1GB",
        }
        if not self.durable:
            settings |= {"fsync": "off", "full_page_writes": "off", "max_wal_size": "128MB"}
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers. `dsn` names its database and holds its password."""

    dsn: str
    pid: int | None = None
    _owned: "_Owned | None" = field(default=None, repr=False)

    def stop(self) -> None:
        """Stops the server if we started it, committing nothing that was open; safe to repeat."""
        if self._owned is not None:
            self._owned.stop()


@asynccontextmanager
async def embedded_postgres(
    data_directory: Path,
    *,
    durable: bool = True,
    max_connections: int = 100,
    database_url: str | None = None,
    pg_bin: Path | None = None,
) -> AsyncIterator[Server]:
    """A running server for the length of the block; see `start_embedded_postgres`."""
    options = ServerOptions(durable=durable, max_connections=max_connections)
    server = await asyncio.to_thread(
        start_embedded_postgres,
        data_directory,
        options=options,
        database_url=database_url,
        pg_bin=pg_bin,
    )
    try:
        yield server
    finally:
        await asyncio.shield(asyncio.to_thread(server.stop))


def start_embedded_postgres(
    data_directory: Path,
    *,
    options: ServerOptions | None = None,
    database_url: str | None = None,
    pg_bin: Path | None = None,
    identity: Identity | None = None,
) -> Server:
    """Starts the server of the folder, making the folder at first; blocks until it answers.

    Raises:
        EmbeddedPostgresError: its subclasses say what is missing and what to do.
    """
    if database_url is not None:
        return Server(database_url)
    make_folder(data_directory)
    cluster = Cluster(
        data_directory.resolve(), find_binaries(pg_bin), identity or unprivileged_identity()
    )
    lock = _lock_or_running(cluster)
    if isinstance(lock, Server):
        return lock
    try:
        return _start_owned(cluster, options=options or ServerOptions(), lock=lock)
    except BaseException:
        os.close(lock)
        raise


@dataclass(slots=True)
class _Owned:
    """The process we started and the lock we hold."""

    process: subprocess.Popen[bytes]
    lock: int | None
    data: Path

    def stop(self) -> None:
        if self.lock is None:
            return
        if self.process.poll() is None:
            gone = lambda: self.process.poll() is not None  # noqa: E731
            stop_process(self.process.pid, gone=gone, data=self.data)
        self.process.wait()
        os.close(self.lock)
        self.lock = None
        atexit.unregister(self.stop)


def _lock_or_running(cluster: Cluster) -> int | Server:
    """The folder's lock, or the server of the process that holds it."""
    lock = os.open(cluster.lock, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + INIT_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            running = _running_server(cluster)
            if running is not None:
                os.close(lock)
                return running
            time.sleep(POLL_SECONDS)
        else:
            return lock
    os.close(lock)
    raise DataFolderBusy(folder=cluster.folder, holder="another process, which starts no server")


def _running_server(cluster: Cluster) -> Server | None:
    postmaster = read_postmaster(cluster.data)
    if postmaster is None or postmaster.port is None or not postmaster.ready:
        return None
    if not serves(postmaster.pid, cluster.data):
        return None
    return Server(_dsn(cluster, postmaster.port), postmaster.pid)


def _start_owned(cluster: Cluster, *, options: ServerOptions, lock: int) -> Server:
    prepare(cluster, durable=options.durable)
    clear_leftover(cluster.data)
    for attempt in range(1, START_ATTEMPTS + 1):
        try:
            process, port = _start_process(cluster, options=options)
        except ServerDidNotStart as error:
            if attempt == START_ATTEMPTS or not _worth_another_try(error):
                raise
            time.sleep(attempt * 0.2)
        else:
            break
    owned = _Owned(process, lock, cluster.data)
    # A program that ends without stopping the server must not leave it behind.
    atexit.register(owned.stop)
    return Server(_dsn(cluster, port), process.pid, owned)


def _worth_another_try(error: ServerDidNotStart) -> bool:
    """Somebody took the port between our look and the bind; or processes of a server that was
    killed have not yet noticed.
    """
    return "in use" in error.output


def _start_process(
    cluster: Cluster, *, options: ServerOptions
) -> tuple[subprocess.Popen[bytes], int]:
    port = free_port()
    command = [
        cluster.binaries.postgres,
        "-D",
        str(cluster.data),
        "-p",
        str(port),
        *options.command_line(),
    ]
    begin = _open_log(cluster.log)
    with cluster.log.open("ab") as log:
        process = cluster.identity.start(command, folder=cluster.data, output=log.fileno())
    try:
        _wait_until_ready(cluster, process=process, log_begin=begin)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process, port


def _wait_until_ready(
    cluster: Cluster, *, process: subprocess.Popen[bytes], log_begin: int
) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        postmaster = read_postmaster(cluster.data)
        if postmaster is not None and postmaster.ready and postmaster.pid == process.pid:
            return
        time.sleep(POLL_SECONDS)
    words = last_words(cluster.log.read_bytes()[log_begin:].decode(errors="replace"))
    raise ServerDidNotStart(program="postgres", output=words, log=cluster.log)


def _open_log(log: Path) -> int:
    """Where this start's lines will begin; a log that grew too long is begun anew."""
    size = log.stat().st_size if log.exists() else 0
    if size < LOG_KEPT_BYTES:
        return size
    log.unlink()
    return 0


def _dsn(cluster: Cluster, port: int) -> str:
    password = quote(password_of(cluster.folder), safe="")
    return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/{DATABASE}"
