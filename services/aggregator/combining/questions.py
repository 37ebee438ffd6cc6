"""The parameters `combine` and `cumulative`, and the intervals that they ask for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Annotated, NotRequired, TypedDict, Unpack

from fastapi import Depends, Query

from services.aggregator.combining.intervals import (
    By,
    Cumulative,
    Interval,
    interval_at,
    last_ended,
)
from services.aggregator.reading.choices import last_cut_off
from services.aggregator.reading.geography import Geography
from services.aggregator.reading.questions import (
    Question,
    Topic,
    ask,
    ask_about,
    previous_topic,
)
from services.aggregator.series.questions import (
    MOST_PERIODS,
    PERIODS_BY_DEFAULT,
    Span,
    ask_span,
    first_code,
    form_of,
)
from services.aggregator.shapes import Node, shape_at
from services.aggregator.tracks import Track
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.errors import UnknownForm
from shared.catalogue.regimes import Regime
from shared.domain.errors import PeriodError
from shared.domain.identifiers import IndicatorCode, PeriodCode
from shared.domain.intervals import Longer, longer_kind, longer_period, parts_of
from shared.domain.periods import Period, periods_in_year
from shared.web.problems import ProblemFault, ValidationFailed
from shared.web.scope import Scope

CombineQuery = Annotated[
    Longer | None,
    Query(
        description="Put the periods together into quarters, half years, nine months or years, by "
        "the operators of the figures; periods may be named by their own code or by the longer's."
    ),
]
CumulativeQuery = Annotated[
    Cumulative | None, Query(description="From the start of the year up to each period.")
]


@dataclass(frozen=True, slots=True)
class Together:
    """How the address asks for periods to be put together, if it does."""

    combine: CombineQuery = None
    cumulative: CumulativeQuery = None

    def parameters(self) -> dict[str, str]:
        """The same, as an address names it."""
        named = {"combine": self.combine, "cumulative": self.cumulative}
        return {name: each.value for name, each in named.items() if each is not None}

    @property
    def by(self) -> By | None:
        """Raises ValidationFailed for both at once."""
        if self.combine and self.cumulative:
            detail = "Hãy dùng combine (gộp kỳ) hoặc cumulative (lũy kế), không dùng cả hai."
            raise _wrong("combine_or_cumulative", detail, "combine")
        return self.combine or self.cumulative


TogetherDep = Annotated[Together, Depends()]


class SpanParameters(TypedDict):
    """What an address says of a series, beside the indicator."""

    organization: str
    scope: Scope
    today: date
    track: Track
    first: NotRequired[str | None]
    last: str | None
    geography: Geography


@dataclass(frozen=True, slots=True)
class CombinedSpan:
    """Intervals in the order of time; `before` are only compared with."""

    span: Span
    by: By
    intervals: tuple[Interval, ...]
    before: tuple[Interval, ...]

    @property
    def question(self) -> Question:
        """As it is answered: about the last interval."""
        return replace(self.span.question, topics=(self.last.topic,))

    @property
    def base(self) -> Question:
        """About the last single period, of which a release would have to be."""
        return self.span.question

    @property
    def last(self) -> Interval:
        return self.intervals[-1]

    def compared(self) -> list[Interval]:
        """The last one, the one before it, and the same of the year before."""
        period = self.last.period
        wanted = {period, period.previous(), period.same_period_last_year()}
        return [each for each in (*self.before, *self.intervals) if each.period in wanted]

    def nodes(self) -> list[Node]:
        question = self.span.question
        every = (*self.before, *self.intervals)
        return list(dict.fromkeys(node for each in every for node in each.nodes(question)))


def asked_series(
    known: Catalogue, *, by: By | None, code: str, **asked: Unpack[SpanParameters]
) -> Span | CombinedSpan:
    """What the parameters of a series ask for; raises as `ask_span` and `ask_combined` do."""
    if by is None:
        return ask_span(known, code=code, **asked)
    return ask_combined(known, by=by, code=code, **asked)


def ask_combined(
    known: Catalogue, *, by: By, code: str, **asked: Unpack[SpanParameters]
) -> CombinedSpan:
    """The question that the parameters put; without `last` up to the last period cut off.

    Raises as `ask_span` does, and ValidationFailed where the periods of the form make up no such
    longer ones.
    """
    first, last, today = asked.pop("first", None), asked["last"], asked["today"]
    if last is not None:
        asked["last"] = _base_code(known, last, by=by, code=code, today=today)
    span = ask_span(known, code=code, **asked)
    return combined_span(span.question, code=IndicatorCode(code), by=by, today=today, first=first)


def ask_of_children(
    known: Catalogue,
    *,
    by: By | None,
    code: str,
    period: str,
    organization: str,
    scope: Scope,
    track: Track,
    geography: Geography,
    today: date,
) -> Question | CombinedSpan:
    """One period, or one interval with those it is compared with; raises as `ask_combined` does."""
    question = ask(
        known,
        period=period if by is None else _base_code(known, period, by=by, code=code, today=today),
        organization=organization,
        form=form_of(known, code, on=today),
        scope=scope,
        track=track,
        geography=geography,
    )
    if by is None:
        return question
    return combined_span(question, code=IndicatorCode(code), by=by, today=today, most=1)


def combined_span(
    question: Question,
    *,
    code: IndicatorCode,
    by: By,
    today: date,
    first: str | None = None,
    most: int = PERIODS_BY_DEFAULT,
) -> CombinedSpan:
    """The intervals up to that of the question's period, from `first` on or `most` of them."""
    if interval_at(question.catalogue, question.topic, by=by, today=today) is None:
        raise _does_not_fit(question.topic, by=by)
    start = None if first is None else _first_interval(question, first, by=by)
    lead = _lead(question.topic, by=by)
    longest = most if start is None else MOST_PERIODS
    found = list(islice(_backwards(question, by=by, today=today), longest + lead))
    wanted = longest
    if start is not None:
        codes = [each.period.code for each in found]
        wanted = min(codes.index(start) + 1 if start in codes else longest, longest)
    span = Span(question, code, (question.topic,), ())
    before = found[wanted : wanted + lead]
    return CombinedSpan(span, by, tuple(reversed(found[:wanted])), tuple(reversed(before)))


