"""Reports as JSON."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from services.intake.places import Place
from services.intake.reports.documents import document_json
from services.intake.reports.links import receipt_links, report_links
from services.intake.reports.repository import (
    CausedEvent,
    Filed,
    RecordedAct,
    StoredReceipt,
)
from services.intake.reports.rows import StoredVersion
from services.intake.reports.use_cases import History, filed_id

LONGEST_REASON = 2000

Reason = Annotated[str, StringConstraints(max_length=LONGEST_REASON)]


class ReasonBody(BaseModel):
    """Why. Blank is refused by the rules of the report."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Reason | None = None


def filed_json(filed: Filed, place: Place) -> dict[str, Any]:
    """The head of a report."""
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
    """The report with its acts; versions have an address of their own."""
    return filed_json(history.filed, place) | {
        "acts": [act_json(act) for act in history.acts],
        "versions": [version_summary(version) for version in history.versions],
    }


def version_summary(version: StoredVersion) -> dict[str, Any]:
    """A version without its figures."""
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
    """A version as it was sent; figures are exact text."""
    return version_summary(version) | {
        "figures": version.texts,
        "explanations": version.explanations,
    }


def act_json(act: RecordedAct) -> dict[str, Any]:
    """One act."""
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
    """One event; `position` is null until the relay has placed it."""
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
