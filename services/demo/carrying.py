"""Lets consumers begin in a broker that is new to this database where their tables are."""

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import transaction
from shared.messaging.offsets import ConsumerSchema, Offsets, Place
from shared.messaging.ports import EventLog
from shared.messaging.postgres import PARTITION, PostgresLog
from shared.messaging.table import read_identity


async def carry_over(engine: AsyncEngine, log: EventLog, *, partitions: int) -> None:
    """What was applied from the embedded log is a repetition in `log`, and is passed over.

    Raises:
        LogUnavailable: the broker does not answer.
    """
    embedded = PostgresLog(engine, truth=await read_identity(engine))
    applied_of, reached_of = await embedded.identity(), await log.identity()
    async with transaction(engine) as connection:
        for schema in ConsumerSchema:
            applied = await Offsets(schema, log_id=applied_of).load(connection, PARTITION)
            reached = Offsets(schema, log_id=reached_of)
            for partition in range(partitions):
                held = await reached.load(connection, partition)
                if held.position < applied.position:
                    to = Place(held.next_offset, applied.position, applied.recorded_at)
                    await reached.advance(connection, partition, held=held, to=to)
