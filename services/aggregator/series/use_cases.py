"""Reads one indicator over the periods of a span, and over the children of a node."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from services.aggregator.combining.readings import IntervalReading, reason_of
from services.aggregator.indicators.comparisons import (
    PERCENT,
    Beside,
    Change,
    beside,
    change_between,
)
from services.aggregator.reading.figures import (
    AsOf,
    FigureSource,
    Rollup,
    coverage_of,
    made_of,
    sheet_of,
)
from services.aggregator.reading.questions import Question, Topic, previous_topic, topic_at
from services.aggregator.series.questions import Span, indicator_at
from services.aggregator.shapes import Node
from shared.domain.geography import Composition
from shared.domain.identifiers import IndicatorCode, OrganizationId
from shared.domain.indicators import Indicator, value
from shared.domain.lineage import Reform
from shared.domain.measures import Unavailable
from shared.domain.organizations import OrganizationVersion, Tree
from shared.domain.periods import Period
from shared.domain.rollups import Coverage


@dataclass(frozen=True, slots=True)
class Compared:
    """The value of another period; `change` is from it to the value that it stands beside.

    `made_of`, here and below: the units that were put together in another tree than theirs.
    """

    period: Period
    value: Decimal | None
    change: Change | None
    made_of: Composition | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One period. `value` is None where it is missing or there was no such organization.

    `tree_changed`: the units below the organization are not those of the period before;
    `method_changed`: the form or the formula is not. `reforms` lie between the two. `reason` says
    why there is no value; `combined` is of what the value was put together, if it was. `beside`
    are plan and estimate.
    """

    topic: Topic
    indicator: Indicator | None
    exists: bool
    value: Decimal | None
    coverage: Coverage
    previous: Compared | None
    last_year: Compared | None
    tree_changed: bool
    method_changed: bool
    made_of: Composition | None = None
    reforms: tuple[Reform, ...] = ()
    reason: Unavailable | None = None
    combined: IntervalReading | None = None
    beside: tuple[Beside, ...] = ()

    @property
    def period(self) -> Period:
        return self.topic.period

    @property
    def target(self) -> Decimal | None:
        """That of a single period says nothing of what several add up to."""
        adds = self.combined is not None and self.combined.adds_up
        if self.indicator is None or (adds and self.indicator.unit != PERCENT):
            return None
        return self.indicator.target

    @property
    def goes_on(self) -> bool:
        """Whether periods of it are still to come."""
        return self.combined is not None and not self.combined.interval.is_whole


@dataclass(frozen=True, slots=True)
class Series:
    span: Span
    as_of: AsOf
    points: tuple[Point, ...]

    @property
    def last(self) -> Point:
        return self.points[-1]


@dataclass(frozen=True, slots=True)
class Child:
    """One of the organizations below a node; the rest as in `Point`."""

    organization: OrganizationVersion
    value: Decimal | None
    coverage: Coverage
    previous: Compared | None
    last_year: Compared | None
    made_of: Composition | None = None
    reason: Unavailable | None = None
    combined: IntervalReading | None = None
    beside: tuple[Beside, ...] = ()


@dataclass(frozen=True, slots=True)
class Children:
    question: Question
    indicator: Indicator
    as_of: AsOf
    items: tuple[Child, ...]


async def read_series(source: FigureSource, span: Span, *, position: int) -> Series:
    """The series from `source`, of which `position` was read."""
    rollups = await source.rollups(span.nodes(), track=span.question.track)
    topics = (*span.before, *span.topics)
    values = {topic.period: _value_at(span, topic, rollups) for topic in topics}
    earlier = {after.period: before for before, after in pairwise(topics)}
    points = tuple(
        _point(span, topic, before=earlier.get(topic.period), values=values, rollups=rollups)
        for topic in span.topics
    )
    return Series(span, await source.as_of(position), points)


async def read_trends(
    source: FigureSource, spans: Sequence[Span]
) -> dict[IndicatorCode, tuple[Decimal | None, ...]]:
    """The values of several indicators of one form and organization, in the order of time."""
    if not spans:
        return {}
    rollups = await source.rollups(spans[0].nodes(), track=spans[0].question.track)
    return {
        span.code: tuple(_value_at(span, topic, rollups) for topic in span.topics) for span in spans
    }


def child_nodes(question: Question) -> list[Node]:
    """The node itself, whose position tells whether an answer about its children has changed, and
    the same of the periods that are compared with.
    """
    return [
        topic.node(question.organization.id)
        for topic in (question.topic, *_compared_topics(question))
        if topic is not None
    ]


async def read_children(
    source: FigureSource, question: Question, *, code: IndicatorCode, position: int
) -> Children:
    """What each child has, in the tree's order. Raises UnknownIndicator."""
    topic = question.topic
    indicator = question.catalogue.indicator(code, on=topic.period.cutoff_date)
    below = question.children(topic)
    compared = _compared_topics(question)
    nodes = [each.node(child.id) for each in (topic, *compared) if each for child in below]
    rollups = await source.rollups(nodes, track=question.track)
    reading = _ChildReading(question, indicator, *compared, rollups=rollups)
    items = tuple(map(reading.child, below))
    return Children(question, indicator, await source.as_of(position), items)


