"""Reads indicators: of a node, of its children, and of the period before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

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
from shared.domain.organizations import OrganizationVersion
from shared.domain.periods import Period
from shared.domain.rollups import Coverage


@dataclass(frozen=True, slots=True)
class Reading:
    """An indicator at a node. `previous` is by that period's own method, form and tree."""

    indicator: Indicator
    value: Decimal | None
    previous: Decimal | None


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


@dataclass(frozen=True, slots=True)
class TopicReadings:
    """One form: the node asked about, and its children if they were asked for."""

    topic: Topic
    previous_period: Period | None
    node: NodeReadings
    children: tuple[NodeReadings, ...]


@dataclass(frozen=True, slots=True)
class IndicatorAnswer:
    question: Question
    as_of: AsOf
    topics: tuple[TopicReadings, ...]


def nodes_shown(question: Question) -> list[Node]:
    """The nodes whose positions tell whether an answer has changed, the period before included.

    Children need not be among them: what changes below a node changes the node.
    """
    pairs = ((topic, previous_topic(question.catalogue, topic)) for topic in question.topics)
    return [
        each.node(question.organization.id) for pair in pairs for each in pair if each is not None
    ]


async def read_indicators(
    source: FigureSource, question: Question, *, position: int, children: bool
) -> IndicatorAnswer:
    """The answer from `source`, of which `position` was read."""
    pairs = [(topic, previous_topic(question.catalogue, topic)) for topic in question.topics]
    wanted = [
        each.node(organization.id)
        for topic, previous in pairs
        for organization in _organizations(question, topic, children=children)
        for each in (topic, previous)
        if each is not None
    ]
    rollups = await source.rollups(wanted, track=question.track)
    return IndicatorAnswer(
        question=question,
        as_of=await source.as_of(position),
        topics=tuple(
            _topic_readings(question, topic, previous=previous, rollups=rollups, children=children)
            for topic, previous in pairs
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
    topic: Topic,
    *,
    previous: Topic | None,
    rollups: Mapping[Node, Rollup],
    children: bool,
) -> TopicReadings:
    node, *below = (
        _node_readings(question, topic, previous=previous, rollups=rollups, organization=each)
        for each in _organizations(question, topic, children=children)
    )
    return TopicReadings(topic, previous.period if previous else None, node, tuple(below))


def _node_readings(
    question: Question,
    topic: Topic,
    *,
    previous: Topic | None,
    rollups: Mapping[Node, Rollup],
    organization: OrganizationVersion,
) -> NodeReadings:
    now = rollups.get(topic.node(organization.id))
    before = rollups.get(previous.node(organization.id)) if previous else None
    values = _values(question, topic, rollup=now)
    values_before = _values(question, previous, rollup=before) if previous else {}
    return NodeReadings(
        organization=organization,
        coverage=coverage_of(now),
        previous_coverage=coverage_of(before),
        readings=tuple(
            Reading(each, values[each.code], values_before.get(each.code))
            for each in _indicators(question, topic)
        ),
        made_of=made_of(now),
        previous_made_of=made_of(before),
    )


def _values(
    question: Question, topic: Topic, *, rollup: Rollup | None
) -> dict[IndicatorCode, Decimal | None]:
    sheet = sheet_of(rollup, form=topic.shape.form)
    return {each.code: value(each, sheet) for each in _indicators(question, topic)}


def _indicators(question: Question, topic: Topic) -> list[Indicator]:
    """In the order in which the form prints what they are made of."""
    form = topic.shape.form
    places = {column.code: place for place, column in enumerate(form.columns)}

    def first_place(indicator: Indicator) -> int:
        named = (places.get(cell.column, 0) for cell in cells_of(indicator.expression))
        return min(named, default=0)

    found = question.catalogue.indicators_of(form.code, on=topic.period.cutoff_date)
    return sorted(found, key=first_place)
