"""The ledger as JSON, and the model that documents it."""

from datetime import date, datetime
from typing import Any

from services.notifier.abouts import About, MailKind
from services.notifier.reminders.ledger import Ledger, organization_name
from services.notifier.reminders.repository import LedgerLine, ReminderState
from services.notifier.timers.repository import Unaddressed
from shared.catalogue.catalogue import Catalogue
from shared.domain.reminders import ReminderStage
from shared.web.answers import Answer


class RemindedOrganization(Answer):
    """The surrogate number, which stays, and the name of today."""

    id: int
    name: str


class AttemptModel(Answer):
    """One hand-over; `outcome` is started, sent, refused, unreachable or unknown."""

    number: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    detail: str | None


class ReminderModel(Answer):
    """One decided mail: about a report, an aggregate to be signed off, or a new password.

    `obligation_id` is that of a report; a new password has neither form nor period.
    """

    reminder_id: int
    kind: MailKind
    obligation_id: int | None
    organization: RemindedOrganization
    form: str | None
    period: str | None
    stage: str
    recipient: str
    subject: str
    message_id: str
    decided_at: datetime
    state: ReminderState
    next_attempt_at: datetime | None
    urged_by: str | None
    attempts: list[AttemptModel]


class RemindersModel(Answer):
    """Newest first; `next` is the `before` of the rest, null at the end."""

    items: list[ReminderModel]
    next: int | None


class UnaddressedModel(Answer):
    """A stage that fell due for an organization without an address of record."""

    kind: MailKind
    obligation_id: int | None
    organization: RemindedOrganization
    form: str
    period: str
    stage: ReminderStage
    due_at: datetime
    deadline: datetime


class UnaddressedListModel(Answer):
    """Newest first; `next` is the `offset` of the rest, null at the end."""

    items: list[UnaddressedModel]
    next: int | None


def ledger_json(ledger: Ledger, *, known: Catalogue, on: date) -> dict[str, Any]:
    """A page of the ledger, as `RemindersModel` describes it."""
    return {
        "items": [_line_json(line, known=known, on=on) for line in ledger.lines],
        "next": ledger.older,
    }


def unaddressed_json(item: Unaddressed, *, known: Catalogue, on: date) -> dict[str, Any]:
    """As `UnaddressedModel` describes it."""
    return {
        **_about_json(item.about),
        "organization": _organization_json(item.organization_id, known=known, on=on),
        "form": item.form,
        "period": item.period,
        "stage": item.stage,
        "due_at": item.due_at,
        "deadline": item.deadline,
    }


def _line_json(line: LedgerLine, *, known: Catalogue, on: date) -> dict[str, Any]:
    return {
        "reminder_id": line.id,
        **_about_json(line.about),
        "organization": _organization_json(line.organization_id, known=known, on=on),
        "form": line.form,
        "period": line.period,
        "stage": line.stage,
        "recipient": line.recipient,
        "subject": line.subject,
        "message_id": line.message_id,
        "decided_at": line.decided_at,
        "state": line.state.value,
        "next_attempt_at": line.next_attempt_at,
        "urged_by": line.urged_by_name,
        "attempts": [
            {
                "number": attempt.number,
                "started_at": attempt.started_at,
                "finished_at": attempt.finished_at,
                "outcome": attempt.outcome,
                "detail": attempt.detail,
            }
            for attempt in line.attempts
        ],
    }


def _about_json(about: About) -> dict[str, Any]:
    obligation_id = about.id if about.kind is MailKind.REPORT else None
    return {"kind": about.kind.value, "obligation_id": obligation_id}


def _organization_json(organization_id: int, *, known: Catalogue, on: date) -> dict[str, Any]:
    name = organization_name(organization_id, known=known, on=on)
    return {"id": organization_id, "name": name}
