"""log.event, the table behind every log, read by position."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import driver, read_json
from shared.events.envelope import RecordedEvent
from shared.messaging.errors import TRANSIENT, is_transient

COLUMNS = """event.event_id, event.type, event.subject, event.province_id,
    event.catalogue_number, event.data::text AS data, event.occurred_at, event.position,
    event.recorded_at"""

_IDENTITY = "SELECT log_id::text, generation FROM log.identity"

_LAST_POSITION = "SELECT coalesce(max(position), 0) FROM log.event"

_AFTER = f"""
SELECT {COLUMNS} FROM log.event
WHERE event.position > $1 ORDER BY event.position LIMIT $2
"""

_OF_PARTITION_AFTER = f"""
SELECT {COLUMNS} FROM log.event LEFT JOIN log.stream USING (province_id)
WHERE event.position > $1 AND (event.province_id IS NULL OR stream.ordinal % $3 = $4)
ORDER BY event.position LIMIT $2
"""


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """Which truth this database holds; the generation rises when it is restored to the past."""

    log_id: str
    generation: int

    @property
    def source(self) -> str:
        """The CloudEvents `source` of its events."""
        return f"urn:uuid:{self.log_id}"

    def __str__(self) -> str:
        return f"{self.log_id}:{self.generation}"


async def read_identity(engine: AsyncEngine) -> LogIdentity:
    """Which truth the database holds."""
    async with engine.connect() as connection:
        row = (await connection.execute(text(_IDENTITY))).one()
    return LogIdentity(log_id=row.log_id, generation=row.generation)


async def last_position(engine: AsyncEngine) -> int:
    """The highest position given so far; 0 before the first."""
    async with statement(engine) as native:
        last: int = await native.fetchval(_LAST_POSITION)
    return last


async def events_after(engine: AsyncEngine, *, position: int, limit: int) -> list[RecordedEvent]:
    """The next events after that position."""
    async with statement(engine) as native:
        rows = await native.fetch(_AFTER, position, limit)
    return [recorded_event(row) for row in rows]


async def partition_events_after(
    engine: AsyncEngine, *, partition: int, partitions: int, position: int, limit: int
) -> list[RecordedEvent]:
    """As `events_after`, of the provinces that go to the partition, and of the catalogue."""
    async with statement(engine) as native:
        rows = await native.fetch(_OF_PARTITION_AFTER, position, limit, partitions, partition)
    return [recorded_event(row) for row in rows]


def recorded_event(row: Any) -> RecordedEvent:
    """The event in a row that was selected with `COLUMNS`."""
    return RecordedEvent(
        event_id=row["event_id"],
        type=row["type"],
        subject=row["subject"],
        province_id=row["province_id"],
        catalogue_number=row["catalogue_number"],
        data=read_json(row["data"]),
        occurred_at=row["occurred_at"],
        position=row["position"],
        recorded_at=row["recorded_at"],
        data_text=row["data"],
    )


@asynccontextmanager
async def statement(engine: AsyncEngine) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """asyncpg's connection for single statements that need no transaction.

    SQLAlchemy does not see errors raised here, so a broken connection is thrown away by us: the
    pool would hand it out again and again.
    """
    async with engine.connect() as connection:
        try:
            yield await driver(connection)
        except TRANSIENT as error:
            if is_transient(error):
                await connection.invalidate()
            raise
