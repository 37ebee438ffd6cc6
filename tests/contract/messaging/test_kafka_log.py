"""What only Kafka can do to us: lost and foreign messages, topics made anew, outages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.events.envelope import to_kafka
from shared.messaging.errors import LogGap, LogUnavailable
from shared.messaging.kafka import KafkaLog
from shared.messaging.kafka_topics import KafkaOptions
from shared.messaging.local_kafka import local_kafka
from shared.messaging.postgres import PostgresLog
from shared.messaging.table import LogIdentity, read_identity
from tests.contract.messaging.world import Handler, World, event, until

pytestmark = pytest.mark.kafka


async def test_the_topic_is_made_with_our_partitions_and_keeps_everything(
    kafka_world: World, kafka_options: KafkaOptions
) -> None:
    assert ":3:" in await kafka_world.log.identity()
    async with administering(kafka_options) as admin:
        resource = ConfigResource(ConfigResourceType.TOPIC, kafka_options.events)
        [response] = await admin.describe_configs([resource])
        settings = {entry[0]: entry[1] for entry in response.resources[0][4]}
    assert settings["retention.ms"] == "-1"
    assert settings["cleanup.policy"] == "delete"


async def test_a_province_keeps_its_partition_and_the_catalogue_goes_to_all(
    kafka_world: World, kafka_options: KafkaOptions
) -> None:
    for province in (79, 70, 75, 48):
        await kafka_world.write(event(province, f"report/{province}"))
        await kafka_world.publish_all()
    await kafka_world.write(event(None, "catalogue"))
    await kafka_world.publish_all()
    found = await messages(kafka_options, kafka_options.events, count=7)
    keys = {(message.partition, message.key) for message in found}
    assert keys == {
        (0, b"79"),
        (1, b"70"),
        (2, b"75"),
        (0, b"48"),
        (0, None),
        (1, None),
        (2, None),
    }


async def test_messages_are_cloud_events_in_binary_mode(
    kafka_world: World, kafka_options: KafkaOptions
) -> None:
    await kafka_world.write(event(70, "report/1"), event(70, "report/2"))
    await kafka_world.publish_all()
    message = (await messages(kafka_options, kafka_options.events, count=2))[1]
    headers = {name: value.decode() for name, value in message.headers}
    assert headers["ce_specversion"] == "1.0"
    assert headers["ce_subject"] == "report/2"
    assert headers["ce_position"] == "2"
    assert headers["ce_previousposition"] == "1"
    assert headers["ce_time"] == "2025-06-16T01:00:00Z"
    assert headers["content-type"] == "application/json"


async def test_a_hole_in_the_log_is_filled_from_the_table(kafka_world: World) -> None:
    world = kafka_world
    await world.write(*(event(70, f"report/{n}") for n in range(130)))
    await world.publish_all(log=PostgresLog(world.engine, truth=await read_identity(world.engine)))
    placed = await world.placed()
    await world.log.publish(placed[:2])
    await world.log.publish(placed[-1:])
    async with world.consuming(Handler()):
        await world.applied(130)
    assert [position for position, _ in await world.effects()] == list(range(1, 131))


async def test_a_hole_that_the_table_cannot_fill_ends_the_consumer(kafka_world: World) -> None:
    world = kafka_world
    await world.write(*(event(70, f"report/{n}") for n in range(4)))
    await world.publish_all(log=PostgresLog(world.engine, truth=await read_identity(world.engine)))
    placed = await world.placed()
    await world.log.publish(placed[:1])
    await world.log.publish(placed[3:])
    await world.execute("DELETE FROM log.event WHERE position IN (2, 3)")
    with pytest.raises(LogGap, match="tonghop rebuild"):
        await world.loop(Handler()).run(asyncio.Event())


async def test_an_unreadable_message_is_parked_and_shown_and_its_event_is_not_missed(
    kafka_world: World, kafka_options: KafkaOptions
) -> None:
    world = kafka_world
    await world.write(event(70, "report/1"), event(70, "report/2"))
    await world.publish_all(log=PostgresLog(world.engine, truth=await read_identity(world.engine)))
    await world.log.publish((await world.placed())[:1])
    async with producing(kafka_options) as producer:
        await producer.send_and_wait(kafka_options.events, b"\x00 rubbish", partition=0)
    async with world.consuming(Handler()):
        await world.applied(2)
    assert [subject for _, subject in await world.effects()] == ["report/1", "report/2"]
    letters = await world.rows('SELECT partition, "offset", code FROM aggregator.dead_letter')
    assert letters == [(0, 1, "malformed_event")]
    [shown] = await messages(kafka_options, kafka_options.dead_letters, count=1)
    assert b'"code":"malformed_event"' in shown.value


async def test_a_parked_event_is_shown_in_the_topic_of_dead_letters(
    kafka_world: World, kafka_options: KafkaOptions
) -> None:
    await kafka_world.write(event(70, "report/bad"), event(70, "report/1"))
    async with kafka_world.relaying(), kafka_world.consuming(Handler(poison={"report/bad"})):
        await kafka_world.applied(1)
    [shown] = await messages(kafka_options, kafka_options.dead_letters, count=1)
    assert shown.key == b"report/bad"
    assert "không dùng được" in shown.value.decode()


async def test_events_of_another_databases_log_are_not_ours(
    kafka_world: World, kafka_options: KafkaOptions
) -> None:
    world = kafka_world
    await world.write(event(70, "report/1"))
    await world.publish_all()
    [placed] = await world.placed()
    foreign = to_kafka(
        replace(placed, position=2, subject="report/foreign"),
        previous_position=1,
        source="urn:uuid:another",
    )
    async with producing(kafka_options) as producer:
        await producer.send_and_wait(kafka_options.events, partition=0, **foreign._asdict())
    await world.write(event(70, "report/2"))
    await world.publish_all()
    async with world.consuming(Handler()):
        await world.applied(2)
    assert [subject for _, subject in await world.effects()] == ["report/1", "report/2"]


async def test_a_new_log_is_filled_with_what_another_one_was_told(kafka_world: World) -> None:
    world = kafka_world
    await world.write(*(event(70, f"report/{n}") for n in range(45)))
    await world.publish_all(log=PostgresLog(world.engine, truth=await read_identity(world.engine)))
    async with world.relaying(), world.consuming(Handler()):
        await world.applied(45)
    assert [each.position for each in await world.log.tail(45)] == list(range(1, 46))


async def test_a_topic_made_anew_is_read_from_its_beginning(
    kafka_world: World, kafka_options: KafkaOptions
) -> None:
    world = kafka_world
    await world.write(*(event(70, f"report/{n}") for n in range(5)))
    await world.publish_all()
    async with world.consuming(Handler()):
        await world.applied(5)
    async with administering(kafka_options) as admin:
        await admin.delete_topics([kafka_options.events])
    identity = await read_identity(world.engine)
    anew = KafkaLog(world.engine, truth=identity, options=kafka_options)
    await world.write(event(70, "report/new"))
    await world.publish_all(log=anew)
    async with world.consuming(Handler(), log=anew):
        await world.applied(6)
    await anew.close()
    assert [position for position, _ in await world.effects()] == [1, 2, 3, 4, 5, 6]


async def test_offsets_of_another_log_are_not_used(kafka_world: World) -> None:
    identity = await kafka_world.log.identity()
    truth = await read_identity(kafka_world.engine)
    assert await PostgresLog(kafka_world.engine, truth=truth).identity() != identity
    assert str(truth) in identity
    assert str(LogIdentity(truth.log_id, truth.generation + 1)) not in identity


async def test_an_outage_of_the_broker_is_waited_out_by_relay_and_consumer(
    prepared: AsyncEngine, kafka_bootstrap: str, tmp_path: Path
) -> None:
    async with local_kafka(tmp_path) as broker:
        options = KafkaOptions(bootstrap_servers=broker.bootstrap_servers, partitions=2)
        log = KafkaLog(prepared, truth=await read_identity(prepared), options=options)
        world = World(prepared, log)
        async with world.relaying(), world.consuming(Handler()):
            await world.write(event(70, "report/1"), event(75, "report/2"))
            await world.applied(2)
            await broker.stop()
            await world.write(event(70, "report/3"), event(75, "report/4"))
            with pytest.raises(LogUnavailable):
                await log.publish(await world.placed())
            assert await world.waiting() == 2
            await broker.start()
            await world.applied(4)
        await log.close()
    assert sorted(position for position, _ in await world.effects()) == [1, 2, 3, 4]


async def test_without_a_broker_everything_says_so(prepared: AsyncEngine) -> None:
    options = KafkaOptions(bootstrap_servers="127.0.0.1:9")
    log = KafkaLog(prepared, truth=await read_identity(prepared), options=options)
    with pytest.raises(LogUnavailable, match="check that Kafka runs"):
        await log.identity()
    with pytest.raises(LogUnavailable):
        await log.tail(1)
    await log.close()


@asynccontextmanager
async def administering(options: KafkaOptions) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**options.client())
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


@asynccontextmanager
async def producing(options: KafkaOptions) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(**options.client())
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def messages(options: KafkaOptions, topic: str, *, count: int) -> list[Any]:
    """The first messages of a topic."""
    consumer = AIOKafkaConsumer(topic, **options.client(), auto_offset_reset="earliest")
    await consumer.start()
    found: list[Any] = []

    async def enough() -> bool:
        records = await consumer.getmany(timeout_ms=100)
        found.extend(record for each in records.values() for record in each)
        return len(found) >= count

    try:
        await until(enough)
    finally:
        await consumer.stop()
    return found
