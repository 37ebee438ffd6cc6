"""Reading an aggregate beside what was signed off of it, and signing it off."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

import asyncpg

from services.intake.aggregates import repository
from services.intake.aggregates.carrying import read_carrying
from services.intake.aggregates.repository import NewSignOff, Rolled, SignOff, figure_texts
from services.intake.connections import Connection
from services.intake.places import Place
from services.intake.service import Intake, current_scope
from shared.catalogue.aggregates import AggregateDuty, aggregate_duties
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import driver, snapshot, transaction, write_json
from shared.domain.aggregates import (
    AggregateStanding,
    CellChange,
    aggregate_deadline,
    aggregate_standing,
    changed_cells,
    owes_aggregate,
    require_sign_off,
)
from shared.domain.errors import CatalogueError, UnknownPeriodCode
from shared.domain.faults import Fault
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
    breaks: tuple[Fault, ...] | None
    """Where the sums do not go on from the period before; None where that cannot be told."""

    @property
    def is_unchanged(self) -> bool:
        return self.signed is not None and self.signed.content_sha256 == self.sha256


@dataclass(frozen=True, slots=True)
class SigningDuty:
    """An aggregate that an organization has to sign off, and when it did so first."""

    duty: AggregateDuty
    signed_at: datetime | None

    def standing(self, now: datetime) -> AggregateStanding:
        return aggregate_standing(deadline=self.duty.deadline, signed_at=self.signed_at, now=now)


@dataclass(frozen=True, slots=True)
class DutyFilter:
    """Which duties are wanted; None is any."""

    organization: str | None = None
    form: str | None = None
    period: str | None = None
    standing: AggregateStanding | None = None

    def wants(self, found: SigningDuty, *, now: datetime) -> bool:
        duty = found.duty
        return (
            self.organization in (None, duty.organization.code)
            and self.form in (None, duty.form.code)
            and self.period in (None, duty.period.code)
            and self.standing in (None, found.standing(now))
        )


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


async def read_signing_duties(intake: Intake, principal: Principal) -> tuple[SigningDuty, ...]:
    """What the caller's organization has to sign off, and has signed, newest cut-off first."""
    return await _duties_of(intake, frozenset({principal.organization_id}))


async def find_signing_duties(
    intake: Intake, principal: Principal, wanted: DutyFilter
) -> tuple[SigningDuty, ...]:
    """The same of every organization within the caller's scope, as far as it is wanted."""
    scope, now = await current_scope(intake, principal), intake.clock.now()
    found = await _duties_of(intake, scope.readable)
    return tuple(each for each in found if wanted.wants(each, now=now))


async def _duties_of(
    intake: Intake, organizations: frozenset[OrganizationId]
) -> tuple[SigningDuty, ...]:
    known = await intake.catalogue.current()
    provinces = {each.province_id for each in known.organizations if each.id in organizations}
    async with snapshot(intake.engine) as connection:
        native = await driver(connection)
        sheaves = await repository.read_sheaves(native, provinces)
        signed = await repository.read_first_instants(native, organizations)
    duties = [
        duty
        for sheaf in sheaves
        for duty in aggregate_duties(
            known,
            regime=sheaf.regime,
            form=sheaf.form,
            period=sheaf.period,
            province_id=sheaf.province_id,
        )
        if duty.organization.id in organizations
    ]
    return tuple(
        SigningDuty(each, signed.get((each.organization.id, each.form.code, each.period.code)))
        for each in sorted(duties, key=_newest_first)
    )


def _newest_first(duty: AggregateDuty) -> tuple[int, datetime, str, str]:
    organization = duty.organization
    newest = -duty.period.cutoff_date.toordinal()
    return (newest, duty.deadline, duty.form.code, organization.sort_key)


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
    return _first_place(known, organization_id, forms=forms, period=period)


def _first_place(
    known: Catalogue, organization_id: OrganizationId, *, forms: Collection[str], period: str
) -> Place:
    """Several regimes may ask the same form, each for periods of its own kind."""
    unknown: UnknownPeriodCode | None = None
    nothing: NotFound | None = None
    for regime in known.regimes:
        for form in set(forms) & set(regime.forms):
            try:
                found = _place_of(
                    known, organization_id, form=form, regime=regime.code, period=period
                )
            except UnknownPeriodCode as error:
                unknown = error
                continue
            if found is not None:
                return found
            nothing = NotFound()
    raise nothing or unknown or NotFound()


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
        breaks=await read_carrying(native, known, place, rolled=rolled),
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
