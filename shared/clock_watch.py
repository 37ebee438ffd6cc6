"""Tells when this machine's clock jumps: a report is on time or late by it."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import structlog

LOOK_SECONDS = 5.0
JUMP_SECONDS = 2.0
"""A clock that is put right little by little (NTP) never moves so far between two looks."""

log = structlog.get_logger(__name__)


def seconds_since_boot() -> float:
    """Never set; where the system can tell, it goes on while the machine sleeps."""
    boot_time: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


class ClockWatch:
    """Compares what the clock says has passed with what did pass."""

    def __init__(
        self,
        *,
        told: Callable[[], float] = time.time,
        passed: Callable[[], float] = seconds_since_boot,
    ) -> None:
        self._told = told
        self._passed = passed
        self._apart = told() - passed()

    def look(self) -> float:
        """By how many seconds the clock has jumped since the last look: 0, ahead, or back (< 0)."""
        apart = self._told() - self._passed()
        jump, self._apart = apart - self._apart, apart
        if abs(jump) < JUMP_SECONDS:
            return 0.0
        expected = datetime.fromtimestamp(self._told() - jump, UTC)
        log.warning("clock_jumped", seconds=round(jump, 1), expected=expected)
        return jump

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        while not stop.is_set():
            self.look()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
