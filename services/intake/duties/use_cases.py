"""What receivers do with obligations: extend, exclude, take in again; always with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.intake.duties import repository
from services.intake.duties.repository import Owed, Recording
from services.intake.places import place_of
from services.intake.service import Intake
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import driver, transaction
from shared.domain.errors import CatalogueError, DomainError
from shared.domain.identifiers import ObligationId, OrganizationCode, OrganizationId
from shared.domain.obligation_acts import ObligationAct, exclude, extend, include, transfer
from shared.domain.obligations import Obligation
from shared.domain.reports import PeriodClosed
from shared.web.principals import Principal, Role
from shared.web.problems import (
    NotFound,
    NotPermitted,
    ProblemFault,
    ValidationFailed,
    VersionConflict,
)
from shared.web.scope import Scope, scope_of

ACTING = (Role.REVIEWER, Role.ADMINISTRATOR)
"""Who may do these acts at all; for which obligations, see `may_act_on`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One act on some obligations, each with the sequence that the caller saw.

    `until` is the last day of an extension, `to` the code of the organization that takes over.
    """

    verb: ObligationAct
    targets: Mapping[ObligationId, int]
    reason: str
    until: date | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """For whom the caller may act: as receiver, or as administrator of those below."""

    principal: Principal
    scope: Scope
    answers_for: frozenset[OrganizationId]
    known: Catalogue

    def may_act_on(self, obligation: Obligation) -> bool:
        """The receiver's reviewers, or an administrator above the organization that owes.

        Nobody extends their own duty, unless nobody is above them.
        """
        if self.principal.has_any(Role.REVIEWER) and obligation.receiver_id in self.answers_for:
            return True
        if not self.principal.has_any(Role.ADMINISTRATOR):
            return False
        if {obligation.organization_id, obligation.met_by} & self.answers_for:
            return obligation.receiver_id is None
        return obligation.organization_id in self.scope.subtree


async def authority_of(intake: Intake, principal: Principal) -> Authority:
    """As of today, for the units too that the caller's organization took over."""
    known, today = await intake.catalogue.current(), intake.clock.today()
    own = principal.organization_id
    return Authority(
        principal=principal,
        scope=scope_of(principal, known, on=today),
        answers_for=frozenset({own} | known.predecessors([own], on=today)),
        known=known,
    )


async def act(intake: Intake, principal: Principal, wanted: Wanted) -> tuple[Obligation, ...]:
    """The obligations after the act, in the order of `targets`: all of them, or none.

    Raises:
        NotFound, NotPermitted: one of them, or the act on it, is not the caller's.
        VersionConflict: one of them moved on since the caller read it.
        ReasonRequired, ObligationError, PeriodClosed: what the one obligation does not allow.
        ValidationFailed: what several obligations do not allow, each named.
    """
    authority = await authority_of(intake, principal)
    async with transaction(intake.engine) as connection:
        native = await driver(connection)
        held = await repository.hold(native, wanted.targets, organizations=authority.scope.readable)
        owed = [_allowed(held, each, authority=authority) for each in wanted.targets]
        now = intake.clock.now()
        moment = _Moment(authority.known, now, today=intake.clock.today())
        after = _acted(owed, wanted, moment=moment)
        stored = await repository.save(
            native,
            after,
            codes=codes_of(authority.known, after),
            reasons=[wanted.reason.strip()] * len(after),
            recording=Recording(
                verb=wanted.verb,
                actor_id=principal.account_id,
                actor_name=principal.display_name,
                at=now,
                catalogue_number=authority.known.number,
            ),
        )
        if stored != len(after):
            raise VersionConflict
    intake.hint()
    return after


def _allowed(
    held: Mapping[ObligationId, Owed], obligation_id: ObligationId, *, authority: Authority
) -> Owed:
    found = held.get(obligation_id)
    if found is None:
        raise NotFound
    if not authority.may_act_on(found.obligation):
        raise NotPermitted
    return found


@dataclass(frozen=True, slots=True)
class _Moment:
    """By what an act is judged."""

    known: Catalogue
    now: datetime
    today: date


def _acted(owed: Sequence[Owed], wanted: Wanted, *, moment: _Moment) -> tuple[Obligation, ...]:
    """What each becomes; every refusal is told at once."""
    if any(each.obligation.sequence != wanted.targets[_id(each)] for each in owed):
        raise VersionConflict
    after: list[Obligation] = []
    refusals: list[tuple[int, Obligation, DomainError]] = []
    for index, each in enumerate(owed):
        try:
            after.append(_after(each, wanted, moment=moment))
        except DomainError as error:
            refusals.append((index, each.obligation, error))
    if len(refusals) == 1 == len(owed):
        raise refusals[0][2]
    if refusals:
        raise ValidationFailed(errors=[_fault(*each, known=moment.known) for each in refusals])
    return tuple(after)


def _after(owed: Owed, wanted: Wanted, *, moment: _Moment) -> Obligation:
    if owed.period_closed:
        raise PeriodClosed
    if wanted.verb is ObligationAct.EXCLUDE:
        is_in = owed.report is not None and owed.report.is_in
        return exclude(owed.obligation, reason=wanted.reason, is_in=is_in)
    if wanted.verb is ObligationAct.INCLUDE:
        return include(owed.obligation, reason=wanted.reason, now=moment.now)
    if wanted.verb is ObligationAct.TRANSFER:
        return _transferred(owed.obligation, wanted, moment=moment)
    if wanted.until is None:
        raise LookupError("an extension names its last day")
    return extend(owed.obligation, until=wanted.until, reason=wanted.reason)


def _transferred(obligation: Obligation, wanted: Wanted, *, moment: _Moment) -> Obligation:
    """Raises ValidationFailed for a code that nobody bears today."""
    known, today = moment.known, moment.today
    try:
        to = known.organization_by_code(OrganizationCode(wanted.to or ""), on=today)
    except CatalogueError as error:
        fault = ProblemFault(code=error.code, detail=str(error), pointer="/to")
        raise ValidationFailed(errors=[fault]) from None
    heirs = known.heirs(obligation.organization_id, on=today)
    return transfer(obligation, to=to.id, heirs=heirs, reason=wanted.reason)


def _fault(
    index: int, obligation: Obligation, error: DomainError, *, known: Catalogue
) -> ProblemFault:
    name = place_of(known, obligation).organization.name
    return ProblemFault(code=error.code, detail=f"{name}: {error}", pointer=f"/obligations/{index}")


def codes_of(
    known: Catalogue, obligations: Sequence[Obligation]
) -> dict[OrganizationId, OrganizationCode]:
    """The codes that the organizations bore at the cut-off."""
    return {
        each.organization_id: known.tree(each.cutoff_date).get(each.organization_id).code
        for each in obligations
    }


def _id(owed: Owed) -> ObligationId:
    if owed.obligation.id is None:
        raise LookupError("a stored obligation has an id")
    return owed.obligation.id
