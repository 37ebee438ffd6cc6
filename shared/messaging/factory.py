"""Which log is used: Kafka where its address is set, the table of events otherwise."""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.messaging.kafka import KafkaLog
from shared.messaging.kafka_topics import KafkaOptions
from shared.messaging.ports import EventLog
from shared.messaging.postgres import PostgresLog
from shared.messaging.table import read_identity


class LogSettings(Protocol):
    """What an operator says about the log."""

    @property
    def kafka_bootstrap_servers(self) -> str | None:
        """host:port, several separated by commas; None for the embedded log."""

    @property
    def kafka_topic_prefix(self) -> str:
        """What the names of topics and consumer groups begin with."""

    @property
    def kafka_partitions(self) -> int:
        """How many partitions the topic of events gets when it is made."""

    @property
    def kafka_replication_factor(self) -> int:
        """How many brokers keep each partition, when the topics are made."""


async def open_event_log(settings: LogSettings, engine: AsyncEngine) -> EventLog:
    """The log. Kafka is not asked yet: a service starts, and takes reports, while it is down."""
    truth = await read_identity(engine)
    if not settings.kafka_bootstrap_servers:
        return PostgresLog(engine, truth=truth)
    options = KafkaOptions(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        prefix=settings.kafka_topic_prefix,
        partitions=settings.kafka_partitions,
        replication_factor=settings.kafka_replication_factor,
    )
    return KafkaLog(engine, truth=truth, options=options)
