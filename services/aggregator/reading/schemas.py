"""The parts that answers have in common, as JSON."""

from datetime import datetime
from typing import Any

from services.aggregator.reading.questions import Question
from services.aggregator.reading.repository import AsOf
from shared.domain.organizations import OrganizationVersion
from shared.domain.rollups import Coverage
from shared.events.envelope import rfc3339


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
    """What was asked, by the catalogue it was answered with."""
    return {
        "period": question.period.code,
        "cutoff_date": question.period.cutoff_date,
        "organization": organization_json(question.organization),
        "track": question.track.value,
        "catalogue_number": question.catalogue.number,
    }
