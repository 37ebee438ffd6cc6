"""SQL of the ledger: what was decided, and what became of every attempt to hand it over."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.abouts import DUTIES, About, MailKind
from services.notifier.reminders.mails import MailText

# A reminder that was cancelled was never handed over: it may be decided anew, under its own
# Message-ID. Any other stays as it is.
_INSERT = text("""
INSERT INTO notifier.reminder (kind, about_id, organization_id, stage, recipient, message_id,
                               subject, body_text, body_html, decided_at, urged_by, urged_by_name,
                               urged_on, state, next_attempt_at)
SELECT fresh.*, 'decided', fresh.decided_at
FROM unnest(CAST(:kinds AS text[]), CAST(:about_ids AS bigint[]),
            CAST(:organization_ids AS bigint[]), CAST(:stages AS text[]),
            CAST(:recipients AS text[]), CAST(:message_ids AS text[]), CAST(:subjects AS text[]),
            CAST(:body_texts AS text[]), CAST(:body_htmls AS text[]),
            CAST(:decided_ats AS timestamptz[]), CAST(:urged_bys AS bigint[]),
            CAST(:urged_by_names AS text[]), CAST(:urged_ons AS date[]))
     AS fresh (kind, about_id, organization_id, stage, recipient, message_id, subject, body_text,
               body_html, decided_at, urged_by, urged_by_name, urged_on)
ON CONFLICT (kind, about_id, stage, recipient, urged_on) DO UPDATE
    SET subject = excluded.subject, body_text = excluded.body_text,
        body_html = excluded.body_html, decided_at = excluded.decided_at,
        urged_by = excluded.urged_by, urged_by_name = excluded.urged_by_name,
        state = excluded.state, next_attempt_at = excluded.next_attempt_at
    WHERE reminder.state = 'cancelled'
""")

_LEDGER = text("""
SELECT reminder.id, reminder.kind, reminder.about_id, reminder.organization_id, reminder.stage,
       reminder.recipient, reminder.message_id, reminder.subject, reminder.decided_at,
       reminder.state, reminder.next_attempt_at, reminder.urged_by_name,
       coalesce(obligation.form, aggregate_duty.form) AS form,
       coalesce(obligation.period, aggregate_duty.period) AS period
FROM notifier.reminder
LEFT JOIN notifier.obligation
       ON reminder.kind = 'report' AND obligation.obligation_id = reminder.about_id
LEFT JOIN notifier.aggregate_duty
       ON reminder.kind = 'aggregate' AND aggregate_duty.id = reminder.about_id
WHERE reminder.organization_id = ANY(CAST(:organization_ids AS bigint[]))
  AND reminder.kind = ANY(CAST(:kinds AS text[]))
  AND (CAST(:obligation_id AS bigint) IS NULL
       OR (reminder.kind = 'report' AND reminder.about_id = :obligation_id))
  AND (CAST(:state AS text) IS NULL OR reminder.state = :state)
  AND (CAST(:before_id AS bigint) IS NULL OR reminder.id < :before_id)
ORDER BY reminder.id DESC
LIMIT :limit
""")

_ATTEMPTS = text("""
SELECT reminder_id, number, started_at, finished_at, outcome, detail
FROM notifier.delivery_attempt
WHERE reminder_id = ANY(CAST(:reminder_ids AS bigint[]))
ORDER BY reminder_id, number
""")

_COUNTS = text("""
SELECT state, count(*) AS reminders FROM notifier.reminder
WHERE organization_id = ANY(CAST(:organization_ids AS bigint[]))
  AND kind = ANY(CAST(:kinds AS text[]))
