"""The keeper of obligations in a database that fails, and beside another keeper."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.closings.use_cases import close_by_rule
from services.intake.obligations.keeper import ObligationKeeper
from services.intake.obligations.repository import lock_keeper
from services.intake.obligations.use_cases import keep_obligations
from shared.catalogue.packs import read_packs
from shared.catalogue.store import load_packs
from shared.db.engine import driver, transaction
from tests.factories.packs import copied_packs
from tests.support.intake_world import EVE, PACKS, PERIOD, World, announce, intake_world
from tests.support.waiting import until

CLOSING = "\nclosing: {working_days_after_last_deadline: 1, source: Quy chế báo cáo của tỉnh}\n"
BEFORE_CUTOFF = datetime(2025, 6, 10, 1, tzinfo=UTC)
CLOSES = datetime(2025, 6, 20, 1, tzinfo=UTC)


@pytest.fixture
async def world(engine: AsyncEngine, database_url: str) -> AsyncIterator[World]:
    """A world of its own for each test: what fails here fails for all."""
    async with intake_world(engine, database_url, starts_at=BEFORE_CUTOFF) as made:
        yield made


async def _end_whoever_waits_for_the_lock(world: World) -> bool:
    ended = await world.rows(
        "SELECT pg_terminate_backend(pid) AS ended FROM pg_locks"
        " WHERE locktype = 'advisory' AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return bool(ended)


async def _both_wait(world: World) -> bool:
    [found] = await world.rows(
        "SELECT count(*) AS n FROM pg_locks WHERE NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return int(found["n"]) == 2


async def _are_fixed(world: World) -> bool:
    return bool(await world.rows("SELECT id FROM log.obligation WHERE state = 'fixed'"))


async def test_the_keeper_outlives_a_connection_that_the_server_ends(world: World) -> None:
    world.clock.move_to(EVE)
    stop = asyncio.Event()
    async with transaction(world.owner) as connection:
        await lock_keeper(await driver(connection))
        keeping = asyncio.create_task(ObligationKeeper(world.intake).run(stop))
        await until(lambda: _end_whoever_waits_for_the_lock(world))
    await until(lambda: _are_fixed(world))

    assert not keeping.done()
    stop.set()
    await keeping


async def test_a_defect_ends_the_keeper_instead_of_being_tried_for_ever(world: World) -> None:
    async with transaction(world.owner) as connection:
        await connection.execute(text("ALTER SCHEMA catalogue RENAME TO catalogue_of_old"))
    fresh = asyncio.create_task(ObligationKeeper(world.intake).run(asyncio.Event()))

    with pytest.raises(DBAPIError):
        await asyncio.wait_for(fresh, 30)


async def test_of_two_keepers_at_midnight_one_closes_a_period(world: World, tmp_path: Path) -> None:
    places = copied_packs(tmp_path, PACKS)
    regime = tmp_path / PACKS[2] / "regime.yaml"
    regime.write_text(regime.read_text("utf-8") + CLOSING, "utf-8")
    async with transaction(world.owner) as connection:
        read = read_packs(places)
        number = await load_packs(connection, read, clock=world.clock, announce=announce)
    await world.intake.catalogue.at_least(number)
    world.clock.move_to(CLOSES)
    await keep_obligations(world.intake)

    async with transaction(world.owner) as connection:
        await connection.execute(text("LOCK TABLE log.period_act IN SHARE MODE"))
        closing = [asyncio.create_task(close_by_rule(world.intake)) for _ in range(2)]
        await until(lambda: _both_wait(world))
    closed = await asyncio.gather(*closing)

    acts = await world.rows(f"SELECT verb FROM log.period_act WHERE period = '{PERIOD}'")
    assert sorted(closed) == [0, 1]
    assert [each["verb"] for each in acts] == ["close"]
