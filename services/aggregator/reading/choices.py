"""What a page shows when its address leaves something open, and where else it can lead."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import islice
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from services.aggregator.history.viewpoints import ReleaseQuery, Viewpoint, When, viewpoint
from services.aggregator.reading.geography import AS_REPORTED, NOW, Geography, GeographyQuery
from services.aggregator.reading.questions import (
    Question,
    Topic,
    ask,
    previous_topic,
    shown_tree,
    topic_of,
)
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
from shared.domain.periods import Period, parse_period
from shared.web.as_of import AsOfQuery
from shared.web.principals import Principal
from shared.web.problems import NotFound
from shared.web.scope import Scope

_OF_RELEASE = frozenset({"form", "period"})
PERIODS_OFFERED = 24
"""Two years of months."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The question of a page, and the links that change one part of it.

    `heads` are what the caller's own organization was then: itself, or the units it came from.
    `kept` are parameters of the page's own that its links hand on.
    """

    question: Question
    view: Viewpoint
    periods: tuple[Period, ...]
    above: tuple[OrganizationVersion, ...]
    heads: tuple[OrganizationVersion, ...]
    forms: tuple[FormTemplate, ...]
    kept: Mapping[str, str] = field(default_factory=dict)

    def address(self, path: str, **changed: str) -> str:
        """The same question elsewhere, or with a part of it changed.

        A release is of one form and period: asked for another one, the link leads to now.
        """
        leaves = self.view.moment.frozen is not None and not changed.keys().isdisjoint(_OF_RELEASE)
        kept = self.parameters_now() if leaves else self.parameters()
        return f"{path}?{urlencode({**kept, **changed})}"

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

    @property
    def is_live(self) -> bool:
        """Whether what is shown moves on by itself: as it is now, and as it was reported."""
        question = self.question
        redrawn = question.made_of(question.topic, question.organization.id)
        return self.view.moment.is_now and redrawn is None

    def parameters(self) -> Mapping[str, str]:
        return {**self.parameters_now(), **self.view.moment.parameters()}

    def parameters_now(self) -> Mapping[str, str]:
        question = self.question
        return {
            "form": question.topic.shape.form.slug,
            "period": question.period.code,
            "organization": question.organization.code,
            "track": question.track.value,
            **question.geography.parameters(),
            **self.kept,
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of a page's address; each may be missing."""

    period: Annotated[str | None, Query(max_length=24)] = None
    organization: Annotated[str | None, Query(max_length=64)] = None
    form: Annotated[str | None, Query(max_length=64)] = None
    track: Track = Track.LIVE
    as_of: AsOfQuery = None
    release: ReleaseQuery = None
    geography: GeographyQuery = None

    @property
    def when(self) -> When:
        return When(self.as_of or None, self.release, self.geography)


async def choose(aggregator: Aggregator, principal: Principal, asked: Asked) -> Choice:
    """The question, with the last period cut off and the caller's own organization by default.

    Raises:
        ValidationFailed: the period, the form or the moment named does not exist.
        NotFound: no such organization in the caller's scope, or no form to show at all.
    """
    view = await viewpoint(aggregator, principal, asked.when, local=True)
    known, scope = view.catalogue, view.scope
    own_level = _level_of(known, principal, on=view.today)
    latest = _latest_topic(known, slug=asked.form, level=own_level, today=view.today)
    view = replace(view, geography=_geography(view, asked, latest=latest))
    shown = shown_tree(known, latest, geography=view.geography)
    own = asked.organization or _code_of(shown, principal)
    asked = replace(asked, organization=own, track=view.track(asked.track))
    question = _question(view, asked, latest=latest)
    view.require(question)
    tree = question.tree(question.topic)
    above = (tree.get(each) for each in reversed(tree.ancestors(question.organization.id)))
    return Choice(
        question=question,
        view=view,
        periods=tuple(islice(_periods(known, latest), PERIODS_OFFERED)),
        above=tuple(each for each in above if scope.can_read(each.id)),
        heads=_heads(tree, scope=scope),
        forms=tuple({form.slug: form for form in known.forms}.values()),
    )


def _geography(view: Viewpoint, asked: Asked, *, latest: Topic) -> Geography:
    """Of a period that today's units have reported, today's: what is compared with it may be put
    together from the units of before. Of older periods, that of their time.
    """
    if asked.geography or view.moment.frozen is not None:
        return view.geography
    known, period = view.catalogue, _of_frequency(view.catalogue, asked.period, latest=latest)
    topic = topic_of(known, latest.shape.form.code, code=period) or latest
    began = known.history.stretch(topic.period.cutoff_date)
    if began != known.history.stretch(view.today):
        return AS_REPORTED
    return Geography(NOW, view.today, implied=True)


def _question(view: Viewpoint, asked: Asked, *, latest: Topic) -> Question:
    """A unit that there was not yet, or is no more, gives way to a head of the time."""
    known, scope = view.catalogue, view.scope
    period = _of_frequency(known, asked.period, latest=latest)
    put = partial(
        ask,
        known,
        period=period,
        form=latest.shape.form.code,
        track=asked.track,
        scope=scope,
        geography=view.geography,
    )
    wanted = asked.organization or ""
    try:
        return put(organization=wanted)
    except NotFound:
        asked_for = topic_of(known, latest.shape.form.code, code=period) or latest
        shown = shown_tree(known, asked_for, geography=view.geography)
        heads = _heads(shown, scope=scope)
        bearers = (each for each in known.organizations if each.code == wanted)
        if not heads or not any(scope.can_read(each.id) for each in bearers):
            raise
        return put(organization=heads[0].code)


def _of_frequency(known: Catalogue, code: str | None, *, latest: Topic) -> str:
    """The period named; the latest where another form asks for quarters, say, and not months."""
    if code is None:
        return latest.period.code
    try:
        parse_period(code, calendar=latest.regime.calendar)
    except UnknownPeriodCode:
        return code
    asked = topic_of(known, latest.shape.form.code, code=code)
    return latest.period.code if asked is None else code


def _heads(tree: Tree, *, scope: Scope) -> tuple[OrganizationVersion, ...]:
    own = (tree.get(each) for each in scope.subtree if each in tree.organizations)
    heads = (each for each in own if each.parent_id not in scope.subtree)
    return tuple(sorted(heads, key=lambda each: (each.level, each.sort_key)))


def _level_of(known: Catalogue, principal: Principal, *, on: date) -> str | None:
    """The level of the caller's own organization; None if it has ended."""
    own = known.tree(on).organizations.get(principal.organization_id)
    return None if own is None else own.level


def _latest_topic(known: Catalogue, *, slug: str | None, level: str | None, today: date) -> Topic:
    """The form named, or else the first that the level has to do with, for the last period whose
    data window has ended.
    """

    def is_foreign(form: FormTemplate) -> bool:
        return level not in form.entering_levels | form.summing_levels

    for form in sorted(known.forms, key=is_foreign):
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
    touching = regime.periods.between(date(today.year - 1, 1, 1), today)
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


def _code_of(tree: Tree, principal: Principal) -> str:
    """The code of the caller's own organization in a tree; it may be gone since."""
    own = tree.organizations.get(principal.organization_id)
    if own is None:
        raise NotFound
    return own.code
