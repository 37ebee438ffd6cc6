"""Which periods are put together: those of a longer one, or of the year so far."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.aggregator.reading.questions import Question, Topic, topic_of
from services.aggregator.shapes import Node
from shared.catalogue.catalogue import Catalogue
from shared.domain.intervals import Longer, longer_period, parts_of, year_so_far
from shared.domain.periods import Period

LONGEST = Longer.YEAR


class Cumulative(StrEnum):
    """From when on figures run up."""

    YEAR = "year"


By = Longer | Cumulative
"""Into longer periods, or up from the start of the year."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Periods of one form that are put together.

    `period` is the longer one, or the last of a year so far. `periods` are those that have ended,
    in order, each with its topic, None where the form was not asked for. `is_whole`: no period of
    it is still to come.
    """

    period: Period
    last: Topic
    periods: tuple[Period, ...]
    topics: tuple[Topic | None, ...]
    is_whole: bool

    @property
    def topic(self) -> Topic:
        """The last topic under the name of the interval: for its tree and its form."""
        return replace(self.last, period=self.period)

    def nodes(self, question: Question) -> list[Node]:
        """What has to be read, at the organization of the question."""
        organization_id = question.organization.id
        return [topic.node(organization_id) for topic in self.topics if topic is not None]


def interval_at(known: Catalogue, topic: Topic, *, by: By, today: date) -> Interval | None:
    """The one that the topic's period is a part of, up to that period.

    None where periods of its kind do not make up such a longer one.
    """
    if isinstance(by, Cumulative):
        parts = year_so_far(topic.period)
        return _interval(known, topic, period=topic.period, parts=parts, is_whole=True)
    longer = longer_period(topic.period, by.frequency)
    parts = parts_of(longer, topic.regime.periods) if longer else ()
    if longer is None or not parts:
        return None
    shown = tuple(
        each
        for each in parts
        if each.cutoff_date <= topic.period.cutoff_date
        and (each.cutoff_date < today or each == topic.period)
    )
    whole = len(shown) == len(parts)
    return _interval(known, topic, period=longer, parts=shown, is_whole=whole)


def last_ended(known: Catalogue, topic: Topic, *, longer: Period, today: date) -> Topic | None:
    """The form for the last period of a longer one that has ended; None if there is none yet."""
    window, form = longer.window, topic.shape.form.code
    inside = topic.regime.periods.between(window.first, window.last)
    ended = (each for each in reversed(inside) if each.cutoff_date <= window.last)
    found = (topic_of(known, form, code=each.code) for each in ended if each.cutoff_date < today)
    return next((each for each in found if each is not None), None)


def _interval(
    known: Catalogue,
    topic: Topic,
    *,
    period: Period,
    parts: tuple[Period, ...],
    is_whole: bool,
) -> Interval:
    topics = tuple(_topic(known, topic, period=each) for each in parts)
    return Interval(period, topic, parts, topics, is_whole)


def _topic(known: Catalogue, topic: Topic, *, period: Period) -> Topic | None:
    """None where it was asked for by no regime, or for other days."""
    if period == topic.period:
        return topic
    found = topic_of(known, topic.shape.form.code, code=period.code)
    return found if found is not None and found.period.window == period.window else None
