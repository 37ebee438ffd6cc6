"""What is asked about one indicator: which periods, which organization, which of the two sums."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from services.aggregator.reading.choices import last_cut_off
from services.aggregator.reading.geography import AS_REPORTED, Geography
from services.aggregator.reading.questions import Question, Topic, ask, previous_topic
from services.aggregator.shapes import Node
from services.aggregator.tracks import Track
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.errors import UnknownIndicator
from shared.domain.errors import PeriodError
from shared.domain.identifiers import FormCode, IndicatorCode, OrganizationId, PeriodCode
from shared.domain.indicators import Indicator
from shared.domain.lineage import Reform
from shared.domain.periods import parse_period
from shared.web.problems import NotFound, ProblemFault, ValidationFailed
from shared.web.scope import Scope

PERIODS_BY_DEFAULT = 12
MOST_PERIODS = 120


@dataclass(frozen=True, slots=True)
class Span:
    """An indicator from one period to another at an organization.

    `question` is about the last period, whose tree tells what the organization's code means;
    `topics` are in the order of time. `before` are periods that are only compared with.
    """

    question: Question
    code: IndicatorCode
    topics: tuple[Topic, ...]
    before: tuple[Topic, ...]

    @property
    def base(self) -> Question:
        """About the last single period, of which a release would have to be."""
        return self.question

    @property
    def organization_id(self) -> OrganizationId:
        return self.question.organization.id

    def nodes(self) -> list[Node]:
        """Of the periods in which the organization exists."""
        return [
            topic.node(self.organization_id)
            for topic in (*self.before, *self.topics)
            if self.exists(topic)
        ]

    def exists(self, topic: Topic) -> bool:
        """Whether there was such an organization, or in another tree what it is made of."""
        return self.question.has(topic, self.organization_id)

    def reporters(self, topic: Topic) -> frozenset[OrganizationId]:
        """Whose reports of the period count; none where there was no such organization."""
        shape = topic.shape
        if not self.exists(topic):
            return frozenset()
        units = self.question.units(topic, self.organization_id)
        return frozenset(each for each in units if shape.enters(each))

    def reforms(self, topic: Topic, *, before: Topic) -> tuple[Reform, ...]:
        """What happened to the organization and its reporters between two periods."""
        concerned = {self.organization_id} | self.reporters(before) | self.reporters(topic)
        return self.question.catalogue.history.lineage.reforms(
            concerned, after=before.period.cutoff_date, until=topic.period.cutoff_date
        )

    def indicator(self, topic: Topic) -> Indicator | None:
        """By the method of that period; None if there was none."""
        return indicator_at(self.question.catalogue, self.code, topic=topic)


def indicator_at(known: Catalogue, code: IndicatorCode, *, topic: Topic) -> Indicator | None:
    """By the method of the topic's period; None if there was none."""
    try:
        return known.indicator(code, on=topic.period.cutoff_date)
    except UnknownIndicator:
        return None


def form_of(known: Catalogue, code: str, *, on: date) -> FormCode:
    """The form that an indicator is computed from, whenever it holds.

    Raises UnknownIndicator, with the day `on`, if there never was one of that code.
    """
    for dated in known.indicators:
        if dated.indicator.code == code:
            return dated.indicator.form
    raise UnknownIndicator(IndicatorCode(code), on=on)


def ask_span(
    known: Catalogue,
    *,
    code: str,
    organization: str,
    scope: Scope,
    today: date,
    track: Track = Track.LIVE,
    first: str | None = None,
    last: str | None = None,
    geography: Geography = AS_REPORTED,
) -> Span:
    """The question that the parameters put; without `last` up to the last period cut off.

    Raises:
        UnknownIndicator: there never was one of that code.
        ValidationFailed: a period does not exist for it, or they are the wrong way round.
        NotFound: there is no such organization in the caller's scope, in the tree of the last
            cut-off or in the one that is shown.
    """
    form = form_of(known, code, on=today)
    question = ask(
        known,
        period=last or _latest(known, form, today=today),
        organization=organization,
        form=form,
        track=track,
        scope=scope,
        parameter="period" if last is None else "to",
        geography=geography,
    )
    return span_of(question, code=IndicatorCode(code), first=first)


def span_of(question: Question, *, code: IndicatorCode, first: str | None = None) -> Span:
    """The periods up to the question's own. Raises ValidationFailed for a wrong `first`."""
    start = None if first is None else first_code(question, first)
    topics = list(islice(_backwards(question), MOST_PERIODS + _lead(question)))
    wanted = PERIODS_BY_DEFAULT
    if start is not None:
        codes = [topic.period.code for topic in topics]
        wanted = codes.index(start) + 1 if start in codes else MOST_PERIODS
    wanted = min(wanted, MOST_PERIODS)
    before = topics[wanted : wanted + _lead(question)]
    return Span(question, code, tuple(reversed(topics[:wanted])), tuple(reversed(before)))


def _latest(known: Catalogue, form: FormCode, *, today: date) -> str:
    topic = last_cut_off(known, form, today=today)
    if topic is None:
        raise NotFound
    return topic.period.code


def first_code(question: Question, first: str) -> PeriodCode:
    """The code of a first period; raises ValidationFailed for one that cannot be it."""
    period, kind = question.period, question.topic.regime.periods
    try:
        found = parse_period(first, calendar=kind.calendar, kind=kind)
    except PeriodError as error:
        raise _wrong(error.code, str(error)) from None
    if found.frequency is not period.frequency or found.cutoff_date > period.cutoff_date:
        detail = f"Kỳ đầu phải cùng tần suất và không sau {period.code}. Hãy đổi from hoặc to."
        raise _wrong("invalid_period", detail)
    return found.code


def _wrong(code: str, detail: str) -> ValidationFailed:
    return ValidationFailed(errors=[ProblemFault(code=code, detail=detail, parameter="from")])


def _lead(question: Question) -> int:
    """As many periods as it takes to reach the same period of the year before."""
    return question.topic.regime.periods.per_year


def _backwards(question: Question) -> Iterator[Topic]:
    topic: Topic | None = question.topic
    while topic is not None:
        yield topic
        topic = previous_topic(question.catalogue, topic)
