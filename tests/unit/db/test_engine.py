"""Transactions, snapshots and how values pass through the engine."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
import sqlalchemy
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import (
    create_engine,
    driver,
    engine_url,
    read_json,
    snapshot,
    transaction,
    write_json,
)
from shared.db.errors import InvalidDatabaseUrl

ADD_CHANGE = text(
    "INSERT INTO catalogue.change VALUES (:number, '2025-06-16T01:00:00Z', 'summary', 'digest')"
)
COUNT_CHANGES = text("SELECT count(*) FROM catalogue.change")


async def changes(engine: AsyncEngine) -> int:
    async with snapshot(engine) as connection:
        count: int = (await connection.execute(COUNT_CHANGES)).scalar_one()
        return count


async def test_a_block_that_ends_well_is_committed(engine: AsyncEngine) -> None:
    async with transaction(engine) as connection:
        await connection.execute(ADD_CHANGE, {"number": 1})
    assert await changes(engine) == 1


async def add_and_fail(engine: AsyncEngine) -> None:
    async with transaction(engine) as connection:
        await connection.execute(ADD_CHANGE, {"number": 1})
        raise LookupError


async def add_through_the_driver_and_fail(engine: AsyncEngine) -> None:
    async with transaction(engine) as connection:
        native = await driver(connection)
        await native.execute("INSERT INTO catalogue.change VALUES (1, '2025-06-16Z', '', '')")
        raise LookupError


@pytest.mark.parametrize("fail", [add_and_fail, add_through_the_driver_and_fail])
async def test_a_block_that_raises_leaves_nothing(
    engine: AsyncEngine, fail: Callable[[AsyncEngine], Awaitable[None]]
) -> None:
    with pytest.raises(LookupError):
        await fail(engine)
    assert await changes(engine) == 0


async def test_a_snapshot_does_not_see_what_is_committed_after_it_began(
    engine: AsyncEngine,
) -> None:
    async with snapshot(engine) as before:
        assert (await before.execute(COUNT_CHANGES)).scalar_one() == 0
        async with transaction(engine) as connection:
            await connection.execute(ADD_CHANGE, {"number": 1})
        assert (await before.execute(COUNT_CHANGES)).scalar_one() == 0
    assert await changes(engine) == 1


async def test_a_snapshot_cannot_write(engine: AsyncEngine) -> None:
    with pytest.raises(DBAPIError, match="read-only transaction"):
        async with snapshot(engine) as connection:
            await connection.execute(ADD_CHANGE, {"number": 1})


async def test_a_connection_that_held_a_snapshot_can_write_again(database_url: str) -> None:
    engine = create_engine(database_url, pool_size=1)
    async with snapshot(engine) as connection:
        await connection.execute(COUNT_CHANGES)
    async with transaction(engine) as connection:
        await connection.execute(ADD_CHANGE, {"number": 1})
        level = (await connection.execute(text("SHOW transaction_isolation"))).scalar_one()
    assert level == "read committed"
    await engine.dispose()


async def test_jsonb_is_exact_text_on_every_path(engine: AsyncEngine) -> None:
    document = '{"TONG": {"3": 12345678901234567890.10}}'
    typed = sqlalchemy.select(sqlalchemy.cast(sqlalchemy.literal(document), JSONB))
    async with transaction(engine) as connection:
        native = await driver(connection)
        assert await native.fetchval("SELECT $1::jsonb", document) == document
        untyped = await connection.execute(text("SELECT CAST(:d AS jsonb)"), {"d": document})
        assert untyped.scalar_one() == document
        assert (await connection.execute(typed)).scalar_one() == document


def test_numbers_in_json_are_never_floats() -> None:
    assert read_json("[0.1, 1]") == [Decimal("0.1"), 1]
    with pytest.raises(TypeError, match="Decimal is not JSON serializable"):
        write_json({"3": Decimal("0.1")})


async def test_a_role_keeps_a_service_inside_its_schemas(database_url: str) -> None:
    engine = create_engine(database_url, role="tonghop_aggregator")
    async with transaction(engine) as connection:
        await connection.execute(text("SELECT * FROM log.report"))
    with pytest.raises(DBAPIError, match="permission denied"):
        async with transaction(engine) as connection:
            await connection.execute(text("SELECT * FROM identity.account"))
    await engine.dispose()


async def test_instants_are_read_as_utc(engine: AsyncEngine) -> None:
    async with snapshot(engine) as connection:
        assert (await connection.execute(text("SHOW timezone"))).scalar_one() == "UTC"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        pytest.param(
            "postgresql://u:p%40ss@db:5433/reports",
            "postgresql+asyncpg://u:p%40ss@db:5433/reports",
            id="plain",
        ),
        pytest.param(
            "postgres://u@db/reports?sslmode=require",
            "postgresql+asyncpg://u@db/reports?ssl=require",
            id="as-hosting-services-write-it",
        ),
        pytest.param(
            "postgresql+psycopg://u@db/reports",
            "postgresql+asyncpg://u@db/reports",
            id="another-driver",
        ),
    ],
)
def test_usual_spellings_of_a_url_are_understood(given: str, used: str) -> None:
    assert engine_url(given).render_as_string(hide_password=False) == used


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("not a url", id="no-url"),
        pytest.param("mysql://u@db/reports", id="another-database"),
    ],
)
def test_other_urls_are_refused_with_an_example(given: str) -> None:
    with pytest.raises(InvalidDatabaseUrl, match="postgresql://USER:PASSWORD@HOST"):
        engine_url(given)
