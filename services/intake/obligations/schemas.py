"""Obligations as JSON."""

from datetime import datetime
from typing import Any

from services.intake.obligations.repository import Duty
from services.intake.places import place_of
from shared.catalogue.catalogue import Catalogue
from shared.domain.obligations import Standing, standing


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
    """An obligation with what was done about it; `report` is null until something was sent."""
    obligation, report = duty.obligation, duty.report
    place = place_of(known, obligation)
    receiver = next((o for o in known.organizations if o.id == obligation.receiver_id), None)
    return {
        "obligation_id": obligation.id,
        "sequence": obligation.sequence,
        "organization": {"code": place.organization.code, "name": place.organization.name},
        "receiver": None if receiver is None else {"code": receiver.code, "name": receiver.name},
        "regime": obligation.regime,
        "form": obligation.form,
        "period": obligation.period,
        "cutoff_date": obligation.cutoff_date,
        "deadline": obligation.deadline,
        "state": obligation.state.value,
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
