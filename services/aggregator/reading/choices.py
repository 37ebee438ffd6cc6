"""What a page shows when its address leaves something open, and where else it can lead."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import islice
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from services.aggregator.history.viewpoints import Viewpoint, When, viewpoint
from services.aggregator.reading.questions import Question, Topic, ask, previous_topic
from services.aggregator.service import Aggregator
from services.aggregator.shapes import shape_at
from services.aggregator.tracks import Track
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.errors import UnknownForm
from shared.catalogue.regimes import Regime
from shared.domain.errors import UnknownPeriodCode
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import FormCode
from shared.domain.organizations import OrganizationVersion, Tree
from shared.domain.periods import Period, parse_period, periods_between
from shared.web.as_of import AsOfQuery
from shared.web.principals import Principal
from shared.web.problems import NotFound
from shared.web.scope import Scope

PERIODS_OFFERED = 24
"""Two years of months."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The question of a page, and the links that change one part of it.

    `heads` are what the caller's own organization was then: itself, or the units it came from.
    """

    question: Question
    view: Viewpoint
    periods: tuple[Period, ...]
    above: tuple[OrganizationVersion, ...]
    heads: tuple[OrganizationVersion, ...]
    forms: tuple[FormTemplate, ...]

    def address(self, path: str, **changed: str) -> str:
        """The same question elsewhere, or with a part of it changed."""
        return f"{path}?{urlencode({**self.parameters(), **changed})}"

    def address_now(self, path: str) -> str:
        """The same question, asked of what is known now."""
        return f"{path}?{urlencode(self.parameters_now())}"

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
        return {**self.parameters_now(), **self.view.moment.parameters()}

    def parameters_now(self) -> Mapping[str, str]:
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
    as_of: AsOfQuery = None

    @property
    def when(self) -> When:
        return When(self.as_of or None)


async def choose(aggregator: Aggregator, principal: Principal, asked: Asked) -> Choice:
    """The question, with the last period cut off and the caller's own organization by default.

    Raises:
        ValidationFailed: the period, the form or the moment named does not exist.
        NotFound: no such organization in the caller's scope, or no form to show at all.
    """
    view = await viewpoint(aggregator, principal, asked.when, local=True)
    known, scope = view.catalogue, view.scope
    latest = _latest_topic(known, slug=asked.form, today=view.today)
    own = asked.organization or _code_of(latest, principal)
    question = _question(known, replace(asked, organization=own), latest=latest, scope=scope)
    tree = question.topic.shape.tree
    above = (tree.get(each) for each in reversed(tree.ancestors(question.organization.id)))
    return Choice(
        question=question,
        view=view,
        periods=tuple(islice(_periods(known, latest), PERIODS_OFFERED)),
        above=tuple(each for each in above if scope.can_read(each.id)),
        heads=_heads(tree, scope=scope),
        forms=tuple({form.slug: form for form in known.forms}.values()),
    )


def _question(known: Catalogue, asked: Asked, *, latest: Topic, scope: Scope) -> Question:
    """A unit that there was not yet, or is no more, gives way to a head of the time."""
    period = _of_frequency(asked.period, latest=latest)
    put = partial(
        ask,
        known,
        period=period,
        form=latest.shape.form.code,
        track=asked.track,
        scope=scope,
    )
    wanted = asked.organization or ""
    try:
        return put(organization=wanted)
    except NotFound:
        heads = _heads(known.tree(latest.regime.period(period).cutoff_date), scope=scope)
        bearers = (each for each in known.organizations if each.code == wanted)
        if not heads or not any(scope.can_read(each.id) for each in bearers):
            raise
        return put(organization=heads[0].code)


def _of_frequency(code: str | None, *, latest: Topic) -> str:
    """The period named; the latest where another form asks for quarters, say, and not months."""
    if code is None:
        return latest.period.code
    try:
        named = parse_period(code, calendar=latest.regime.calendar)
    except UnknownPeriodCode:
        return code
    return code if named.frequency is latest.regime.frequency else latest.period.code


def _heads(tree: Tree, *, scope: Scope) -> tuple[OrganizationVersion, ...]:
    own = (tree.get(each) for each in scope.subtree if each in tree.organizations)
    heads = (each for each in own if each.parent_id not in scope.subtree)
    return tuple(sorted(heads, key=lambda each: (each.level, each.sort_key)))


def _latest_topic(known: Catalogue, *, slug: str | None, today: date) -> Topic:
    """The form named, or else the first, for the last period whose data window has ended."""
    for form in known.forms:
        if slug in (None, form.slug):
            topic = last_cut_off(known, form.code, today=today)
            if topic is not None:
                return topic
    raise NotFound


def last_cut_off(known: Catalogue, form: FormCode, *, today: date) -> Topic | None:
    """Of all versions of the regime that asks for the form."""
    regimes = (regime for regime in known.regimes if form in regime.forms)
    topics = (_last_of(known, regime, form=form, today=today) for regime in regimes)
    found = (topic for topic in topics if topic is not None)
    return max(found, key=lambda topic: topic.period.cutoff_date, default=None)


def _last_of(known: Catalogue, regime: Regime, *, form: FormCode, today: date) -> Topic | None:
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
