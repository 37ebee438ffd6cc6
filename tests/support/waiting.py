"""Waiting for what another task or process does: on the condition itself, never for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

PATIENCE_SECONDS = 60.0
BEAT_SECONDS = 0.03

Found = TypeVar("Found")


async def until(
    look: Callable[[], Awaitable[Found | None]], *, seconds: float = PATIENCE_SECONDS
) -> Found:
    """What `look` finds, as soon as it finds something.

    Raises:
        TimeoutError: it found nothing in all that time.
    """
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110 (another process makes it true)
            await asyncio.sleep(BEAT_SECONDS)
        return found
