"""A PostgreSQL for one run: its own server in a folder, or databases of its own on a given one."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import asyncpg
import sqlalchemy

from services.bench.errors import BenchError
from shared.db.embedded import embedded_postgres


class NotDurable(BenchError):
    """What is measured must survive a crash, or the figures say nothing."""

    code = "not_durable"

    def __init__(self, setting: str, value: str) -> None:
        super().__init__(f"PostgreSQL runs with {setting}={value}; set it to on and measure again.")


@dataclass(frozen=True, slots=True)
class BenchServer:
    """A durable server on which this run makes databases, and drops what it made."""

    dsn: str
    folder: Path
    version: str
    _made: list[str] = field(default_factory=list)

    async def create(self, *, copy_of: str | None = None) -> str:
        """The dsn of a new database; `copy_of` is the dsn of one that nobody is connected to."""
        name = f"tonghop_bench_{uuid4().hex[:12]}"
        template = "template0" if copy_of is None else database_of(copy_of)
        await _administer(self.dsn, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._made.append(name)
        url = sqlalchemy.make_url(self.dsn).set(database=name)
        return url.render_as_string(hide_password=False)

    async def drop_all(self) -> None:
        """Drops the databases of this run, whoever is still connected to them."""
        while self._made:
            await _administer(self.dsn, f'DROP DATABASE "{self._made.pop()}" WITH (FORCE)')


@asynccontextmanager
async def bench_server(
    *, database_url: str | None, pg_bin: Path | None, parent: Path
) -> AsyncIterator[BenchServer]:
    """A server for the length of the block, on the disk of `parent`; nothing of it is left.

    Raises:
        NotDurable: it would lose what it has acknowledged.
    """
    folder = _new_folder(parent)
    try:
        async with embedded_postgres(
            folder / "postgres", database_url=database_url, pg_bin=pg_bin
        ) as server:
            made = BenchServer(server.dsn, folder, await _durable_version(server.dsn))
            try:
                yield made
            finally:
                await made.drop_all()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _new_folder(parent: Path) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="run-", dir=parent)).resolve()


def database_of(dsn: str) -> str:
    """The name of the database in a dsn."""
    return sqlalchemy.make_url(dsn).database or ""


async def _durable_version(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        for setting in ("fsync", "synchronous_commit"):
            value: str = await connection.fetchval("SELECT current_setting($1)", setting)
            if value == "off":
                raise NotDurable(setting, value)
        version: str = await connection.fetchval("SELECT current_setting('server_version')")
        return version
    finally:
        await connection.close()


async def _administer(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
