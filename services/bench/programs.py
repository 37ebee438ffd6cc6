"""Programs under measurement, each in a process of its own, as they are deployed."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.bench.errors import BenchError
from services.bench.load import Connection, NoAnswer, get
from shared.ports import free_port

START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 30
POLL_SECONDS = 0.02
LAST_LINES = 15

TONGHOP = ("-c", "from services.cli import main; main()")
"""The command line, by this very interpreter."""

MOST_REQUESTS = {"TONGHOP_REQUESTS_PER_MINUTE_OF_ACCOUNT": "1000000"}
"""One account asks what in a province hundreds do; its requests are still counted."""


class ProgramDidNotStart(BenchError):
    """The program ended, or did not answer in time; its last lines are shown."""

    code = "program_did_not_start"

    def __init__(self, name: str, log: Path) -> None:
        lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
        super().__init__("\n".join([f"{name} did not start:", *lines]))


@dataclass(frozen=True, slots=True)
class Program:
    """A program that answers on a port of loopback."""

    port: int
    pid: int

    def resident_megabytes(self) -> float:
        """Memory in use now; 0 where the system does not tell (it is Linux that does)."""
        return _status_megabytes(self.pid, "VmRSS")

    def cpu_seconds(self) -> float:
        """Processor time spent so far, which a busy machine does not change; 0 if not told."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_megabytes(self) -> float:
        """The most memory that was ever in use; 0 where the system does not tell."""
        return _status_megabytes(self.pid, "VmHWM")


@asynccontextmanager
async def running(
    name: str,
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
) -> AsyncIterator[Program]:
    """Run `python ARGUMENTS` for the length of the block; returns when /readyz answers 200.

    The program sees no setting but MOST_REQUESTS and `environment`; its lines go to
    FOLDER/NAME.log.

    Raises:
        ProgramDidNotStart: with its last lines.
    """
    port, log = free_port(), folder / f"{name}.log"
    with log.open("wb") as lines:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=folder,
            env={**_inherited(), "TONGHOP_HTTP_PORT": str(port), **MOST_REQUESTS, **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=lines,
            stderr=lines,
        )
    try:
        if not await _ready(process, port):
            raise ProgramDidNotStart(name, log)
        yield Program(port, process.pid)
    finally:
        await _stop(process)


async def _ready(process: asyncio.subprocess.Process, port: int) -> bool:
    try:
        async with asyncio.timeout(START_TIMEOUT_SECONDS):
            while process.returncode is None:
                if await _answers(port):
                    return True
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        pass
    return False


async def _answers(port: int) -> bool:
    try:
        connection = await Connection.open(port)
    except OSError:
        return False
    try:
        answer = await connection.send(get("/readyz", headers={}))
    except NoAnswer:
        return False
    finally:
        await connection.close()
    return answer.status == 200


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_TIMEOUT_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _inherited() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TONGHOP_") and name != "DATABASE_URL"
    }


def _status_megabytes(pid: int, field: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    kilobytes = next((line.split()[1] for line in lines if line.startswith(f"{field}:")), "0")
    return int(kilobytes) / 1024
