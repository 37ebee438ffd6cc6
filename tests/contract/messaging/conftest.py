"""The same world on both logs."""

from collections.abc import AsyncIterator
from itertools import count

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.messaging.kafka import KafkaLog
from shared.messaging.kafka_topics import KafkaOptions
from shared.messaging.ports import EventLog
from shared.messaging.postgres import PostgresLog
from shared.messaging.table import read_identity
from tests.contract.messaging.world import World

PARTITIONS = 3
_numbers = count(1)


@pytest.fixture
async def prepared(engine: AsyncEngine) -> AsyncEngine:
    """A database with a table of effects."""
    async with engine.begin() as connection:
        await connection.exec_driver_sql(
            "CREATE TABLE effect (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
            " position bigint NOT NULL, subject text NOT NULL)"
        )
    return engine


@pytest.fixture
def kafka_options(kafka_bootstrap: str) -> KafkaOptions:
    """Topics of the test's own."""
    return KafkaOptions(
        bootstrap_servers=kafka_bootstrap, prefix=f"test-{next(_numbers)}", partitions=PARTITIONS
    )


@pytest.fixture
async def kafka_world(prepared: AsyncEngine, kafka_options: KafkaOptions) -> AsyncIterator[World]:
    """The world on Kafka."""
    log = KafkaLog(prepared, truth=await read_identity(prepared), options=kafka_options)
    yield World(prepared, log)
    await log.close()


@pytest.fixture
async def postgres_world(prepared: AsyncEngine) -> World:
    """The world on the table of events."""
    log: EventLog = PostgresLog(prepared, truth=await read_identity(prepared))
    return World(prepared, log)


@pytest.fixture(params=["postgres", pytest.param("kafka", marks=pytest.mark.kafka)])
def world(request: pytest.FixtureRequest) -> World:
    """The world on each log in turn."""
    found: World = request.getfixturevalue(f"{request.param}_world")
    return found
