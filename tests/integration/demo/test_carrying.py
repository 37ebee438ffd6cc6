"""A broker that is new to a database: what the tables hold is not applied once more."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.demo.carrying import carry_over
from shared.db.engine import transaction
from shared.messaging.kafka import KafkaLog
from shared.messaging.kafka_topics import KafkaOptions
from shared.messaging.offsets import ConsumerSchema, Offsets, Place
from shared.messaging.ports import EventLog
from shared.messaging.postgres import PARTITION, PostgresLog
from shared.messaging.table import read_identity

pytestmark = pytest.mark.kafka

APPLIED = Place(8, 7, datetime(2025, 9, 18, tzinfo=UTC))
PARTITIONS = 2


async def load(engine: AsyncEngine, log: EventLog, partition: int) -> Place:
    offsets = Offsets(ConsumerSchema.AGGREGATOR, log_id=await log.identity())
    async with transaction(engine) as connection:
        return await offsets.load(connection, partition)


async def store(engine: AsyncEngine, log: EventLog, partition: int, *, to: Place) -> None:
    offsets = Offsets(ConsumerSchema.AGGREGATOR, log_id=await log.identity())
    async with transaction(engine) as connection:
        held = await offsets.load(connection, partition)
        await offsets.advance(connection, partition, held=held, to=to)


async def test_a_consumer_begins_in_a_new_broker_where_its_tables_are(
    engine: AsyncEngine, kafka_bootstrap: str
) -> None:
    truth = await read_identity(engine)
    options = KafkaOptions(bootstrap_servers=kafka_bootstrap, prefix="carried", partitions=2)
    kafka = KafkaLog(engine, truth=truth, options=options)
    await store(engine, PostgresLog(engine, truth=truth), PARTITION, to=APPLIED)
    further = Place(3, 9, datetime(2025, 9, 19, tzinfo=UTC))
    await store(engine, kafka, 1, to=further)

    await carry_over(engine, kafka, partitions=PARTITIONS)

    begun = await load(engine, kafka, 0)
    assert (begun.next_offset, begun.position) == (0, APPLIED.position)
    assert await load(engine, kafka, 1) == further
    await kafka.close()
