"""The catalogue as JSON, and the models that document it."""

from datetime import date, datetime
from typing import Any

from services.intake.catalogue.use_cases import (
    CalendarYear,
    DuePeriod,
    Organizations,
    OrganizationStory,
    Relative,
)
from shared.domain.organizations import OrganizationVersion
from shared.web.answers import Answer

# In the body of a model the name `date` is its field.
Day = date

MULTIPART = "multipart/form-data"
PACK_EXAMPLE = """\
kind: pack
name: calendars/our-province
title: Lịch làm việc của tỉnh
"""
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        MULTIPART: {
            "schema": {
                "type": "object",
                "description": "Each part is one file of the pack, with its name; one of them is "
                "pack.yaml. See docs/catalogue.md.",
                "additionalProperties": {"type": "string", "format": "binary"},
            },
            "example": {"pack.yaml": PACK_EXAMPLE},
        }
    },
}


class OrganizationModel(Answer):
    """One organization over one stretch of time; `valid_to` is the first day after it.

    `agency_code` is the identifier of its agency (Quyết định 20/2020/QĐ-TTg) where one is known.
    """

    id: int
    code: str
    name: str
    kind: str
    level: str
    parent: str | None = None
    agency_code: str | None = None
    valid_from: date
    valid_to: date | None


class OrganizationsModel(Answer):
    """By name. `next` is the `offset` of the rest, null at the end."""

    items: list[OrganizationModel]
    total: int
    next: int | None


class RelativeModel(Answer):
    """A unit before or after a reorganization; `weight` is a share for estimates only."""

    organization: OrganizationModel
    kind: str
    effective_on: date
    legal_basis: str
    weight: str | None


class OrganizationStoryModel(Answer):
    """Earliest stretch first."""

    id: int
    versions: list[OrganizationModel]
    before: list[RelativeModel]
    after: list[RelativeModel]


class StepModel(Answer):
    """A deadline ends with its day; `rule_date` is what the rule alone says."""

    level: str
    date: Day
    deadline: datetime
    rule_date: Day
    warnings: list[str]


class DuePeriodModel(Answer):
    regime: str
    forms: list[str]
    period: str
    window_first: date
    window_last: date
    cutoff_date: date
    deadlines: list[StepModel]


class CalendarDayModel(Answer):
    date: Day
    name: str


class CalendarModel(Answer):
    """`estimated`: there is no notice for the year yet."""

    year: int
    estimated: bool
    days_off: list[CalendarDayModel]
    days_worked: list[CalendarDayModel]
    periods: list[DuePeriodModel]


class LoadingModel(Answer):
    """`number` is the change that holds; `changed` is false when all of it was there already."""

    number: int
    changed: bool
    summary: str
    dry_run: bool


def organization_json(
    organization: OrganizationVersion, *, parent: str | None = None
) -> dict[str, Any]:
    """As `OrganizationModel` describes it."""
    return {
        "id": organization.id,
        "code": organization.code,
        "name": organization.name,
        "kind": organization.kind,
        "level": organization.level,
        "parent": parent,
        "agency_code": organization.agency_code,
        "valid_from": organization.valid_from,
        "valid_to": organization.valid_to,
    }


def organizations_json(found: Organizations) -> dict[str, Any]:
    """As `OrganizationsModel` describes it."""
    return {
        "items": [
            organization_json(
                each,
                parent=found.tree.get(each.parent_id).code if each.parent_id is not None else None,
            )
            for each in found.items
        ],
        "total": found.total,
        "next": found.next_offset,
    }


def story_json(story: OrganizationStory) -> dict[str, Any]:
    """As `OrganizationStoryModel` describes it."""
    return {
        "id": story.versions[0].id,
        "versions": [organization_json(each) for each in story.versions],
        "before": [_relative_json(each) for each in story.before],
        "after": [_relative_json(each) for each in story.after],
    }


def _relative_json(relative: Relative) -> dict[str, Any]:
    edge = relative.edge
    return {
        "organization": organization_json(relative.organization),
        "kind": edge.kind,
        "effective_on": edge.effective_on,
        "legal_basis": edge.legal_basis,
        "weight": None if edge.weight is None else str(edge.weight),
    }


def calendar_json(found: CalendarYear) -> dict[str, Any]:
    """As `CalendarModel` describes it."""
    return {
        "year": found.year,
        "estimated": found.estimated,
        "days_off": [{"date": day, "name": found.names[day]} for day in found.days_off],
        "days_worked": [{"date": day, "name": found.names[day]} for day in found.days_worked],
        "periods": [_period_json(each) for each in found.periods],
    }


def _period_json(due: DuePeriod) -> dict[str, Any]:
    return {
        "regime": due.regime.code,
        "forms": list(due.regime.forms),
        "period": due.period.code,
        "window_first": due.period.window.first,
        "window_last": due.period.window.last,
        "cutoff_date": due.period.cutoff_date,
        "deadlines": [
            {
                "level": each.level,
                "date": each.date,
                "deadline": each.instant,
                "rule_date": each.rule_date,
                "warnings": list(each.warnings),
            }
            for each in due.deadlines
        ],
    }
