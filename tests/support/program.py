"""A program of ours as a process of its own, started, killed and stopped as an operator would."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from tests.support.templates import ROOT
from tests.support.waiting import until

STOP_PATIENCE_SECONDS = 40
LAST_WORDS = 4000
TONGHOP = str(Path(sys.executable).parent / "tonghop")


class Program:
    """A command that serves HTTP. What it writes goes to a file, one for all its lives."""

    def __init__(
        self, *command: str, output: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.command: Sequence[str] = command
        self._output = output
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("TONGHOP_") and name != "DATABASE_URL"
        }
        self._environment = {**inherited, "PYTHONUNBUFFERED": "1", **(environment or {})}
        self._process: asyncio.subprocess.Process | None = None
        self._began_at = 0

    @property
    def output(self) -> str:
        """What it wrote in this life."""
        with self._output.open("rb") as file:
            file.seek(self._began_at)
            return file.read().decode(errors="replace")

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Returns at once."""
        with self._output.open("ab") as file:
            self._began_at = file.tell()
            self._process = await asyncio.create_subprocess_exec(
                *self.command,
                env=self._environment,
                cwd=ROOT,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    async def ready(self, address: str) -> None:
        """Returns when it answers that all of its parts are there."""

        async def look() -> bool:
            assert self.is_running, f"it ended: {self.output[-LAST_WORDS:]}"
            return await _answers(f"{address}/readyz")

        await until(look)

    async def kill(self) -> None:
        """As a power cut does it."""
        await self._end(signal.SIGKILL)

    async def interrupt(self) -> int:
        """As Ctrl-C does it; the exit status."""
        return await self._end(signal.SIGINT)

    async def abandon(self) -> None:
        """For the end of a test, whatever state it is in."""
        if self.is_running:
            await self._end(signal.SIGTERM)

    async def _end(self, by: signal.Signals) -> int:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(by)
        async with asyncio.timeout(STOP_PATIENCE_SECONDS):
            return await self._process.wait()


async def _answers(address: str) -> bool:
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            return (await client.get(address)).status_code == 200
    except httpx.TransportError:
        return False
