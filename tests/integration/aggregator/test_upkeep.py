"""Making the rollups anew, and finding out when they have drifted."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.upkeep.rebuild import rebuild
from services.aggregator.upkeep.verify import verify
from shared.db.engine import transaction
from tests.integration.aggregator.conftest import Deliver, Verified
from tests.integration.aggregator.log_rows import store
from tests.integration.aggregator.stored import TABLES, everything, rollup_at
from tests.integration.aggregator.world import (
    COMMUNES,
    DISTRICTS,
    PROVINCE,
    Q2,
    SUMMED,
    History,
    make_catalogue,
)

FIRST, SECOND, *_ = COMMUNES[DISTRICTS[0]]


async def execute(engine: AsyncEngine, *statements: str) -> None:
    async with transaction(engine) as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)


async def test_a_rebuild_gives_what_the_consumer_had_made_row_for_row(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    history.live_through(3, acts=150)
    history.catalogue_changed(1)
    history.live_through(4, acts=20)
    await store(history, engine)
    await deliver(history.events, size=17)
    before = await everything(engine)
    await execute(engine, *(f"DELETE FROM aggregator.{table}" for table in TABLES))
    made = await rebuild(engine, catalogue=make_catalogue())
    assert await everything(engine) == before
    assert made.sheaves == 4
    assert made.rollups == len(before["rollup"])


async def test_a_rebuild_mends_what_was_changed_by_hand_and_drops_what_was_added(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    history.live_through(5, acts=80)
    await store(history, engine)
    await deliver(history.events)
    before = await everything(engine)
    await execute(
        engine,
        "UPDATE aggregator.rollup SET expected = 99 WHERE node_id = 1",
        "UPDATE aggregator.report SET cells = '{1,1,1,1}'",
        "INSERT INTO aggregator.rollup SELECT 77, form, period, track, totals, counts, minima, "
        "maxima, expected, reported, on_time, position FROM aggregator.rollup WHERE node_id = 1",
    )
    await rebuild(engine, catalogue=make_catalogue())
    assert await everything(engine) == before


async def test_a_rebuild_leaves_out_what_was_set_aside(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    opened = list(history.events)
    bad = history.submit((FIRST, SUMMED, Q2), R1={"c": 5})
    good = history.submit((SECOND, SUMMED, Q2), R1={"a": 5})
    await store(history, engine)
    await deliver([*opened, good])
    before = await everything(engine)
    await execute(
        engine,
        'INSERT INTO aggregator.dead_letter (log_id, partition, "offset", event_id, code, reason, '
        f"data, parked_at) VALUES ('log', 0, 1, '{bad.event_id}', 'unknown_cell', '', '', now())",
    )
    await rebuild(engine, catalogue=make_catalogue())
    assert await everything(engine) == before


async def test_consumers_go_on_where_they_were_after_a_rebuild(
    history: History, deliver: Deliver, verified: Verified, engine: AsyncEngine
) -> None:
    opened = len(history.events)
    history.live_through(6, acts=100)
    await store(history, engine)
    await deliver(history.events[: opened + 10])
    await asyncio.gather(
        rebuild(engine, catalogue=make_catalogue()),
        deliver(history.events[opened + 10 :], size=5),
    )
    await execute(
        engine,
        f"INSERT INTO aggregator.consumer_offset VALUES ('log', 0, 1, {len(history.events)}, NULL)",
    )
    assert (await verify(engine, catalogue=make_catalogue())).differences == ()


async def test_drift_is_named_by_node_track_and_part(
    history: History, deliver: Deliver, verified: Verified, engine: AsyncEngine
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 5})
    await deliver(history.events)
    await execute(
        engine,
        "UPDATE aggregator.rollup SET totals[1] = 6 "
        "WHERE node_id = 1 AND form = 'SUMMED' AND period = '2025-Q2' AND track = 'live'",
        "DELETE FROM aggregator.rollup WHERE node_id = 3 AND track = 'official'",
    )
    found = (await verified(history)).differences
    assert len(found) == 5
    wrong = [each for each in found if each.found is not None]
    assert [(each.organization_id, each.track) for each in wrong] == [(PROVINCE, "live")]
    assert "totals" in str(wrong[0])
    assert all("missing" in str(each) for each in found if each.found is None)


async def test_what_the_consumer_has_not_read_yet_is_pending_and_no_drift(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    await deliver(history.events)
    applied = len(history.events)
    history.submit((FIRST, SUMMED, Q2), R1={"a": 5})
    await store(history, engine)
    await execute(
        engine, f"INSERT INTO aggregator.consumer_offset VALUES ('log', 0, 1, {applied}, NULL)"
    )
    result = await verify(engine, catalogue=make_catalogue())
    assert [(each.form, each.period) for each in result.pending] == [(SUMMED, Q2)]
    assert result.differences == ()
    assert (await rollup_at(engine, PROVINCE)).totals[0] is None
