"""Puts the overview together: indicators, progress and who is missing, from one snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.aggregator.completeness.received import read_received, read_senders
from services.aggregator.completeness.use_cases import (
    CompletenessAnswer,
    UnitProgress,
    read_completeness,
)
from services.aggregator.dashboard.charts import Charts, read_charts
from services.aggregator.indicators.comparisons import Change, change_between
from services.aggregator.indicators.use_cases import (
    NodeReadings,
    Reading,
    TopicReadings,
    nodes_shown,
    read_indicators,
    topics_asked,
)
from services.aggregator.reading.choices import Choice
from services.aggregator.reading.figures import AsOf
from services.aggregator.reading.opening import figures_seen
from services.aggregator.reading.questions import Question
from services.aggregator.series.questions import span_of
from services.aggregator.series.use_cases import read_trends
from services.aggregator.service import Aggregator
from shared.domain.figures import rounded
from shared.domain.identifiers import IndicatorCode, OrganizationId
from shared.domain.rollups import Coverage
from shared.domain.time import day_before, vietnam_date

UNITS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class MissingUnit:
    """`working_days_left` until its deadline; negative when that has passed."""

    unit: UnitProgress
    working_days_left: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class Overview:
    as_of: AsOf
    indicators: TopicReadings
    completeness: CompletenessAnswer
    missing: tuple[MissingUnit, ...]
    trends: Mapping[IndicatorCode, tuple[Decimal | None, ...]]
    charts: Charts | None
    received: tuple[UnitProgress, ...] = ()

    @property
    def not_shown(self) -> int:
        return len(self.completeness.missing) - len(self.missing)


async def read_overview(
    aggregator: Aggregator,
    choice: Choice,
    *,
    own: OrganizationId,
    indicator: str | None = None,
) -> Overview:
    """Everything on the page, as of one position; `indicator` is the one that is drawn.

    Who reports to `own`, the caller's organization, from elsewhere is looked after as well.
    """
    question, now = choice.question, choice.view.now
    senders = await read_senders(aggregator, choice, own=own)
    async with figures_seen(aggregator, choice.view) as source:
        asked = topics_asked(question)
        position = await source.position(nodes_shown(question, asked))
        answer = await read_indicators(source, question, asked, position=position, children=True)
        completeness = await read_completeness(source, question, position=position, now=now)
        received = await read_received(source, question, senders)
        completeness = replace(completeness, units=(*completeness.units, *received))
        readings = answer.topics[0].node.readings
        spans = [span_of(question, code=each.indicator.code) for each in readings]
        trends = await read_trends(source, spans)
        charts = await read_charts(
            source, question, answer.topics[0], wanted=indicator, position=position
        )
    return Overview(
        as_of=answer.as_of,
        indicators=answer.topics[0],
        completeness=completeness,
        missing=missing_units(question, completeness, limit=UNITS_SHOWN),
        trends=trends,
        charts=charts,
        received=received,
    )


def missing_units(
    question: Question, answer: CompletenessAnswer, *, limit: int | None = None
) -> tuple[MissingUnit, ...]:
    """Who has not sent, the most urgent first."""
    today, calendar = vietnam_date(answer.now), question.catalogue.calendar
    return tuple(
        MissingUnit(
            unit=each,
            working_days_left=calendar.working_days_between(today, deadline_day(each)),
            overdue=each.duty.is_overdue(answer.now),
        )
        for each in answer.missing[:limit]
    )


def deadline_day(unit: UnitProgress) -> date:
    """The last day on which to send: a deadline is the instant at which that day ends."""
    return day_before(unit.duty.deadline)


def change_of(reading: Reading, *, at: NodeReadings) -> Change | None:
    """Against the period before."""
    return change_between(
        reading.indicator,
        value=reading.value,
        before=reading.previous,
        coverages=(at.coverage, at.previous_coverage),
    )


def share_of(coverage: Coverage) -> Decimal | None:
    """Percent of what is expected that is in."""
    return None if coverage.share is None else rounded(coverage.share * 100, 1)
