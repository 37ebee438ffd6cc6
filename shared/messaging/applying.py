"""One batch, one transaction: the effect, the offset, and what had to be set aside."""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.clock import Clock
from shared.db.engine import transaction
from shared.events.envelope import RecordedEvent
from shared.messaging.batches import Batch
from shared.messaging.dead_letters import DeadLetters, ParkedMessage, parked_event, parked_message
from shared.messaging.errors import PoisonEvent
from shared.messaging.offsets import ConsumerSchema, Offsets, Place
from shared.messaging.ports import EventHandler, EventLog, Unreadable
from shared.observability.metrics import DEAD_LETTERS

ATTEMPT_PAUSE_SECONDS = 0.05

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Work:
    """A batch on its way into a transaction; keeps what was learnt when it has to be redone."""

    batch: Batch
    unreadable: deque[Unreadable]
    parked: list[ParkedMessage] = field(default_factory=list)
    set_aside: set[int] = field(default_factory=set)
    failures: Counter[int] = field(default_factory=Counter)

    @classmethod
    def of(cls, batch: Batch) -> "Work":
        """Nothing done yet."""
        return cls(batch, deque(batch.unreadable))

    @property
    def events(self) -> list[RecordedEvent]:
        """What the handler gets: the events that were not set aside, in position order."""
        return [event for event in self.batch.events if event.position not in self.set_aside]


class Applier:
    """Applies batches for one consumer."""

    def __init__(
        self,
        engine: AsyncEngine,
        log: EventLog,
        handler: EventHandler,
        *,
        schema: ConsumerSchema,
        clock: Clock,
        attempts: int,
    ) -> None:
        self._engine = engine
        self._log = log
        self._handler = handler
        self._schema = schema
        self._clock = clock
        self._attempts = attempts
        self._letters = DeadLetters(schema)
        self._open_subjects: set[str] = set()
        self._log_id = ""

    async def load(self, partitions: Sequence[int]) -> dict[int, Place]:
        """Where each partition was left.

        Raises:
            LogUnavailable, and failures of the database.
        """
        self._log_id = await self._log.identity()
        async with transaction(self._engine) as connection:
            places = {each: await self._offsets.load(connection, each) for each in partitions}
            self._open_subjects = await self._letters.open_subjects(connection)
        return places

    async def apply(self, work: Work) -> None:
        """Returns once the batch is committed. After a failure it may be called again.

        Raises:
            Fenced: another member has applied it, or part of it; nothing was done.
            LogUnavailable, and failures of the database: nothing was done.
            What else the handler raises.
        """
        while work.unreadable:
            await self._set_aside(work, parked_message(work.unreadable[0]))
            work.unreadable.popleft()
        while True:
            try:
                await self._commit(work)
            except PoisonEvent as poison:
                await self._blame(work, poison)
            else:
                return

    @property
    def _offsets(self) -> Offsets:
        return Offsets(self._schema, log_id=self._log_id)

    async def _commit(self, work: Work) -> None:
        batch, events = work.batch, work.events
        async with transaction(self._engine) as connection:
            await self._offsets.advance(
                connection, batch.partition, held=batch.held, to=batch.place
            )
            if events:
                await self._handler.handle(connection, events)
            await self._letters.park(
                connection, work.parked, log_id=self._log_id, at=self._clock.now()
            )
            superseded = await self._supersede(connection, events)
        self._open_subjects -= superseded
        self._open_subjects |= {letter.subject for letter in work.parked if letter.subject}

    async def _supersede(
        self, connection: AsyncConnection, events: Sequence[RecordedEvent]
    ) -> set[str]:
        subjects = self._open_subjects & {event.subject for event in events}
        if subjects:
            last = max(event.position for event in events if event.subject in subjects)
            await self._letters.supersede(connection, subjects, position=last, at=self._clock.now())
        return subjects

    async def _blame(self, work: Work, poison: PoisonEvent) -> None:
        """Another attempt for the event, or its end: it is shown to the log first, then parked in
        the transaction that leaves it out.
        """
        position = poison.event.position
        if position not in {event.position for event in work.events}:
            raise poison
        work.failures[position] += 1
        if work.failures[position] < self._attempts:
            await asyncio.sleep(ATTEMPT_PAUSE_SECONDS * work.failures[position])
            return
        delivery = next(d for d in work.batch.deliveries if d.event.position == position)
        letter = parked_event(delivery, poison=poison, source=self._log.source)
        await self._set_aside(work, letter)
        work.set_aside.add(position)

    async def _set_aside(self, work: Work, letter: ParkedMessage) -> None:
        log.error(
            "message_parked",
            consumer=self._schema,
            partition=letter.partition,
            offset=letter.offset,
            subject=letter.subject,
            code=letter.code,
        )
        shown = letter.json_text(log_id=self._log_id, consumer=self._schema)
        await self._log.publish_dead_letter(shown, key=letter.subject or "")
        work.parked.append(letter)
        DEAD_LETTERS.labels(self._schema).inc()
