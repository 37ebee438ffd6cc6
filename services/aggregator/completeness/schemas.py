"""Completeness as JSON."""

from typing import Any

from services.aggregator.completeness.use_cases import (
    CompletenessAnswer,
    NodeProgress,
    UnitProgress,
)
from services.aggregator.reading.schemas import (
    as_of_json,
    coverage_json,
    instant_json,
    organization_json,
    question_json,
)


def completeness_json(answer: CompletenessAnswer) -> dict[str, Any]:
    return {
        **question_json(answer.question),
        "form": answer.question.topic.shape.form.code,
        "as_of": as_of_json(answer.as_of),
        **_progress_json(answer.node),
        "children": [
            {"organization": organization_json(each.organization), **_progress_json(each)}
            for each in answer.children
        ],
        "overdue_units": [_unit_json(each) for each in answer.overdue],
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
