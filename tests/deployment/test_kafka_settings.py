"""The settings that docker-compose.yml gives Kafka, read by a real Kafka."""

import asyncio
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.deployment.composition import PROJECT, composition

pytestmark = pytest.mark.kafka

NOT_FOR_THE_SERVER = {"KAFKA_HEAP_OPTS"}


def server_properties(*, data: Path) -> str:
    """As the image writes them: KAFKA_LOG_DIRS becomes log.dirs."""
    given = composition()["services"]["kafka"]["environment"]
    named = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): str(value)
        for name, value in given.items()
        if name not in NOT_FOR_THE_SERVER
    }
    named["log.dirs"] = str(data)
    return "".join(f"{name}={value}\n" for name, value in named.items())


async def format_storage(libraries: Path, properties: Path, *, cluster_id: str) -> str:
    """What the image's launcher does at every start; it takes these words for success."""
    java = shutil.which("java")
    assert java is not None
    return await output_of(
        java,
        *("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{libraries}/*"),
        *("kafka.tools.StorageTool", "format"),
        *(f"--cluster-id={cluster_id}", "-c", str(properties)),
    )


async def output_of(*command: str, **environment: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return output.decode().strip()


async def offered_id(data: Path) -> str:
    """What the container's command gives to the image's own start."""
    script, *_ = (
        volume.partition(":")[0]
        for volume in composition()["services"]["kafka"]["volumes"]
        if volume.endswith(".sh:ro")
    )
    command = ("bash", str(PROJECT / script), "printenv", "CLUSTER_ID")
    return await output_of(*command, KAFKA_LOG_DIRS=str(data))


async def test_kafka_accepts_them_and_the_disk_keeps_its_identity(
    kafka_programs: Path, tmp_path: Path
) -> None:
    properties, data = tmp_path / "server.properties", tmp_path / "data"
    properties.write_text(server_properties(data=data))
    first = await offered_id(data)
    made = await format_storage(kafka_programs, properties, cluster_id=first)
    assert "Formatting" in made
    again = await offered_id(data)
    assert again == first
    kept = await format_storage(kafka_programs, properties, cluster_id=again)
    assert "already formatted" in kept


async def test_every_empty_disk_gets_an_identity_of_its_own(tmp_path: Path) -> None:
    offered = {await offered_id(tmp_path) for _ in range(2)}
    assert len(offered) == 2
    assert all(re.fullmatch(r"[A-Za-z0-9]{22}", each) for each in offered)
