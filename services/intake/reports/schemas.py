"""Reports as JSON."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from services.intake.places import Place
from services.intake.reports.documents import DocumentModel, document_json
from services.intake.reports.links import receipt_links, report_links
from services.intake.reports.repository import (
    CausedEvent,
    Filed,
    RecordedAct,
    StoredReceipt,
)
from services.intake.reports.rows import StoredVersion
from services.intake.reports.use_cases import History, filed_id
from shared.domain.reports import Act, ReportState
from shared.events.topics import EventType
from shared.web.answers import Answer, ContentModel, FigureTexts, Links, NamedOrganization

LONGEST_REASON = 2000

Reason = Annotated[str, StringConstraints(max_length=LONGEST_REASON)]


class ReasonBody(BaseModel):
    """Why. Blank is refused by the rules of the report."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Reason | None = None


class FiledModel(Answer):
    """The head of a report. `live_version` is the one that counts as sent, `official_version` the
    one that counts as approved; null while there is none.
    """

    report_id: int
    obligation_id: int
    organization: NamedOrganization
    regime: str
    form: str
    period: str
    sequence: int
    state: ReportState
    last_version: int
    live_version: int | None
    official_version: int | None
    first_submitted_at: datetime | None
    on_time: bool | None
    deadline: datetime
    links: Links


class ActModel(Answer):
    """Something done to a report; `proxy` when the receiver did it for the sender (nhập thay)."""

    sequence: int
    verb: Act
    version: int
    actor_name: str
    at: datetime
    reason: str | None
    proxy: bool
    event_id: UUID


class VersionSummary(Answer):
    """A version without its figures. `sha256` is over its canonical content."""

    version: int
    form_version: int
    nothing_to_report: bool
    submitted_at: datetime
    submitted_by: str
    receipt_number: str
    sha256: str
    document: DocumentModel | None
    proxy: bool


class VersionModel(VersionSummary):
    """A version as it was sent; `content` is null where the form asks for figures only."""

    figures: FigureTexts
    content: ContentModel | None
    explanations: dict[str, str]


class VersionsModel(Answer):
    """Oldest first; `next` is the `offset` of the rest, null at the end."""

    items: list[VersionModel]
    next: int | None


class ReportModel(FiledModel):
    """A report with what was done to it, oldest first."""

    acts: list[ActModel]
    versions: list[VersionSummary]


class EventModel(Answer):
    """An event of the log; `position` is null until it is placed, within a second."""

    event_id: UUID
    type: EventType
    position: int | None
    occurred_at: datetime
    recorded_at: datetime | None


class EventsModel(Answer):
    """Oldest first; `next` is the `offset` of the rest, null at the end."""

    items: list[EventModel]
    next: int | None


def filed_json(filed: Filed, place: Place) -> dict[str, Any]:
    """As `FiledModel` describes it."""
    report, obligation = filed.report, filed.obligation
    first = report.first_submitted_at
    return {
        "report_id": report.id,
        "obligation_id": obligation.id,
        "organization": {"code": place.organization.code, "name": place.organization.name},
        "regime": report.regime,
        "form": report.form,
        "period": report.period,
        "sequence": report.sequence,
        "state": report.state.value,
        "last_version": report.last_version,
        "live_version": report.live,
        "official_version": report.official,
        "first_submitted_at": first,
        "on_time": None if first is None else first <= obligation.deadline,
        "deadline": obligation.deadline,
        "links": report_links(filed_id(filed)),
    }


def history_json(history: History, place: Place) -> dict[str, Any]:
    """As `ReportModel` describes it; versions have an address of their own."""
    return filed_json(history.filed, place) | {
        "acts": [act_json(act) for act in history.acts],
        "versions": [version_summary(version) for version in history.versions],
    }


def version_summary(version: StoredVersion) -> dict[str, Any]:
    """As `VersionSummary` describes it."""
    return {
        "version": version.version,
        "form_version": version.form_version,
        "nothing_to_report": version.nothing_to_report,
        "submitted_at": version.submitted_at,
        "submitted_by": version.submitted_by_name,
        "receipt_number": version.receipt_number,
        "sha256": version.content_sha256,
        "document": document_json(version.document),
        "proxy": version.proxy_by is not None,
    }


def version_json(version: StoredVersion) -> dict[str, Any]:
    """As `VersionModel` describes it."""
    return version_summary(version) | {
        "figures": version.texts,
        "content": version.content.as_json() or None,
        "explanations": version.explanations,
    }


def act_json(act: RecordedAct) -> dict[str, Any]:
    """As `ActModel` describes it."""
    return {
        "sequence": act.sequence,
        "verb": act.verb.value,
        "version": act.version,
        "actor_name": act.actor_name,
        "at": act.at,
        "reason": act.reason,
        "proxy": act.proxy,
        "event_id": act.event_id,
    }


def event_json(event: CausedEvent) -> dict[str, Any]:
    """As `EventModel` describes it."""
    moments: dict[str, datetime | None] = {
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
    }
    return {
        "event_id": event.event_id,
        "type": event.type,
        "position": event.position,
        **moments,
    }


def receipt_json(receipt: StoredReceipt) -> dict[str, Any]:
    """The same members that the submission was answered with; the state is that of today."""
    report, version = receipt.filed.report, receipt.version
    obligation = receipt.filed.obligation
    first = report.first_submitted_at or version.submitted_at
    return {
        "receipt_number": version.receipt_number,
        "report_id": report.id,
        "version": version.version,
        "sequence": receipt.sequence,
        "state": report.state.value,
        "submitted_at": version.submitted_at,
        "on_time": first <= obligation.deadline,
        "deadline": obligation.deadline,
        "sha256": version.content_sha256,
        "document": document_json(version.document),
        "proxy": version.proxy_by is not None,
        "event_id": receipt.event_id,
        "links": receipt_links(filed_id(receipt.filed), version.receipt_number),
    }
