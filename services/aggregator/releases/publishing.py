"""Releasing the approved figures of a period for a province."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg

from services.aggregator.history.moments import Moment, latest_moment, moment_of
from services.aggregator.history.past import PastFigures
from services.aggregator.reading.figures import Rollup
from services.aggregator.reading.questions import Question, ask
from services.aggregator.releases.content import Draft, content_of, sha256_of, units_of
from services.aggregator.releases.repository import (
    NewRelease,
    Release,
    add_release,
    read_content,
    read_last_release,
    read_release,
    with_hashes,
)
from services.aggregator.service import Aggregator
from services.aggregator.tracks import Track
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import driver, transaction
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.identifiers import OrganizationId
from shared.domain.releases import (
    NotAProvince,
    OlderThanLastRelease,
    ReleaseUnchanged,
    release_number,
    require_release,
)
from shared.domain.rollups import NO_COVERAGE, CellSummary, Coverage
from shared.events.envelope import NewEvent
from shared.events.payloads import CoverageV1, ReleaseActV1, ReleasePublishedV1
from shared.events.topics import EventType
from shared.messaging.outbox import append_events
from shared.messaging.positions import LogPlace
from shared.web.principals import Principal
from shared.web.problems import NotPermitted, VersionConflict

Figures = Mapping[OrganizationId, Rollup]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wants released. `as_of`: as it was read at that position; None: as it is now.

    `organization` is the province's code at the cut-off of the period.
    """

    form: str
    period: str
    organization: str
    as_of: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    """A proposal with all that it is judged by and made of."""

    question: Question
    place: LogPlace
    principal: Principal
    reason: str | None


async def publish(aggregator: Aggregator, principal: Principal, proposal: Proposal) -> Release:
    """The release, stored together with its event.

    Raises:
        ValidationFailed, NotFound: no such form, period, organization or moment for the caller.
        NotAProvince, NotPermitted: it is not a province, or not the caller's own.
        ReleaseError, ReleaseNeedsReason: see `shared.domain.releases`.
        VersionConflict: somebody released the same period meanwhile.
    """
    work = await _work(aggregator, principal, proposal)
    try:
        async with transaction(aggregator.engine) as connection:
            native = await driver(connection)
            new, release_id = await _add(aggregator, native, work)
            event = _event(new, release_id, question=work.question)
            await append_events(connection, [event])
            release = await read_release(native, release_id)
    except asyncpg.UniqueViolationError:
        raise VersionConflict from None
    if release is None:
        raise LookupError(f"release {release_id} was added and is not there")
    return release


async def _work(aggregator: Aggregator, principal: Principal, proposal: Proposal) -> _Work:
    known = await aggregator.catalogue.current()
    moment = await _moment(aggregator, proposal.as_of)
    question = ask(
        moment.catalogue,
        period=proposal.period,
        organization=proposal.organization,
        form=proposal.form,
        track=Track.OFFICIAL,
        scope=aggregator.scope(principal, known=known),
    )
    if question.organization.id != question.organization.province_id:
        raise NotAProvince
    if not may_publish(aggregator, principal, question.organization.id, known=known):
        raise NotPermitted
    if moment.place is None:
        raise LookupError("a moment of the log has a place")
    reason = (proposal.reason or "").strip() or None
    return _Work(question, moment.place, principal, reason)


async def _moment(aggregator: Aggregator, as_of: str | None) -> Moment:
    return await latest_moment(aggregator) if as_of is None else await moment_of(aggregator, as_of)


def may_publish(
    aggregator: Aggregator,
    principal: Principal,
    province_id: OrganizationId,
    *,
    known: Catalogue,
) -> bool:
    """The province itself, or the one that it has become part of."""
    own = principal.organization_id
    return own == province_id or province_id in known.predecessors(
        (own,), on=aggregator.clock.today()
    )


async def _add(
    aggregator: Aggregator, native: "asyncpg.Connection[Any]", work: _Work
) -> tuple[NewRelease, int]:
    question, topic = work.question, work.question.topic
    last = await read_last_release(native, question.organization.id, sheaf=topic.sheaf)
    if last is not None and work.place.position < last.place.position:
        raise OlderThanLastRelease(position=last.place.position)
    figures = await read_figures(native, question, place=work.place)
    sequence = 1 if last is None else last.sequence + 1
    node = figures.get(question.organization.id)
    require_release(
        NO_COVERAGE if node is None else node.coverage,
        sequence=sequence,
        reason=work.reason,
        cutoff=question.period.cutoff_date,
        today=aggregator.clock.today(),
    )
    if last is not None:
        await _require_news(native, last, figures=figures, form=topic.shape.form)
    new = await _new(aggregator, native, work, figures=figures, sequence=sequence)
    return new, await add_release(native, new)


