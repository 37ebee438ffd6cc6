"""The engine (SQLAlchemy Core over asyncpg), and the two ways to hold a connection.

Writing goes through `transaction`, reading through `snapshot`: a response is made of one statement
or of one snapshot, so that no impossible total is ever seen.

jsonb comes as text, exactly as PostgreSQL writes it, on every path: nothing is parsed that nobody
asks for, and no number turns into a float on the way. `read_json` and `write_json` convert.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy
from pydantic_core import to_json
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.db.errors import InvalidDatabaseUrl

if TYPE_CHECKING:
    import asyncpg

CONNECT_TIMEOUT_SECONDS = 10
POOL_WAIT_SECONDS = 10

read_json = partial(json.loads, parse_float=Decimal)
"""JSON text to Python; a number with a point becomes a `Decimal`, never a float."""

write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Python to JSON text; a `Decimal` is refused: figures are stored as strings."""


def write_plain_json(value: object) -> str:
    """The same text in a quarter of the time, for what holds texts, whole numbers and truths only.

    Nothing is refused here: what else a value may hold, its maker must know.
    """
    return to_json(value).decode()


def write_canonical_json(value: dict[str, Any]) -> str:
    """The same, with the members of every object in the order of their names: what is hashed."""
    return write_plain_json(_ordered(value))


def _ordered(value: object) -> object:
    if not isinstance(value, dict):  # A Mapping in general is asked for at five times the cost.
        return value
    return {name: _ordered(value[name]) for name in sorted(value)}


def create_engine(
    dsn: str,
    *,
    pool_size: int = 10,
    application_name: str = "tonghop",
    role: str | None = None,
) -> AsyncEngine:
    """An engine of at most `pool_size` connections, opened when first needed.

    `role` is the database role every connection acts as (`SET ROLE`), so that PostgreSQL itself
    keeps a service inside its schemas.

    Raises:
        InvalidDatabaseUrl: the text is no PostgreSQL URL.
    """
    server_settings = {"application_name": application_name, "timezone": "UTC"}
    if role is not None:
        server_settings["role"] = role
    return create_async_engine(
        engine_url(dsn),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_use_lifo=True,
        json_serializer=write_json,
        json_deserializer=str,
        connect_args={"server_settings": server_settings, "timeout": CONNECT_TIMEOUT_SECONDS},
    )


def engine_url(dsn: str) -> sqlalchemy.URL:
    """The URL as SQLAlchemy wants it: libpq's spelling of driver and TLS is understood.

    Raises:
        InvalidDatabaseUrl: not a URL, or one of another database.
    """
    try:
        url = sqlalchemy.make_url(dsn)
    except ArgumentError:
        raise InvalidDatabaseUrl("it is not a URL") from None
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise InvalidDatabaseUrl(f"it names {url.get_backend_name()}, not postgresql")
    query = {"ssl" if name == "sslmode" else name: value for name, value in url.query.items()}
    return url.set(drivername="postgresql+asyncpg", query=query)


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction: committed when the block ends well, rolled back when it raises."""
    async with engine.connect() as connection, connection.begin():
        yield connection


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One unchanging view of the database (REPEATABLE READ, READ ONLY)."""
    async with engine.connect() as connection:
        await connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        async with connection.begin():
            yield connection


class native:  # noqa: N801 - it reads as the functions beside it, and is none for speed
    """asyncpg's own connection from the pool, in no transaction: each statement commits by itself.

    A third of the processor time of `engine.connect`. SQLAlchemy does not see what fails on it, so
    a connection that the server has ended is thrown away here, before and after its use. So is one
    whose user was cancelled: what it had just been sent may begin a transaction after that.
    """

    __slots__ = ("_engine", "_pooled")

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def __aenter__(self) -> "asyncpg.Connection[Any]":
        self._pooled = await _open_connection(self._engine)
        raw: asyncpg.Connection[Any] = self._pooled.driver_connection
        return raw

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        raw: asyncpg.Connection[Any] = self._pooled.driver_connection
        cancelled = kind is not None and not issubclass(kind, Exception)
        if cancelled or raw.is_closed() or raw.is_in_transaction():
            self._pooled.invalidate()
        else:
            self._pooled.close()


@asynccontextmanager
async def native_snapshot(engine: AsyncEngine) -> "AsyncIterator[asyncpg.Connection[Any]]":
    """As `snapshot`, on asyncpg's own connection: for what is read many times a second."""
    async with (
        native(engine) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield connection


async def _open_connection(engine: AsyncEngine) -> Any:
    while True:
        pooled = await engine.raw_connection()
        raw: asyncpg.Connection[Any] = pooled.driver_connection
        if not raw.is_closed():
            return pooled
        pooled.invalidate()


async def driver(connection: AsyncConnection) -> "asyncpg.Connection[Any]":
    """asyncpg's own connection, inside the transaction that `connection` is in.

    SQLAlchemy sends BEGIN with its first statement only. Used before it, asyncpg would commit
    each statement by itself, so a statement is sent through SQLAlchemy first if none was.
    """
    raw = await connection.get_raw_connection()
    native: asyncpg.Connection[Any] = raw.driver_connection
    if connection.in_transaction() and not native.is_in_transaction():
        await connection.exec_driver_sql("SELECT 1")
    return native
