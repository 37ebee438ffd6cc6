"""What a page shows when its address leaves something open, and where else it can lead."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from services.aggregator.reading.questions import Question, Topic, ask, previous_topic
from services.aggregator.service import Aggregator
from services.aggregator.shapes import shape_at
from services.aggregator.tracks import Track
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.errors import UnknownForm
from shared.domain.identifiers import FormCode
from shared.domain.organizations import OrganizationVersion
from shared.domain.periods import Period, periods_between
from shared.web.principals import Principal
from shared.web.problems import NotFound

PERIODS_OFFERED = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """The question of a page, and the links that change one part of it."""

    question: Question
    periods: tuple[Period, ...]
    above: tuple[OrganizationVersion, ...]
    forms: tuple[tuple[str, str], ...]

    def address(self, path: str, **changed: str) -> str:
        """The same question elsewhere, or with a part of it changed."""
        return f"{path}?{urlencode({**self.parameters(), **changed})}"

    def stream_address(self, position: int) -> str:
        """Where the page hears of whatever comes after the position it shows."""
        question = self.question
        parameters = {
            "form": question.topic.shape.form.code,
            "period": question.period.code,
            "organization": question.organization.code,
            "after": str(position),
        }
        return f"/api/v1/stream?{urlencode(parameters)}"

    def parameters(self) -> Mapping[str, str]:
        question = self.question
        return {
            "form": question.topic.shape.form.slug,
            "period": question.period.code,
            "organization": question.organization.code,
            "track": question.track.value,
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a page's address; each may be missing."""

    period: Annotated[str | None, Query(max_length=16)] = None
    organization: Annotated[str | None, Query(max_length=64)] = None
    form: Annotated[str | None, Query(max_length=64)] = None
    track: Track = Track.LIVE


async def choose(aggregator: Aggregator, principal: Principal, asked: Asked) -> Choice:
    """The question, with the last period cut off and the caller's own organization by default.

    Raises:
        ValidationFailed: the period or form named does not exist.
        NotFound: no such organization in the caller's scope, or no form to show at all.
    """
    known, today = await aggregator.catalogue.current(), aggregator.clock.today()
    scope = aggregator.scope(principal, known=known)
    latest = _latest_topic(known, slug=asked.form, today=today)
    organization = asked.organization or _code_of(latest, principal)
    question = ask(
        known,
        period=asked.period or latest.period.code,
        organization=organization,
        form=latest.shape.form.code,
        track=asked.track,
        scope=scope,
    )
    tree = question.topic.shape.tree
    above = (tree.get(each) for each in reversed(tree.ancestors(question.organization.id)))
    return Choice(
        question=question,
        periods=tuple(islice(_periods(known, latest), PERIODS_OFFERED)),
        above=tuple(each for each in above if scope.can_read(each.id)),
        forms=tuple(dict.fromkeys((form.slug, form.name) for form in known.forms)),
    )


def _latest_topic(known: Catalogue, *, slug: str | None, today: date) -> Topic:
    """The form named, or else the first, for the last period whose data window has ended."""
    for form in known.forms:
        if slug in (None, form.slug):
            topic = _last_cut_off(known, form.code, today=today)
            if topic is not None:
                return topic
    raise NotFound


def _last_cut_off(known: Catalogue, form: FormCode, *, today: date) -> Topic | None:
    for regime in known.regimes:
        if form not in regime.forms:
            continue
        touching = periods_between(
            regime.frequency, calendar=regime.calendar, first=date(today.year - 1, 1, 1), last=today
        )
        for period in reversed(touching):
            if period.cutoff_date < today and regime.is_in_force(period.cutoff_date):
                try:
                    return Topic(regime, period, shape_at(known, form, cutoff=period.cutoff_date))
                except UnknownForm:
                    break
    return None


def _periods(known: Catalogue, latest: Topic) -> Iterator[Period]:
    """The newest first: the one now running, then backwards for as long as the form goes."""
    yield latest.period.next()
    topic: Topic | None = latest
    while topic is not None:
        yield topic.period
        topic = previous_topic(known, topic)


def _code_of(topic: Topic, principal: Principal) -> str:
    """The code that the caller's own organization had in the topic's tree; it may be gone since."""
    own = topic.shape.tree.organizations.get(principal.organization_id)
    if own is None:
        raise NotFound
    return own.code