async def read_figures(
    native: "asyncpg.Connection[Any]", question: Question, *, place: LogPlace
) -> Figures:
    """The approved figures of the question's organization and of all below it."""
    topic = question.topic
    nodes = [topic.node(each) for each in topic.shape.tree.subtree(question.organization.id)]
    past = PastFigures(native, catalogue=question.catalogue, place=place)
    found = await past.rollups(nodes, track=Track.OFFICIAL)
    return {node.organization_id: rollup for node, rollup in found.items()}


async def _require_news(
    native: "asyncpg.Connection[Any]", last: Release, *, figures: Figures, form: FormTemplate
) -> None:
    """Raises ReleaseUnchanged where the last release says the same."""
    units = units_of(await read_content(native, last.id))
    said = {each: (dict(unit.cells), unit.coverage) for each, unit in units.items()}
    if said == _said(figures, form=form):
        raise ReleaseUnchanged(number=last.number)


def _said(
    figures: Figures, *, form: FormTemplate
) -> dict[OrganizationId, tuple[dict[CellRef, CellSummary], Coverage]]:
    return {
        organization_id: (_cells(rollup, form=form), rollup.coverage)
        for organization_id, rollup in figures.items()
    }


def _cells(rollup: Rollup, *, form: FormTemplate) -> dict[CellRef, CellSummary]:
    rows = zip(
        form.input_cells, rollup.totals, rollup.counts, rollup.minima, rollup.maxima, strict=True
    )
    return {
        cell: CellSummary(total, count, minimum, maximum)
        for cell, total, count, minimum, maximum in rows
        if total is not None and minimum is not None and maximum is not None
    }


async def _new(
    aggregator: Aggregator,
    native: "asyncpg.Connection[Any]",
    work: _Work,
    *,
    figures: Figures,
    sequence: int,
) -> NewRelease:
    draft = await _draft(aggregator, native, work, figures=figures, sequence=sequence)
    content = content_of(draft)
    return NewRelease(
        province_id=draft.province.id,
        regime=draft.regime,
        form_version=draft.form.version,
        sheaf=work.question.topic.sheaf,
        sequence=sequence,
        place=work.place,
        catalogue_number=draft.catalogue_number,
        coverage=draft.coverage,
        content=content,
        sha256=sha256_of(content),
        actor_id=work.principal.account_id,
        actor_name=draft.published_by,
        at=draft.published_at,
        reason=work.reason,
        event_id=uuid4(),
    )


async def _draft(
    aggregator: Aggregator,
    native: "asyncpg.Connection[Any]",
    work: _Work,
    *,
    figures: Figures,
    sequence: int,
) -> Draft:
    question, topic = work.question, work.question.topic
    form, cutoff = topic.shape.form, question.period.cutoff_date
    past = PastFigures(native, catalogue=question.catalogue, place=work.place)
    standing = await past.reports(topic.sheaf, organization_ids=list(figures), track=Track.OFFICIAL)
    return Draft(
        number=release_number(question.period.code, sequence),
        province=question.organization,
        regime=topic.regime.code,
        form=form,
        period=question.period.code,
        tree=topic.shape.tree,
        indicators=question.catalogue.indicators_of(form.code, on=cutoff),
        position=work.place.position,
        recorded_at=work.place.recorded_at,
        catalogue_number=question.catalogue.number,
        published_at=aggregator.clock.now(),
        published_by=work.principal.display_name,
        reason=work.reason,
        simulated=aggregator.simulated,
        rollups=figures,
        reports=await with_hashes(native, standing),
    )


def _event(new: NewRelease, release_id: int, *, question: Question) -> NewEvent:
    coverage = new.coverage
    data = ReleasePublishedV1(
        release_id=release_id,
        number=release_number(new.sheaf.period, new.sequence),
        sequence=new.sequence,
        province_id=new.province_id,
        organization_code=question.organization.code,
        regime=new.regime,
        form=new.sheaf.form,
        form_version=new.form_version,
        period=new.sheaf.period,
        coverage=CoverageV1(
            expected=coverage.expected, reported=coverage.reported, on_time=coverage.on_time
        ),
        position=new.place.position,
        catalogue_number=new.catalogue_number,
        sha256=new.sha256,
        act=ReleaseActV1(
            actor_id=new.actor_id, actor_name=new.actor_name, at=new.at, reason=new.reason
        ),
    )
    return NewEvent(
        type=EventType.RELEASE_PUBLISHED,
        subject=f"release/{release_id}",
        province_id=new.province_id,
        catalogue_number=new.catalogue_number,
        data=data,
        occurred_at=new.at,
        event_id=new.event_id,
    )
