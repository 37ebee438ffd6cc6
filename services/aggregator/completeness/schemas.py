"""Completeness as JSON."""

from datetime import datetime
from typing import Any

from services.aggregator.completeness.use_cases import (
    CompletenessAnswer,
    NodeProgress,
    UnitProgress,
)
from services.aggregator.reading.schemas import (
    AsOfModel,
    CountsModel,
    QuestionModel,
    UnitModel,
    as_of_json,
    coverage_json,
    instant_json,
    organization_json,
    question_json,
)
from shared.domain.reports import ReportState
from shared.web.answers import Answer


class ProgressModel(CountsModel):
    """`late` arrived after the deadline, `overdue` has not arrived."""

    late: int
    overdue: int


class ChildProgress(ProgressModel):
    """An organization directly below, with all below it."""

    organization: UnitModel


class ContactModel(Answer):
    """Whom to call; null where the catalogue does not say."""

    name: str | None
    phone: str | None
    email: str | None


class OverdueUnit(Answer):
    """An organization whose report is overdue; `state` is null while it has sent none."""

    organization: UnitModel
    parent: UnitModel | None
    deadline: datetime
    state: ReportState | None
    contact: ContactModel


class ExtendedUnitModel(Answer):
    """An organization whose deadline was moved; `original_deadline` is that of the rules.

    `late` is judged by the deadline in force, `late_by_rule` by that of the rules; null while no
    report is in.
    """

    obligation_id: int
    organization: UnitModel
    deadline: datetime
    original_deadline: datetime
    state: ReportState | None
    late: bool | None
    late_by_rule: bool | None


class ExcludedUnitModel(Answer):
    """An organization that was taken out of what is expected, and why."""

    organization: UnitModel
    reason: str


class CompletenessModel(QuestionModel, ProgressModel):
    """How far the reports of an organization and of all below it have come.

    `closed_at` is when the period was closed in the province: null while it is open.
    """

    form: str
    as_of: AsOfModel
    closed_at: datetime | None
    children: list[ChildProgress]
    overdue_units: list[OverdueUnit]
    extended_units: list[ExtendedUnitModel]
    excluded_units: list[ExcludedUnitModel]


def completeness_json(answer: CompletenessAnswer) -> dict[str, Any]:
    """As `CompletenessModel` describes it."""
    return {
        **question_json(answer.question),
        "form": answer.question.topic.shape.form.code,
        "as_of": as_of_json(answer.as_of),
        "closed_at": instant_json(answer.closed_at),
        **_progress_json(answer.node),
        "children": [
            {"organization": organization_json(each.organization), **_progress_json(each)}
            for each in answer.children
        ],
        "overdue_units": [_unit_json(each) for each in answer.overdue],
        "extended_units": [_extended_json(each) for each in answer.extended],
        "excluded_units": [
            {"organization": organization_json(each.organization), "reason": each.reason}
            for each in answer.excluded
        ],
    }


def _progress_json(progress: NodeProgress) -> dict[str, int]:
    return {
        **coverage_json(progress.coverage),
        "late": progress.late,
        "overdue": progress.overdue,
    }


def _unit_json(unit: UnitProgress) -> dict[str, Any]:
    organization = unit.organization
    return {
        "organization": organization_json(organization),
        "parent": None if unit.parent is None else organization_json(unit.parent),
        "deadline": instant_json(unit.duty.deadline),
        "state": unit.duty.report_state,
        "contact": {
            "name": organization.contact_name,
            "phone": organization.phone,
            "email": organization.email,
        },
    }


def _extended_json(unit: UnitProgress) -> dict[str, Any]:
    duty = unit.duty
    return {
        "obligation_id": duty.obligation_id,
        "organization": organization_json(unit.organization),
        "deadline": instant_json(duty.deadline),
        "original_deadline": instant_json(duty.original_deadline),
        "state": duty.report_state,
        "late": duty.is_late if duty.is_in else None,
        "late_by_rule": duty.is_late_by_rule if duty.is_in else None,
    }
