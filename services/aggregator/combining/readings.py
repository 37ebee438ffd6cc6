"""An indicator over the periods of an interval, at one node."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

from services.aggregator.combining.intervals import Interval
from services.aggregator.history.members import members_of
from services.aggregator.indicators.comparisons import Beside, beside
from services.aggregator.reading.figures import Rollup, coverage_of, made_of, sheet_of
from services.aggregator.reading.questions import Question, Topic
from services.aggregator.reading.redrawn import redrawing_of
from services.aggregator.series.questions import indicator_at
from services.aggregator.shapes import Node
from shared.domain.combinations import Combined, PeriodFigures, combined, why_missing
from shared.domain.geography import Composition, Exactness
from shared.domain.identifiers import IndicatorCode, OrganizationId
from shared.domain.indicators import Indicator
from shared.domain.measures import Unavailable
from shared.domain.periods import Period
from shared.domain.rollups import NO_COVERAGE, Coverage

Rollups = Mapping[Node, Rollup]


@dataclass(frozen=True, slots=True)
class Restated:
    """Of what the figures of one period were put together in another tree than theirs."""

    topic: Topic
    made_of: Composition


@dataclass(frozen=True, slots=True)
class IntervalReading:
    """`coverage` is over the periods used, so of reports; `restated` is the least exact of them."""

    interval: Interval
    indicator: Indicator | None
    combined: Combined
    used: tuple[Period, ...]
    coverage: Coverage
    restated: Restated | None

    @property
    def value(self) -> Decimal | None:
        return self.combined.value

    @property
    def made_of(self) -> Composition | None:
        return None if self.restated is None else self.restated.made_of

    @property
    def adds_up(self) -> bool:
        """Whether more than one period was looked at."""
        return len(self.used) > 1


def read_interval(
    question: Question,
    interval: Interval,
    *,
    code: IndicatorCode,
    rollups: Rollups,
    organization_id: OrganizationId | None = None,
) -> IntervalReading:
    """By the method of each period; at the organization of the question, or at another."""
    unit = question.organization.id if organization_id is None else organization_id
    figures = [
        _figures(
            question,
            topic,
            last=interval.last,
            code=code,
            rollups=rollups,
            organization_id=unit,
        )
        for topic in interval.topics
    ]
    found = combined(figures)
    used = [interval.topics[place] for place in found.used]
    rolled = [rollups.get(each.node(unit)) for each in used if each is not None]
    return IntervalReading(
        interval=interval,
        indicator=indicator_at(question.catalogue, code, topic=interval.last),
        combined=found,
        used=tuple(interval.periods[place] for place in found.used),
        coverage=reduce(Coverage.combine, map(coverage_of, rolled), NO_COVERAGE),
        restated=_least_exact([each for each in used if each is not None], rollups, unit),
    )


def read_beside(
    question: Question,
    reading: IntervalReading,
    *,
    rollups: Rollups,
    organization_id: OrganizationId | None = None,
) -> tuple[Beside, ...]:
    """Plan and estimate of the same periods, put together by their own operators."""

    def read(code: IndicatorCode) -> tuple[Indicator | None, Decimal | None]:
        found = read_interval(
            question,
            reading.interval,
            code=code,
            rollups=rollups,
            organization_id=organization_id,
        )
        return found.indicator, found.value

    return beside(reading.indicator, value=reading.value, read=read)


def reason_of(topic: Topic, *, indicator: Indicator, rollup: Rollup | None) -> Unavailable:
    """Why an indicator has no value in a single period."""
    found = _at(topic, indicator=indicator, rollup=rollup)
    return found if isinstance(found, Unavailable) else why_missing(found)


def _figures(
    question: Question,
    topic: Topic | None,
    *,
    last: Topic,
    code: IndicatorCode,
    rollups: Rollups,
    organization_id: OrganizationId,
) -> PeriodFigures | Unavailable:
    if topic is None:
        return Unavailable.PERIOD_NOT_ASKED
    indicator = indicator_at(question.catalogue, code, topic=topic)
    if indicator is None:
        return Unavailable.PERIOD_NOT_ASKED
    if not question.has(topic, organization_id):
        return Unavailable.ORGANIZATION_ABSENT
    rollup = rollups.get(topic.node(organization_id))
    if not _same_territory(question, topic, last=last, organization_id=organization_id):
        return Unavailable.TERRITORY_CHANGED
    return _at(topic, indicator=indicator, rollup=rollup)


def _same_territory(
    question: Question, topic: Topic, *, last: Topic, organization_id: OrganizationId
) -> bool:
    """Whether the organization covered then what it covers in the last period.

    In one tree for all periods it always does.
    """
    if question.geography.day is not None:
        return True
    redrawing = redrawing_of(question.catalogue, topic.shape, day=last.shape.tree.on)
    if redrawing is None or organization_id not in redrawing.shown.organizations:
        return True
    made_of = redrawing.composition(organization_id)
    members = members_of(organization_id, shape=topic.shape)
    units = {member.organization_id for member in members if member.adds}
    return made_of.exactness is Exactness.EXACT and made_of.whole == units


def _at(
    topic: Topic, *, indicator: Indicator, rollup: Rollup | None
) -> PeriodFigures | Unavailable:
    if rollup is None:
        return Unavailable.FIGURE_MISSING
    made = rollup.made_of
    if made is not None and made.exactness is Exactness.REFUSED:
        return Unavailable.DIVISION_UNKNOWN
    return PeriodFigures(
        indicator,
        sheet_of(rollup, form=topic.shape.form),
        reported=rollup.coverage.reported > 0,
        lone=rollup.is_lone,
    )


_ORDER = (Exactness.REFUSED, Exactness.ESTIMATED, Exactness.EXACT)


def _least_exact(
    topics: list[Topic], rollups: Rollups, organization_id: OrganizationId
) -> Restated | None:
    restated = [
        Restated(topic, made)
        for topic in topics
        if (made := made_of(rollups.get(topic.node(organization_id)))) is not None
    ]
    return min(restated, key=lambda each: _ORDER.index(each.made_of.exactness), default=None)
