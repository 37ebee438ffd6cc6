"""Reads indicators: of a node, of its children, and of the period before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import reduce

from services.aggregator.combining.intervals import By, Interval, interval_at
from services.aggregator.combining.questions import interval_before
from services.aggregator.combining.readings import IntervalReading, read_interval, reason_of
from services.aggregator.indicators.comparisons import Beside, beside
from services.aggregator.reading.figures import (
    AsOf,
    FigureSource,
    Rollup,
    coverage_of,
    made_of,
    sheet_of,
)
from services.aggregator.reading.questions import Question, Topic, previous_topic
from services.aggregator.shapes import Node
from shared.domain.expressions import cells_of
from shared.domain.geography import Composition
from shared.domain.identifiers import IndicatorCode
from shared.domain.indicators import Indicator, value
from shared.domain.measures import Unavailable, kind_of
from shared.domain.operators import ValueKind
from shared.domain.organizations import OrganizationVersion
from shared.domain.periods import Period
from shared.domain.rollups import NO_COVERAGE, Coverage


@dataclass(frozen=True, slots=True)
class Reading:
    """An indicator at a node. `previous` is by that period's own method, form and tree.

    `reason` says why there is no value; `combined` is of what the value was put together over
    periods, if it was.
    """

    indicator: Indicator
    value: Decimal | None
    previous: Decimal | None
    kind: ValueKind
    reason: Unavailable | None
    combined: IntervalReading | None = None


@dataclass(frozen=True, slots=True)
class NodeReadings:
    """A node's indicators of one form, with how complete they are.

    `made_of` are the units that were put together in another tree than theirs, None as reported.
    """

    organization: OrganizationVersion
    coverage: Coverage
    previous_coverage: Coverage
    readings: tuple[Reading, ...]
    made_of: Composition | None = None
    previous_made_of: Composition | None = None

    def beside(self, reading: Reading) -> tuple[Beside, ...]:
        """What an indicator is planned and expected to be, where another one says so."""
        known = {each.indicator.code: (each.indicator, each.value) for each in self.readings}
        return beside(
            reading.indicator,
            value=reading.value,
            read=lambda code: known.get(code, (None, None)),
        )


@dataclass(frozen=True, slots=True)
class TopicReadings:
    """One form: the node asked about, and its children if they were asked for."""

    topic: Topic
    previous: Topic | None
    node: NodeReadings
    children: tuple[NodeReadings, ...]

    @property
    def previous_period(self) -> Period | None:
        return self.previous.period if self.previous else None


@dataclass(frozen=True, slots=True)
class IndicatorAnswer:
    question: Question
    as_of: AsOf
    topics: tuple[TopicReadings, ...]


@dataclass(frozen=True, slots=True)
class TopicAsked:
    """One form: for a period, or for the periods of `interval`; and for what came before."""

    topic: Topic
    previous: Topic | None
    interval: Interval | None = None
    interval_before: Interval | None = None

    @property
    def topics(self) -> list[Topic]:
        """Whose figures are needed."""
        intervals = [each for each in (self.interval, self.interval_before) if each]
        of_intervals = [each for interval in intervals for each in interval.topics]
        single = [] if intervals else [self.topic, self.previous]
        return [each for each in (*single, *of_intervals) if each is not None]


def topics_asked(
    question: Question, *, by: By | None = None, today: date | None = None
) -> list[TopicAsked]:
    """Each topic of the question with what it is compared with; to put together, as of `today`."""
    known = question.catalogue
    if by is None or today is None:
        return [TopicAsked(topic, previous_topic(known, topic)) for topic in question.topics]
    asked = []
    for topic in question.topics:
        interval = interval_at(known, topic, by=by, today=today)
        if interval is not None:
            before = interval_before(known, interval, by=by, today=today)
            last = before.topic if before else None
            asked.append(TopicAsked(interval.topic, last, interval, before))
    return asked


def nodes_shown(question: Question, asked: Sequence[TopicAsked]) -> list[Node]:
    """The nodes whose positions tell whether an answer has changed, the period before included.

    Children need not be among them: what changes below a node changes the node.
    """
    return [each.node(question.organization.id) for one in asked for each in one.topics]


async def read_indicators(
    source: FigureSource,
    question: Question,
    asked: Sequence[TopicAsked],
    *,
    position: int,
    children: bool,
) -> IndicatorAnswer:
    """The answer from `source`, of which `position` was read."""
    wanted = [
        topic.node(organization.id)
        for one in asked
        for organization in _organizations(question, one.topic, children=children)
        for topic in one.topics
    ]
    rollups = await source.rollups(wanted, track=question.track)
    return IndicatorAnswer(
        question=replace(question, topics=tuple(one.topic for one in asked)),
        as_of=await source.as_of(position),
        topics=tuple(
            _topic_readings(question, one, rollups=rollups, children=children) for one in asked
        ),
    )


def _organizations(
    question: Question, topic: Topic, *, children: bool
) -> Iterator[OrganizationVersion]:
    yield question.organization
    if children:
        yield from question.children(topic)


def _topic_readings(
    question: Question,
    asked: TopicAsked,
    *,
    rollups: Mapping[Node, Rollup],
    children: bool,
) -> TopicReadings:
    node, *below = (
        _node_readings(question, asked, rollups=rollups, organization=each)
        for each in _organizations(question, asked.topic, children=children)
    )
    return TopicReadings(asked.topic, asked.previous, node, tuple(below))


def _node_readings(
    question: Question,
    asked: TopicAsked,
    *,
    rollups: Mapping[Node, Rollup],
    organization: OrganizationVersion,
) -> NodeReadings:
    if asked.interval is not None:
        return _interval_readings(
            question, asked, asked.interval, rollups=rollups, organization=organization
        )
    topic, previous = asked.topic, asked.previous
    now = rollups.get(topic.node(organization.id))
    before = rollups.get(previous.node(organization.id)) if previous else None
    values_before = _values(question, previous, rollup=before) if previous else {}
    return NodeReadings(
        organization=organization,
        coverage=coverage_of(now),
        previous_coverage=coverage_of(before),
        readings=tuple(
            Reading(
                each,
                found,
                values_before.get(each.code),
                kind_of(each, topic.shape.form),
                reason_of(topic, indicator=each, rollup=now) if found is None else None,
            )
            for each, found in _found(question, topic, rollup=now)
        ),
        made_of=made_of(now),
        previous_made_of=made_of(before),
    )


def _interval_readings(
    question: Question,
    asked: TopicAsked,
    interval: Interval,
    *,
    rollups: Mapping[Node, Rollup],
    organization: OrganizationVersion,
) -> NodeReadings:
    def over(periods: Interval, indicator: Indicator) -> IntervalReading:
        return read_interval(
            question,
            periods,
            code=indicator.code,
            rollups=rollups,
            organization_id=organization.id,
        )

    before = asked.interval_before
    readings = [
        Reading(
            each,
            found.value,
            over(before, each).value if before else None,
            kind_of(each, asked.topic.shape.form),
            found.combined.reason,
            found,
        )
        for each in _indicators(question, asked.topic)
        for found in [over(interval, each)]
    ]
    return NodeReadings(
        organization=organization,
        coverage=_coverage(interval, rollups, organization=organization),
        previous_coverage=_coverage(before, rollups, organization=organization),
        readings=tuple(readings),
    )


def _coverage(
    interval: Interval | None, rollups: Mapping[Node, Rollup], *, organization: OrganizationVersion
) -> Coverage:
    """Of all reports of the periods that have ended."""
    topics = interval.topics if interval else ()
    found = (rollups.get(each.node(organization.id)) for each in topics if each is not None)
    return reduce(Coverage.combine, map(coverage_of, found), NO_COVERAGE)


def _values(
    question: Question, topic: Topic, *, rollup: Rollup | None
) -> dict[IndicatorCode, Decimal | None]:
    return {each.code: found for each, found in _found(question, topic, rollup=rollup)}


def _found(
    question: Question, topic: Topic, *, rollup: Rollup | None
) -> list[tuple[Indicator, Decimal | None]]:
    sheet = sheet_of(rollup, form=topic.shape.form)
    return [(each, value(each, sheet)) for each in _indicators(question, topic)]


def _indicators(question: Question, topic: Topic) -> list[Indicator]:
    """In the order in which the form prints what they are made of."""
    form = topic.shape.form
    places = {column.code: place for place, column in enumerate(form.columns)}

    def first_place(indicator: Indicator) -> int:
        named = (places.get(cell.column, 0) for cell in cells_of(indicator.expression))
        return min(named, default=0)

    found = question.catalogue.indicators_of(form.code, on=topic.period.cutoff_date)
    return sorted(found, key=first_place)
