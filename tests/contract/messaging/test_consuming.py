"""What every log and every consumer keep to, on Kafka and on the table alike."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.engine import transaction
from shared.events.envelope import RecordedEvent, from_json
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.errors import (
    DeadLetterResolved,
    PoisonEvent,
    UnknownDeadLetter,
)
from shared.messaging.offsets import ConsumerSchema
from tests.contract.messaging.world import Crash, Handler, World, event, until

PROVINCES = (70, 75, 79)


def reports(count: int) -> list[tuple[int, str]]:
    return [(PROVINCES[number % 3], f"report/{number % 7}") for number in range(count)]


async def test_events_of_one_province_come_in_the_order_in_which_they_were_written(
    world: World,
) -> None:
    for number, (province, subject) in enumerate(reports(60), start=1):
        await world.write(event(province, f"{province}/{subject}", sequence=number))
    async with world.relaying(), world.consuming(Handler()):
        await world.applied(60)
    effects = await world.effects()
    for province in PROVINCES:
        positions = [place for place, subject in effects if subject.startswith(f"{province}/")]
        assert positions == sorted(positions)
    assert sorted(position for position, _ in effects) == list(range(1, 61))


async def test_events_published_again_are_applied_once(world: World) -> None:
    await world.write(*(event(70, f"report/{n}") for n in range(5)))
    await world.publish_all()
    await world.log.publish(await world.placed())
    await world.write(event(70, "report/last"))
    await world.publish_all()
    async with world.consuming(Handler()):
        await world.applied(6)
    assert [position for position, _ in await world.effects()] == [1, 2, 3, 4, 5, 6]


async def test_a_consumer_resumes_where_its_effects_end(world: World) -> None:
    await world.write(*(event(70, f"report/{n}") for n in range(5)))
    await world.publish_all()
    async with world.consuming(Handler()):
        await world.applied(5)
    await world.write(event(70, "report/new"))
    second = Handler()
    async with world.relaying(), world.consuming(second) as loop:
        await world.applied(6)
        await until(lambda: loop.progress.position == 6)
    assert sum(second.batches) == 1
    assert [position for position, _ in await world.effects()] == [1, 2, 3, 4, 5, 6]


class DiesAfterItsEffect(Handler):
    async def handle(self, connection: AsyncConnection, events: Sequence[RecordedEvent]) -> None:
        await super().handle(connection, events)
        raise Crash


async def test_a_crash_between_effect_and_commit_leaves_neither_effect_nor_offset(
    world: World,
) -> None:
    await world.write(*(event(70, f"report/{n}") for n in range(5)))
    await world.publish_all()
    with pytest.raises(Crash):
        await world.loop(DiesAfterItsEffect()).run(asyncio.Event())
    assert await world.effects() == []
    offsets = await world.rows("SELECT DISTINCT position FROM aggregator.consumer_offset")
    assert offsets == [(0,)]
    async with world.consuming(Handler()):
        await world.applied(5)
    assert [position for position, _ in await world.effects()] == [1, 2, 3, 4, 5]


async def test_two_consumers_that_read_the_same_partitions_apply_each_event_once(
    world: World,
) -> None:
    # Two groups with one table of offsets: both are given every partition.
    first, second = Handler(), Handler()
    async with (
        world.relaying(),
        world.consuming(first, group="one"),
        world.consuming(second, group="two"),
    ):
        for number in range(60):
            await world.write(event(PROVINCES[number % 3], f"report/{number}"))
        await world.applied(60)
    assert sorted(position for position, _ in await world.effects()) == list(range(1, 61))


async def test_members_of_a_group_share_the_work_and_one_takes_over_from_the_other(
    world: World,
) -> None:
    async with world.relaying(), world.consuming(Handler()):
        async with world.consuming(Handler()):
            await world.write(*(event(province, "report/1") for province in PROVINCES))
            await world.applied(3)
        await world.write(*(event(province, "report/2") for province in PROVINCES))
        await world.applied(6)
    assert sorted(position for position, _ in await world.effects()) == list(range(1, 7))


async def test_a_catalogue_event_comes_before_what_was_judged_by_it(world: World) -> None:
    await world.write(*(event(province, f"{province}/before") for province in PROVINCES))
    await world.write(event(None, "catalogue"))
    await world.write(*(event(province, f"{province}/after") for province in PROVINCES))

    async def all_after() -> bool:
        return sum(subject.endswith("/after") for _, subject in await world.effects()) == 3

    async with world.relaying(), world.consuming(Handler()):
        await until(all_after)
    seen: set[str] = set()
    for _, subject in await world.effects():
        if subject.endswith("/after"):
            assert "catalogue" in seen
        seen.add(subject)


class LosesItsConnection(Handler):
    """The first batch finds the database gone."""

    async def handle(self, connection: AsyncConnection, events: Sequence[RecordedEvent]) -> None:
        await super().handle(connection, events)
        if len(self.batches) == 1:
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


async def test_a_lost_database_connection_is_waited_out_and_nothing_is_parked(
    world: World,
) -> None:
    await world.write(*(event(70, f"report/{n}") for n in range(5)))
    async with world.relaying(), world.consuming(LosesItsConnection()):
        await world.applied(5)
    assert [position for position, _ in await world.effects()] == [1, 2, 3, 4, 5]
    assert await world.rows("SELECT 1 FROM aggregator.dead_letter") == []


async def test_a_poison_event_is_parked_with_its_place_and_reason_and_the_others_go_on(
    world: World,
) -> None:
    handler = Handler(poison={"report/bad"})
    await world.write(event(70, "report/1"), event(70, "report/bad"), event(70, "report/2"))
    async with world.relaying(), world.consuming(handler):
        await world.applied(2)
    assert [subject for _, subject in await world.effects()] == ["report/1", "report/2"]
    async with transaction(world.engine) as connection:
        letters = await DeadLetters(ConsumerSchema.AGGREGATOR).list_letters(
            connection, resolved=False, limit=10
        )
    [letter] = letters
    assert (letter.subject, letter.position) == ("report/bad", 2)
    assert (letter.code, letter.reason) == ("refused", "không dùng được")
    assert from_json(letter.data) == (await world.placed())[1]


async def test_a_newer_state_of_the_subject_settles_its_dead_letter(world: World) -> None:
    handler = Handler(poison={"report/1"})
    await world.write(event(70, "report/1"))
    async with world.relaying(), world.consuming(handler):
        await until(lambda: _letters(world, count=1))
        handler.poison.clear()
        await world.write(event(70, "report/1", sequence=2))
        await world.applied(1)
    found = await world.rows("SELECT resolution FROM aggregator.dead_letter")
    assert found == [("superseded at position 2",)]


async def test_a_retry_that_was_asked_for_applies_the_event_and_is_audited(world: World) -> None:
    letters = DeadLetters(ConsumerSchema.AGGREGATOR)
    handler = Handler(poison={"report/1"})
    await world.write(event(70, "report/1"))
    async with world.relaying(), world.consuming(handler):
        await until(lambda: _letters(world, count=1))
        handler.poison.clear()
        async with transaction(world.engine) as connection:
            await letters.request_retry(connection, 1, operator="lan", clock=world.clock)
        await world.applied(1)
    assert await world.rows("SELECT resolution FROM aggregator.dead_letter") == [("retried",)]
    audit = await world.rows("SELECT action, details->>'operator' FROM identity.audit")
    assert audit == [("dead_letter.retry", "lan")]


async def test_a_retry_that_fails_leaves_the_letter_open(world: World) -> None:
    letters = DeadLetters(ConsumerSchema.AGGREGATOR)
    handler = Handler(poison={"report/1"})
    await world.write(event(70, "report/1"))
    async with world.relaying(), world.consuming(handler):
        await until(lambda: _letters(world, count=1))
        async with transaction(world.engine) as connection:
            await letters.request_retry(connection, 1, operator="lan", clock=world.clock)
        await until(lambda: _retry_was_refused(world))
    assert await world.rows("SELECT resolved_at FROM aggregator.dead_letter") == [(None,)]


async def test_a_settled_letter_is_not_settled_again(postgres_world: World) -> None:
    world, letters = postgres_world, DeadLetters(ConsumerSchema.AGGREGATOR)
    await world.write(event(70, "report/1"))
    async with world.relaying(), world.consuming(Handler(poison={"report/1"})):
        await until(lambda: _letters(world, count=1))
    async with transaction(world.engine) as connection:
        await letters.resolve_by_hand(
            connection, 1, reason="đã gửi lại", operator="lan", clock=world.clock
        )
        with pytest.raises(DeadLetterResolved, match="đã gửi lại"):
            await letters.request_retry(connection, 1, operator="lan", clock=world.clock)
        with pytest.raises(UnknownDeadLetter):
            await letters.find(connection, 2)


class BlamesTheWrongEvent(Handler):
    """A bug: it accuses an event that it was not given."""

    async def handle(self, connection: AsyncConnection, events: Sequence[RecordedEvent]) -> None:
        raise PoisonEvent(replace(events[0], position=99), code="bug", reason="bug")


async def test_a_bug_in_the_handler_ends_the_loop(world: World) -> None:
    await world.write(event(70, "report/1"))
    await world.publish_all()
    with pytest.raises(PoisonEvent):
        await world.loop(BlamesTheWrongEvent()).run(asyncio.Event())


async def test_the_tail_shows_the_last_events_of_the_log(world: World) -> None:
    await world.write(*(event(PROVINCES[n % 3], f"report/{n}") for n in range(9)))
    await world.write(event(None, "catalogue"))
    await world.publish_all()
    tail = await world.log.tail(4)
    assert [each.position for each in tail] == [7, 8, 9, 10]
    assert tail == (await world.placed())[-4:]


async def test_a_consumer_says_how_far_it_is(world: World) -> None:
    await world.write(*(event(70, f"report/{n}") for n in range(3)))
    async with world.relaying(), world.consuming(Handler()) as loop:
        await until(lambda: loop.progress.position == 3)
        assert loop.progress.recorded_at == world.clock.now()


async def _letters(world: World, *, count: int) -> bool:
    return len(await world.rows("SELECT 1 FROM aggregator.dead_letter")) == count


async def _retry_was_refused(world: World) -> bool:
    found = await world.rows(
        "SELECT 1 FROM aggregator.dead_letter WHERE retry_requested_at IS NULL"
    )
    return bool(found)
