"""Heavy or risky work on bytes in a process of its own, bounded in time, memory and number.

The child is a fresh interpreter that imports one function, reads an order from its standard input,
answers on its standard output and ends. It has none of our environment, so neither passwords nor
the database; what a hostile file does to it ends with it, and its memory is given back.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

AT_ONCE = 2
"""Children of one process; the others wait for their turn."""

LONGEST_WAIT_SECONDS = 15.0
KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
MEGABYTE = 1_048_576
LONGEST_ERROR = 100
CHILD = "shared.child"

log = structlog.get_logger(__name__)


class ChildFailed(Exception):
    """The child gave no answer. `reason` is "busy", "slow" or "broken"."""

    code = "child_failed"

    def __init__(self, work: str, *, reason: str) -> None:
        self.work, self.reason = work, reason
        super().__init__(f"{work} gave no answer: {reason}")


@dataclass(frozen=True, slots=True)
class Work:
    """A function `(bytes, options) -> bytes`, `package.module:name`, and what it may use."""

    function: str
    seconds: float
    memory_bytes: int


class Children:
    """Runs work in children, at most `at_once` at a time."""

    def __init__(self, *, at_once: int = AT_ONCE) -> None:
        self._places = asyncio.Semaphore(at_once)

    async def run(self, work: Work, content: bytes, **options: Any) -> bytes:
        """The function's answer.

        Raises:
            ChildFailed: no place became free, it took too long, or it ended without an answer.
        """
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise ChildFailed(work.function, reason="busy") from None
        try:
            return await _run(work, content, options)
        finally:
            self._places.release()


async def _run(work: Work, content: bytes, options: Mapping[str, Any]) -> bytes:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-I", "-m", CHILD, work.function, str(work.memory_bytes), str(int(work.seconds) + 1)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
    )
    order = json.dumps(dict(options)).encode() + b"\n" + content
    try:
        async with asyncio.timeout(work.seconds):
            answer, told = await child.communicate(order)
    except TimeoutError:
        raise ChildFailed(work.function, reason="slow") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        _tell(work, child.returncode, told)
        raise ChildFailed(work.function, reason="broken")
    return answer


def _tell(work: Work, returncode: int | None, told: bytes) -> None:
    """For operators: the kind of the failure, without the content that it may quote."""
    last = told.decode(errors="replace").strip().rpartition("\n")[2]
    log.warning(
        "child_failed",
        work=work.function,
        returncode=returncode,
        error=last.partition(":")[0][:LONGEST_ERROR],
    )
