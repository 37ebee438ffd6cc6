"""What a consumer makes of the messages of one partition: pure rules about positions."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.events.envelope import RecordedEvent
from shared.messaging.offsets import Place
from shared.messaging.ports import Delivered, Message, Unreadable


@dataclass(frozen=True, slots=True)
class Batch:
    """What is applied in one transaction, and the place it leads to."""

    partition: int
    held: Place
    place: Place
    deliveries: Sequence[Delivered]
    unreadable: Sequence[Unreadable]

    @property
    def events(self) -> list[RecordedEvent]:
        """The events, in position order."""
        return [delivery.event for delivery in self.deliveries]


def by_partition(messages: Iterable[Message]) -> dict[int, deque[Message]]:
    """The messages of each partition, in their order."""
    partitions: dict[int, deque[Message]] = {}
    for message in messages:
        partitions.setdefault(message.partition, deque()).append(message)
    return partitions


def hole_before(message: Message, *, position: int) -> int | None:
    """The last position that is missing before this message; None if nothing is."""
    if not isinstance(message, Delivered) or message.event.position <= position:
        return None
    return message.previous_position if message.previous_position > position else None


def take_run(messages: deque[Message], *, held: Place) -> Batch:
    """Takes messages up to the next hole; repetitions are dropped, and so only move the offset."""
    deliveries: list[Delivered] = []
    unreadable: list[Unreadable] = []
    partition, place = messages[0].partition, held
    while messages and hole_before(messages[0], position=place.position) is None:
        message = messages.popleft()
        if isinstance(message, Unreadable):
            unreadable.append(message)
        elif message.event.position > place.position:
            deliveries.append(message)
        place = _after(message, place=place)
    return Batch(partition, held, place, deliveries, unreadable)


def fill_hole(
    events: Sequence[RecordedEvent], *, revealed_by: Message, until: int, held: Place
) -> Batch:
    """The missing events as read from the table; the offset stays before what revealed the hole."""
    missing = [event for event in events if event.position <= until]
    deliveries = [
        Delivered(revealed_by.partition, revealed_by.offset, 0, event) for event in missing
    ]
    place = Place(held.next_offset, missing[-1].position, missing[-1].recorded_at)
    return Batch(revealed_by.partition, held, place, deliveries, ())


def _after(message: Message, *, place: Place) -> Place:
    if isinstance(message, Unreadable) or message.event.position <= place.position:
        return Place(message.offset + 1, place.position, place.recorded_at)
    return Place(message.offset + 1, message.event.position, message.event.recorded_at)
