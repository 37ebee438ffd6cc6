"""Obligations as JSON."""

from datetime import date, datetime
from typing import Any

from services.intake.obligations.repository import Duty
from services.intake.places import place_of
from shared.catalogue.catalogue import Catalogue
from shared.domain.identifiers import OrganizationId
from shared.domain.obligations import ObligationState, Standing, standing
from shared.domain.reports import ReportState
from shared.web.answers import Answer, Links, NamedOrganization


class AnsweringReport(Answer):
    """The report that answers an obligation."""

    report_id: int
    sequence: int
    state: ReportState
    last_version: int
    first_submitted_at: datetime | None


class ObligationModel(Answer):
    """What is owed by whom to whom until when; `report` is null until something was sent.

    A provisional obligation becomes fixed at its cut-off; who is excluded owes nothing.
    `original_deadline` is that of the rules, where an extension put another in its place. `holder`
    reports in the organization's place, where that has ended; null: the organization itself.
    """

    obligation_id: int
    sequence: int
    organization: NamedOrganization
    receiver: NamedOrganization | None
    holder: NamedOrganization | None
    regime: str
    form: str
    period: str
    cutoff_date: date
    deadline: datetime
    original_deadline: datetime | None
    state: ObligationState
    period_closed: bool
    standing: Standing
    report: AnsweringReport | None
    links: Links


class ObligationsModel(Answer):
    """In order of id; `next` is the `after` of the rest, null at the end."""

    items: list[ObligationModel]
    next: int | None


def standing_of(duty: Duty, *, now: datetime) -> Standing:
    """How a duty stands now."""
    report = duty.report
    return standing(
        duty.obligation,
        first_submitted_at=report.first_submitted_at if report else None,
        is_in=report is not None and report.is_in,
        now=now,
    )


def duty_json(duty: Duty, known: Catalogue, *, now: datetime) -> dict[str, Any]:
    """As `ObligationModel` describes it."""
    obligation, report = duty.obligation, duty.report
    place = place_of(known, obligation)
    return {
        "obligation_id": obligation.id,
        "sequence": obligation.sequence,
        "organization": {"code": place.organization.code, "name": place.organization.name},
        "receiver": _named(known, obligation.receiver_id),
        "holder": _named(known, obligation.holder_id),
        "regime": obligation.regime,
        "form": obligation.form,
        "period": obligation.period,
        "cutoff_date": obligation.cutoff_date,
        "deadline": obligation.deadline,
        "original_deadline": obligation.original_deadline,
        "state": obligation.state.value,
        "period_closed": duty.period_closed,
        "standing": standing_of(duty, now=now).value,
        "report": None
        if report is None
        else {
            "report_id": report.id,
            "sequence": report.sequence,
            "state": report.state.value,
            "last_version": report.last_version,
            "first_submitted_at": report.first_submitted_at,
        },
        "links": {
            "self": f"/api/v1/obligations/{obligation.id}",
            "draft": f"/api/v1/drafts/{obligation.id}",
            "form": f"/api/v1/forms/{place.form.slug}?on={obligation.cutoff_date.isoformat()}",
            "page": f"/obligations/{obligation.id}/form",
        },
    }


def _named(known: Catalogue, organization_id: OrganizationId | None) -> dict[str, str] | None:
    """By its last code and name, as every part of the catalogue is known."""
    versions = () if organization_id is None else known.versions(organization_id)
    return {"code": versions[-1].code, "name": versions[-1].name} if versions else None
