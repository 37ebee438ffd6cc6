"""Obligations: opened for each period, followed until the cut-off, fixed there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from services.intake.connections import Connection
from services.intake.duties.successions import ending_reason
from services.intake.obligations import repository
from services.intake.obligations.repository import Change, Duty
from services.intake.service import Intake, current_scope
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.regimes import Regime
from shared.db.engine import driver, snapshot, transaction
from shared.domain.closings import RegimePeriod
from shared.domain.errors import PeriodError
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import FormCode, ObligationId, RegimeCode
from shared.domain.obligations import (
    Obligation,
    ObligationState,
    derive_obligations,
    reconcile,
    state_at,
)
from shared.domain.periods import Frequency, Period
from shared.domain.time import end_of_day
from shared.web.principals import Principal
from shared.web.problems import NotFound

LOOK_BACK = timedelta(days=31)
"""A form never opened before starts with the period whose deadlines may still lie ahead: a ladder
ends in the month of the cut-off or the next."""

LOOK_BACK_OF_WEEKS = timedelta(days=10)
"""The week before, whose deadline may still lie ahead."""

MOST_DUTIES_OF_PERIOD = 20_000
"""A few hundred units of a province, in tens of forms."""

MOST_OWN_DUTIES = 2000
"""Tens of regimes, monthly, over some years: a home page holds them all."""

NO_LONGER_OWED = "Theo danh mục đơn vị hiện hành, đơn vị không còn nghĩa vụ gửi báo cáo này."


@dataclass(frozen=True, slots=True)
class DutyFilter:
    """Which duties are wanted; None is any."""

    period: str | None = None
    form: str | None = None
    state: str | None = None
    organization: str | None = None
    after: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class _Asked:
    """One form asked for one period, by the regime in force on its cut-off date."""

    regime: Regime
    form: FormTemplate
    period: Period


async def keep_obligations(intake: Intake, *, since: date | None = None) -> int:
    """Brings every open obligation to what the catalogue and the clock say; how many changed.

    Idempotent: a second run changes nothing. `since` opens older periods too, for a system that
    is to start with a history.
    """
    known = await intake.catalogue.current()
    asked = dict.fromkeys((regime.code, form) for regime in known.regimes for form in regime.forms)
    return sum(
        [
            await _keep_form(intake, known, regime=regime, form=form, since=since)
            for regime, form in asked
        ]
    )


async def read_duties(intake: Intake, principal: Principal, wanted: DutyFilter) -> tuple[Duty, ...]:
    """The duties within the caller's scope, in order of id."""
    known = await intake.catalogue.current()
    scope = await current_scope(intake, principal)
    organizations = scope.readable
    if wanted.organization is not None:
        named = {each.id for each in known.organizations if each.code == wanted.organization}
        organizations &= named
    async with snapshot(intake.engine) as connection:
        return await repository.read_duties(
            await driver(connection),
            organizations=organizations,
            period=wanted.period,
            form=wanted.form,
            state=wanted.state,
            after=wanted.after,
            limit=wanted.limit,
        )


async def read_duties_of_period(
    intake: Intake, principal: Principal, *, period: RegimePeriod
) -> tuple[Duty, ...]:
    """The duties of a period of a regime in a province, within the caller's scope."""
    scope = await current_scope(intake, principal)
    async with snapshot(intake.engine) as connection:
        found = await repository.read_duties(
            await driver(connection),
            organizations=scope.readable,
            period=period.period,
            limit=MOST_DUTIES_OF_PERIOD,
        )
    return tuple(
        each
        for each in found
        if each.obligation.regime == period.regime
        and each.obligation.province_id == period.province_id
    )


async def read_own_duties(intake: Intake, principal: Principal) -> tuple[Duty, ...]:
    """The duties that the caller's organization has to meet: its own, and those it took over."""
    async with snapshot(intake.engine) as connection:
        return await repository.read_duties_met_by(
            await driver(connection), principal.organization_id, limit=MOST_OWN_DUTIES
        )


async def read_duty(intake: Intake, principal: Principal, obligation_id: ObligationId) -> Duty:
    """One duty. Raises NotFound outside the caller's scope."""
    scope = await current_scope(intake, principal)
    async with snapshot(intake.engine) as connection:
        duty = await repository.read_duty(
            await driver(connection), obligation_id, organizations=scope.readable
        )
    if duty is None:
        raise NotFound
    return duty


async def _keep_form(
    intake: Intake, known: Catalogue, *, regime: RegimeCode, form: FormCode, since: date | None
) -> int:
    """All periods in one transaction, under the lock that keeps two keepers apart."""
    versions = [each for each in known.regimes if each.code == regime]
    async with transaction(intake.engine) as connection:
        native = await driver(connection)
        await repository.lock_keeper(native)
        first = since or await _first_day(native, versions, form=form, today=intake.clock.today())
        waiting = await repository.provisional_periods(native, regime=regime, form=form)
        periods = _periods(versions, first=first, last=intake.clock.today(), waiting=waiting)
        return sum(
            [
                await _keep_period(native, known, asked, now=intake.clock.now())
                for asked in _asked(known, periods, form=form)
            ]
        )


