"""The port of the event log: one narrow face for Kafka and for the table of events.

What holds for every adapter:

- Events of one province come in position order, and so do all events of one partition.
- Events are delivered at least once. A position at or below the last one applied is a repetition;
  a `previous_position` above it shows a hole, which `missing` fills from log.event.
- Offsets are the consumer's own: the log remembers nothing about who has read what.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.envelope import RecordedEvent

FIRST_OFFSET = 0
"""Where a consumer starts that has stored nothing."""

StartOffsets = Callable[[Collection[int]], Awaitable[Mapping[int, int]]]
"""Partitions just assigned → the offset to read next in each; asked by `LogConsumer.poll`."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """An event and where the log holds it."""

    partition: int
    offset: int
    previous_position: int
    event: RecordedEvent


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that is no event of ours: `code` and `reason` say why, `text` is what it holds."""

    partition: int
    offset: int
    code: str
    reason: str
    text: str


Message = Delivered | Unreadable


class LogConsumer(Protocol):
    """One member of a group; partitions are shared among the members. For one task only."""

    async def poll(self, *, max_events: int, timeout_seconds: float) -> Sequence[Message]:
        """The next messages, in offset order within each partition; none after the timeout.

        Raises:
            LogUnavailable: nothing was read; poll again.
            Whatever `StartOffsets` raises: the partitions stay unread until a later poll asks anew.
        """

    def seek(self, partition: int, *, offset: int) -> None:
        """Reads on from there; nothing happens if the partition is no longer ours."""

    async def lag(self, applied: Mapping[int, int]) -> int:
        """How many messages our partitions hold from these offsets on; raises LogUnavailable."""

    async def close(self) -> None:
        """Leaves the group. Bounded in time, whatever state the log is in; may be repeated."""


class EventLog(Protocol):
    """The log itself. Safe for many tasks; opens its connections when first needed."""

    @property
    def kind(self) -> str:
        """What metrics call it: postgres or kafka."""

    @property
    def placing_publishes(self) -> bool:
        """Whether an event is in the log as soon as its position is committed."""

    @property
    def source(self) -> str:
        """CloudEvents `source`: which truth (log.identity) the events belong to."""

    async def identity(self) -> str:
        """What offsets are keyed by: another log, or another number of partitions, is another text.

        Raises:
            LogUnavailable: it could not be asked.
        """

    async def is_empty(self) -> bool:
        """Whether nothing was ever published here; raises LogUnavailable."""

    async def publish(self, events: Sequence[RecordedEvent]) -> None:
        """Durable when it returns. `events` are in position order, without a hole.

        Raises:
            LogUnavailable: any part of them may be in the log; publish the same again.
        """

    async def publish_dead_letter(self, text: str, *, key: str) -> None:
        """Shows what a consumer parked to whoever watches the log; raises LogUnavailable."""

    def consumer(self, group: str, *, start: StartOffsets) -> LogConsumer:
        """A new member of the group."""

    async def missing(self, partition: int, *, after: int, limit: int) -> Sequence[RecordedEvent]:
        """The partition's next events after that position, from log.event."""

    async def tail(self, count: int) -> Sequence[RecordedEvent]:
        """The last events in the log, in position order; raises LogUnavailable."""

    async def close(self) -> None:
        """Lets go of connections. Bounded in time; may be repeated."""


class EventHandler(Protocol):
    """What a service does with events."""

    async def handle(self, connection: AsyncConnection, events: Sequence[RecordedEvent]) -> None:
        """Applies them, in position order, in the transaction that also stores the offset.

        Must be idempotent (compare `sequence`) and must ignore event types it does not know.

        Raises:
            PoisonEvent: one event can never be applied. The transaction is undone and the batch
                tried again; when that keeps happening, the event is parked.
            Failures of the database that pass are retried; anything else ends the service.
        """
