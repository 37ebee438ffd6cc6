"""The background task: decides what fell due and hands it over. One per database is active."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notifier.delivery.use_cases import Courier
from services.notifier.reminders.use_cases import Decider
from services.notifier.timers.use_cases import note_first_start
from shared.clock import Clock
from shared.db.locks import AdvisoryLock
from shared.messaging.errors import TRANSIENT, is_transient
from shared.messaging.leadership import lead
from shared.messaging.waiting import Backoff, wait_for

POLL_SECONDS = 1.0

_STILL_LEADING = "SELECT 1"

log = structlog.get_logger(__name__)


class Dispatcher:
    """Run one in every process that may lead; the others wait to take over.

    Without a courier, mails are decided and kept, but not handed over. `prepare` runs each time it
    begins to lead.
    """

    def __init__(
        self,
        *,
        engine: AsyncEngine,
        clock: Clock,
        decider: Decider,
        courier: Courier | None,
        prepare: Callable[[], Awaitable[None]] | None = None,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._decider = decider
        self._courier = courier
        self._prepare = prepare
        self._poll_seconds = poll_seconds
        self._hinted = asyncio.Event()

    def hint(self) -> None:
        """The clock was moved on, say: look now rather than at the next beat."""
        self._hinted.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; a hand-over in progress is finished first.

        Failures of the database that pass are waited for; anything else is raised and should end
        the service.
        """
        backoff = Backoff()
        while not stop.is_set():
            try:
                work = partial(self._lead, stop=stop, backoff=backoff)
                await lead(self._engine, work, lock=AdvisoryLock.DISPATCHER, stop=stop)
            except TRANSIENT as error:
                if not is_transient(error):
                    raise
                log.warning("dispatcher_waits", error=repr(error))
                await backoff.pause(stop)

    async def _lead(
        self, connection: "asyncpg.Connection[Any]", *, stop: asyncio.Event, backoff: Backoff
    ) -> None:
        log.info("dispatcher_leads")
        await note_first_start(self._engine, now=self._clock.now())
        if self._prepare is not None:
            await self._prepare()
        if self._courier is not None:
            await self._courier.mark_interrupted()
        while not stop.is_set():
            self._hinted.clear()
            if not await self._step(connection):
                await wait_for(self._hinted, seconds=self._poll_seconds)
            backoff.reset()

    async def _step(self, connection: "asyncpg.Connection[Any]") -> bool:
        """Decides a batch and hands one mail over; whether there was anything to do."""
        await connection.execute(_STILL_LEADING)
        decided = await self._decider.decide_due() > 0
        delivered = self._courier is not None and await self._courier.deliver_next()
        return decided or delivered
