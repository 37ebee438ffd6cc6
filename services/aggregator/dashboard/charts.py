"""What the overview draws of one indicator: its course, and where it is much and little."""

from dataclasses import dataclass
from decimal import Decimal

from services.aggregator.dashboard.symbol_map import SymbolMap, symbol_map, value_of
from services.aggregator.indicators.use_cases import NodeReadings, TopicReadings
from services.aggregator.reading.figures import FigureSource
from services.aggregator.reading.questions import Question
from services.aggregator.series.chart import Chart, chart_of
from services.aggregator.series.questions import span_of
from services.aggregator.series.use_cases import Series, read_series
from shared.domain.indicators import Indicator
from shared.domain.organizations import OrganizationVersion

MOST_RANKED = 10
"""At either end, and never the same unit at both."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit with its value."""

    organization: OrganizationVersion
    value: Decimal


@dataclass(frozen=True, slots=True)
class Charts:
    """`highest` and `lowest` are the units at both ends, those at the very end first."""

    indicator: Indicator
    series: Series
    course: Chart
    symbols: SymbolMap | None
    highest: tuple[Ranked, ...]
    lowest: tuple[Ranked, ...]


async def read_charts(
    source: FigureSource,
    question: Question,
    readings: TopicReadings,
    *,
    wanted: str | None,
    position: int,
) -> Charts | None:
    """Of the indicator named, or of the first; None where the form has no indicator."""
    indicators = [each.indicator for each in readings.node.readings]
    if not indicators:
        return None
    indicator = next((each for each in indicators if each.code == wanted), indicators[0])
    span = span_of(question, code=indicator.code)
    series = await read_series(source, span, position=position)
    ranked = _ranked(readings, indicator)
    shown = min(MOST_RANKED, len(ranked) // 2)
    return Charts(
        indicator=indicator,
        series=series,
        course=chart_of(series.points, target=indicator.target),
        symbols=symbol_map(readings.children, indicator),
        highest=tuple(ranked[:shown]),
        lowest=tuple(reversed(ranked[len(ranked) - shown :])),
    )


def _ranked(readings: TopicReadings, indicator: Indicator) -> list[Ranked]:
    def of(child: NodeReadings) -> Ranked | None:
        value = value_of(child, indicator.code)
        return None if value is None else Ranked(child.organization, value)

    known = [each for child in readings.children if (each := of(child)) is not None]
    return sorted(known, key=lambda each: (-each.value, each.organization.sort_key))
