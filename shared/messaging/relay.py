"""The relay: gives every stored event its place in the log, and publishes it there.

One process leads at a time, by a session lock of PostgreSQL that goes when its connection does.
Placing and marking run on that very connection, so one that has lost the lock can do neither. An
old leader may still publish what it had placed: a repetition, which consumers know by its position.

    id (commit order per subject) ──place──▶ position, recorded_at ──publish──▶ log ──▶ published_at

There is no cursor: unplaced and unpublished rows are looked for, so none can be skipped.
"""

import asyncio
from functools import partial
from typing import Any

import asyncpg
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.clock import Clock
from shared.db.locks import AdvisoryLock
from shared.messaging.errors import TRANSIENT, LogUnavailable, is_transient
from shared.messaging.leadership import lead
from shared.messaging.ports import EventLog
from shared.messaging.table import COLUMNS, recorded_event
from shared.messaging.waiting import Backoff, wait_for
from shared.observability.metrics import EVENTS_RELAYED, RELAY_BACKLOG

BATCH_EVENTS = 500
POLL_SECONDS = 0.05
LINGER_SECONDS = 0.025
"""After a step, so that under load one commit places what many acts have stored meanwhile."""

_REPUBLISH_ALL = "UPDATE log.event SET published_at = NULL WHERE published_at IS NOT NULL"

# recorded_at never falls as positions rise, whatever the clocks of successive leaders say.
# A province's first event gives the province the next place among the streams.
_PLACE = """
WITH unplaced AS (
    SELECT id, row_number() OVER (ORDER BY id) AS number
    FROM (SELECT id FROM log.event WHERE position IS NULL ORDER BY id LIMIT $1) AS first
), last AS (
    SELECT position, recorded_at FROM log.event
    WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1
), placed AS (
    UPDATE log.event
    SET position = coalesce((SELECT position FROM last), 0) + unplaced.number,
        recorded_at = greatest($2, (SELECT recorded_at FROM last)),
        published_at = CASE WHEN $3 THEN $2 END
    FROM unplaced
    WHERE event.id = unplaced.id
    RETURNING event.province_id
), new AS (
    SELECT DISTINCT province_id FROM placed
    WHERE NOT EXISTS (SELECT FROM log.stream WHERE stream.province_id = placed.province_id)
      AND province_id IS NOT NULL
), streams AS (
    INSERT INTO log.stream (province_id, ordinal)
    SELECT province_id,
           (SELECT coalesce(max(ordinal) + 1, 0) FROM log.stream)
               + row_number() OVER (ORDER BY province_id) - 1
    FROM new
)
SELECT count(*) FROM placed
"""

_UNPUBLISHED = f"""
SELECT {COLUMNS} FROM log.event
WHERE published_at IS NULL AND position IS NOT NULL
ORDER BY position LIMIT $1
"""

_MARK = """
UPDATE log.event SET published_at = $1
WHERE published_at IS NULL AND position BETWEEN $2 AND $3
"""

_BACKLOG = """
SELECT (SELECT count(*) FROM log.event WHERE position IS NULL)
     + (SELECT count(*) FROM log.event WHERE position IS NOT NULL AND published_at IS NULL)
"""

log = structlog.get_logger(__name__)


class Relay:
    """Run one in every process that may lead; the others wait to take over.

    It keeps one connection of the engine's pool for as long as it runs.
    """

    def __init__(
        self, engine: AsyncEngine, log: EventLog, *, clock: Clock, batch_events: int = BATCH_EVENTS
    ) -> None:
        self._engine = engine
        self._log = log
        self._clock = clock
        self._batch_events = batch_events
        self._hinted = asyncio.Event()
        self._leading = False

    @property
    def leading(self) -> bool:
        """Whether this process is the one that publishes."""
        return self._leading

    def hint(self) -> None:
        """Events were just committed here: look now rather than at the next beat."""
        self._hinted.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: leads, or waits to lead. What passes by itself is waited for; anything
        else is raised and should end the service.
        """
        backoff = Backoff()
        while not stop.is_set():
            try:
                work = partial(self._lead, stop=stop, backoff=backoff)
                await lead(self._engine, work, lock=AdvisoryLock.RELAY, stop=stop)
            except (LogUnavailable, *TRANSIENT) as error:
                if not isinstance(error, LogUnavailable) and not is_transient(error):
                    raise
                log.warning("relay_waits", error=repr(error))
                await backoff.pause(stop)

    async def _lead(
        self, connection: "asyncpg.Connection[Any]", *, stop: asyncio.Event, backoff: Backoff
    ) -> None:
        self._leading = True
        log.info("relay_leads")
        try:
            # First, so that the backlog is told while the log is away, too.
            await self._measure(connection)
            if await self._log.is_empty():
                # A new log, under a database that has told another one of its events.
                await connection.execute(_REPUBLISH_ALL)
            while not stop.is_set():
                self._hinted.clear()
                if await self._step(connection):
                    await asyncio.sleep(LINGER_SECONDS)
                else:
                    await wait_for(self._hinted, seconds=POLL_SECONDS)
                backoff.reset()
        finally:
            self._leading = False

    async def _step(self, connection: "asyncpg.Connection[Any]") -> int:
        """Moves one batch on; tells how many events, 0 when none waited."""
        placing_publishes = self._log.placing_publishes
        moved: int = await connection.fetchval(
            _PLACE, self._batch_events, self._clock.now(), placing_publishes
        )
        if not placing_publishes:
            moved = await self._publish(connection)
        elif moved:
            await self._log.publish(())
        if moved:
            await self._count(connection, moved)
        return moved

    async def _count(self, connection: "asyncpg.Connection[Any]", moved: int) -> None:
        EVENTS_RELAYED.labels(self._log.kind).inc(moved)
        if moved < self._batch_events:
            RELAY_BACKLOG.labels(self._log.kind).set(0)
        else:
            await self._measure(connection)

    async def _publish(self, connection: "asyncpg.Connection[Any]") -> int:
        rows = await connection.fetch(_UNPUBLISHED, self._batch_events)
        if not rows:
            return 0
        events = [recorded_event(row) for row in rows]
        await self._log.publish(events)
        now = self._clock.now()
        await connection.execute(_MARK, now, events[0].position, events[-1].position)
        return len(events)

    async def _measure(self, connection: "asyncpg.Connection[Any]") -> None:
        RELAY_BACKLOG.labels(self._log.kind).set(await connection.fetchval(_BACKLOG))
