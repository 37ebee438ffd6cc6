"""SQL of the hand-over: which reminders may go now, and what became of each attempt."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# `outcome_unknown` is tried once more, under the same Message-ID (I6).
_NEXT = text("""
SELECT id, obligation_id, recipient, message_id, subject, body_text, body_html,
       attempts.attempts, attempts.unknowns
FROM notifier.reminder
CROSS JOIN LATERAL (
    SELECT count(*) AS attempts, count(*) FILTER (WHERE outcome = 'unknown') AS unknowns
    FROM notifier.delivery_attempt
    WHERE reminder_id = reminder.id
) AS attempts
WHERE state IN ('decided', 'outcome_unknown') AND next_attempt_at <= :now
ORDER BY next_attempt_at, id
LIMIT 1
FOR UPDATE OF reminder SKIP LOCKED
""")

_START = text("""
WITH attempt AS (
    INSERT INTO notifier.delivery_attempt (reminder_id, number, started_at, outcome)
    VALUES (:reminder_id, :number, :now, 'started')
)
UPDATE notifier.reminder SET state = 'handing_over', next_attempt_at = NULL WHERE id = :reminder_id
""")

_FINISH = text("""
WITH attempt AS (
    UPDATE notifier.delivery_attempt
    SET finished_at = :now, outcome = :outcome, detail = :detail
    WHERE reminder_id = :reminder_id AND number = :number
)
UPDATE notifier.reminder SET state = :state, next_attempt_at = :next_attempt_at
WHERE id = :reminder_id
""")

_SET_ASIDE = text(
    "UPDATE notifier.reminder SET state = :state, next_attempt_at = NULL WHERE id = :id"
)

# Only the one dispatcher that runs calls this, before it hands anything over.
_INTERRUPTED = text("""
WITH interrupted AS (
    UPDATE notifier.delivery_attempt SET finished_at = :now, outcome = 'unknown',
           detail = 'the notifier stopped during the hand-over'
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
    """A reminder that may be handed over now; of `attempts` before, `unknowns` ended unknown."""

    id: int
    obligation_id: int
    recipient: str
    message_id: str
    subject: str
    body_text: str
    body_html: str
    attempts: int
    unknowns: int


async def next_outgoing(connection: AsyncConnection, *, now: datetime) -> Outgoing | None:
    row = (await connection.execute(_NEXT, {"now": now})).mappings().one_or_none()
    return Outgoing(**row) if row else None


async def start_attempt(
    connection: AsyncConnection, reminder_id: int, *, number: int, now: datetime
) -> None:
    await connection.execute(_START, {"reminder_id": reminder_id, "number": number, "now": now})


async def finish_attempt(
    connection: AsyncConnection,
    reminder_id: int,
    *,
    number: int,
    now: datetime,
    outcome: str,
    detail: str | None,
    state: str,
    next_attempt_at: datetime | None,
) -> None:
    await connection.execute(
        _FINISH,
        {
            "reminder_id": reminder_id,
            "number": number,
            "now": now,
            "outcome": outcome,
            "detail": detail,
            "state": state,
            "next_attempt_at": next_attempt_at,
        },
    )


async def set_aside(connection: AsyncConnection, reminder_id: int, *, state: str) -> None:
    """End a reminder that is not to be handed over any more."""
    await connection.execute(_SET_ASIDE, {"id": reminder_id, "state": state})


async def mark_interrupted(connection: AsyncConnection, *, now: datetime) -> None:
    """Attempts that a crash cut off: unknown, and tried once more unless that was the second."""
    await connection.execute(_INTERRUPTED, {"now": now})
