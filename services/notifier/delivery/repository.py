"""SQL of the hand-over: which reminders may go now, and what became of each attempt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.abouts import About, MailKind
from services.notifier.reminders.mails import MailText
from services.notifier.reminders.repository import ReminderState

# The timer is held too: whoever wants to rearm it waits until this hand-over is judged.
_NEXT = text("""
SELECT reminder.id, kind, about_id, stage, recipient, message_id, subject, body_text, body_html,
       urged_by_name, tries.attempts, tries.unknowns
FROM notifier.reminder
JOIN notifier.timer USING (kind, about_id, stage)
CROSS JOIN LATERAL (
    SELECT count(*) AS attempts, count(*) FILTER (WHERE outcome = 'unknown') AS unknowns
    FROM notifier.delivery_attempt
    WHERE reminder_id = reminder.id
) AS tries
WHERE next_attempt_at <= :now AND kind = ANY(CAST(:kinds AS text[]))
ORDER BY kind = 'password_reset' DESC, next_attempt_at, reminder.id
LIMIT 1
FOR UPDATE OF reminder, timer SKIP LOCKED
""")

_START = text("""
WITH attempt AS (
    INSERT INTO notifier.delivery_attempt (reminder_id, number, started_at, outcome)
    VALUES (:reminder_id, :number, :now, 'started')
)
UPDATE notifier.reminder
SET state = 'handing_over', next_attempt_at = NULL, subject = :subject, body_text = :body_text,
    body_html = :body_html
WHERE id = :reminder_id
""")

# Nothing happens if a new leader has taken the attempt for interrupted meanwhile.
_FINISH = text("""
WITH attempt AS (
    UPDATE notifier.delivery_attempt
    SET finished_at = :now, outcome = :outcome, detail = :detail
    WHERE reminder_id = :reminder_id AND number = :number AND outcome = 'started'
    RETURNING reminder_id
)
UPDATE notifier.reminder SET state = :state, next_attempt_at = :next_attempt_at
WHERE id IN (SELECT reminder_id FROM attempt)
""")

# The stage was not used up: it is judged anew, unless a person is to do that.
_CANCEL = text("""
WITH cancelled AS (
    UPDATE notifier.reminder SET state = 'cancelled', next_attempt_at = NULL
    WHERE id = :reminder_id
    RETURNING kind, about_id, stage
)
UPDATE notifier.timer SET state = CASE cancelled.stage WHEN 'urge' THEN 'not_needed'
                                                       ELSE 'waiting' END
FROM cancelled
WHERE (timer.kind, timer.about_id, timer.stage)
      = (cancelled.kind, cancelled.about_id, cancelled.stage)
""")

_LEAVE_UNKNOWN = text("""
UPDATE notifier.reminder SET state = 'outcome_unknown', next_attempt_at = NULL
WHERE id = :reminder_id
""")

# The outer part sees the attempts as they were before the inner one.
_INTERRUPTED = text("""
WITH interrupted AS (
    UPDATE notifier.delivery_attempt SET finished_at = :now, outcome = 'unknown', detail = :detail
    WHERE outcome = 'started'
    RETURNING reminder_id
)
UPDATE notifier.reminder SET state = 'outcome_unknown',
       next_attempt_at = CASE WHEN EXISTS (
           SELECT FROM notifier.delivery_attempt AS earlier
           WHERE earlier.reminder_id = reminder.id AND earlier.outcome = 'unknown'
       ) THEN NULL ELSE CAST(:now AS timestamptz) END
WHERE id IN (SELECT reminder_id FROM interrupted)
""")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail that may be handed over now; of `attempts` before, `unknowns` ended unknown."""

    id: int
    about: About
    stage: str
    recipient: str
    message_id: str
    text: MailText
    urged_by_name: str | None
    attempts: int
    unknowns: int

    @property
    def number(self) -> int:
        """That of the attempt to come."""
        return self.attempts + 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt, and what is to become of the reminder."""

    outcome: str
    state: ReminderState
    detail: str | None = None
    next_attempt_at: datetime | None = None


async def next_outgoing(
    connection: AsyncConnection, *, kinds: Sequence[MailKind], now: datetime
) -> Outgoing | None:
    """The mail of these kinds that has waited longest; for new passwords somebody sits waiting."""
    found = await connection.execute(_NEXT, {"kinds": list(kinds), "now": now})
    row = found.mappings().one_or_none()
    if row is None:
        return None
    values = dict(row)
    about = About(MailKind(values.pop("kind")), values.pop("about_id"))
    mail = MailText(*(values.pop(name) for name in ("subject", "body_text", "body_html")))
    return Outgoing(**values, about=about, text=mail)


async def start_attempt(
    connection: AsyncConnection, outgoing: Outgoing, *, mail: MailText, now: datetime
) -> None:
    """Enter the attempt, and what the mail says, before the first byte goes out."""
    await connection.execute(
        _START,
        {
            "reminder_id": outgoing.id,
            "number": outgoing.number,
            "now": now,
            "subject": mail.subject,
            "body_text": mail.body_text,
            "body_html": mail.body_html,
        },
    )


async def finish_attempt(
    connection: AsyncConnection, outgoing: Outgoing, *, outcome: Outcome, now: datetime
) -> None:
    await connection.execute(
        _FINISH,
        {
            "reminder_id": outgoing.id,
            "number": outgoing.number,
            "now": now,
            "outcome": outcome.outcome,
            "detail": outcome.detail,
            "state": outcome.state,
            "next_attempt_at": outcome.next_attempt_at,
        },
    )


async def cancel(connection: AsyncConnection, reminder_id: int) -> None:
    """End a reminder that was certainly never accepted; its stage is judged anew."""
    await connection.execute(_CANCEL, {"reminder_id": reminder_id})


async def leave_unknown(connection: AsyncConnection, reminder_id: int) -> None:
    """End a reminder that may have been accepted."""
    await connection.execute(_LEAVE_UNKNOWN, {"reminder_id": reminder_id})


async def mark_interrupted(connection: AsyncConnection, *, now: datetime, detail: str) -> None:
    """Attempts that a crash cut off: unknown, and tried once more unless that was the second.

    Only the one dispatcher that leads may call this, before it hands anything over.
    """
    await connection.execute(_INTERRUPTED, {"now": now, "detail": detail})
