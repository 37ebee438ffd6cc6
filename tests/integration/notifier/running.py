"""Runs tasks of the notifier until something has come true."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from services.notifier.service import Notifier
from shared.runtime import Service
from tests.integration.notifier.world import NotifierWorld

TIMEOUT_SECONDS = 20.0


@asynccontextmanager
async def running(*services: Service) -> AsyncIterator[asyncio.Event]:
    """The services run, and have stopped at the end; gives the event that stops them."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(_run(each, stop)) for each in services]
    try:
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await asyncio.gather(*tasks)


async def _run(service: Service, stop: asyncio.Event) -> None:
    await service(stop)


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Raises TimeoutError if it does not come true."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not await condition():  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.005)


async def run_until_mailed(world: NotifierWorld, notifier: Notifier, *, mails: int) -> None:
    """Everything that the notifier runs, until the mailbox holds so many mails."""

    async def they_came() -> bool:
        return len(await world.rows("SELECT id FROM notifier.demo_mail")) == mails

    async with running(*notifier.tasks.values()):
        await eventually(they_came)