async def _first_day(
    native: Connection, versions: Sequence[Regime], *, form: FormCode, today: date
) -> date:
    """The day after the last cut-off that was opened, so that a long stop leaves no hole."""
    newest = await repository.last_cutoff(native, regime=versions[0].code, form=form)
    weekly = any(each.frequency is Frequency.WEEK for each in versions)
    start = today - (LOOK_BACK_OF_WEEKS if weekly else LOOK_BACK)
    return start if newest is None else min(start, newest + timedelta(days=1))


def _periods(
    versions: Sequence[Regime], *, first: date, last: date, waiting: frozenset[str]
) -> list[tuple[Regime, Period]]:
    """The periods that opened between two days, and those that wait to be fixed.

    Each with the version of the regime that is in force on its cut-off date: a change of the rules
    applies from a date, and older periods keep the older rules.
    """
    found: dict[str, tuple[Regime, Period]] = {}
    for version in versions:
        known = [period for code in waiting if (period := _named(version, code)) is not None]
        for period in (*version.periods.between(first, last), *known):
            if version.is_in_force(period.cutoff_date):
                found[period.code] = (version, period)
    return sorted(found.values(), key=lambda each: each[1].cutoff_date)


def _named(version: Regime, code: str) -> Period | None:
    """None if this version cuts time otherwise."""
    try:
        return version.period(code)
    except PeriodError:
        return None


def _asked(
    known: Catalogue, periods: Iterable[tuple[Regime, Period]], *, form: FormCode
) -> Iterator[_Asked]:
    """A period for which the form is no longer in force on the cut-off date is not asked."""
    for version, period in periods:
        on = period.cutoff_date
        template = next((f for f in known.forms if f.code == form and f.is_in_force(on)), None)
        if template is not None and form in version.forms:
            yield _Asked(version, template, period)


async def _keep_period(
    native: Connection, known: Catalogue, asked: _Asked, *, now: datetime
) -> int:
    period, regime, form = asked.period, asked.regime, asked.form
    current = await repository.read_of_period(
        native, regime=regime.code, form=form.code, period=period.code
    )
    derived = _derived(known, asked, current=current, now=now)
    changed = _allowed(reconcile(current, derived), current=current, period=period, now=now)
    if not changed:
        return 0
    return await repository.store(
        native,
        changed,
        change=Change(
            regime=regime.code,
            form=form.code,
            period=period.code,
            cutoff_date=period.cutoff_date,
            at=now,
            catalogue_number=known.number,
        ),
        codes=_codes(known, changed),
        reasons={each.organization_id: _reason(known, each) for each in changed},
    )


def _reason(known: Catalogue, obligation: Obligation) -> str | None:
    """Why nothing is owed any more; None where something is."""
    if obligation.state is not ObligationState.EXCLUDED:
        return None
    return ending_reason(known, obligation) or NO_LONGER_OWED


def _derived(
    known: Catalogue, asked: _Asked, *, current: Sequence[Obligation], now: datetime
) -> tuple[Obligation, ...]:
    """Of the tree, chain and ladder; what somebody asked for stays as it was asked."""
    regime, period, form = asked.regime, asked.period, asked.form
    if regime.on_request is not None:
        state = state_at(now, cutoff_date=period.cutoff_date)
        return tuple(replace(each, state=state) for each in current)
    return derive_obligations(
        regime=regime.code,
        form=form.code,
        period=period,
        entering_levels=form.entering_levels,
        tree=known.tree(period.cutoff_date),
        links=known.links.get(regime.code, ()),
        deadlines=known.deadlines(regime, period),
        now=now,
    )


def _allowed(
    changed: tuple[Obligation, ...],
    *,
    current: tuple[Obligation, ...],
    period: Period,
    now: datetime,
) -> tuple[Obligation, ...]:
    """After the cut-off a period that was open gains no duty: that takes a recorded act."""
    if not current or now < end_of_day(period.cutoff_date):
        return changed
    return tuple(each for each in changed if each.id is not None)


def _codes(known: Catalogue, changed: tuple[Obligation, ...]) -> dict[Any, Any]:
    """The code of each organization; of one that has ended, the last that it bore."""
    wanted = {each.organization_id for each in changed}
    versions = sorted(known.organizations, key=lambda each: each.valid_from)
    last = {each.id: each.code for each in versions if each.id in wanted}
    on = changed[0].cutoff_date
    return last | {
        organization_id: each.code
        for organization_id, each in known.tree(on).organizations.items()
        if organization_id in wanted
    }
