"""Reading releases, and what has changed since one was made."""

from dataclasses import dataclass

from services.aggregator.changes.measures import IndicatorMeasure, Measure
from services.aggregator.changes.use_cases import (
    LISTED_BY_DEFAULT,
    Changes,
    Then,
    Wanted,
    read_changes,
)
from services.aggregator.history.moments import Moment, latest_moment, moment_of
from services.aggregator.reading.questions import Question, ask
from services.aggregator.releases.loading import find_release, load_frozen, period_of, provinces_of
from services.aggregator.releases.repository import Release, list_releases, read_content
from services.aggregator.service import Aggregator
from services.aggregator.shapes import Node, shape_at
from services.aggregator.tracks import Track
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import driver, snapshot
from shared.domain.organizations import OrganizationVersion
from shared.web.principals import Principal
from shared.web.scope import Scope


@dataclass(frozen=True, slots=True)
class ReleaseFilter:
    """Which of the caller's releases; None: whatever it is."""

    form: str | None = None
    period: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A release with the province as it was named at the cut-off."""

    release: Release
    province: OrganizationVersion


@dataclass(frozen=True, slots=True)
class Revisions:
    """What has happened to the figures of a release, at one organization, since it was made."""

    shown: Shown
    question: Question
    changes: Changes

    @property
    def revised(self) -> bool:
        """Whether any released cell is no longer what it was."""
        return bool(self.changes.cells)


async def find_releases(
    aggregator: Aggregator, principal: Principal, wanted: ReleaseFilter, *, limit: int, offset: int
) -> list[Shown]:
    """Those of the caller's provinces, the newest first; one more than `limit` if there are."""
    known = await aggregator.catalogue.current()
    scope = aggregator.scope(principal, known=known)
    async with snapshot(aggregator.engine) as connection:
        found = await list_releases(
            await driver(connection),
            province_ids=provinces_of(scope, known=known),
            form=wanted.form,
            period=wanted.period,
            limit=limit + 1,
            offset=offset,
        )
    return [shown_of(each, known=known) for each in found]


async def read_shown(aggregator: Aggregator, principal: Principal, release_id: int) -> Shown:
    """Raises NotFound for a release of another province."""
    known = await aggregator.catalogue.current()
    scope = aggregator.scope(principal, known=known)
    release = await find_release(aggregator, release_id, scope=scope, known=known)
    return shown_of(release, known=known)


async def read_whole(
    aggregator: Aggregator, principal: Principal, release_id: int
) -> tuple[Shown, str]:
    """The release with its canonical text. Raises NotFound unless all of it may be read."""
    known = await aggregator.catalogue.current()
    scope = aggregator.scope(principal, known=known)
    release = await find_release(aggregator, release_id, scope=scope, known=known)
    scope.require_read(release.province_id)
    async with snapshot(aggregator.engine) as connection:
        content = await read_content(await driver(connection), release_id)
    return shown_of(release, known=known), content


async def read_revisions(
    aggregator: Aggregator,
    principal: Principal,
    release_id: int,
    *,
    organization: str | None = None,
    until: str | None = None,
    limit: int = LISTED_BY_DEFAULT,
) -> Revisions:
    """At an organization, by default the province; up to now, or to the moment `until`.

    Raises:
        NotFound: no such release or organization for the caller.
        ValidationFailed: `until` cannot be.
    """
    known = await aggregator.catalogue.current()
    scope = aggregator.scope(principal, known=known)
    release = await find_release(aggregator, release_id, scope=scope, known=known)
    shown, moment = shown_of(release, known=known), await _until(aggregator, until)
    code = organization or shown.province.code
    question = released_question(release, moment.catalogue, code=code, scope=scope)
    wanted = Wanted(
        question=question,
        since=await released_then(aggregator, release, node=question.node),
        until=Then(moment.catalogue, moment.place or release.place),
        measures=every_indicator(question),
        readable=scope.readable,
        limit=limit,
    )
    async with snapshot(aggregator.engine) as connection:
        changes = await read_changes(await driver(connection), wanted)
    return Revisions(shown, question, changes)


async def released_then(aggregator: Aggregator, release: Release, *, node: Node) -> Then:
    """The release as the end of a stretch of time: what was published of the node."""
    catalogue, frozen = await load_frozen(aggregator, release)
    return Then(catalogue, release.place, frozen.rollup(node, track=Track.OFFICIAL))


def every_indicator(question: Question) -> tuple[Measure, ...]:
    """Of the question's form, by the methods of its period."""
    form, cutoff = question.topic.shape.form.code, question.period.cutoff_date
    found = question.catalogue.indicators_of(form, on=cutoff)
    return tuple(IndicatorMeasure(each.code) for each in found)


async def _until(aggregator: Aggregator, until: str | None) -> Moment:
    if until is None:
        return await latest_moment(aggregator)
    return await moment_of(aggregator, until, parameter="until")


def released_question(
    release: Release, catalogue: Catalogue, *, code: str, scope: Scope
) -> Question:
    """What the release answers, put to a catalogue."""
    form, period = release.sheaf
    return ask(
        catalogue,
        period=period,
        organization=code,
        form=form,
        track=Track.OFFICIAL,
        scope=scope,
    )


def shown_of(release: Release, *, known: Catalogue) -> Shown:
    cutoff = period_of(release, catalogue=known).cutoff_date
    shape = shape_at(known, release.sheaf.form, cutoff=cutoff)
    return Shown(release, shape.tree.get(release.province_id))
