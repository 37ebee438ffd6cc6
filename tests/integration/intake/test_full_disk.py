"""A full disk: a clear refusal, nothing half done, and work goes on when there is room again.

PostgreSQL says 53100 when it cannot extend a file; a trigger says so in its place.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.doctor.log import check_relay
from shared.clock import FixedClock
from shared.db.engine import snapshot, transaction
from shared.messaging.factory import open_event_log
from shared.messaging.relay import Relay
from shared.runtime import Supervisor
from shared.settings import Settings
from tests.support.intake_world import EVE, Caller, World
from tests.support.waiting import until

FUNCTION = """
    CREATE OR REPLACE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$
"""


@asynccontextmanager
async def full_disk(owner: AsyncEngine, *, at: str) -> AsyncIterator[None]:
    """`at` is the event and the table of a trigger: "INSERT ON log.report_act"."""
    table = at.rpartition(" ")[2]
    await _execute(
        owner,
        FUNCTION,
        f"CREATE TRIGGER no_room BEFORE {at} FOR EACH ROW EXECUTE FUNCTION public.no_room()",
    )
    try:
        yield
    finally:
        await _execute(owner, f"DROP TRIGGER no_room ON {table}")


async def _execute(owner: AsyncEngine, *statements: str) -> None:
    async with transaction(owner) as connection:
        for statement in statements:
            await connection.execute(text(statement))


@pytest.mark.parametrize(
    "table", ["report_version", "report_act", "event", "report"], ids=lambda name: f"log.{name}"
)
async def test_a_submission_is_refused_whole_and_taken_when_there_is_room(
    world: World, sender: Caller, table: str
) -> None:
    before = await world.log_counts()
    body = sender.body(explanations={})
    async with full_disk(world.owner, at=f"INSERT ON log.{table}"):
        refused = await sender.send(body, key=f"full {table}")
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "60"
    assert refused.json()["code"] == "service_unavailable"
    assert "Đĩa của máy chủ đã đầy" in refused.json()["detail"]
    assert await world.log_counts() == before
    again = await sender.send(body, key=f"full {table}")
    assert again.status_code == 201, again.text


async def test_reading_goes_on(world: World, sender: Caller) -> None:
    async with full_disk(world.owner, at="INSERT ON log.event"):
        assert (await sender.call("GET", "/api/v1/obligations")).status_code == 200


async def test_the_relay_waits_for_room_and_goes_on(world: World, sender: Caller) -> None:
    assert (await sender.send(sender.body(explanations={}))).status_code == 201
    log = await open_event_log(Settings(), world.owner)
    relay = Relay(world.owner, log, clock=FixedClock(EVE))
    supervisor = Supervisor(stop := asyncio.Event())
    async with full_disk(world.owner, at="UPDATE ON log.event"):
        supervisor.start("relay", relay.run)
        await until(lambda: _leads(relay))
    await until(lambda: _all_placed(world))
    stop.set()
    assert await supervisor.wait() == 0


async def _leads(relay: Relay) -> bool:
    return relay.leading


async def _all_placed(world: World) -> bool:
    async with snapshot(world.owner) as connection:
        return not (await check_relay(connection)).severity
