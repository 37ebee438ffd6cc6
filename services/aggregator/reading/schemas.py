"""The parts that answers have in common, as JSON."""

from datetime import date, datetime
from typing import Any

from services.aggregator.reading.figures import AsOf
from services.aggregator.reading.questions import Question
from services.aggregator.tracks import Track
from shared.domain.organizations import OrganizationVersion
from shared.domain.rollups import Coverage
from shared.domain.time import rfc3339
from shared.web.answers import Answer


class UnitModel(Answer):
    """An organization at the period's cut-off."""

    code: str
    name: str
    level: str


class CountsModel(Answer):
    """How many reports are expected, how many are in, and how many came on time."""

    expected: int
    reported: int
    on_time: int


class AsOfModel(Answer):
    """The newest event in the figures: its place in the log, and when it got there."""

    position: int
    recorded_at: datetime | None


class QuestionModel(Answer):
    """What was asked, and by which catalogue it was answered.

    `track`: live counts what was submitted, official what was approved.
    """

    period: str
    cutoff_date: date
    organization: UnitModel
    track: Track
    catalogue_number: int


def organization_json(organization: OrganizationVersion) -> dict[str, Any]:
    return {
        "code": organization.code,
        "name": organization.name,
        "level": organization.level,
    }


def coverage_json(coverage: Coverage) -> dict[str, int]:
    return {
        "expected": coverage.expected,
        "reported": coverage.reported,
        "on_time": coverage.on_time,
    }


def as_of_json(as_of: AsOf) -> dict[str, Any]:
    return {"position": as_of.position, "recorded_at": instant_json(as_of.recorded_at)}


def instant_json(instant: datetime | None) -> str | None:
    return None if instant is None else rfc3339(instant)


def question_json(question: Question) -> dict[str, Any]:
    """As `QuestionModel` describes it."""
    return {
        "period": question.period.code,
        "cutoff_date": question.period.cutoff_date,
        "organization": organization_json(question.organization),
        "track": question.track.value,
        "catalogue_number": question.catalogue.number,
    }
