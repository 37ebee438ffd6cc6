"""One indicator over intervals: as a series of points, like those of single periods."""

from collections.abc import Mapping
from itertools import pairwise

from services.aggregator.combining.intervals import By, Cumulative, Interval
from services.aggregator.combining.questions import CombinedSpan
from services.aggregator.combining.readings import (
    IntervalReading,
    Rollups,
    read_beside,
    read_interval,
)
from services.aggregator.indicators.comparisons import change_between
from services.aggregator.reading.figures import FigureSource
from services.aggregator.series.questions import Span
from services.aggregator.series.use_cases import (
    Compared,
    Point,
    Series,
    method_changed,
    read_series,
    tree_changed,
)
from shared.domain.identifiers import PeriodCode
from shared.domain.periods import Period

Readings = Mapping[PeriodCode, IntervalReading]


async def read_asked_series(
    source: FigureSource, wanted: Span | CombinedSpan, *, position: int
) -> Series:
    """Of single periods, or of periods put together."""
    if isinstance(wanted, Span):
        return await read_series(source, wanted, position=position)
    return await read_combined_series(source, wanted, position=position)


async def read_combined_series(
    source: FigureSource, wanted: CombinedSpan, *, position: int
) -> Series:
    """The series from `source`, of which `position` was read."""
    span, intervals = wanted.span, (*wanted.before, *wanted.intervals)
    rollups = await source.rollups(wanted.nodes(), track=span.question.track)
    readings = {
        each.period.code: read_interval(span.question, each, code=span.code, rollups=rollups)
        for each in intervals
    }
    earlier = {after.period.code: before for before, after in pairwise(intervals)}
    points = tuple(
        _point(
            wanted,
            each,
            before=earlier.get(each.period.code),
            readings=readings,
            rollups=rollups,
        )
        for each in wanted.intervals
    )
    return Series(span, await source.as_of(position), points)


def _point(
    wanted: CombinedSpan,
    interval: Interval,
    *,
    before: Interval | None,
    readings: Readings,
    rollups: Rollups,
) -> Point:
    span, topic, period = wanted.span, interval.topic, interval.period
    reading = readings[period.code]
    previous, last_year = both_compared(wanted.by, reading, readings)
    return Point(
        topic=topic,
        indicator=reading.indicator,
        exists=span.exists(topic),
        value=reading.value,
        coverage=reading.coverage,
        previous=previous,
        last_year=last_year,
        tree_changed=before is not None and tree_changed(span, topic, before=before.topic),
        method_changed=before is not None and method_changed(span, topic, before=before.topic),
        made_of=reading.made_of,
        reforms=span.reforms(topic, before=before.topic) if before else (),
        reason=reading.combined.reason,
        combined=reading,
        beside=read_beside(span.question, reading, rollups=rollups),
    )


def both_compared(
    by: By, reading: IntervalReading, readings: Readings
) -> tuple[Compared | None, Compared | None]:
    """With the interval before, and the same of the year before; what runs up starts anew."""
    period = reading.interval.period
    starts = isinstance(by, Cumulative) and period.starts_year
    previous = None if starts else _compared(reading, period.previous(), readings)
    return previous, _compared(reading, period.same_period_last_year(), readings)


def _compared(reading: IntervalReading, other: Period, readings: Readings) -> Compared | None:
    """What has not ended is not compared with what has."""
    found = readings.get(other.code)
    if found is None or reading.indicator is None:
        return None
    whole = reading.interval.is_whole and found.interval.is_whole
    change = change_between(
        reading.indicator,
        value=reading.value,
        before=found.value,
        coverages=(reading.coverage, found.coverage),
    )
    return Compared(other, found.value, change if whole else None, found.made_of)
