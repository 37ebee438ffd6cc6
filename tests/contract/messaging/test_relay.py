"""The relay loses nothing, skips nothing and leaves no hole, wherever it dies; on both logs."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import text

from shared.clock import FixedClock
from shared.db.engine import create_engine, transaction
from shared.events.envelope import RecordedEvent
from shared.messaging.errors import LogUnavailable
from shared.messaging.kafka_streams import Streams
from shared.messaging.outbox import append_events
from shared.messaging.ports import EventLog
from shared.messaging.postgres import PostgresLog
from shared.messaging.relay import Relay
from shared.messaging.table import partition_events_after, read_identity
from tests.contract.messaging.world import NOW, Crash, Handler, World, event, running, until

EVENTS = 45
"""More than two batches of the relay under test."""


class LogBetween:
    """Stands before a real log, and does something before or after each publishing."""

    def __init__(
        self,
        log: EventLog,
        *,
        before: Callable[[], None] = lambda: None,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self._log = log
        self._before = before
        self._after = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def publish(self, events: Sequence[RecordedEvent]) -> None:
        self._before()
        await self._log.publish(events)
        self._after()


class DyingClock(FixedClock):
    """Tells the time so many times, then the process is gone."""

    def __init__(self, *, readings: int) -> None:
        super().__init__(NOW)
        self._readings = readings

    def now(self) -> datetime:
        self._readings -= 1
        if self._readings < 0:
            raise Crash
        return super().now()


def crash() -> None:
    raise Crash


def dies_while_placing(world: World) -> Relay:
    return Relay(world.engine, world.log, clock=DyingClock(readings=0), batch_events=20)


def dies_before_publishing(world: World) -> Relay:
    log = LogBetween(world.log, before=crash)
    return Relay(world.engine, cast(EventLog, log), clock=world.clock, batch_events=20)


def dies_after_publishing(world: World) -> Relay:
    log = LogBetween(world.log, after=crash)
    return Relay(world.engine, cast(EventLog, log), clock=world.clock, batch_events=20)


def dies_while_marking(world: World) -> Relay:
    return Relay(world.engine, world.log, clock=DyingClock(readings=1), batch_events=20)


@pytest.mark.parametrize(
    "dying",
    [dies_while_placing, dies_before_publishing, dies_after_publishing, dies_while_marking],
)
async def test_a_relay_that_dies_at_any_step_loses_and_skips_nothing(
    world: World, dying: Callable[[World], Relay]
) -> None:
    await world.write(*(event(70 + n % 3, f"report/{n}") for n in range(EVENTS)))
    with pytest.raises(Crash):
        await dying(world).run(asyncio.Event())
    async with world.relaying(), world.consuming(Handler()):
        await world.applied(EVENTS)
    assert sorted(position for position, _ in await world.effects()) == list(range(1, EVENTS + 1))
    assert [each.subject for each in await world.placed()] == [f"report/{n}" for n in range(EVENTS)]


async def test_another_relay_takes_over_when_the_leader_ends(world: World) -> None:
    async with world.relaying() as first:
        await until(lambda: first.leading)
        second = world.relaying()
        waiting = await second.__aenter__()
        await world.write(event(70, "report/1"))
        await until(lambda: _nothing_waits(world))
        assert not waiting.leading
    try:
        await until(lambda: waiting.leading)
        await world.write(event(70, "report/2"))
        await until(lambda: _nothing_waits(world))
    finally:
        await second.__aexit__(None, None, None)
    assert [each.position for each in await world.placed()] == [1, 2]


async def test_a_leader_whose_connection_is_killed_is_followed_by_a_leader(world: World) -> None:
    async with world.relaying(), world.relaying(), world.consuming(Handler()):
        for number in range(5):
            await world.write(event(70, f"report/{number}"))
            await until(lambda: _nothing_waits(world))
            await world.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE locktype = 'advisory' AND granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        await world.applied(5)
    assert [position for position, _ in await world.effects()] == [1, 2, 3, 4, 5]


async def test_two_relays_never_lead_at_once(world: World) -> None:
    async with world.relaying() as first, world.relaying() as second:
        await until(lambda: first.leading or second.leading)
        await world.write(*(event(70, f"report/{n}") for n in range(EVENTS)))
        await until(lambda: _nothing_waits(world))
        assert first.leading != second.leading


async def test_a_log_that_is_away_is_waited_for(world: World) -> None:
    failures = [LogUnavailable(action="take events", reason="away") for _ in range(3)]

    def away() -> None:
        if failures:
            raise failures.pop()

    await world.write(*(event(70, f"report/{n}") for n in range(EVENTS)))
    async with (
        world.relaying(log=cast(EventLog, LogBetween(world.log, before=away))),
        world.consuming(Handler()),
    ):
        await world.applied(EVENTS)
    assert not failures
    assert [position for position, _ in await world.effects()] == list(range(1, EVENTS + 1))


async def test_a_clock_that_jumps_a_day_ahead_and_an_hour_back_loses_and_repeats_nothing(
    world: World,
) -> None:
    jumped, handler = NOW + timedelta(days=1), Handler()
    async with world.consuming(handler):
        for number, instant in enumerate((NOW, jumped, NOW, NOW - timedelta(hours=1)), start=1):
            world.clock.move_to(instant)
            await world.write(event(70, f"report/{number}"))
            await world.publish_all()
            await world.applied(number)
    placed = await world.placed()
    assert [each.recorded_at for each in placed] == [NOW, jumped, jumped, jumped]
    assert await world.effects() == [(each, f"report/{each}") for each in range(1, 5)]


async def test_the_instants_of_recording_never_fall(world: World) -> None:
    await world.write(event(70, "report/1"))
    await world.publish_all()
    world.clock.move_to(datetime.fromisoformat("2025-06-15T00:00:00+00:00"))
    await world.write(event(70, "report/2"))
    await world.publish_all()
    assert [each.recorded_at for each in await world.placed()] == [NOW, NOW]


async def test_each_province_gets_one_ordinal_for_ever(world: World) -> None:
    await world.write(event(79, "report/1"), event(70, "report/2"), event(None, "catalogue"))
    await world.publish_all()
    await world.write(event(75, "report/3"), event(79, "report/4"))
    await world.publish_all()
    ordinals = await world.rows("SELECT province_id, ordinal FROM log.stream ORDER BY ordinal")
    assert ordinals == [(70, 0), (79, 1), (75, 2)]


async def test_per_report_the_order_of_positions_is_the_order_of_acts(world: World) -> None:
    reports = await _stored_reports(world, count=4)
    async with world.relaying() as relay:
        writers = [_act(world, reports, relay, seed=seed) for seed in range(8)]
        await asyncio.gather(*writers)
        await until(lambda: _nothing_waits(world))
    placed = await world.placed()
    assert [each.position for each in placed] == list(range(1, 8 * 25 + 1))
    for report in reports:
        sequences = [e.data["number"] for e in placed if e.subject == f"report/{report}"]
        assert sequences == list(range(1, len(sequences) + 1))


async def _act(world: World, reports: Sequence[int], relay: Relay, *, seed: int) -> None:
    """Acts as intake does: the report's row is locked first, its event is stored after."""
    choose = random.Random(seed)  # noqa: S311 - not a secret
    for _ in range(25):
        report = choose.choice(reports)
        async with transaction(world.engine) as connection:
            found = await connection.execute(
                text(
                    "UPDATE log.report SET sequence = sequence + 1 WHERE id = :id"
                    " RETURNING sequence"
                ),
                {"id": report},
            )
            sequence = found.scalar_one()
            await append_events(connection, [event(70, f"report/{report}", sequence=sequence)])
        relay.hint()


