"""The parts that answers have in common, as JSON."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from services.aggregator.reading.figures import AsOf
from services.aggregator.reading.questions import Question, Topic
from services.aggregator.tracks import Track
from shared.domain.geography import Composition, Exactness
from shared.domain.organizations import OrganizationVersion
from shared.domain.rollups import Coverage
from shared.domain.time import rfc3339
from shared.web.answers import Answer, ExactNumber


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
    """The newest event in the figures: its place in the log, and when it got there.

    `release` only where the figures are those of a release: its number.
    """

    position: int
    recorded_at: datetime | None
    release: str | None = None


class GeographyModel(Answer):
    """In which tree the answer is laid out; `on` is null where each period has that of its own
    cut-off.
    """

    choice: str
    on: date | None


class QuestionModel(Answer):
    """What was asked, and by which catalogue it was answered.

    `track`: live counts what was submitted, official what was approved.
    """

    period: str
    cutoff_date: date
    organization: UnitModel
    track: Track
    geography: GeographyModel
    catalogue_number: int


class EstimateModel(Answer):
    """A divided unit of which a share was added: `weight` of its figures, being a share of `of`."""

    organization: UnitModel
    weight: ExactNumber
    of: list[str]


class RestatedModel(Answer):
    """How figures of other units were put together at an organization.

    exact: of whole units only. estimated: some by weight. refused: the share of `divided` units is
    not known, so there is no figure. `unplaced` units ended without a known successor; they are in
    the sums higher up, and perhaps belong here.
    """

    exactness: Exactness
    units: int
    estimated: list[EstimateModel]
    divided: list[UnitModel]
    unplaced: list[UnitModel]


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
    """As `AsOfModel` describes it."""
    members = {"position": as_of.position, "recorded_at": instant_json(as_of.recorded_at)}
    return members if as_of.release is None else {**members, "release": as_of.release}


def instant_json(instant: datetime | None) -> str | None:
    return None if instant is None else rfc3339(instant)


def question_json(question: Question) -> dict[str, Any]:
    """As `QuestionModel` describes it."""
    return {
        "period": question.period.code,
        "cutoff_date": question.period.cutoff_date,
        "organization": organization_json(question.organization),
        "track": question.track.value,
        "geography": {"choice": question.geography.name, "on": question.geography.day},
        "catalogue_number": question.catalogue.number,
    }


def restated_json(made_of: Composition | None, *, topic: Topic) -> dict[str, Any] | None:
    """As `RestatedModel` describes it; None where nothing had to be put together."""
    if made_of is None:
        return None
    tree = topic.shape.tree
    return {
        "exactness": made_of.exactness.value,
        "units": len(made_of.units),
        "estimated": [
            {
                "organization": organization_json(tree.get(each.unit_id)),
                "weight": Decimal(each.weight.numerator) / Decimal(each.weight.denominator),
                "of": sorted(each.bases),
            }
            for each in made_of.estimated
        ],
        "divided": [organization_json(tree.get(each)) for each in made_of.divided],
        "unplaced": [organization_json(tree.get(each)) for each in made_of.unplaced],
    }


def exactness_of(made_of: Composition | None) -> Exactness | None:
    """None: as reported."""
    return None if made_of is None else made_of.exactness
