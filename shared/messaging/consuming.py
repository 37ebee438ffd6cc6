"""The consuming loop: reads the log, and applies it in transactions that also hold the offset.

Three kinds of failure (see `EventHandler`): what passes is retried for as long as it lasts, with
nothing parked; an event that cannot be applied is parked after a few attempts, and the rest goes
on; anything else is a bug and ends the service.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.clock import Clock
from shared.messaging.applying import Applier, Work
from shared.messaging.batches import Batch, by_partition, fill_hole, hole_before, take_run
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.errors import TRANSIENT, LogGap, LogUnavailable, is_transient
from shared.messaging.offsets import ConsumerSchema, Fenced, Place
from shared.messaging.ports import EventHandler, EventLog, LogConsumer, Message
from shared.messaging.retries import RetriesOfLetters
from shared.messaging.waiting import Backoff
from shared.messaging.watchdog import Watchdog
from shared.observability.metrics import CONSUMER_LAG, CONSUMER_POSITION

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConsumingOptions:
    """How the loop works; the defaults are what services use."""

    max_events: int = 500
    poll_seconds: float = 0.5
    attempts: int = 3
    watchdog_seconds: float = 120.0


class Progress(NamedTuple):
    """How far this process has applied the log: the highest position, and when it was recorded."""

    position: int
    recorded_at: datetime | None


class _Stopped(Exception):
    """The batch in hand stays unapplied; the next run begins with it."""


class ConsumingLoop:
    """Applies the log with a handler. Run one in each process of a service."""

    def __init__(
        self,
        engine: AsyncEngine,
        log: EventLog,
        handler: EventHandler,
        *,
        group: str,
        schema: ConsumerSchema,
        clock: Clock,
        options: ConsumingOptions | None = None,
    ) -> None:
        self._log = log
        self._group = group
        self._schema = schema
        self._options = options or ConsumingOptions()
        self._applier = Applier(
            engine, log, handler, schema=schema, clock=clock, attempts=self._options.attempts
        )
        letters = DeadLetters(schema)
        self._retries = RetriesOfLetters(engine, handler, letters=letters, clock=clock)
        self._watchdog = Watchdog(group=group, seconds=self._options.watchdog_seconds)
        self._held: dict[int, Place] = {}

    @property
    def progress(self) -> Progress:
        """As of the last transaction committed here."""
        if not self._held:
            return Progress(0, None)
        furthest = max(self._held.values(), key=lambda place: place.position)
        return Progress(furthest.position, furthest.recorded_at)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; the batch in hand is finished first.

        Raises:
            LogGap, ConsumerStalled: the service must end.
            What the handler raises and does not pass by itself.
        """
        consumer = self._log.consumer(self._group, start=self._start)
        tasks = [
            asyncio.create_task(self._consume(consumer, stop)),
            asyncio.create_task(self._watchdog.run(lambda: self._lag(consumer))),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await consumer.close()

    async def _consume(self, consumer: LogConsumer, stop: asyncio.Event) -> None:
        backoff = Backoff()
        while not stop.is_set():
            try:
                await self._turn(consumer, stop)
                backoff.reset()
            except _Stopped:
                return
            except (LogUnavailable, *TRANSIENT) as error:
                await self._wait_out(error, backoff=backoff, stop=stop)

    async def _turn(self, consumer: LogConsumer, stop: asyncio.Event) -> None:
        messages = await consumer.poll(
            max_events=self._options.max_events, timeout_seconds=self._options.poll_seconds
        )
        for partition, waiting in by_partition(messages).items():
            try:
                await self._apply_partition(waiting, stop=stop)
            except Fenced:
                log.info("consumer_fenced", group=self._group, partition=partition)
                offsets = await self._start((partition,))
                consumer.seek(partition, offset=offsets[partition])
        await self._retries.run()

    async def _start(self, partitions: Collection[int]) -> Mapping[int, int]:
        """Where to read on, as stored; asked by the consumer when partitions are assigned."""
        places = await self._applier.load(list(partitions))
        self._held.update(places)
        return {partition: place.next_offset for partition, place in places.items()}

    async def _apply_partition(self, waiting: deque[Message], *, stop: asyncio.Event) -> None:
        while waiting:
            held = self._held[waiting[0].partition]
            until = hole_before(waiting[0], position=held.position)
            if until is not None:
                missing = await self._missing(waiting[0], until=until, held=held)
                await self._apply(missing, stop=stop)
                continue
            batch = take_run(waiting, held=held)
            await self._apply(batch, stop=stop)
            if batch.unreadable:
                await self._read_around(batch, stop=stop)

    async def _missing(self, message: Message, *, until: int, held: Place) -> Batch:
        """The events of a hole, from the table; as many as one transaction takes."""
        events = await self._log.missing(
            message.partition, after=held.position, limit=self._options.max_events
        )
        if not events or events[0].position > until:
            raise LogGap(partition=message.partition, after=held.position, until=until)
        log.warning("hole_filled", partition=message.partition, after=held.position, until=until)
        return fill_hole(events, revealed_by=message, until=until, held=held)

    async def _read_around(self, batch: Batch, *, stop: asyncio.Event) -> None:
        """What an unreadable message should have held is in the table, so nothing need wait for
        the message after it to show the hole.
        """
        events = await self._log.missing(
            batch.partition, after=batch.place.position, limit=self._options.max_events
        )
        if events:
            until, message = events[-1].position, batch.unreadable[-1]
            found = fill_hole(events, revealed_by=message, until=until, held=batch.place)
            await self._apply(found, stop=stop)

    async def _apply(self, batch: Batch, *, stop: asyncio.Event) -> None:
        work, backoff = Work.of(batch), Backoff()
        while True:
            try:
                await self._applier.apply(work)
                break
            except (LogUnavailable, *TRANSIENT) as error:
                await self._wait_out(error, backoff=backoff, stop=stop)
        self._held[batch.partition] = batch.place
        self._watchdog.note()
        CONSUMER_POSITION.labels(self._schema).set(self.progress.position)

    async def _wait_out(self, error: Exception, *, backoff: Backoff, stop: asyncio.Event) -> None:
        """A pause, if the failure is one that passes; otherwise it is raised again."""
        if not isinstance(error, LogUnavailable) and not is_transient(error):
            raise error
        log.warning("consumer_waits", group=self._group, error=repr(error))
        self._watchdog.note()
        await backoff.pause(stop)
        if stop.is_set():
            raise _Stopped

    async def _lag(self, consumer: LogConsumer) -> int:
        lag = await consumer.lag(
            {partition: place.next_offset for partition, place in self._held.items()}
        )
        CONSUMER_LAG.labels(self._schema).set(lag)
        return lag
