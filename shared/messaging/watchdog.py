"""Ends a consumer that has work, does none, and knows no reason why."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from shared.messaging.errors import TRANSIENT, ConsumerStalled, LogUnavailable, is_transient

LOOKS_PER_LIMIT = 4


class Watchdog:
    """Raises when, for `seconds`, events waited and nothing was noted."""

    def __init__(self, *, group: str, seconds: float) -> None:
        self._group = group
        self._seconds = seconds
        self._noted = 0

    def note(self) -> None:
        """Something was applied, or waits for a known reason (the database is down)."""
        self._noted += 1

    async def run(self, lag: Callable[[], Awaitable[int]]) -> None:
        """Until cancelled.

        Raises:
            ConsumerStalled: end the process; a fresh one may fare better.
        """
        seen, well_at = self._noted, time.monotonic()
        while True:
            await asyncio.sleep(self._seconds / LOOKS_PER_LIMIT)
            waiting = await _lag_or_none(lag)
            idle = time.monotonic() - well_at
            if self._noted != seen or not waiting:
                seen, well_at = self._noted, time.monotonic()
            elif idle >= self._seconds:
                raise ConsumerStalled(group=self._group, seconds=idle, lag=waiting)


async def _lag_or_none(lag: Callable[[], Awaitable[int]]) -> int | None:
    """None when it cannot be known: then what hinders us is not in this process."""
    try:
        return await lag()
    except (LogUnavailable, *TRANSIENT) as error:
        if not isinstance(error, LogUnavailable) and not is_transient(error):
            raise
        return None
