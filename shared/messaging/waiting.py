"""Waiting that ends: on an event, for a time, for a client that does not want to close."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress

import structlog

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0

log = structlog.get_logger(__name__)


async def wait_for(event: asyncio.Event, *, seconds: float) -> None:
    """Returns when the event is set, or the time has passed."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


class Backoff:
    """Pauses that double, up to a limit, until things go well again."""

    def __init__(self) -> None:
        self._seconds = FIRST_PAUSE_SECONDS

    async def pause(self, until: asyncio.Event) -> None:
        """The next pause; ends at once when the event is set."""
        await wait_for(until, seconds=self._seconds)
        self._seconds = min(self._seconds * 2, LONGEST_PAUSE_SECONDS)

    def reset(self) -> None:
        """The next pause is the shortest again."""
        self._seconds = FIRST_PAUSE_SECONDS


async def bounded(closing: Awaitable[object], *, seconds: float, what: str) -> bool:
    """Closes something; whether it did so in time. Failing to close is logged, never raised."""
    try:
        async with asyncio.timeout(seconds):
            await closing
    except Exception as error:
        log.warning("closing_failed", what=what, error=repr(error))
        return False
    return True
