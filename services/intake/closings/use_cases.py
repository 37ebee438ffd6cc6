"""Closing and opening periods: by people, or by the rule of the regime."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.intake.closings import repository
from services.intake.closings.repository import (
    LastActed,
    RecordedPeriodAct,
    Recording,
    StoredPeriod,
)
from services.intake.connections import Connection
from services.intake.duties.use_cases import Authority, authority_of
from services.intake.obligations.repository import lock_keeper
from services.intake.service import Intake
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.regimes import Regime
from shared.db.engine import driver, snapshot, transaction
from shared.domain import closings, reports
from shared.domain.closings import PeriodAct, RegimePeriod, closes_at
from shared.domain.identifiers import RegimeCode
from shared.domain.reports import Report
from shared.web.principals import Principal, Role
from shared.web.problems import (
    NotFound,
    NotPermitted,
    ProblemFault,
    ValidationFailed,
    VersionConflict,
)

CLOSING = (Role.REVIEWER, Role.ADMINISTRATOR)
MOST_PERIODS = 500
BY_RULE = "Tự động theo chế độ báo cáo"
BY_RULE_REASON = "Hết {days} ngày làm việc kể từ thời hạn cuối của kỳ."


@dataclass(frozen=True, slots=True)
class Named:
    """The period that somebody means; without a province, the only one within their scope."""

    regime: str
    period: str
    province: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Closing or opening, and the sequence of the period that the caller saw."""

    named: Named
    verb: PeriodAct
    expected_sequence: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PeriodStory:
    """A period, everything that was done with it, and whether the caller may close it.

    Who may sees it over the whole province, anybody else over what they may read.
    """

    stored: StoredPeriod
    acts: tuple[RecordedPeriodAct, ...]
    may_close: bool


async def read_periods(
    intake: Intake, principal: Principal, *, regime: str | None = None
) -> tuple[StoredPeriod, ...]:
    """Periods newest first, counted over what the caller may read."""
    authority = await authority_of(intake, principal)
    async with snapshot(intake.engine) as connection:
        return await repository.read_periods(
            await driver(connection),
            organizations=authority.scope.readable,
            regime=regime,
            limit=MOST_PERIODS,
        )


async def read_period(intake: Intake, principal: Principal, named: Named) -> PeriodStory:
    """One period. Raises NotFound outside the caller's scope, ValidationFailed as `_seen`."""
    authority = await authority_of(intake, principal)
    async with snapshot(intake.engine) as connection:
        native = await driver(connection)
        seen = await _seen(native, named, authority=authority)
        may_close = await _may_close(native, seen.period, authority=authority)
        return PeriodStory(
            stored=await _whole(native, seen.period) if may_close else seen,
            acts=await repository.read_acts(native, seen.period),
            may_close=may_close,
        )


async def act(intake: Intake, principal: Principal, wanted: Wanted) -> None:
    """Closes the period with all of its reports, or opens it again.

    Raises:
        NotFound, NotPermitted: the period, or the act on it, is not the caller's.
        VersionConflict: somebody acted on it, or on one of its reports, meanwhile.
        ReasonRequired, IncompletePeriod, ClosingError: see `shared.domain.closings`.
    """
    authority = await authority_of(intake, principal)
    now = intake.clock.now()
    try:
        async with transaction(intake.engine) as connection:
            native = await driver(connection)
            await lock_keeper(native)
            seen = await _seen(native, wanted.named, authority=authority)
            if not await _may_close(native, seen.period, authority=authority):
                raise NotPermitted
            stored = await _whole(native, seen.period)
            if stored.period.sequence != wanted.expected_sequence:
                raise VersionConflict
            recording = Recording(
                verb=wanted.verb,
                actor_id=principal.account_id,
                actor_name=principal.display_name,
                at=now,
                reason=(wanted.reason or "").strip() or None,
                catalogue_number=authority.known.number,
            )
            await _record(native, stored, recording=recording, known=authority.known)
    except asyncpg.UniqueViolationError:
        raise VersionConflict from None
    intake.hint()