async def _stored_reports(world: World, *, count: int) -> list[int]:
    ids = []
    for number in range(count):
        [(obligation,)] = await world.rows(
            "INSERT INTO log.obligation (organization_id, province_id, regime, form, period,"
            " cutoff_date, deadline, state, sequence)"
            " VALUES (:number, 70, 'R', 'F', '2025-Q2', :day, :now, 'fixed', 1) RETURNING id",
            number=number,
            day=date(2025, 6, 14),
            now=NOW,
        )
        [(report,)] = await world.rows(
            "INSERT INTO log.report (obligation_id, organization_id, province_id, regime, form,"
            " period, sequence, state, last_version)"
            " VALUES (:obligation, :number, 70, 'R', 'F', '2025-Q2', 0, 'submitted', 1)"
            " RETURNING id",
            obligation=obligation,
            number=number,
        )
        ids.append(int(str(report)))
    return ids


async def _nothing_waits(world: World) -> bool:
    return await world.waiting() == 0


async def test_relay_and_consumer_need_no_more_than_the_roles_of_their_services(
    postgres_world: World, database_url: str
) -> None:
    intake = create_engine(database_url, role="tonghop_intake")
    aggregator = create_engine(database_url, role="tonghop_aggregator")
    await postgres_world.execute("GRANT ALL ON effect TO tonghop_aggregator")
    truth = await read_identity(aggregator)
    log = PostgresLog(aggregator, truth=truth)
    world = World(aggregator, log)
    await postgres_world.write(event(70, "report/bad"), event(75, "report/1"))
    relay = Relay(intake, log, clock=world.clock)
    async with running(relay.run), world.consuming(Handler(poison={"report/bad"})):
        await world.applied(1)
    found = await partition_events_after(aggregator, partition=1, partitions=2, position=0, limit=9)
    assert [each.subject for each in found] == ["report/1"]
    routed = await Streams(intake, partitions=2).route(found)
    assert [(each.partition, each.previous_position) for each in routed] == [(1, 0)]
    await intake.dispose()
    await aggregator.dispose()
