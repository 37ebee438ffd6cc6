"""The topics: made with our settings if they are missing, never changed afterwards."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    KafkaError,
    TopicAlreadyExistsError,
    for_code,
)

from shared.events.topics import dead_letters_topic, events_topic
from shared.messaging.errors import LogUnavailable
from shared.messaging.waiting import bounded

REQUEST_TIMEOUT_MS = 10_000
CLOSE_SECONDS = 5.0
TOPIC_READY_SECONDS = 30.0
TOPIC_BEAT_SECONDS = 0.1
LARGEST_MESSAGE_BYTES = 16 * 1024 * 1024

_NOT_YET = (CoordinatorLoadInProgressError, CoordinatorNotAvailableError)

TOPIC_SETTINGS = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "max.message.bytes": str(LARGEST_MESSAGE_BYTES),
}
"""Everything is kept for ever: a compacted topic would lose the acts between."""


@dataclass(frozen=True, slots=True)
class KafkaOptions:
    """How to reach Kafka, and how to make the topics if they are missing.

    `partitions` counts only when the topic is made; later the topic tells. `security` goes to
    every client of aiokafka: security_protocol, ssl_context, sasl_mechanism and the like.
    """

    bootstrap_servers: str
    prefix: str = "tonghop"
    partitions: int = 6
    replication_factor: int = 1
    security: Mapping[str, Any] = field(default_factory=dict)

    @property
    def events(self) -> str:
        """The topic of events."""
        return events_topic(self.prefix)

    @property
    def dead_letters(self) -> str:
        """The topic of dead letters."""
        return dead_letters_topic(self.prefix)

    def client(self) -> dict[str, Any]:
        """The arguments that every client takes."""
        return {
            "bootstrap_servers": self.bootstrap_servers,
            "request_timeout_ms": REQUEST_TIMEOUT_MS,
            **self.security,
        }


@dataclass(frozen=True, slots=True)
class Cluster:
    """What Kafka says of itself and of the topic of events."""

    id: str
    partitions: int


async def ensure_topics(options: KafkaOptions) -> Cluster:
    """Makes what is missing, and waits until every partition of it has a leader.

    Raises:
        LogUnavailable: Kafka cannot be reached, or does not let us.
    """
    admin = AIOKafkaAdminClient(**options.client())
    try:
        async with asyncio.timeout(TOPIC_READY_SECONDS):
            await admin.start()
            # Asking for one topic by its name would make it, with the broker's settings.
            missing = {options.events, options.dead_letters} - set(await admin.list_topics())
            await _create(admin, [_new_topic(name, options=options) for name in sorted(missing)])
            partitions = await _ready_partitions(admin, options)
            cluster = await admin.describe_cluster()
    except (KafkaError, OSError) as error:
        raise LogUnavailable(action="be reached", reason=error) from error
    finally:
        await bounded(admin.close(), seconds=CLOSE_SECONDS, what="kafka_admin")
    return Cluster(id=str(cluster["cluster_id"]), partitions=partitions)


async def describe_topics(options: KafkaOptions) -> dict[str, int]:
    """How many partitions each topic has; nothing is made.

    Raises:
        LogUnavailable: Kafka cannot be reached.
    """
    admin = AIOKafkaAdminClient(**options.client())
    try:
        async with asyncio.timeout(TOPIC_READY_SECONDS):
            await admin.start()
            found = await admin.describe_topics()
    except (KafkaError, OSError) as error:
        raise LogUnavailable(action="be reached", reason=error) from error
    finally:
        await bounded(admin.close(), seconds=CLOSE_SECONDS, what="kafka_admin")
    return {topic["topic"]: len(topic["partitions"]) for topic in found}


async def coordinator_ready(options: KafkaOptions, *, group: str) -> None:
    """Waits until a broker coordinates the group.

    A new cluster has none before it has made its topic of offsets, and a consumer that asks
    meanwhile writes an error for each try.

    Raises:
        LogUnavailable: Kafka cannot be reached, or no broker takes the group in time.
    """
    admin = AIOKafkaAdminClient(**options.client())
    try:
        async with asyncio.timeout(TOPIC_READY_SECONDS):
            await admin.start()
            while not await _is_coordinated(admin, group):  # noqa: ASYNC110 - Kafka tells no event
                await asyncio.sleep(TOPIC_BEAT_SECONDS)
    except (KafkaError, OSError) as error:
        raise LogUnavailable(action="be joined", reason=error) from error
    finally:
        await bounded(admin.close(), seconds=CLOSE_SECONDS, what="kafka_admin")


async def _is_coordinated(admin: AIOKafkaAdminClient, group: str) -> bool:
    try:
        await admin.find_coordinator(group)
    except _NOT_YET:
        return False
    return True


def _new_topic(name: str, *, options: KafkaOptions) -> NewTopic:
    return NewTopic(
        name=name,
        num_partitions=options.partitions if name == options.events else 1,
        replication_factor=options.replication_factor,
        topic_configs=TOPIC_SETTINGS,
    )


async def _create(admin: AIOKafkaAdminClient, topics: list[NewTopic]) -> None:
    if not topics:
        return
    response = await admin.create_topics(topics)
    for name, code, *detail in response.topic_errors:
        error = for_code(code)
        # Another process may have been faster.
        if code != 0 and error is not TopicAlreadyExistsError:
            raise error(f"{name}: {detail}")


async def _ready_partitions(admin: AIOKafkaAdminClient, options: KafkaOptions) -> int:
    while True:
        found = {topic["topic"]: topic["partitions"] for topic in await admin.describe_topics()}
        partitions = found.get(options.events, []), found.get(options.dead_letters, [])
        if all(_led(topic) for topic in partitions):
            return len(partitions[0])
        await asyncio.sleep(TOPIC_BEAT_SECONDS)


def _led(partitions: list[dict[str, Any]]) -> bool:
    return bool(partitions) and all(partition["leader"] >= 0 for partition in partitions)