async def close_by_rule(intake: Intake) -> int:
    """Closes what the rules of the regimes say is to be closed by now; how many periods.

    What people have closed or opened is left to them. The keeper's lock keeps two that close at
    the same moment apart.
    """
    known, now = await intake.catalogue.current(), intake.clock.now()
    codes = {each.code for each in known.regimes if each.closes_after_working_days is not None}
    closed = 0
    for code in sorted(codes):
        async with transaction(intake.engine) as connection:
            native = await driver(connection)
            await lock_keeper(native)
            found = await repository.read_periods(
                native, organizations=None, regime=code, limit=MOST_PERIODS
            )
            for stored in found:
                days = _days_to_closing(known, stored)
                if days is not None and _is_over(stored, days=days, known=known, now=now):
                    reason = BY_RULE_REASON.format(days=days)
                    recording = Recording(PeriodAct.CLOSE, None, BY_RULE, now, reason, known.number)
                    await _record(native, stored, recording=recording, known=known)
                    closed += 1
    return closed


def _days_to_closing(known: Catalogue, stored: StoredPeriod) -> int | None:
    """By the version of the regime in force at the cut-off; None: it never closes by itself."""
    version = next(
        (
            each
            for each in known.regimes_in_force(stored.cutoff_date)
            if each.code == stored.period.regime
        ),
        None,
    )
    return None if version is None else version.closes_after_working_days


def _is_over(stored: StoredPeriod, *, days: int, known: Catalogue, now: datetime) -> bool:
    deadline = stored.fulfilment.last_deadline
    if stored.last is not None or deadline is None:
        return False
    return now >= closes_at(deadline, working_days=days, calendar=known.calendar)


async def _record(
    native: Connection, stored: StoredPeriod, *, recording: Recording, known: Catalogue
) -> None:
    """Raises VersionConflict if a report moved on between reading and writing."""
    closing = recording.verb is PeriodAct.CLOSE
    after = _after(stored, recording=recording)
    forms = _forms(known, stored.period.regime)
    await repository.hold_duties(native, after, forms=forms)
    held = await repository.hold_reports(native, stored.period, forms=forms, closed=not closing)
    if not await repository.save(
        native, after, reports=_reports(held, closing=closing), recording=recording
    ):
        raise VersionConflict


def _after(stored: StoredPeriod, *, recording: Recording) -> RegimePeriod:
    if recording.verb is PeriodAct.REOPEN:
        return closings.reopen(stored.period, reason=recording.reason)
    return closings.close(
        stored.period,
        fulfilment=stored.fulfilment,
        reason=recording.reason,
        now=recording.at,
    )


def _reports(held: Sequence[LastActed], *, closing: bool) -> list[Report]:
    if closing:
        return [reports.close(each.report) for each in held]
    return [reports.reopen(each.report, last=each.last) for each in held]


def _forms(known: Catalogue, regime: RegimeCode) -> set[str]:
    versions: list[Regime] = [each for each in known.regimes if each.code == regime]
    return {form for each in versions for form in each.forms}


async def _may_close(native: Connection, period: RegimePeriod, *, authority: Authority) -> bool:
    """The province, or whoever receives all of the period's reports there."""
    if not authority.principal.has_any(*CLOSING):
        return False
    if period.province_id in authority.answers_for:
        return True
    receivers = await repository.read_receivers(native, period)
    reviews = authority.principal.has_any(Role.REVIEWER)
    return reviews and bool(receivers) and receivers <= authority.answers_for


async def _seen(native: Connection, named: Named, *, authority: Authority) -> StoredPeriod:
    """The period over what the caller may read.

    Raises NotFound, or ValidationFailed where the period is one of several provinces.
    """
    visible = await repository.read_periods(
        native,
        organizations=authority.scope.readable,
        regime=named.regime,
        period=named.period,
        limit=MOST_PERIODS,
    )
    found = [each for each in visible if named.province in (None, _code(authority.known, each))]
    if not found:
        raise NotFound
    if len(found) > 1:
        raise ValidationFailed(errors=[_which_province()])
    return found[0]


async def _whole(native: Connection, period: RegimePeriod) -> StoredPeriod:
    """The period over the whole province."""
    [found] = await repository.read_periods(
        native,
        organizations=None,
        regime=period.regime,
        period=period.period,
        province_id=period.province_id,
        limit=1,
    )
    return found


def _code(known: Catalogue, stored: StoredPeriod) -> str:
    return known.tree(stored.cutoff_date).get(stored.period.province_id).code


def _which_province() -> ProblemFault:
    return ProblemFault(
        code="province_required",
        detail="Kỳ này có ở nhiều tỉnh. Hãy nêu mã tỉnh.",
        pointer="/province",
    )
