"""The embedded log: log.event itself, read by position. Needs no broker.

There is one partition, 0, and an offset is a position. An event is in the log as soon as the relay
has given it its position; `publish` only wakes the consumers of this process.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from weakref import WeakSet

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.events.envelope import RecordedEvent
from shared.messaging.ports import Delivered, Message, StartOffsets
from shared.messaging.table import LogIdentity, events_after, last_position
from shared.messaging.waiting import wait_for

PARTITION = 0
POLL_SECONDS = 0.05


class PostgresLog:
    """The log in the table of events."""

    kind = "postgres"
    placing_publishes = True

    def __init__(self, engine: AsyncEngine, *, truth: LogIdentity) -> None:
        self._engine = engine
        self._truth = truth
        self._consumers: WeakSet[PostgresConsumer] = WeakSet()

    @property
    def source(self) -> str:
        return self._truth.source

    async def identity(self) -> str:
        return f"postgresql:{self._truth}"

    async def is_empty(self) -> bool:
        return False  # Whatever has a position is in it.

    async def publish(self, events: Sequence[RecordedEvent]) -> None:  # noqa: ARG002
        for consumer in self._consumers:
            consumer.wake()

    async def publish_dead_letter(self, text: str, *, key: str) -> None:
        """The table of dead letters is all there is to watch."""

    def consumer(self, group: str, *, start: StartOffsets) -> "PostgresConsumer":  # noqa: ARG002
        consumer = PostgresConsumer(self._engine, start=start)
        self._consumers.add(consumer)
        return consumer

    async def missing(
        self,
        partition: int,  # noqa: ARG002
        *,
        after: int,
        limit: int,
    ) -> Sequence[RecordedEvent]:
        return await events_after(self._engine, position=after, limit=limit)

    async def tail(self, count: int) -> Sequence[RecordedEvent]:
        after = max(await last_position(self._engine) - count, 0)
        return await events_after(self._engine, position=after, limit=count)

    async def close(self) -> None:
        """The engine is the caller's."""


class PostgresConsumer:
    """Reads the table. Every member of a group reads all; the stored offset lets one apply."""

    def __init__(self, engine: AsyncEngine, *, start: StartOffsets) -> None:
        self._engine = engine
        self._start = start
        self._next: int | None = None
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Looks at the table now rather than at the next beat."""
        self._woken.set()

    async def poll(self, *, max_events: int, timeout_seconds: float) -> Sequence[Message]:
        if self._next is None:
            self._next = (await self._start((PARTITION,)))[PARTITION]
        end = time.monotonic() + timeout_seconds
        while True:
            self._woken.clear()
            messages = await self._read(self._next, limit=max_events)
            patience = end - time.monotonic()
            if messages or patience <= 0:
                break
            await wait_for(self._woken, seconds=min(POLL_SECONDS, patience))
        if messages:
            self._next = messages[-1].offset + 1
        return messages

    def seek(self, partition: int, *, offset: int) -> None:  # noqa: ARG002
        self._next = offset

    async def lag(self, applied: Mapping[int, int]) -> int:
        last = await last_position(self._engine)
        return max(last + 1 - max(applied.get(PARTITION, 0), 1), 0)

    async def close(self) -> None:
        """Nothing is held between polls."""

    async def _read(self, offset: int, *, limit: int) -> list[Delivered]:
        events = await events_after(self._engine, position=offset - 1, limit=limit)
        return [
            Delivered(
                partition=PARTITION,
                offset=event.position,
                previous_position=event.position - 1,
                event=event,
            )
            for event in events
        ]
