"""Reading an aggregate beside what was signed off of it, and signing it off."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

import asyncpg

from services.intake.aggregates import repository
from services.intake.aggregates.repository import NewSignOff, Rolled, SignOff, figure_texts
from services.intake.connections import Connection
from services.intake.places import Place
from services.intake.service import Intake, current_scope
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import driver, snapshot, transaction, write_json
from shared.domain.aggregates import (
    CellChange,
    aggregate_deadline,
    changed_cells,
    owes_aggregate,
    require_sign_off,
)
from shared.domain.errors import CatalogueError
from shared.domain.identifiers import OrganizationCode, OrganizationId
from shared.events.envelope import NewEvent
from shared.events.payloads import AggregateSignedOffV1, CoverageV1, SignOffActV1
from shared.events.topics import EventType
from shared.messaging.outbox import append_events
from shared.web.principals import Principal
from shared.web.problems import NotFound, NotPermitted, VersionConflict


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What an organization's approved reports add up to, and what it signed off of them."""

    place: Place
    deadline: datetime | None
    rolled: Rolled
    signed: SignOff | None
    changes: tuple[CellChange, ...]
    sha256: str
    """Of what may be signed off now: figures and coverage."""

    @property
    def is_signed(self) -> bool:
        return self.signed is not None

    @property
    def is_unchanged(self) -> bool:
        return self.signed is not None and self.signed.content_sha256 == self.sha256


@dataclass(frozen=True, slots=True)
class AggregateDuty:
    """An aggregate that an organization has to sign off until `deadline`."""

    place: Place
    deadline: datetime
    signed_at: datetime | None


async def read_aggregate(
    intake: Intake,
    principal: Principal,
    *,
    slug: str,
    period: str,
    organization: str | None = None,
) -> Aggregate:
    """The aggregate of the caller's organization, or of one within the caller's scope.

    Raises:
        NotFound: there is no such form, or the organization does not add up others for it.
        UnknownPeriodCode: the period is none of the form's.
    """
    known = await intake.catalogue.current()
    place = await _place(intake, known, principal, slug=slug, period=period, code=organization)
    async with snapshot(intake.engine) as connection:
        return await _read(await driver(connection), known, place)


async def sign_off(
    intake: Intake,
    principal: Principal,
    *,
    slug: str,
    period: str,
    seen: str,
    reason: str | None,
    organization: str | None = None,
) -> Aggregate:
    """The aggregate with its new sign-off; `seen` is the hash of what the signer read.

    Raises:
        NotFound, UnknownPeriodCode: as for reading.
        NotPermitted: it is not the aggregate of the signer's own organization.
        VersionConflict: the figures are no longer those, or somebody signed off meanwhile.
        NothingToSignOff, AggregateUnchanged, IncompleteAggregate: see `shared.domain.aggregates`.
    """
    known = await intake.catalogue.current()
    place = await _place(intake, known, principal, slug=slug, period=period, code=organization)
    if place.organization.id != principal.organization_id:
        raise NotPermitted
    reason = (reason or "").strip() or None
    try:
        async with transaction(intake.engine) as connection:
            native = await driver(connection)
            aggregate = await _read(native, known, place)
            if aggregate.sha256 != seen:
                raise VersionConflict
            require_sign_off(
                aggregate.rolled.coverage, reason=reason, unchanged=aggregate.is_unchanged
            )
            new = _new(aggregate, principal, at=intake.clock.now(), reason=reason)
            signoff_id = await repository.insert(native, new)
            event = _event(new, signoff_id, place=place, catalogue_number=known.number)
            await append_events(connection, [event])
    except asyncpg.UniqueViolationError:
        raise VersionConflict from None
    intake.hint()
    return await read_aggregate(intake, principal, slug=slug, period=period)


async def read_duties(intake: Intake, principal: Principal) -> tuple[AggregateDuty, ...]:
    """What the caller's organization has to sign off, and has signed, newest cut-off first.

    They follow from the catalogue and are not obligations to report: they count in no coverage.
    """
    known = await intake.catalogue.current()
    own = known.tree(intake.clock.today()).organizations.get(principal.organization_id)
    if own is None:
        return ()
    async with snapshot(intake.engine) as connection:
        native = await driver(connection)
        sheaves = await repository.read_sheaves(native, own.province_id)
        signed = await repository.read_first_instants(native, own.id)
    duties: list[AggregateDuty] = []
    for sheaf in sorted(sheaves, key=lambda each: each.cutoff_date, reverse=True):
        place = _place_of(known, own.id, form=sheaf.form, regime=sheaf.regime, period=sheaf.period)
        deadline = None if place is None else _deadline(known, place)
        if place is not None and deadline is not None:
            instant = signed.get((sheaf.form, sheaf.period))
            duties.append(AggregateDuty(place, deadline, instant))
    return tuple(duties)