def ask_together(
    known: Catalogue,
    *,
    by: By | None,
    period: str,
    organization: str,
    scope: Scope,
    track: Track,
    geography: Geography,
    today: date,
) -> Question:
    """All forms of `period`; of a longer one or its parts, those whose periods make it up.

    Raises as `ask` does.
    """
    if isinstance(by, Longer):
        topics = tuple(_topics_within(known, period, by=by, today=today))
        if topics:
            return ask_about(
                known,
                topics,
                organization=organization,
                scope=scope,
                track=track,
                geography=geography,
            )
    question = ask(
        known,
        period=period,
        organization=organization,
        scope=scope,
        track=track,
        geography=geography,
    )
    if by is None:
        return question
    fitting = tuple(
        topic
        for topic in question.topics
        if interval_at(known, topic, by=by, today=today) is not None
    )
    if not fitting:
        raise _does_not_fit(question.topic, by=by)
    return replace(question, topics=fitting)


def interval_before(
    known: Catalogue, interval: Interval, *, by: By, today: date
) -> Interval | None:
    """The one before; None at the start of a year that figures run up in."""
    if isinstance(by, Cumulative):
        if interval.period.starts_year:
            return None
        topic = previous_topic(known, interval.last)
    else:
        longer = interval.period.previous()
        topic = last_ended(known, interval.last, longer=longer, today=today)
    return None if topic is None else interval_at(known, topic, by=by, today=today)


def _backwards(question: Question, *, by: By, today: date) -> Iterator[Interval]:
    known = question.catalogue
    topic: Topic | None = question.topic
    while topic is not None:
        interval = interval_at(known, topic, by=by, today=today)
        if interval is None:
            return
        yield interval
        if isinstance(by, Cumulative):
            topic = previous_topic(known, topic)
        else:
            topic = last_ended(known, topic, longer=interval.period.previous(), today=today)


def _topics_within(known: Catalogue, code: str, *, by: Longer, today: date) -> Iterator[Topic]:
    """Of every form whose periods make up the longer period that the code names."""
    seen: set[str] = set()
    for regime in reversed(known.regimes):
        longer = _named(regime, code, by=by)
        parts = parts_of(longer, regime.periods) if longer else ()
        ended = [each for each in parts if each.cutoff_date < today]
        for period in reversed(ended):
            if regime.is_in_force(period.cutoff_date):
                yield from _forms(known, regime, period, seen)
                break


def _forms(known: Catalogue, regime: Regime, period: Period, seen: set[str]) -> Iterator[Topic]:
    for form in regime.forms:
        if form not in seen:
            try:
                shape = shape_at(known, form, cutoff=period.cutoff_date)
            except UnknownForm:
                continue
            seen.add(form)
            yield Topic(regime, period, shape)


def _named(regime: Regime, code: str, *, by: Longer) -> Period | None:
    try:
        return longer_kind(regime.periods, by.frequency).parse(code)
    except PeriodError:
        return None


def _base_code(known: Catalogue, last: str, *, by: By, code: str, today: date) -> str:
    """The last period that has ended of a longer one that is named; else what is named."""
    newest = last_cut_off(known, form_of(known, code, on=today), today=today)
    if isinstance(by, Cumulative) or newest is None:
        return last
    longer = _named(newest.regime, last, by=by)
    found = None if longer is None else last_ended(known, newest, longer=longer, today=today)
    return last if found is None else found.period.code


def _first_interval(question: Question, first: str, *, by: By) -> PeriodCode:
    if isinstance(by, Cumulative):
        return first_code(question, first)
    kind = question.topic.regime.periods
    named = _named(question.topic.regime, first, by=by)
    if named is None:
        base = kind.parse(first_code(question, first))
        named = longer_period(base, by.frequency)
    last = longer_period(question.period, by.frequency)
    if named is None or last is None or named.cutoff_date > last.cutoff_date:
        detail = f"Kỳ đầu phải nằm trong một kỳ {by.value} không sau {question.period.code}."
        raise _wrong("invalid_period", f"{detail} Hãy đổi from hoặc to.", "from")
    return named.code


def _lead(topic: Topic, *, by: By) -> int:
    """As many intervals as it takes to reach the same one of the year before."""
    if isinstance(by, Cumulative):
        return topic.regime.periods.per_year
    return periods_in_year(by.frequency)


def _does_not_fit(topic: Topic, *, by: By) -> ValidationFailed:
    detail = (
        f"Các kỳ như {topic.period.code} của biểu {topic.shape.form.code} không gộp được thành kỳ "
        f"{by.value}. Hãy chọn cách gộp dài hơn, hoặc bỏ tham số này."
    )
    parameter = "cumulative" if isinstance(by, Cumulative) else "combine"
    return _wrong("periods_do_not_fit", detail, parameter)


def _wrong(code: str, detail: str, parameter: str) -> ValidationFailed:
    return ValidationFailed(errors=[ProblemFault(code=code, detail=detail, parameter=parameter)])
