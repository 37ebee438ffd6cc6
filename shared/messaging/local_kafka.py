"""A real Apache Kafka of one node (KRaft) for tests and for demonstrations on one machine.

async with local_kafka(Path(".data/demo/kafka")) as broker:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap_servers)

FOLDER/server.properties   written anew at every start
FOLDER/log                 Kafka's data, kept between starts
FOLDER/kafka.pid           the broker's process
FOLDER/kafka.log           its warnings
"""

import asyncio
import os
import signal
import socket
import uuid
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.messaging.local_kafka_libraries import (
    DEFAULT_CACHE,
    KAFKA_TOOLS,
    KafkaDidNotStart,
    kafka_libraries,
    last_words,
    required_program,
)
from shared.ports import free_ports

START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 15
POLL_SECONDS = 0.05
# One node of one machine is started more often than it is busy: the optimizing compiler would
# double the processor time of a start.
_QUICK_START = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
_SMALL_SERVER = ("-Xmx384m", *_QUICK_START)


@asynccontextmanager
async def local_kafka(folder: Path, *, cache: Path = DEFAULT_CACHE) -> AsyncIterator["LocalKafka"]:
    """A broker for the length of the block.

    Raises:
        LocalKafkaError: its subclasses say what is missing and what to do.
    """
    broker = LocalKafka(folder, libraries=await kafka_libraries(cache))
    await broker.start()
    try:
        yield broker
    finally:
        await asyncio.shield(broker.stop())


class LocalKafka:
    """One broker on one data folder. It may be stopped, killed and started again, and keeps its
    address; the data outlives all of it.
    """

    def __init__(self, folder: Path, *, libraries: Path) -> None:
        self._folder = folder.resolve()
        self._libraries = libraries
        self._port, self._controller_port = free_ports(2)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def bootstrap_servers(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Returns when the broker answers for its own metadata.

        Raises:
            KafkaToolsMissing: there is no Java.
            KafkaDidNotStart: it ended, or gave no answer in time.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        await self._end_leftover()
        self._settings_file.write_text(self._settings())
        if not (self._folder / "log" / "meta.properties").exists():
            await self._format()
        self._process = await self._launch()
        self._pid_file.write_text(str(self._process.pid))
        try:
            async with asyncio.timeout(START_TIMEOUT_SECONDS):
                await self._answering(self._process)
        except TimeoutError:
            await self.kill()
            raise self._failure("it gave no answer in time") from None
        except BaseException:
            await self.kill()
            raise

    async def stop(self) -> None:
        """Asks the broker to end and waits; kills it when it takes too long. Safe to repeat."""
        process = self._process
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT_SECONDS)
        except TimeoutError:
            await self.kill()
        self._forget()

    async def kill(self) -> None:
        """Ends the broker at once, as a crash would."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        self._forget()

    def _forget(self) -> None:
        self._process = None
        self._pid_file.unlink(missing_ok=True)

    @property
    def _settings_file(self) -> Path:
        return self._folder / "server.properties"

    @property
    def _pid_file(self) -> Path:
        return self._folder / "kafka.pid"

    @property
    def _log_file(self) -> Path:
        return self._folder / "kafka.log"

    async def _end_leftover(self) -> None:
        """A broker whose starter was killed still holds the folder."""
        with suppress(FileNotFoundError, ValueError):
            pid = int(self._pid_file.read_text())
            if self._is_ours(pid):
                os.kill(pid, signal.SIGKILL)
            async with asyncio.timeout(STOP_TIMEOUT_SECONDS):
                await _until(lambda: not self._is_ours(pid))
        self._pid_file.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(self._settings_file) in words

    async def _format(self) -> None:
        # Joined to its option, for one in 64 begins with a hyphen.
        cluster = f"--cluster-id={urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip('=')}"
        process = await self._java(
            _QUICK_START,
            "kafka.tools.StorageTool",
            *("format", "--standalone", cluster, "-c", str(self._settings_file)),
        )
        if await process.wait() != 0:
            raise self._failure("its storage could not be formatted")

    async def _launch(self) -> asyncio.subprocess.Process:
        return await self._java(_SMALL_SERVER, "kafka.Kafka", str(self._settings_file))

    async def _java(self, options: tuple[str, ...], *arguments: str) -> asyncio.subprocess.Process:
        with self._log_file.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                required_program("java"),
                *options,
                f"-Dlog4j2.configurationFile={KAFKA_TOOLS / 'log4j2.properties'}",
                "-cp",
                f"{self._libraries}/*",
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )

    async def _answering(self, process: asyncio.subprocess.Process) -> None:
        """First the bare port, so that aiokafka does not log each refused try."""
        await _until(lambda: process.returncode is not None or _accepts(self._port))
        while not await _has_metadata(self.bootstrap_servers):
            if process.returncode is not None:
                raise self._failure(f"it ended with status {process.returncode}")
            await asyncio.sleep(POLL_SECONDS)

    def _failure(self, reason: str) -> KafkaDidNotStart:
        words = last_words(self._log_file.read_text(errors="replace"))
        return KafkaDidNotStart(reason=reason, output=words, log=self._log_file)

    def _settings(self) -> str:
        controller = f"127.0.0.1:{self._controller_port}"
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.bootstrap.servers": controller,
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.bootstrap_servers},CONTROLLER://{controller}",
            "advertised.listeners": (
                f"PLAINTEXT://{self.bootstrap_servers},CONTROLLER://{controller}"
            ),
            "log.dirs": str(self._folder / "log"),
            # The log is the record: nothing in it grows old.
            "log.retention.ms": "-1",
            "log.retention.bytes": "-1",
            "auto.create.topics.enable": "false",
            "offsets.topic.num.partitions": "1",
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.num.partitions": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            # After a crash the controller waits this long for the old incarnation, by default 9 s.
            "broker.session.timeout.ms": "3000",
            "broker.heartbeat.interval.ms": "500",
            # A group of one process has nobody to wait for.
            "group.initial.rebalance.delay.ms": "0",
            "log.cleaner.dedupe.buffer.size": "8388608",
            "num.network.threads": "2",
            "num.io.threads": "4",
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())


async def _has_metadata(bootstrap_servers: str) -> bool:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=5_000)
    try:
        await client.start()
        cluster = await client.describe_cluster()
    except KafkaError:
        return False
    finally:
        await client.close()
    return bool(cluster["brokers"])


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(POLL_SECONDS)
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - another program makes it true
        await asyncio.sleep(POLL_SECONDS)