async def _place(
    intake: Intake,
    known: Catalogue,
    principal: Principal,
    *,
    slug: str,
    period: str,
    code: str | None,
) -> Place:
    organization_id = principal.organization_id
    if code is not None:
        organization_id = _organization(known, code, on=intake.clock.today())
        scope = await current_scope(intake, principal)
        scope.require_read(organization_id)
    forms = {form.code for form in known.forms if form.slug == slug}
    for regime in known.regimes:
        for form in forms & set(regime.forms):
            place = _place_of(known, organization_id, form=form, regime=regime.code, period=period)
            if place is not None:
                return place
    raise NotFound


def _organization(known: Catalogue, code: str, *, on: date) -> OrganizationId:
    try:
        return known.organization_by_code(OrganizationCode(code), on=on).id
    except CatalogueError:
        raise NotFound from None


def _place_of(
    known: Catalogue, organization_id: OrganizationId, *, form: str, regime: str, period: str
) -> Place | None:
    """None where the organization adds nothing up for that form and period."""
    for version in known.regimes:
        if version.code != regime or form not in version.forms:
            continue
        wanted = version.period(period)
        tree = known.tree(wanted.cutoff_date)
        template = next(
            (f for f in known.forms if f.code == form and f.is_in_force(wanted.cutoff_date)), None
        )
        if template is None or not version.is_in_force(wanted.cutoff_date):
            continue
        if owes_aggregate(organization_id, summing_levels=template.summing_levels, tree=tree):
            return Place(tree.get(organization_id), version, template, wanted)
    return None


def _deadline(known: Catalogue, place: Place) -> datetime | None:
    return aggregate_deadline(
        place.organization.id,
        deadlines=known.deadlines(place.regime, place.period),
        tree=known.tree(place.period.cutoff_date),
    )


async def _read(native: Connection, known: Catalogue, place: Place) -> Aggregate:
    organization_id, form, period = place.organization.id, place.form, place.period.code
    rolled = await repository.read_rolled(native, organization_id, form=form, period=period)
    signed = await repository.read_last(native, organization_id, form=form.code, period=period)
    return Aggregate(
        place=place,
        deadline=_deadline(known, place),
        rolled=rolled,
        signed=signed,
        changes=() if signed is None else changed_cells(signed.figures, rolled.figures),
        sha256=_sha256(place, rolled),
    )


def _sha256(place: Place, rolled: Rolled) -> str:
    """Over canonical JSON: sorted keys, no spaces, UTF-8."""
    texts = figure_texts(rolled.figures)
    content = {
        "coverage": [
            rolled.coverage.expected,
            rolled.coverage.reported,
            rolled.coverage.on_time,
        ],
        "figures": {row: dict(sorted(cells.items())) for row, cells in sorted(texts.items())},
        "form": place.form.code,
        "form_version": place.form.version,
        "organization": place.organization.code,
        "period": place.period.code,
        "regime": place.regime.code,
    }
    return hashlib.sha256(write_json(content).encode()).hexdigest()


def _new(
    aggregate: Aggregate, principal: Principal, *, at: datetime, reason: str | None
) -> NewSignOff:
    place = aggregate.place
    return NewSignOff(
        organization_id=place.organization.id,
        province_id=place.organization.province_id,
        regime=place.regime.code,
        form=place.form.code,
        period=place.period.code,
        sequence=1 if aggregate.signed is None else aggregate.signed.sequence + 1,
        form_version=place.form.version,
        rolled=aggregate.rolled,
        content_sha256=aggregate.sha256,
        actor_id=principal.account_id,
        actor_name=principal.display_name,
        at=at,
        reason=reason,
        event_id=uuid4(),
    )


def _event(new: NewSignOff, signoff_id: int, *, place: Place, catalogue_number: int) -> NewEvent:
    coverage = new.rolled.coverage
    data = AggregateSignedOffV1(
        signoff_id=signoff_id,
        sequence=new.sequence,
        organization_id=new.organization_id,
        organization_code=place.organization.code,
        province_id=new.province_id,
        regime=new.regime,
        form=new.form,
        form_version=new.form_version,
        period=new.period,
        figures=figure_texts(new.rolled.figures),
        coverage=CoverageV1(
            expected=coverage.expected, reported=coverage.reported, on_time=coverage.on_time
        ),
        position=new.rolled.position,
        sha256=new.content_sha256,
        act=SignOffActV1(
            actor_id=new.actor_id, actor_name=new.actor_name, at=new.at, reason=new.reason
        ),
    )
    return NewEvent(
        type=EventType.AGGREGATE_SIGNED_OFF,
        subject=f"aggregate/{new.organization_id}/{new.form}/{new.period}",
        province_id=new.province_id,
        catalogue_number=catalogue_number,
        data=data,
        occurred_at=new.at,
        event_id=new.event_id,
    )
