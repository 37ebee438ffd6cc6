"""The containers of docker-compose.yml as processes of this machine."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from shared.ports import free_port
from tests.deployment.composition import CADDYFILE, Container
from tests.support.waiting import until

STOP_PATIENCE_SECONDS = 30
LAST_WORDS = 4000


@asynccontextmanager
async def caddy(program: str, *, folder: Path, upstreams: Mapping[str, str]) -> AsyncIterator[str]:
    """The one address in front of the services, by the shipped Caddyfile."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(program, "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"),
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "CADDY_ADMIN": f"127.0.0.1:{free_port()}",
            "SITE_ADDRESS": f":{port}",
            **upstreams,
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        await until(lambda: answers(f"{address}/healthz"))
        yield address
    finally:
        process.terminate()
        await process.wait()


async def answers(url: str) -> bool:
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(url)).is_success
        except httpx.TransportError:
            return False


class ContainerProcess:
    """A container's command with its environment, but for the addresses in `moved`.

    It runs in an empty folder, so that nothing but the environment tells it anything.
    """

    def __init__(self, container: Container, *, folder: Path, moved: Mapping[str, str]) -> None:
        self.name = container.name
        self.port = free_port()
        program, *arguments = container.command
        self._command = (str(Path(sys.executable).parent / program), *arguments)
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            **container.environment,
            **moved,
            "TONGHOP_HTTP_HOST": "127.0.0.1",
            "TONGHOP_HTTP_PORT": str(self.port),
        }
        self._folder = folder
        self._log = folder / f"{self.name}.log"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        """The last of what it wrote."""
        return self._log.read_text(errors="replace")[-LAST_WORDS:]

    @property
    def resident_bytes(self) -> int:
        """The memory that it holds now."""
        status = Path(f"/proc/{self._running().pid}/status").read_text()
        (kilobytes,) = re.findall(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
        return int(kilobytes) * 1024

    async def run(self) -> int:
        """To its end; the exit status."""
        await self._spawn()
        return await self._ended()

    async def start(self, **changed: str) -> None:
        """Returns when the service says that it is ready. What is changed stays so."""
        self._environment |= changed
        await self._spawn()
        await until(self._ready)

    async def stop(self) -> int:
        """As `docker stop` does it; the exit status."""
        assert self._running().returncode is None, f"{self.name} had ended: {self.output}"
        self._running().send_signal(signal.SIGTERM)
        return await self._ended()

    async def kill(self) -> None:
        """As a crash does it."""
        self._running().kill()
        await self._ended()

    async def abandon(self) -> None:
        """For the end of a test, whatever state it is in."""
        if self._process is not None and self._process.returncode is None:
            await self.kill()

    async def read(self, path: str) -> str:
        async with httpx.AsyncClient(base_url=self.address) as client:
            return (await client.get(path)).raise_for_status().text

    async def _ready(self) -> bool:
        ended = self._running().returncode
        assert ended is None, f"{self.name} ended with {ended}: {self.output}"
        return await answers(f"{self.address}/healthz") and await answers(f"{self.address}/readyz")

    async def _spawn(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, env=self._environment, cwd=self._folder, stdout=log, stderr=log
            )

    async def _ended(self) -> int:
        async with asyncio.timeout(STOP_PATIENCE_SECONDS):
            return await self._running().wait()

    def _running(self) -> asyncio.subprocess.Process:
        assert self._process is not None, f"{self.name} was not started"
        return self._process
