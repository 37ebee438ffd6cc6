"""The programs of Apache Kafka for local runs, brought by Maven once and then kept.

LocalKafkaError
├── KafkaToolsMissing
├── KafkaLibrariesUnavailable
└── KafkaDidNotStart
"""

import asyncio
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

PROJECT = Path(__file__).resolve().parents[2]
KAFKA_TOOLS = PROJECT / "tools" / "kafka"
DEFAULT_CACHE = PROJECT / ".cache" / "kafka"
RESOLVE_TIMEOUT_SECONDS = 600
LOCK_POLL_SECONDS = 0.1
_LAST_WORDS_CHARACTERS = 2000


class LocalKafkaError(Exception):
    """A local Kafka cannot be had; the message says what to do."""

    code = "local_kafka_error"


class KafkaToolsMissing(LocalKafkaError):
    """`missing` names the programs that are not installed."""

    code = "kafka_tools_missing"

    def __init__(self, missing: tuple[str, ...]) -> None:
        self.missing = missing
        super().__init__(
            f"A local Kafka needs {' and '.join(missing)}: run scripts/install-system-packages, "
            "or install a Java 17 runtime and Maven."
        )


class KafkaLibrariesUnavailable(LocalKafkaError):
    """Maven could not bring Kafka."""

    code = "kafka_libraries_unavailable"

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"Kafka could not be fetched: {detail}. Check the network and Maven's settings, or "
            "set TONGHOP_KAFKA_BOOTSTRAP_SERVERS to a Kafka that already runs."
        )


class KafkaDidNotStart(LocalKafkaError):
    """The broker ended, or did not answer in time; its last words are kept in `output`."""

    code = "kafka_did_not_start"

    def __init__(self, *, reason: str, output: str, log: Path | None = None) -> None:
        self.output = output
        place = f" The whole log is {log}." if log else ""
        super().__init__(f"Kafka did not start: {reason}. Its last words: {output}{place}")


def required_program(name: str) -> str:
    """The program's path.

    Raises:
        KafkaToolsMissing: it is not installed.
    """
    path = shutil.which(name)
    if path is None:
        raise KafkaToolsMissing((name,))
    return path


def check_tools() -> None:
    """Names all that is missing at once.

    Raises:
        KafkaToolsMissing: java or mvn is not installed.
    """
    missing = tuple(name for name in ("java", "mvn") if shutil.which(name) is None)
    if missing:
        raise KafkaToolsMissing(missing)


async def kafka_libraries(cache: Path = DEFAULT_CACHE) -> Path:
    """The folder of Kafka's jar files; at first it takes Maven some seconds to fill it.

    Raises:
        KafkaToolsMissing: Maven is needed and not installed.
        KafkaLibrariesUnavailable: Maven could not bring them.
    """
    pom = KAFKA_TOOLS / "pom.xml"
    if not pom.is_file():
        raise KafkaLibrariesUnavailable(f"{pom} is missing; a local Kafka needs the source tree")
    folder = cache / hashlib.sha256(pom.read_bytes()).hexdigest()[:16]
    if not folder.is_dir():
        check_tools()
        async with _alone_in(cache):
            if not folder.is_dir():
                await _resolve(pom, folder)
    return folder


@asynccontextmanager
async def _alone_in(cache: Path) -> AsyncIterator[None]:
    """Several may start on a new machine at once; Maven's own store does not bear two."""
    with _lock_file(cache) as lock:
        while not _locked(lock):  # noqa: ASYNC110 (another process lets it go)
            await asyncio.sleep(LOCK_POLL_SECONDS)
        yield


def _lock_file(cache: Path) -> IO[str]:
    cache.mkdir(parents=True, exist_ok=True)
    return (cache / "lock").open("w")


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _resolve(pom: Path, folder: Path) -> None:
    """Into a folder of our own, renamed when complete: a kill leaves no half of it in use."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as making:
        await _run_maven(pom, Path(making) / "libraries")
        (Path(making) / "libraries").rename(folder)


async def _run_maven(pom: Path, libraries: Path) -> None:
    maven = await asyncio.create_subprocess_exec(
        required_program("mvn"),
        "--quiet",
        "--batch-mode",
        f"--file={pom}",
        "dependency:copy-dependencies",
        "-DincludeScope=runtime",
        f"-DoutputDirectory={libraries}",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "MAVEN_OPTS": os.environ.get("MAVEN_OPTS", "-XX:TieredStopAtLevel=1")},
    )
    try:
        output, _ = await asyncio.wait_for(maven.communicate(), RESOLVE_TIMEOUT_SECONDS)
    except TimeoutError:
        maven.kill()
        await maven.wait()
        raise KafkaLibrariesUnavailable("Maven did not end in time") from None
    if maven.returncode != 0:
        raise KafkaLibrariesUnavailable(last_words(output.decode(errors="replace")))


def last_words(text: str) -> str:
    return text.strip()[-_LAST_WORDS_CHARACTERS:]
