"""Aggregates as JSON."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.intake.aggregates.repository import SignOff, figure_texts
from services.intake.aggregates.use_cases import Aggregate, SigningDuty
from services.intake.reports.schemas import Reason
from shared.domain.aggregates import AggregateStanding, CellChange
from shared.domain.faults import Fault
from shared.domain.figures import figure_text
from shared.domain.rollups import Coverage
from shared.web.answers import Answer, FigureTexts, Links, NamedOrganization


class SignOffBody(BaseModel):
    """Which aggregate of one's own organization is signed off."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    organization: Annotated[
        str | None, Field(max_length=64, description="Code of one's own; may be left out.")
    ] = None
    form: Annotated[str, Field(max_length=64, description="The form's name in addresses: ii-06a.")]
    period: Annotated[str, Field(max_length=64)]
    reason: Annotated[Reason | None, Field(description="Required while reports are missing.")] = (
        None
    )


class CoverageModel(Answer):
    """How many reports are expected, how many of them are approved, how many came on time."""

    expected: int
    reported: int
    on_time: int


class SigningDutyModel(Answer):
    """Who has to sign off which aggregate until when; `signed_off_at` is the first time."""

    organization: NamedOrganization
    regime: str
    form: str
    period: str
    cutoff_date: date
    deadline: datetime
    standing: AggregateStanding
    signed_off_at: datetime | None
    links: Links


class SigningDutiesModel(Answer):
    """Newest cut-off first; `next` is the `offset` of the rest, null at the end."""

    items: list[SigningDutyModel]
    next: int | None


class SignOffModel(Answer):
    """What was sent upward. It never changes; signing off again makes the next `sequence`."""

    sequence: int
    figures: FigureTexts
    coverage: CoverageModel
    position: int
    sha256: str
    signed_by: str
    signed_at: datetime
    reason: str | None


class ChangeModel(Answer):
    """A cell that is not as it was signed off; null is missing."""

    row: str
    column: str
    signed: str | None
    now: str | None


class BreakModel(Answer):
    """A rule of the form by which the sums should go on from those of the period before."""

    check: str
    row: str
    column: str
    detail: str


class AggregateModel(Answer):
    """The approved figures now, and the newest sign-off, null while there is none.

    `position` is the place in the log of the newest event in the figures. `deadline` is null where
    the regime has none for the level. `breaks` tells where the sums do not go on from those of the
    period before, over a reform too; null while a report of either is missing, or where a unit was
    divided across the organization's border.
    """

    organization: NamedOrganization
    regime: str
    form: str
    period: str
    deadline: datetime | None
    figures: FigureTexts
    coverage: CoverageModel
    position: int
    sha256: str
    signed_off: SignOffModel | None
    changes: list[ChangeModel]
    breaks: list[BreakModel] | None


def signing_duty_json(found: SigningDuty, *, now: datetime) -> dict[str, Any]:
    """As `SigningDutyModel` describes it."""
    duty = found.duty
    code = duty.organization.code
    address = f"/aggregates/{duty.form.slug}/{duty.period.code}?organization={code}"
    return {
        "organization": {"code": code, "name": duty.organization.name},
        "regime": duty.regime.code,
        "form": duty.form.code,
        "period": duty.period.code,
        "cutoff_date": duty.period.cutoff_date,
        "deadline": duty.deadline,
        "standing": found.standing(now).value,
        "signed_off_at": found.signed_at,
        "links": {"aggregate": f"/api/v1{address}", "page": address},
    }


def aggregate_json(aggregate: Aggregate) -> dict[str, Any]:
    """As `AggregateModel` describes it."""
    place, rolled, signed = aggregate.place, aggregate.rolled, aggregate.signed
    return {
        "organization": {"code": place.organization.code, "name": place.organization.name},
        "regime": place.regime.code,
        "form": place.form.code,
        "period": place.period.code,
        "deadline": aggregate.deadline,
        "figures": figure_texts(rolled.figures),
        "coverage": _coverage_json(rolled.coverage),
        "position": rolled.position,
        "sha256": aggregate.sha256,
        "signed_off": None if signed is None else _signed_json(signed),
        "changes": [_change_json(change) for change in aggregate.changes],
        "breaks": None
        if aggregate.breaks is None
        else [_break_json(each) for each in aggregate.breaks],
    }


def _signed_json(signed: SignOff) -> dict[str, Any]:
    return {
        "sequence": signed.sequence,
        "figures": figure_texts(signed.figures),
        "coverage": _coverage_json(signed.coverage),
        "position": signed.position,
        "sha256": signed.content_sha256,
        "signed_by": signed.signed_by_name,
        "signed_at": signed.signed_at,
        "reason": signed.reason,
    }


def _break_json(fault: Fault) -> dict[str, Any]:
    return {
        "check": fault.check,
        "row": fault.row,
        "column": fault.column,
        "detail": fault.detail,
    }


def _change_json(change: CellChange) -> dict[str, Any]:
    return {
        "row": change.cell.row,
        "column": change.cell.column,
        "signed": None if change.signed is None else figure_text(change.signed),
        "now": None if change.now is None else figure_text(change.now),
    }


def _coverage_json(coverage: Coverage) -> dict[str, int]:
    return {
        "expected": coverage.expected,
        "reported": coverage.reported,
        "on_time": coverage.on_time,
    }
