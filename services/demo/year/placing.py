"""Gives the events of a prepared history their places in the log, in the order of their time.

The relay does the same for events as they come; here it would take a batch after another, and date
years of history to this morning.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import driver, transaction
from shared.messaging.offsets import ConsumerSchema, Offsets, Place
from shared.messaging.postgres import PARTITION, PostgresLog
from shared.messaging.table import last_position, read_identity

PLACE = """
WITH numbered AS (
    SELECT id, row_number() OVER (ORDER BY occurred_at, id) AS number,
           coalesce($1::timestamptz, occurred_at) AS recorded_at
    FROM log.event WHERE position IS NULL
), last AS (SELECT coalesce(max(position), 0) AS position FROM log.event)
UPDATE log.event
SET position = last.position + numbered.number, recorded_at = numbered.recorded_at,
    published_at = numbered.recorded_at
FROM numbered, last WHERE numbered.id = event.id
"""

ADD_STREAMS = """
INSERT INTO log.stream (province_id, ordinal)
SELECT province_id, row_number() OVER (ORDER BY min(position)) - 1
FROM log.event WHERE province_id IS NOT NULL GROUP BY province_id
"""


async def place_events(engine: AsyncEngine) -> None:
    """Place every event of a log in which none is placed yet."""
    async with transaction(engine) as connection:
        native = await driver(connection)
        await native.execute(PLACE, None)
        await native.execute(ADD_STREAMS)


async def place_later_events(engine: AsyncEngine, *, recorded_at: datetime) -> None:
    """Place what came after the others, whenever it is told to have happened."""
    async with transaction(engine) as connection:
        await (await driver(connection)).execute(PLACE, recorded_at)


async def instant_of(engine: AsyncEngine, position: int) -> datetime:
    """When the event at a position was recorded; raises LookupError if there is none."""
    async with engine.connect() as connection:
        found: datetime | None = await (await driver(connection)).fetchval(
            "SELECT recorded_at FROM log.event WHERE position = $1", position
        )
    if found is None:
        raise LookupError(f"no event at position {position}")
    return found


async def mark_applied(engine: AsyncEngine, schema: ConsumerSchema) -> None:
    """Let a consumer of the embedded log begin after what is placed: its tables hold it already.

    A consumer of Kafka reads the topic from its beginning all the same.
    """
    truth = await read_identity(engine)
    log_id = await PostgresLog(engine, truth=truth).identity()
    offsets, last = Offsets(schema, log_id=log_id), await last_position(engine)
    async with transaction(engine) as connection:
        held = await offsets.load(connection, PARTITION)
        recorded_at = await (await driver(connection)).fetchval(
            "SELECT recorded_at FROM log.event WHERE position = $1", last
        )
        await offsets.advance(
            connection, PARTITION, held=held, to=Place(last + 1, last, recorded_at)
        )
