"""The log in Kafka, through aiokafka: `acks=all`, idempotent, offsets kept by the consumers.

A province's events go to the partition of its ordinal, and the catalogue's to every partition.
Each message names the position before it in its partition, so that a hole is seen.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.events.envelope import RecordedEvent, to_kafka
from shared.messaging.errors import LogUnavailable
from shared.messaging.kafka_consumer import KafkaConsumer, read_message
from shared.messaging.kafka_streams import Routed, Streams
from shared.messaging.kafka_topics import (
    CLOSE_SECONDS,
    LARGEST_MESSAGE_BYTES,
    Cluster,
    KafkaOptions,
    ensure_topics,
)
from shared.messaging.ports import Delivered, StartOffsets
from shared.messaging.table import LogIdentity, partition_events_after
from shared.messaging.waiting import bounded

PUBLISH_SECONDS = 10.0
READ_SECONDS = 20.0
READ_BEAT_MS = 200
BATCH_BYTES = 256 * 1024


class KafkaLog:
    """The log in the topic `<prefix>.events`; what consumers park goes to `<prefix>.dead-letters`.

    Publishing is for one leader at a time; everything else is safe for many tasks.
    """

    kind = "kafka"
    placing_publishes = False

    def __init__(self, engine: AsyncEngine, *, truth: LogIdentity, options: KafkaOptions) -> None:
        self._engine = engine
        self._truth = truth
        self._options = options
        self._opening = asyncio.Lock()
        self._cluster: Cluster | None = None
        self._producer: AIOKafkaProducer | None = None
        self._streams: Streams | None = None

    @property
    def source(self) -> str:
        return self._truth.source

    async def identity(self) -> str:
        cluster = await self._open()
        return f"kafka:{cluster.id}:{self._options.events}:{cluster.partitions}:{self._truth}"

    async def is_empty(self) -> bool:
        async with self._reader() as (_, ends):
            return not any(ends.values())

    async def publish(self, events: Sequence[RecordedEvent]) -> None:
        if not events:
            return
        cluster = await self._open()
        if self._streams is None:
            self._streams = Streams(self._engine, partitions=cluster.partitions)
        routed = await self._streams.route(events)
        await self._send([self._message(each) for each in routed], topic=self._options.events)
        self._streams.done(events)

    async def publish_dead_letter(self, text: str, *, key: str) -> None:
        await self._open()
        message = {"partition": 0, "key": key.encode(), "value": text.encode()}
        await self._send([message], topic=self._options.dead_letters)

    def consumer(self, group: str, *, start: StartOffsets) -> KafkaConsumer:
        return KafkaConsumer(
            self._options,
            group=f"{self._options.prefix}.{group}",
            source=self.source,
            start=start,
            ready=self._open,
        )

    async def missing(self, partition: int, *, after: int, limit: int) -> Sequence[RecordedEvent]:
        cluster = await self._open()
        return await partition_events_after(
            self._engine,
            partition=partition,
            partitions=cluster.partitions,
            position=after,
            limit=limit,
        )

    async def tail(self, count: int) -> Sequence[RecordedEvent]:
        events: dict[int, RecordedEvent] = {}
        async with self._reader() as (consumer, ends):
            begins = await consumer.beginning_offsets(list(ends))
            waiting = {place: end for place, end in ends.items() if end > begins[place]}
            for place in waiting:
                consumer.seek(place, max(ends[place] - count, begins[place]))
            while waiting:
                found = await consumer.getmany(*waiting, timeout_ms=READ_BEAT_MS)
                for record in (record for records in found.values() for record in records):
                    message = read_message(record, source=self.source)
                    if isinstance(message, Delivered):
                        events[message.event.position] = message.event
                for place in list(waiting):
                    if await consumer.position(place) >= waiting[place]:
                        del waiting[place]
        return [events[position] for position in sorted(events)[-count:]]

    async def close(self) -> None:
        await self._drop_producer()

    async def _open(self) -> Cluster:
        async with self._opening:
            if self._cluster is None:
                self._cluster = await ensure_topics(self._options)
            return self._cluster

    def _message(self, routed: Routed) -> dict[str, object]:
        message = to_kafka(
            routed.event, previous_position=routed.previous_position, source=self.source
        )
        return {"partition": routed.partition, **message._asdict()}

    async def _send(self, messages: Sequence[dict[str, object]], *, topic: str) -> None:
        """All of them durable, or LogUnavailable; then the producer is not used again, because
        what it still holds could come after what is published next.
        """
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                producer = await self._started_producer()
                sent = [await producer.send(topic, **message) for message in messages]
                await asyncio.wait(sent)
            for future in sent:
                future.result()
        except (KafkaError, OSError) as error:
            await self._drop_producer()
            raise LogUnavailable(action="take events", reason=error) from error

    async def _started_producer(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._options.client(),
                    acks="all",
                    enable_idempotence=True,
                    max_request_size=LARGEST_MESSAGE_BYTES,
                    max_batch_size=BATCH_BYTES,
                )
                try:
                    await producer.start()
                except BaseException:
                    await bounded(producer.stop(), seconds=CLOSE_SECONDS, what="kafka_producer")
                    raise
                self._producer = producer
            return self._producer

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None and not await bounded(
            producer.stop(), seconds=CLOSE_SECONDS, what="kafka_producer"
        ):
            await bounded(producer.client.close(), seconds=CLOSE_SECONDS, what="kafka_client")

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[tuple[AIOKafkaConsumer, dict[TopicPartition, int]]]:
        """A consumer outside of any group, and where each partition ends."""
        cluster = await self._open()
        places = [TopicPartition(self._options.events, n) for n in range(cluster.partitions)]
        consumer = AIOKafkaConsumer(
            **self._options.client(), enable_auto_commit=False, auto_offset_reset="none"
        )
        try:
            async with asyncio.timeout(READ_SECONDS):
                await consumer.start()
                consumer.assign(places)
                yield consumer, await consumer.end_offsets(places)
        except (KafkaError, OSError) as error:
            raise LogUnavailable(action="be read", reason=error) from error
        finally:
            await bounded(consumer.stop(), seconds=CLOSE_SECONDS, what="kafka_consumer")
