"""Hands decided reminders to the mail server, one at a time, no transaction open meanwhile.

The attempt is in the ledger before the first byte goes out. A crash in between leaves it `unknown`:
tried once more under the same Message-ID, and shown as such (I6).
"""

from dataclasses import dataclass
from datetime import timedelta

from aiosmtplib import SMTPException
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notifier.delivery import repository
from services.notifier.delivery.mailer import Mail, Mailer, MailRefused, MailUnavailable
from services.notifier.delivery.repository import Outgoing
from services.notifier.reminders.use_cases import is_working_time
from services.notifier.timers.repository import owed_reports
from shared.catalogue.catalogue import CatalogueReader
from shared.clock import Clock
from shared.db.engine import transaction
from shared.domain.reminders import ReminderPolicy

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt; `again` when another one makes sense."""

    outcome: str
    state: str
    detail: str | None = None
    again: bool = False


class Courier:
    """Delivers what was decided."""

    def __init__(
        self,
        *,
        engine: AsyncEngine,
        clock: Clock,
        catalogue: CatalogueReader,
        policy: ReminderPolicy,
        mailer: Mailer,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._catalogue = catalogue
        self._policy = policy
        self._mailer = mailer

    async def mark_interrupted(self) -> None:
        """Note the attempts that a crash cut off; called once, before the first delivery."""
        async with transaction(self._engine) as connection:
            await repository.mark_interrupted(connection, now=self._clock.now())

    async def deliver_next(self) -> bool:
        """Hand one reminder over; False when there is none that may go now."""
        catalogue = await self._catalogue.current()
        if not is_working_time(self._clock.now(), policy=self._policy, catalogue=catalogue):
            return False
        async with transaction(self._engine) as connection:
            outgoing = await repository.next_outgoing(connection, now=self._clock.now())
            if outgoing is None:
                return False
            owed = await owed_reports(connection, [outgoing.obligation_id])
            if not owed[outgoing.obligation_id].is_owed:
                await repository.set_aside(connection, outgoing.id, state="cancelled")
                return True
            number = outgoing.attempts + 1
            await repository.start_attempt(
                connection, outgoing.id, number=number, now=self._clock.now()
            )
        outcome = await self._hand_over(outgoing)
        await self._finish(outgoing, outcome)
        return True

    async def _hand_over(self, outgoing: Outgoing) -> Outcome:
        mail = Mail(
            recipient=outgoing.recipient,
            message_id=outgoing.message_id,
            subject=outgoing.subject,
            body_text=outgoing.body_text,
            body_html=outgoing.body_html,
        )
        try:
            await self._mailer.send(mail)
        except MailRefused as fault:
            return Outcome("refused", "failed", detail=str(fault))
        except MailUnavailable as fault:
            again = outgoing.attempts + 1 < MOST_ATTEMPTS
            return Outcome(
                "unreachable", "decided" if again else "failed", detail=str(fault), again=again
            )
        except (SMTPException, OSError) as fault:
            return Outcome(
                "unknown", "outcome_unknown", detail=str(fault), again=outgoing.unknowns == 0
            )
        return Outcome("sent", "sent")

    async def _finish(self, outgoing: Outgoing, outcome: Outcome) -> None:
        now = self._clock.now()
        async with transaction(self._engine) as connection:
            await repository.finish_attempt(
                connection,
                outgoing.id,
                number=outgoing.attempts + 1,
                now=now,
                outcome=outcome.outcome,
                detail=outcome.detail,
                state=outcome.state,
                next_attempt_at=now + pause(outgoing.attempts) if outcome.again else None,
            )


def pause(attempts: int) -> timedelta:
    """How long to wait after `attempts` failures: doubling from a minute up to an hour."""
    return min(FIRST_PAUSE * 2**attempts, LONGEST_PAUSE)
