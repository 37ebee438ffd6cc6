"""The background task that opens, follows, fixes and passes on obligations, and closes periods."""

import asyncio
from contextlib import suppress
from datetime import date

import structlog

from services.intake.closings.use_cases import close_by_rule
from services.intake.duties.passing import pass_on_duties
from services.intake.obligations.use_cases import keep_obligations
from services.intake.service import Intake
from shared.messaging.errors import TRANSIENT, is_transient

POLL_SECONDS = 1.0
"""How soon a new day of the business clock, or a new catalogue, is noticed."""

log = structlog.get_logger()


class ObligationKeeper:
    """Works when the day or the catalogue changed; a passing failure of the database is retried."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._done: tuple[date, int] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. Anything but a failing database ends the service."""
        while not stop.is_set():
            try:
                await self.work()
            except TRANSIENT as error:
                if not is_transient(error):
                    raise
                log.warning("obligations_not_kept", error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), POLL_SECONDS)

    async def work(self) -> int:
        """One look; how many obligations changed or passed on, and periods were closed by rule."""
        known = await self._intake.catalogue.current()
        state = (self._intake.clock.today(), known.number)
        if state == self._done:
            return 0
        changed = await keep_obligations(self._intake)
        closed = await close_by_rule(self._intake)
        passed = await pass_on_duties(self._intake)
        self._done = state
        if changed or closed or passed:
            self._intake.hint()
            log.info(
                "obligations_kept",
                changed=changed,
                periods_closed=closed,
                passed_on=passed,
                catalogue_number=known.number,
            )
        return changed + closed + passed
