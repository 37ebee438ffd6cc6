"""Reading the topic of events as a member of a group.

Kafka shares out the partitions; the offsets are ours, so nothing is committed to Kafka. aiokafka
swallows what a rebalance listener raises: the listener here only pauses what it was given, and the
work that can fail, looking up offsets, is done by `poll`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import (
    IllegalStateError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)

from shared.events.envelope import from_kafka
from shared.events.errors import MalformedEvent
from shared.messaging.errors import LogUnavailable
from shared.messaging.kafka_topics import (
    CLOSE_SECONDS,
    Cluster,
    KafkaOptions,
    coordinator_ready,
)
from shared.messaging.ports import FIRST_OFFSET, Delivered, Message, StartOffsets, Unreadable
from shared.messaging.waiting import bounded

JOIN_SECONDS = 60.0
LAG_SECONDS = 10.0
LONGEST_BATCH_MS = 600_000
"""How long applying one batch may take before the group gives our partitions away."""

PARTITION_FETCH_BYTES = 4 * 1024 * 1024

log = structlog.get_logger(__name__)


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """Holds newly assigned partitions still until `poll` has placed them."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.unplaced: set[TopicPartition] = set()
        self.failure: Exception | None = None

    def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self.unplaced -= revoked

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        try:
            for place in assigned:
                self._consumer.pause(place)
                self._consumer.seek(place, FIRST_OFFSET)
            self.unplaced = set(assigned)
        except Exception as error:
            self.failure = error


class KafkaConsumer:
    """One member of the group."""

    def __init__(
        self,
        options: KafkaOptions,
        *,
        group: str,
        source: str,
        start: StartOffsets,
        ready: Callable[[], Awaitable[Cluster]],
    ) -> None:
        self._options = options
        self._group = group
        self._source = source
        self._start = start
        self._ready = ready
        self._consumer: AIOKafkaConsumer | None = None
        self._assignment: _Assignment | None = None

    async def poll(self, *, max_events: int, timeout_seconds: float) -> Sequence[Message]:
        consumer, assignment = await self._joined()
        if assignment.failure is not None:
            raise assignment.failure
        await self._place(consumer, assignment)
        try:
            found = await consumer.getmany(
                timeout_ms=int(timeout_seconds * 1000), max_records=max_events
            )
        except OffsetOutOfRangeError as error:
            await self._start_over(consumer, places=error.args[0])
            return ()
        except NoOffsetForPartitionError as error:
            assignment.unplaced.add(error.args[0])
            return ()
        except KafkaError as error:
            raise LogUnavailable(action="be read", reason=error) from error
        records = (record for partition in found.values() for record in partition)
        messages = (read_message(record, source=self._source) for record in records)
        return [message for message in messages if message is not None]

    def seek(self, partition: int, *, offset: int) -> None:
        place = TopicPartition(self._options.events, partition)
        if self._consumer is not None and place in self._consumer.assignment():
            self._consumer.seek(place, offset)

    async def lag(self, applied: Mapping[int, int]) -> int:
        if self._consumer is None:
            return 0
        places = [place for place in self._consumer.assignment() if place.partition in applied]
        try:
            async with asyncio.timeout(LAG_SECONDS):
                ends = await self._consumer.end_offsets(places) if places else {}
        except (KafkaError, OSError) as error:
            raise LogUnavailable(action="be read", reason=error) from error
        return sum(max(end - applied[place.partition], 0) for place, end in ends.items())

    async def close(self) -> None:
        consumer, self._consumer, self._assignment = self._consumer, None, None
        if consumer is not None:
            await bounded(consumer.stop(), seconds=CLOSE_SECONDS, what="kafka_consumer")

    async def _joined(self) -> tuple[AIOKafkaConsumer, _Assignment]:
        if self._consumer is None or self._assignment is None:
            await self._ready()
            await coordinator_ready(self._options, group=self._group)
            self._consumer, self._assignment = await self._join()
        return self._consumer, self._assignment

    async def _join(self) -> tuple[AIOKafkaConsumer, _Assignment]:
        consumer = AIOKafkaConsumer(
            **self._options.client(),
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_poll_interval_ms=LONGEST_BATCH_MS,
            max_partition_fetch_bytes=PARTITION_FETCH_BYTES,
        )
        assignment = _Assignment(consumer)
        consumer.subscribe([self._options.events], listener=assignment)
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                await consumer.start()
        except BaseException as error:
            await bounded(consumer.stop(), seconds=CLOSE_SECONDS, what="kafka_consumer")
            if isinstance(error, KafkaError | OSError):
                raise LogUnavailable(action="be joined", reason=error) from error
            raise
        return consumer, assignment

    async def _place(self, consumer: AIOKafkaConsumer, assignment: _Assignment) -> None:
        unplaced = set(assignment.unplaced)
        if not unplaced:
            return
        offsets = await self._start([place.partition for place in unplaced])
        try:
            for place in unplaced:
                consumer.seek(place, offsets[place.partition])
                consumer.resume(place)
        except IllegalStateError:
            return  # Taken away meanwhile; what was given instead is placed by the next poll.
        assignment.unplaced -= unplaced

    async def _start_over(
        self, consumer: AIOKafkaConsumer, *, places: Mapping[TopicPartition, int]
    ) -> None:
        """The topic does not hold our offset: it was made anew, or cut short against our settings.

        Reading from its beginning is safe: repetitions are known by their positions, and what is
        missing is read from log.event.
        """
        log.warning("offset_not_in_topic", places=str(places))
        try:
            async with asyncio.timeout(LAG_SECONDS):
                begins = await consumer.beginning_offsets(list(places))
        except (KafkaError, OSError) as error:
            raise LogUnavailable(action="be read", reason=error) from error
        for place, begin in begins.items():
            self.seek(place.partition, offset=begin)


def read_message(record: ConsumerRecord, *, source: str) -> Message | None:
    """The event of a record; None for one of another database's log."""
    try:
        received = from_kafka(record.value, headers=record.headers)
    except MalformedEvent as error:
        return Unreadable(
            partition=record.partition,
            offset=record.offset,
            code=error.code,
            reason=str(error),
            text=(record.value or b"").decode("utf-8", "replace"),
        )
    if received.source != source:
        log.warning("event_of_another_log", offset=record.offset, source=received.source)
        return None
    return Delivered(
        partition=record.partition,
        offset=record.offset,
        previous_position=received.previous_position,
        event=received.event,
    )