GROUP BY state
""")


class ReminderState(StrEnum):
    """What became of a decided reminder."""

    DECIDED = "decided"
    HANDING_OVER = "handing_over"
    SENT = "sent"
    FAILED = "failed"
    OUTCOME_UNKNOWN = "outcome_unknown"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Urge:
    """Who urged, and on which day in Vietnam."""

    by: int
    by_name: str
    on: date


@dataclass(frozen=True, slots=True)
class Reminder:
    """One decided mail: at most one for each (about, stage, recipient), and of those that a person
    sends (`urge`) one a day.
    """

    about: About
    organization_id: int
    stage: str
    recipient: str
    message_id: str
    text: MailText
    decided_at: datetime
    urge: Urge | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One hand-over to the mail server; `finished_at` is None while it goes on."""

    number: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A reminder as the ledger shows it, with every attempt to hand it over."""

    id: int
    about: About
    organization_id: int
    stage: str
    recipient: str
    message_id: str
    subject: str
    decided_at: datetime
    state: ReminderState
    next_attempt_at: datetime | None
    urged_by_name: str | None
    form: str | None
    period: str | None
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """Which lines to show, newest first: those after the line `before_id`, at most `limit`."""

    organization_ids: Collection[int]
    kinds: Collection[MailKind] = DUTIES
    obligation_id: int | None = None
    state: ReminderState | None = None
    before_id: int | None = None
    limit: int = 50


async def save_reminders(connection: AsyncConnection, reminders: Sequence[Reminder]) -> None:
    """Enter decided reminders; one that was decided before and stands is left as it is."""
    urges = [item.urge for item in reminders]
    await connection.execute(
        _INSERT,
        {
            "kinds": [item.about.kind for item in reminders],
            "about_ids": [item.about.id for item in reminders],
            "organization_ids": [item.organization_id for item in reminders],
            "stages": [item.stage for item in reminders],
            "recipients": [item.recipient for item in reminders],
            "message_ids": [item.message_id for item in reminders],
            "subjects": [item.text.subject for item in reminders],
            "body_texts": [item.text.body_text for item in reminders],
            "body_htmls": [item.text.body_html for item in reminders],
            "decided_ats": [item.decided_at for item in reminders],
            "urged_bys": [urge and urge.by for urge in urges],
            "urged_by_names": [urge and urge.by_name for urge in urges],
            "urged_ons": [urge and urge.on for urge in urges],
        },
    )


async def ledger(connection: AsyncConnection, query: LedgerQuery) -> tuple[LedgerLine, ...]:
    found = await connection.execute(
        _LEDGER,
        {
            "organization_ids": list(query.organization_ids),
            "kinds": list(query.kinds),
            "obligation_id": query.obligation_id,
            "state": query.state,
            "before_id": query.before_id,
            "limit": query.limit,
        },
    )
    rows = found.mappings().all()
    attempts = await _attempts(connection, [row["id"] for row in rows])
    return tuple(_line(row, attempts=attempts[row["id"]]) for row in rows)


async def count_by_state(
    connection: AsyncConnection, organization_ids: Collection[int], *, kinds: Collection[MailKind]
) -> dict[ReminderState, int]:
    """How many mails to these organizations are in each state; states without any left out."""
    wanted = {"organization_ids": list(organization_ids), "kinds": list(kinds)}
    rows = await connection.execute(_COUNTS, wanted)
    return {ReminderState(row.state): row.reminders for row in rows}


async def _attempts(
    connection: AsyncConnection, reminder_ids: Sequence[int]
) -> defaultdict[int, list[Attempt]]:
    found: defaultdict[int, list[Attempt]] = defaultdict(list)
    rows = await connection.execute(_ATTEMPTS, {"reminder_ids": list(reminder_ids)})
    for row in rows.mappings():
        values = dict(row)
        found[values.pop("reminder_id")].append(Attempt(**values))
    return found


def _line(row: RowMapping, *, attempts: Sequence[Attempt]) -> LedgerLine:
    values = {**row, "state": ReminderState(row["state"])}
    about = About(MailKind(values.pop("kind")), values.pop("about_id"))
    return LedgerLine(**values, about=about, attempts=tuple(attempts))
