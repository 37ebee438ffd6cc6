"""Repetitions are dropped, holes are seen, offsets always move on."""

from collections import deque
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.envelope import RecordedEvent
from shared.messaging.batches import by_partition, fill_hole, hole_before, take_run
from shared.messaging.offsets import Place
from shared.messaging.ports import Delivered, Message, Unreadable

INSTANT = datetime(2025, 6, 16, 1, 0, tzinfo=UTC)
START = Place(next_offset=0, position=0, recorded_at=None)


def recorded(position: int) -> RecordedEvent:
    return RecordedEvent(
        event_id=UUID(int=position),
        type="vn.tonghop.report.submitted.v1",
        subject=f"report/{position}",
        province_id=70,
        catalogue_number=1,
        data={},
        occurred_at=INSTANT,
        position=position,
        recorded_at=INSTANT,
    )


def delivered(position: int, *, offset: int, previous: int | None = None) -> Delivered:
    before = position - 1 if previous is None else previous
    return Delivered(0, offset, before, recorded(position))


def unreadable(offset: int) -> Unreadable:
    return Unreadable(0, offset, "malformed_event", "it is not JSON", "…")


def test_a_run_is_all_that_follows_without_a_hole() -> None:
    messages: deque[Message] = deque([delivered(1, offset=0), delivered(2, offset=1)])
    batch = take_run(messages, held=START)
    assert [event.position for event in batch.events] == [1, 2]
    assert batch.place == Place(2, 2, INSTANT)
    assert not messages


def test_a_run_ends_before_a_hole() -> None:
    messages: deque[Message] = deque([delivered(1, offset=0), delivered(4, offset=1)])
    batch = take_run(messages, held=START)
    assert [event.position for event in batch.events] == [1]
    assert hole_before(messages[0], position=batch.place.position) == 3


def test_positions_of_other_partitions_are_no_hole() -> None:
    assert hole_before(delivered(9, offset=1, previous=4), position=4) is None


def test_a_repetition_moves_the_offset_and_nothing_else() -> None:
    held = Place(next_offset=2, position=2, recorded_at=INSTANT)
    batch = take_run(deque([delivered(1, offset=2), delivered(2, offset=3)]), held=held)
    assert batch.events == []
    assert batch.place == Place(4, 2, INSTANT)


def test_an_unreadable_message_moves_the_offset_and_is_kept() -> None:
    batch = take_run(deque([unreadable(0), delivered(1, offset=1)]), held=START)
    assert batch.unreadable == [unreadable(0)]
    assert batch.place == Place(2, 1, INSTANT)


def test_filling_a_hole_stays_before_what_revealed_it() -> None:
    held = Place(next_offset=1, position=1, recorded_at=INSTANT)
    events = [recorded(2), recorded(3), recorded(4)]
    batch = fill_hole(events, revealed_by=delivered(4, offset=1), until=3, held=held)
    assert [event.position for event in batch.events] == [2, 3]
    assert batch.place == Place(1, 3, INSTANT)


@given(st.lists(st.integers(1, 30), max_size=60), st.integers(1, 7), st.sets(st.integers(0, 59)))
def test_whatever_the_log_repeats_loses_or_garbles_each_event_is_applied_once_in_order(
    stream: list[int], batch_size: int, garbled: set[int]
) -> None:
    table = [recorded(position) for position in range(1, 31)]
    messages: deque[Message] = deque(
        unreadable(offset) if offset in garbled else delivered(position, offset=offset)
        for offset, position in enumerate(stream)
    )
    place, applied = START, []
    while messages:
        until = hole_before(messages[0], position=place.position)
        if until is None:
            batch = take_run(messages, held=place)
        else:
            missing = table[place.position : place.position + batch_size]
            batch = fill_hole(missing, revealed_by=messages[0], until=until, held=place)
        applied += [event.position for event in batch.events]
        assert batch.place.next_offset >= place.next_offset
        place = batch.place
    readable = [position for offset, position in enumerate(stream) if offset not in garbled]
    assert applied == list(range(1, max(readable, default=0) + 1))
    assert place.next_offset == len(stream)


def test_messages_are_split_by_partition_in_their_order() -> None:
    first, second = delivered(1, offset=0), delivered(2, offset=1)
    other = Unreadable(1, 0, "malformed_event", "…", "…")
    parts = by_partition([first, other, second])
    assert {key: list(value) for key, value in parts.items()} == {0: [first, second], 1: [other]}


@pytest.mark.parametrize("position", [4, 5])
def test_a_repetition_never_reveals_a_hole(position: int) -> None:
    assert hole_before(delivered(4, offset=9, previous=1), position=position) is None
