"""Where an indicator stands in its year: so far, and against last year, plan and estimate."""

from dataclasses import dataclass
from datetime import date

from services.aggregator.combining.intervals import Cumulative, interval_at
from services.aggregator.combining.readings import IntervalReading, read_beside, read_interval
from services.aggregator.indicators.comparisons import Beside, Change, change_between
from services.aggregator.reading.figures import FigureSource
from services.aggregator.reading.questions import Question, topic_at
from services.aggregator.series.questions import indicator_at
from shared.domain.identifiers import IndicatorCode


@dataclass(frozen=True, slots=True)
class Standing:
    """`change` is against the same stretch of the year before, `last_year`."""

    so_far: IntervalReading
    last_year: IntervalReading | None
    change: Change | None
    beside: tuple[Beside, ...]

    @property
    def is_worth_telling(self) -> bool:
        """A stock is the same so far as it is now."""
        return self.so_far.adds_up


async def read_standing(
    source: FigureSource, question: Question, *, code: IndicatorCode, today: date
) -> Standing | None:
    """Up to the question's period; None where the indicator has no method then."""
    known, topic = question.catalogue, question.topic
    indicator = indicator_at(known, code, topic=topic)
    so_far = interval_at(known, topic, by=Cumulative.YEAR, today=today)
    if indicator is None or so_far is None:
        return None
    year_ago = topic_at(known, topic.shape.form.code, period=topic.period.same_period_last_year())
    before = interval_at(known, year_ago, by=Cumulative.YEAR, today=today) if year_ago else None
    nodes = [node for each in (so_far, before) if each for node in each.nodes(question)]
    rollups = await source.rollups(nodes, track=question.track)
    now = read_interval(question, so_far, code=code, rollups=rollups)
    then = read_interval(question, before, code=code, rollups=rollups) if before else None
    return Standing(
        so_far=now,
        last_year=then,
        change=change_between(indicator, value=now.value, before=then.value) if then else None,
        beside=read_beside(question, now, rollups=rollups),
    )
