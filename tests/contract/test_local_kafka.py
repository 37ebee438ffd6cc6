"""The local Kafka is a real one, and survives what brokers meet."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.messaging import local_kafka_libraries
from shared.messaging.kafka_consumer import KafkaConsumer
from shared.messaging.kafka_topics import KafkaOptions, ensure_topics
from shared.messaging.local_kafka import LocalKafka
from shared.messaging.local_kafka_libraries import (
    KafkaDidNotStart,
    KafkaLibrariesUnavailable,
    KafkaToolsMissing,
    check_tools,
    kafka_libraries,
)
from shared.messaging.ports import FIRST_OFFSET

READ_TIMEOUT_MILLISECONDS = 10_000

STARTER_THAT_NEVER_STOPS = """
import asyncio, sys
from pathlib import Path
from shared.messaging.local_kafka import LocalKafka

async def main():
    broker = LocalKafka(Path(sys.argv[1]), libraries=Path(sys.argv[2]))
    await broker.start()
    print(broker.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def runs(pid: int) -> bool:
    """A process that ended but was not waited for has an empty command line."""
    command = Path(f"/proc/{pid}/cmdline")
    return command.exists() and command.read_bytes() != b""


async def make_topic(bootstrap: str, name: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def send(bootstrap: str, topic: str, *, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        await producer.send_and_wait(topic, value, partition=0)
    finally:
        await producer.stop()


async def read_all(bootstrap: str, topic: str, *, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        values: list[bytes] = []
        while len(values) < count:
            batch = await consumer.getmany(timeout_ms=READ_TIMEOUT_MILLISECONDS)
            assert batch, f"only {len(values)} of {count} messages came"
            values += [message.value for message in batch[partition]]
        return values
    finally:
        await consumer.stop()


@pytest.mark.kafka
async def test_what_is_sent_is_read_in_order(kafka_bootstrap: str) -> None:
    await make_topic(kafka_bootstrap, "smoke")
    for value in (b"first", b"second"):
        await send(kafka_bootstrap, "smoke", value=value)
    assert await read_all(kafka_bootstrap, "smoke", count=2) == [b"first", b"second"]


@pytest.mark.kafka
async def test_messages_outlive_a_stop_and_a_kill_of_the_broker(
    tmp_path: Path, kafka_programs: Path
) -> None:
    broker = LocalKafka(tmp_path, libraries=kafka_programs)
    await broker.start()
    await make_topic(broker.bootstrap_servers, "kept")
    for end, value in ((broker.stop, b"before stop"), (broker.kill, b"before kill")):
        await send(broker.bootstrap_servers, "kept", value=value)
        await end()
        await broker.start()
    try:
        read = await read_all(broker.bootstrap_servers, "kept", count=2)
    finally:
        await broker.stop()
    assert read == [b"before stop", b"before kill"]


@pytest.mark.kafka
async def test_a_broker_whose_starter_was_killed_is_replaced(
    tmp_path: Path, kafka_programs: Path
) -> None:
    starter = subprocess.Popen(  # noqa: ASYNC220, S603 - our own program, killed below
        [sys.executable, "-c", STARTER_THAT_NEVER_STOPS, str(tmp_path), str(kafka_programs)],
        stdout=subprocess.PIPE,
    )
    assert starter.stdout is not None
    orphan = int(starter.stdout.readline())
    os.kill(starter.pid, signal.SIGKILL)
    starter.communicate()
    broker = LocalKafka(tmp_path, libraries=kafka_programs)
    await broker.start()
    await broker.stop()
    assert not runs(orphan)


@pytest.mark.kafka
async def test_a_broker_that_ends_at_once_is_told_with_its_last_words(
    tmp_path: Path, kafka_programs: Path
) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "meta.properties").write_text("version=1\ncluster.id=broken\n")
    with pytest.raises(KafkaDidNotStart, match="properties"):
        await LocalKafka(tmp_path, libraries=kafka_programs).start()
    assert not (tmp_path / "kafka.pid").exists()


@pytest.mark.kafka
async def test_the_first_group_of_a_new_cluster_is_joined_without_an_error(
    tmp_path: Path, kafka_programs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broker = LocalKafka(tmp_path, libraries=kafka_programs)
    await broker.start()
    options = KafkaOptions(bootstrap_servers=broker.bootstrap_servers, partitions=1)
    member = KafkaConsumer(
        options,
        group="first",
        source="test",
        start=_from_the_beginning,
        ready=lambda: ensure_topics(options),
    )
    try:
        assert await member.poll(max_events=1, timeout_seconds=0.1) == []
    finally:
        await member.close()
        await broker.stop()
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


async def _from_the_beginning(partitions: Collection[int]) -> Mapping[int, int]:
    return dict.fromkeys(partitions, FIRST_OFFSET)


def test_missing_programs_are_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(KafkaToolsMissing) as missing:
        check_tools()
    assert missing.value.missing == ("java", "mvn")
    assert "\n" not in str(missing.value)
    assert "scripts/install-system-packages" in str(missing.value)


MAVEN = """#!/bin/sh
echo called >> "$CALLS"
for word in "$@"; do
    case $word in -DoutputDirectory=*) mkdir "${word#*=}" ;; esac
done
"""


async def test_two_that_need_it_on_a_new_machine_fetch_it_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("mvn", "java"):
        (tmp_path / name).write_text(MAVEN)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    found = await asyncio.gather(*(kafka_libraries(tmp_path / "cache") for _ in range(3)))
    assert len(set(found)) == 1
    assert found[0].is_dir()
    assert (tmp_path / "calls").read_text().split() == ["called"]


async def test_without_the_source_tree_the_way_out_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(local_kafka_libraries, "KAFKA_TOOLS", tmp_path)
    with pytest.raises(KafkaLibrariesUnavailable, match="TONGHOP_KAFKA_BOOTSTRAP_SERVERS"):
        await kafka_libraries(tmp_path)