@dataclass(frozen=True, slots=True)
class _ChildReading:
    """The rollups of all children, of the period and of those it is compared with."""

    question: Question
    indicator: Indicator
    previous: Topic | None
    last_year: Topic | None
    rollups: Mapping[Node, Rollup]

    def child(self, organization: OrganizationVersion) -> Child:
        topic = self.question.topic
        now, rollup = self.value(organization, topic), self.rollup(organization, topic)
        return Child(
            organization=organization,
            value=now,
            coverage=coverage_of(rollup),
            previous=self.compared(organization, self.previous, now=now),
            last_year=self.compared(organization, self.last_year, now=now),
            made_of=made_of(rollup),
            reason=self.reason(rollup) if now is None else None,
            beside=beside(
                self.indicator, value=now, read=lambda code: self.read(organization, topic, code)
            ),
        )

    def reason(self, rollup: Rollup | None) -> Unavailable:
        return reason_of(self.question.topic, indicator=self.indicator, rollup=rollup)

    def rollup(self, organization: OrganizationVersion, topic: Topic) -> Rollup | None:
        return self.rollups.get(topic.node(organization.id))

    def value(self, organization: OrganizationVersion, topic: Topic) -> Decimal | None:
        """By the method of the topic's own period."""
        return self.read(organization, topic, self.indicator.code)[1]

    def read(
        self, organization: OrganizationVersion, topic: Topic, code: IndicatorCode
    ) -> tuple[Indicator | None, Decimal | None]:
        """An indicator of the form, and its value."""
        indicator = indicator_at(self.question.catalogue, code, topic=topic)
        return indicator, _value(indicator, self.rollup(organization, topic), topic=topic)

    def compared(
        self, organization: OrganizationVersion, topic: Topic | None, *, now: Decimal | None
    ) -> Compared | None:
        if topic is None:
            return None
        before, rollup = self.value(organization, topic), self.rollup(organization, topic)
        current = self.rollup(organization, self.question.topic)
        change = change_between(
            self.indicator,
            value=now,
            before=before,
            coverages=(coverage_of(current), coverage_of(rollup)),
        )
        return Compared(topic.period, before, change, made_of(rollup))


def _compared_topics(question: Question) -> tuple[Topic | None, Topic | None]:
    topic, catalogue = question.topic, question.catalogue
    year_before = topic.period.same_period_last_year()
    return (
        previous_topic(catalogue, topic),
        topic_at(catalogue, topic.shape.form.code, period=year_before),
    )


def _value_at(span: Span, topic: Topic, rollups: Mapping[Node, Rollup]) -> Decimal | None:
    return _value(span.indicator(topic), rollups.get(topic.node(span.organization_id)), topic=topic)


def _value(indicator: Indicator | None, rollup: Rollup | None, *, topic: Topic) -> Decimal | None:
    if indicator is None or rollup is None:
        return None
    return value(indicator, sheet_of(rollup, form=topic.shape.form))


def _point(
    span: Span,
    topic: Topic,
    *,
    before: Topic | None,
    values: Mapping[Period, Decimal | None],
    rollups: Mapping[Node, Rollup],
) -> Point:
    period, indicator = topic.period, span.indicator(topic)
    rollup = rollups.get(topic.node(span.organization_id))

    def compared(other: Period) -> Compared | None:
        if indicator is None or other not in values:
            return None
        then = rollups.get(topic.node(span.organization_id)._replace(period=other.code))
        change = change_between(
            indicator,
            value=values[period],
            before=values[other],
            coverages=(coverage_of(rollup), coverage_of(then)),
        )
        return Compared(other, values[other], change, made_of(then))

    def read(code: IndicatorCode) -> tuple[Indicator | None, Decimal | None]:
        named = indicator_at(span.question.catalogue, code, topic=topic)
        return named, _value(named, rollup, topic=topic)

    return Point(
        topic=topic,
        indicator=indicator,
        exists=span.exists(topic),
        value=values[period],
        coverage=coverage_of(rollup),
        previous=compared(period.previous()),
        last_year=compared(period.same_period_last_year()),
        tree_changed=before is not None and tree_changed(span, topic, before=before),
        method_changed=before is not None and method_changed(span, topic, before=before),
        made_of=made_of(rollup),
        reforms=span.reforms(topic, before=before) if before else (),
        reason=_reason(span, topic, rollup=rollup) if values[period] is None else None,
        beside=beside(indicator, value=values[period], read=read),
    )


def _reason(span: Span, topic: Topic, *, rollup: Rollup | None) -> Unavailable:
    indicator = span.indicator(topic)
    if indicator is None:
        return Unavailable.PERIOD_NOT_ASKED
    if not span.exists(topic):
        return Unavailable.ORGANIZATION_ABSENT
    return reason_of(topic, indicator=indicator, rollup=rollup)


def tree_changed(span: Span, topic: Topic, *, before: Topic) -> bool:
    """Whether the units below the organization are others than in the period before."""
    organization_id = span.organization_id
    if span.question.geography.day is not None:
        return span.exists(before) and span.reporters(before) != span.reporters(topic)
    trees = (before.shape.tree, topic.shape.tree)
    return _parents(trees[0], organization_id) != _parents(trees[1], organization_id)


def _parents(tree: Tree, organization_id: OrganizationId) -> dict[OrganizationId, object]:
    """Who is below an organization, and under whom."""
    if organization_id not in tree.organizations:
        return {}
    below = tree.subtree(organization_id)[1:]
    return {each: tree.organizations[each].parent_id for each in below}


def method_changed(span: Span, topic: Topic, *, before: Topic) -> bool:
    """Whether the form or the formula is another than in the period before."""
    same_form = topic.shape.form.version == before.shape.form.version
    return not same_form or span.indicator(topic) != span.indicator(before)
