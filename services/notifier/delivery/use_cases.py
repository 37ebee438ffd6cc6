"""Hands decided reminders to the mail server, one at a time, no transaction open meanwhile.

The attempt is in the ledger before the first byte goes out. A crash in between leaves it `unknown`:
tried once more under the same Message-ID, and shown as such (I6).
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.notifier.abouts import MailKind, Owed
from services.notifier.delivery import repository
from services.notifier.delivery.mailer import (
    Mail,
    Mailer,
    MailRefused,
    MailUnavailable,
    OutcomeUnknown,
)
from services.notifier.delivery.repository import Outcome, Outgoing
from services.notifier.owed import read_owed
from services.notifier.reminders.mails import Letter, MailText, MailWriter
from services.notifier.reminders.repository import ReminderState
from services.notifier.reminders.use_cases import is_in_its_time, kinds_now
from services.notifier.resets.use_cases import ResetMails
from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.clock import Clock
from shared.db.engine import transaction
from shared.domain.errors import UnknownOrganization
from shared.domain.reminders import ReminderPolicy, ReminderStage
from shared.domain.time import in_vietnam
from shared.observability.metrics import MAILS

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 12
INTERRUPTED = "the notifier stopped during the hand-over"

log = structlog.get_logger(__name__)


class Courier:
    """Delivers what was decided."""

    def __init__(
        self,
        *,
        engine: AsyncEngine,
        clock: Clock,
        catalogue: CatalogueReader,
        policy: ReminderPolicy,
        writer: MailWriter,
        resets: ResetMails,
        mailer: Mailer,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._catalogue = catalogue
        self._policy = policy
        self._writer = writer
        self._resets = resets
        self._mailer = mailer

    async def mark_interrupted(self) -> None:
        """Note the attempts that a crash cut off; called once, before the first delivery."""
        async with transaction(self._engine) as connection:
            await repository.mark_interrupted(connection, now=self._clock.now(), detail=INTERRUPTED)

    async def deliver_next(self) -> bool:
        """Hand one reminder over, or end it; False when there is none that may go now."""
        catalogue = await self._catalogue.current()
        now = self._clock.now()
        kinds = kinds_now(now, policy=self._policy, catalogue=catalogue)
        async with transaction(self._engine) as connection:
            outgoing = await repository.next_outgoing(connection, kinds=kinds, now=now)
            if outgoing is None:
                return False
            mail = await self._start(connection, outgoing, catalogue=catalogue, now=now)
        if mail is not None:
            await self._finish(outgoing, await self._hand_over(outgoing, mail))
        return True

    async def _start(
        self,
        connection: AsyncConnection,
        outgoing: Outgoing,
        *,
        catalogue: Catalogue,
        now: datetime,
    ) -> Mail | None:
        """The mail to hand over, entered as an attempt; None if it is not true any more."""
        letter = await self._letter(connection, outgoing, catalogue=catalogue, now=now)
        if letter is None:
            await _end(connection, outgoing)
            return None
        await repository.start_attempt(connection, outgoing, mail=letter.kept, now=now)
        return Mail(
            recipient=outgoing.recipient,
            message_id=outgoing.message_id,
            subject=letter.sent.subject,
            body_text=letter.sent.body_text,
            body_html=letter.sent.body_html,
            written_at=in_vietnam(now),
            language=letter.language,
        )

    async def _letter(
        self,
        connection: AsyncConnection,
        outgoing: Outgoing,
        *,
        catalogue: Catalogue,
        now: datetime,
    ) -> Letter | None:
        """What the mail says now: hours or days may lie between the decision and this attempt."""
        if outgoing.about.kind is MailKind.PASSWORD_RESET:
            return await self._resets.letter(connection, outgoing.about)
        owed = await read_owed(connection, [outgoing.about], catalogue=catalogue)
        words = self._words(outgoing, owed.get(outgoing.about), catalogue=catalogue, now=now)
        return None if words is None else Letter(sent=words, kept=words)

    def _words(
        self,
        outgoing: Outgoing,
        report: Owed | None,
        *,
        catalogue: Catalogue,
        now: datetime,
    ) -> MailText | None:
        """One that may have been accepted keeps its words, as it keeps its Message-ID."""
        stage = ReminderStage(outgoing.stage)
        if report is None or not report.is_owed:
            return None
        if not is_in_its_time(stage, report, policy=self._policy, catalogue=catalogue, now=now):
            return None
        if outgoing.unknowns:
            return outgoing.text
        try:
            return self._writer.write(
                report,
                stage=stage,
                catalogue=catalogue,
                now=now,
                urged_by=outgoing.urged_by_name,
            )
        except UnknownOrganization:
            return None

    async def _hand_over(self, outgoing: Outgoing, mail: Mail) -> Outcome:
        try:
            await self._mailer.send(mail)
        except MailRefused as fault:
            return self._given_up(outgoing, "refused", str(fault))
        except MailUnavailable as fault:
            return self._unavailable(outgoing, str(fault))
        except OutcomeUnknown as fault:
            return self._unknown(outgoing, str(fault))
        return Outcome("sent", ReminderState.SENT)

    def _given_up(self, outgoing: Outgoing, outcome: str, detail: str) -> Outcome:
        """Certainly not accepted this time; that an earlier attempt may have been stays visible."""
        unknown = outgoing.unknowns > 0
        state = ReminderState.OUTCOME_UNKNOWN if unknown else ReminderState.FAILED
        return Outcome(outcome, state, detail)

    def _unavailable(self, outgoing: Outgoing, detail: str) -> Outcome:
        if outgoing.number >= MOST_ATTEMPTS:
            return self._given_up(outgoing, "unreachable", detail)
        unknown = outgoing.unknowns > 0
        state = ReminderState.OUTCOME_UNKNOWN if unknown else ReminderState.DECIDED
        again_at = self._clock.now() + pause(outgoing.attempts)
        return Outcome("unreachable", state, detail, next_attempt_at=again_at)

    def _unknown(self, outgoing: Outgoing, detail: str) -> Outcome:
        again_at = None if outgoing.unknowns else self._clock.now() + pause(0)
        return Outcome("unknown", ReminderState.OUTCOME_UNKNOWN, detail, next_attempt_at=again_at)

    async def _finish(self, outgoing: Outgoing, outcome: Outcome) -> None:
        async with transaction(self._engine) as connection:
            await repository.finish_attempt(
                connection, outgoing, outcome=outcome, now=self._clock.now()
            )
        MAILS.labels(outcome.outcome).inc()
        log.info(
            "reminder_handed_over",
            reminder_id=outgoing.id,
            kind=outgoing.about.kind,
            about_id=outgoing.about.id,
            attempt=outgoing.number,
            outcome=outcome.outcome,
            detail=outcome.detail,
        )


async def _end(connection: AsyncConnection, outgoing: Outgoing) -> None:
    if outgoing.unknowns:
        await repository.leave_unknown(connection, outgoing.id)
    else:
        await repository.cancel(connection, outgoing.id)
    log.info(
        "reminder_cancelled",
        reminder_id=outgoing.id,
        kind=outgoing.about.kind,
        about_id=outgoing.about.id,
    )


def pause(attempts: int) -> timedelta:
    """How long to wait after `attempts` failures: doubling from a minute up to an hour."""
    doubled: timedelta = FIRST_PAUSE * 2**attempts
    return min(doubled, LONGEST_PAUSE)
