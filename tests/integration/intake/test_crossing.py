"""What is judged before a duty is excluded or its period closed is not stored after it.

Each act is stopped just before it is written, until the report that was judged meanwhile waits for
it: the order of both is then the same in each run.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.support.intake_world import PERIOD, Caller, World, intake_world
from tests.support.waiting import until

AFTER = datetime(2025, 6, 18, 2, tzinfo=UTC)
"""The morning after the communes' last day."""

WAITING = """
SELECT count(*) AS n FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest.fixture
async def world(engine: AsyncEngine, database_url: str) -> AsyncIterator[World]:
    """A world of its own for each test: closing concerns the whole province."""
    async with intake_world(engine, database_url) as made:
        yield made


@asynccontextmanager
async def _stopped(world: World, table: str) -> AsyncIterator[None]:
    """Nobody writes to the table until the block ends."""
    async with world.owner.begin() as connection:
        await connection.execute(text(f"LOCK TABLE log.{table} IN SHARE ROW EXCLUSIVE MODE"))
        yield


async def _wait_for(world: World, number: int) -> None:
    async def are_waiting() -> bool:
        return (await world.rows(WAITING))[0]["n"] >= number

    await until(are_waiting)


async def _submit(sender: Caller) -> httpx.Response:
    return await sender.send(sender.body())


async def _import(sender: Caller) -> httpx.Response:
    return await sender.call(
        "POST",
        "/api/v1/imports",
        body=[sender.body()],
        content_type="application/json",
        idempotency_key=secrets.token_hex(8),
    )


async def _crossed(
    world: World, table: str, *, act: Any, send: Any, sender: Caller
) -> tuple[httpx.Response, httpx.Response]:
    async with asyncio.TaskGroup() as both, _stopped(world, table):
        acting = both.create_task(act)
        await _wait_for(world, 1)
        sending = both.create_task(send(sender))
        await _wait_for(world, 2)
    return acting.result(), sending.result()


@pytest.mark.parametrize("send", [_submit, _import])
async def test_nothing_is_stored_for_a_duty_that_was_excluded_meanwhile(
    world: World, sender: Caller, reviewer: Caller, send: Any
) -> None:
    listed = await sender.call("GET", f"/api/v1/obligations?period={PERIOD}")
    [duty] = listed.json()["items"]
    exclude = reviewer.call(
        "POST",
        f"/api/v1/obligations/{duty['obligation_id']}/exclude",
        body={"reason": "Đơn vị mới thành lập"},
        if_match=f'"{duty["sequence"]}"',
    )

    acted, answer = await _crossed(world, "obligation_act", act=exclude, send=send, sender=sender)

    assert acted.status_code == 200, acted.text
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["code"] == "no_obligation"
    assert (await world.log_counts())["report"] == 0


@pytest.mark.parametrize("send", [_submit, _import])
async def test_nothing_is_stored_without_a_reason_in_a_period_that_was_closed_meanwhile(
    world: World, sender: Caller, send: Any
) -> None:
    world.clock.move_to(AFTER)
    tree = world.known.tree(world.clock.today())
    province = await world.as_reviewer(tree.get(tree.roots[0]))
    close = province.call(
        "POST",
        "/api/v1/periods/close",
        body={"regime": "VPCP-KSTT", "period": PERIOD, "reason": "Hết thời hạn tổng hợp"},
        if_match='"0"',
    )

    acted, answer = await _crossed(world, "period_act", act=close, send=send, sender=sender)

    assert acted.status_code == 200, acted.text
    assert "period_closed" in answer.text
    assert (await world.log_counts())["report"] == 0
