"""SQL of the ledger: what was decided, and what became of every attempt to hand it over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_INSERT = text("""
INSERT INTO notifier.reminder (obligation_id, organization_id, stage, recipient, message_id,
                               subject, body_text, body_html, decided_at, state, next_attempt_at)
SELECT fresh.*, 'decided', fresh.decided_at
FROM unnest(CAST(:obligation_ids AS bigint[]), CAST(:organization_ids AS bigint[]),
            CAST(:stages AS text[]), CAST(:recipients AS text[]), CAST(:message_ids AS text[]),
            CAST(:subjects AS text[]), CAST(:body_texts AS text[]), CAST(:body_htmls AS text[]),
            CAST(:decided_ats AS timestamptz[]))
     AS fresh (obligation_id, organization_id, stage, recipient, message_id, subject, body_text,
               body_html, decided_at)
ON CONFLICT (obligation_id, stage, recipient) DO NOTHING
""")

_LEDGER = text("""
SELECT reminder.id, reminder.obligation_id, reminder.organization_id, reminder.stage,
       reminder.recipient, reminder.message_id, reminder.subject, reminder.decided_at,
       reminder.state, reminder.next_attempt_at, obligation.form, obligation.period,
       coalesce(attempts.number, 0) AS attempts, attempts.last_at, attempts.detail
FROM notifier.reminder
JOIN notifier.obligation USING (obligation_id)
LEFT JOIN LATERAL (
    SELECT number, coalesce(finished_at, started_at) AS last_at, detail
    FROM notifier.delivery_attempt
    WHERE reminder_id = reminder.id
    ORDER BY number DESC LIMIT 1
) AS attempts ON true
WHERE (reminder.organization_id = ANY(CAST(:organization_ids AS bigint[]))
       OR obligation.receiver_id = :receiver_id)
  AND (CAST(:obligation_id AS bigint) IS NULL OR reminder.obligation_id = :obligation_id)
  AND (CAST(:state AS text) IS NULL OR reminder.state = :state)
  AND (CAST(:before_id AS bigint) IS NULL OR reminder.id < :before_id)
ORDER BY reminder.id DESC
LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Reminder:
    """One decided mail: at most one for each (obligation, stage, recipient)."""

    obligation_id: int
    organization_id: int
    stage: str
    recipient: str
    message_id: str
    subject: str
    body_text: str
    body_html: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A reminder as the ledger shows it, with its last attempt."""

    id: int
    obligation_id: int
    organization_id: int
    stage: str
    recipient: str
    message_id: str
    subject: str
    decided_at: datetime
    state: str
    next_attempt_at: datetime | None
    form: str
    period: str
    attempts: int
    last_at: datetime | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """Which lines to show: those of `organization_ids`, or received by `receiver_id`."""

    organization_ids: Collection[int]
    receiver_id: int
    obligation_id: int | None = None
    state: str | None = None
    before_id: int | None = None
    limit: int = 100


async def save_reminders(connection: AsyncConnection, reminders: Sequence[Reminder]) -> None:
    """Enter decided reminders; one that was decided before is left as it is."""
    await connection.execute(
        _INSERT,
        {
            "obligation_ids": [item.obligation_id for item in reminders],
            "organization_ids": [item.organization_id for item in reminders],
            "stages": [item.stage for item in reminders],
            "recipients": [item.recipient for item in reminders],
            "message_ids": [item.message_id for item in reminders],
            "subjects": [item.subject for item in reminders],
            "body_texts": [item.body_text for item in reminders],
            "body_htmls": [item.body_html for item in reminders],
            "decided_ats": [item.decided_at for item in reminders],
        },
    )


async def ledger(connection: AsyncConnection, query: LedgerQuery) -> tuple[LedgerLine, ...]:
    rows = await connection.execute(
        _LEDGER,
        {
            "organization_ids": list(query.organization_ids),
            "receiver_id": query.receiver_id,
            "obligation_id": query.obligation_id,
            "state": query.state,
            "before_id": query.before_id,
            "limit": query.limit,
        },
    )
    return tuple(LedgerLine(**row) for row in rows.mappings())
