"""Which log is used: the table of events, or Kafka."""

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.messaging.errors import KafkaAddressMissing
from shared.messaging.kafka import KafkaLog
from shared.messaging.kafka_topics import KafkaOptions
from shared.messaging.ports import EventLog
from shared.messaging.postgres import PostgresLog
from shared.messaging.table import read_identity
from shared.settings import EventLogKind, Settings


async def open_event_log(settings: Settings, engine: AsyncEngine) -> EventLog:
    """The log. Kafka is not asked yet: a service starts, and takes reports, while it is down.

    Raises:
        KafkaAddressMissing: events are to be kept in Kafka, but nothing says where it is.
    """
    truth = await read_identity(engine)
    if settings.event_log is EventLogKind.POSTGRES:
        return PostgresLog(engine, truth=truth)
    if settings.kafka_bootstrap_servers is None:
        raise KafkaAddressMissing
    options = KafkaOptions(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        prefix=settings.kafka_topic_prefix,
        partitions=settings.kafka_partitions,
        replication_factor=settings.kafka_replication_factor,
    )
    return KafkaLog(engine, truth=truth, options=options)
