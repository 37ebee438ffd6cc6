"""What the suites of the log share: writers, relays, consumers, effects that can be counted."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.clock import Clock, FixedClock
from shared.db.engine import transaction
from shared.events.envelope import NewEvent, RecordedEvent
from shared.events.payloads import CatalogueChangedV1
from shared.events.topics import EventType
from shared.messaging.consuming import ConsumingLoop, ConsumingOptions
from shared.messaging.errors import PoisonEvent
from shared.messaging.offsets import ConsumerSchema
from shared.messaging.outbox import append_events
from shared.messaging.ports import EventHandler, EventLog
from shared.messaging.relay import Relay
from shared.messaging.table import events_after

NOW = datetime(2025, 6, 16, 1, 0, tzinfo=UTC)
PATIENCE_SECONDS = 40
BEAT_SECONDS = 0.02
QUICK = ConsumingOptions(max_events=50, poll_seconds=0.2)


class Crash(Exception):
    """What a test raises where a process dies."""


def event(province: int | None, subject: str, *, sequence: int = 1) -> NewEvent:
    """A small event; `sequence` is told by its payload."""
    return NewEvent(
        type=EventType.CATALOGUE_CHANGED if province is None else EventType.REPORT_SUBMITTED,
        subject=subject,
        province_id=province,
        catalogue_number=1,
        data=CatalogueChangedV1(number=sequence, summary="tổng hợp"),
        occurred_at=NOW,
    )


async def until(condition: Callable[[], object]) -> None:
    """Returns as soon as the condition (a function, async or not) is true."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found = condition()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(BEAT_SECONDS)


@dataclass
class Handler:
    """Writes a row for each event; `poison` are subjects that it refuses."""

    poison: set[str] = field(default_factory=set)
    batches: list[int] = field(default_factory=list)

    async def handle(self, connection: AsyncConnection, events: Sequence[RecordedEvent]) -> None:
        self.batches.append(len(events))
        for each in events:
            if each.subject in self.poison:
                raise PoisonEvent(each, code="refused", reason="không dùng được")
            await connection.execute(
                text("INSERT INTO effect (position, subject) VALUES (:position, :subject)"),
                {"position": each.position, "subject": each.subject},
            )


class World:
    """A database with a table of effects, and a log under it."""

    def __init__(self, engine: AsyncEngine, log: EventLog) -> None:
        self.engine = engine
        self.log = log
        self.clock = FixedClock(NOW)

    async def write(self, *events: NewEvent) -> None:
        """One transaction of a service."""
        async with transaction(self.engine) as connection:
            await append_events(connection, events)

    async def placed(self) -> list[RecordedEvent]:
        """All events that have a position."""
        return await events_after(self.engine, position=0, limit=100_000)

    async def effects(self) -> list[tuple[int, str]]:
        """(position, subject) in the order in which they were applied."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(
                text("SELECT position, subject FROM effect ORDER BY number")
            )
            return [(row.position, row.subject) for row in rows]

    async def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """What a query finds."""
        async with transaction(self.engine) as connection:
            return [tuple(row) for row in await connection.execute(text(statement), values)]

    async def execute(self, statement: str, **values: object) -> None:
        """A statement that finds nothing."""
        async with transaction(self.engine) as connection:
            await connection.execute(text(statement), values)

    async def waiting(self) -> int:
        """How many events the relay has still to move."""
        found = await self.rows("SELECT count(*) FROM log.event WHERE published_at IS NULL")
        return int(str(found[0][0]))

    async def publish_all(self, *, log: EventLog | None = None) -> None:
        """Runs a relay until nothing waits."""
        async with self.relaying(log=log):
            await until(self._nothing_waits)

    async def applied(self, count: int) -> None:
        """Waits for that many effects."""

        async def enough() -> bool:
            return len(await self.effects()) >= count

        await until(enough)

    @asynccontextmanager
    async def relaying(
        self, *, log: EventLog | None = None, clock: Clock | None = None
    ) -> AsyncIterator[Relay]:
        """A relay for the length of the block."""
        relay = Relay(self.engine, log or self.log, clock=clock or self.clock, batch_events=20)
        async with running(relay.run):
            yield relay

    @asynccontextmanager
    async def consuming(
        self, handler: EventHandler, *, group: str = "aggregator", log: EventLog | None = None
    ) -> AsyncIterator[ConsumingLoop]:
        """A consumer for the length of the block."""
        loop = self.loop(handler, group=group, log=log)
        async with running(loop.run):
            yield loop

    def loop(
        self, handler: EventHandler, *, group: str = "aggregator", log: EventLog | None = None
    ) -> ConsumingLoop:
        """A consumer that nobody runs yet."""
        return ConsumingLoop(
            self.engine,
            log or self.log,
            handler,
            group=group,
            schema=ConsumerSchema.AGGREGATOR,
            clock=self.clock,
            options=QUICK,
        )

    async def _nothing_waits(self) -> bool:
        return await self.waiting() == 0


@asynccontextmanager
async def running(
    run: Callable[[asyncio.Event], Coroutine[Any, Any, None]],
) -> AsyncIterator[asyncio.Event]:
    """Runs something until the block ends; its failure is raised when the block does."""
    stop = asyncio.Event()
    task = asyncio.create_task(run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await task
