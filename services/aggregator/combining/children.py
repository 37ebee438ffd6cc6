"""One indicator over an interval, at each organization below a node."""

from dataclasses import replace

from services.aggregator.combining.questions import CombinedSpan
from services.aggregator.combining.readings import Rollups, read_beside, read_interval
from services.aggregator.combining.series import both_compared
from services.aggregator.reading.figures import FigureSource
from services.aggregator.reading.questions import Question
from services.aggregator.series.use_cases import Child, Children, child_nodes, read_children
from services.aggregator.shapes import Node
from shared.domain.identifiers import IndicatorCode
from shared.domain.organizations import OrganizationVersion


def nodes_asked(wanted: Question | CombinedSpan) -> list[Node]:
    """Those whose positions tell whether an answer about children has changed."""
    return wanted.nodes() if isinstance(wanted, CombinedSpan) else child_nodes(wanted)


async def read_asked_children(
    source: FigureSource,
    wanted: Question | CombinedSpan,
    *,
    code: IndicatorCode,
    position: int,
) -> Children:
    """Of a single period, or of the last interval."""
    if isinstance(wanted, CombinedSpan):
        return await read_combined_children(source, wanted, position=position)
    return await read_children(source, wanted, code=code, position=position)


async def read_combined_children(
    source: FigureSource, wanted: CombinedSpan, *, position: int
) -> Children:
    """What each has in the last interval, in the tree's order. Raises UnknownIndicator."""
    question = wanted.span.question
    topic = question.topic
    indicator = question.catalogue.indicator(wanted.span.code, on=topic.period.cutoff_date)
    below = question.children(topic)
    compared = wanted.compared()
    nodes = [
        each.node(child.id)
        for interval in compared
        for each in interval.topics
        if each is not None
        for child in below
    ]
    rollups = await source.rollups(list(dict.fromkeys(nodes)), track=question.track)
    items = tuple(_child(wanted, child, rollups=rollups) for child in below)
    as_of = await source.as_of(position)
    return Children(replace(question, topics=(wanted.last.topic,)), indicator, as_of, items)


def _child(wanted: CombinedSpan, organization: OrganizationVersion, *, rollups: Rollups) -> Child:
    question, unit = wanted.span.question, organization.id
    readings = {
        each.period.code: read_interval(
            question, each, code=wanted.span.code, rollups=rollups, organization_id=unit
        )
        for each in wanted.compared()
    }
    reading = readings[wanted.last.period.code]
    previous, last_year = both_compared(wanted.by, reading, readings)
    return Child(
        organization=organization,
        value=reading.value,
        coverage=reading.coverage,
        previous=previous,
        last_year=last_year,
        made_of=reading.made_of,
        reason=reading.combined.reason,
        combined=reading,
        beside=read_beside(question, reading, rollups=rollups, organization_id=unit),
    )
