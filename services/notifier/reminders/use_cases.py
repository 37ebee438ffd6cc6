"""The decision to remind: judged on the log, in one transaction with its ledger entry (I6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.notifier.abouts import MailKind, Owed
from services.notifier.owed import read_owed
from services.notifier.reminders.mails import MailWriter, address_of
from services.notifier.reminders.repository import Reminder, save_reminders
from services.notifier.resets.use_cases import ResetMails
from services.notifier.timers import repository as timers
from services.notifier.timers.repository import DueTimer, Timer
from services.notifier.timers.use_cases import deadline_date
from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.clock import Clock
from shared.db.engine import transaction
from shared.domain.calendars import WorkingCalendar
from shared.domain.reminders import (
    ReminderPolicy,
    ReminderStage,
    next_working_instant,
    schedule,
)

DECISIONS_PER_TRANSACTION = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a timer that fell due, and the reminder if one was decided."""

    timer: DueTimer
    state: str
    reminder: Reminder | None = None

    def as_timer(self) -> Timer:
        return Timer(self.timer.about, self.timer.stage, self.timer.due_at, self.state)


class Decider:
    """Turns timers that fell due into decided mails, inside working time unless a person waits."""

    def __init__(
        self,
        *,
        engine: AsyncEngine,
        clock: Clock,
        catalogue: CatalogueReader,
        policy: ReminderPolicy,
        writer: MailWriter,
        resets: ResetMails,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._catalogue = catalogue
        self._policy = policy
        self._writer = writer
        self._resets = resets

    async def decide_due(self) -> int:
        """Decide one batch of due timers; returns how many were looked at."""
        catalogue = await self._catalogue.current()
        now = self._clock.now()
        kinds = kinds_now(now, policy=self._policy, catalogue=catalogue)
        async with transaction(self._engine) as connection:
            await self._resets.take_in(connection, now=now)
            due = await timers.due_timers(
                connection, kinds=kinds, now=now, limit=DECISIONS_PER_TRANSACTION
            )
            if not due:
                return 0
            verdicts = await self._judge(connection, due, catalogue=catalogue, now=now)
            await save_reminders(
                connection, [verdict.reminder for verdict in verdicts if verdict.reminder]
            )
            await timers.set_timers(connection, [each.as_timer() for each in verdicts])
        _log_verdicts(verdicts)
        return len(due)

    async def _judge(
        self,
        connection: AsyncConnection,
        due: Sequence[DueTimer],
        *,
        catalogue: Catalogue,
        now: datetime,
    ) -> list[Verdict]:
        """The mails that are open, and those with a deadline."""
        abouts = [timer.about for timer in due]
        owed = await read_owed(connection, abouts, catalogue=catalogue)
        resets = await self._resets.reminders(connection, abouts, now=now)
        return [
            _of_reset(timer, resets.get(timer.about))
            if timer.about.kind is MailKind.PASSWORD_RESET
            else self._verdict(timer, owed.get(timer.about), catalogue=catalogue, now=now)
            for timer in due
        ]

    def _verdict(
        self, timer: DueTimer, report: Owed | None, *, catalogue: Catalogue, now: datetime
    ) -> Verdict:
        if report is None or not report.is_owed:
            return Verdict(timer, "not_needed")
        stage = ReminderStage(timer.stage)
        opens = stage_opens(stage, report, policy=self._policy, calendar=catalogue.calendar)
        if now < opens:
            # The deadline was moved, and the event of that is still on its way.
            return Verdict(replace(timer, due_at=opens), "waiting")
        if is_past(stage, report, now=now):
            return Verdict(timer, "missed")
        recipient = address_of(report, catalogue=catalogue, now=now)
        if recipient is None:
            return Verdict(timer, "no_recipient")
        text = self._writer.write(report, stage=stage, catalogue=catalogue, now=now)
        reminder = Reminder(
            about=report.about,
            organization_id=report.organization_id,
            stage=stage,
            recipient=recipient,
            message_id=self._writer.new_message_id(),
            text=text,
            decided_at=now,
        )
        return Verdict(timer, "decided", reminder)


def _of_reset(timer: DueTimer, reminder: Reminder | None) -> Verdict:
    """Nothing is mailed for a request that has been used, or is too old."""
    return Verdict(timer, "not_needed" if reminder is None else "decided", reminder)


def kinds_now(
    instant: datetime, *, policy: ReminderPolicy, catalogue: Catalogue
) -> tuple[MailKind, ...]:
    """What mails may be about at `instant`: who forgot the password waits for no office hours."""
    if is_working_time(instant, policy=policy, catalogue=catalogue):
        return tuple(MailKind)
    return (MailKind.PASSWORD_RESET,)


def is_working_time(instant: datetime, *, policy: ReminderPolicy, catalogue: Catalogue) -> bool:
    """Whether mails may go out at `instant`: a working day, within the policy's hours."""
    opening = next_working_instant(instant, hours=policy.hours, calendar=catalogue.calendar)
    return opening == instant


def stage_opens(
    stage: ReminderStage, report: Owed, *, policy: ReminderPolicy, calendar: WorkingCalendar
) -> datetime:
    """When a stage falls due by the deadline that the log holds now."""
    last_day = deadline_date(report.deadline)
    return schedule(policy, deadline_date=last_day, calendar=calendar)[stage]


def is_past(stage: ReminderStage, report: Owed, *, now: datetime) -> bool:
    """Whether it is too late for a stage: nothing is due soon once the deadline is over."""
    return stage is ReminderStage.DUE_SOON and now >= report.deadline


def is_in_its_time(
    stage: ReminderStage,
    report: Owed,
    *,
    policy: ReminderPolicy,
    catalogue: Catalogue,
    now: datetime,
) -> bool:
    """Whether a stage is open at `now`, and not past; what a person asked for always is."""
    if stage is ReminderStage.URGE:
        return True
    opens = stage_opens(stage, report, policy=policy, calendar=catalogue.calendar)
    return now >= opens and not is_past(stage, report, now=now)


def _log_verdicts(verdicts: Sequence[Verdict]) -> None:
    for verdict in verdicts:
        log.info(
            "reminder_judged",
            kind=verdict.timer.about.kind,
            about_id=verdict.timer.about.id,
            stage=verdict.timer.stage,
            verdict=verdict.state,
        )
