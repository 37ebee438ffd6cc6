"""Reading reports, and the acts after sending: withdraw, return, approve.

An act holds the report's row, compares its sequence with the one that the caller saw, and stores
the report, the act and the event in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from services.intake.comparing import Before
from services.intake.connections import Connection
from services.intake.places import place_of
from services.intake.reports import repository
from services.intake.reports.events import EVENT_TYPES, act_of, event_data, track_of
from services.intake.reports.repository import (
    CausedEvent,
    Filed,
    NewAct,
    RecordedAct,
    StoredReceipt,
)
from services.intake.reports.rows import StoredVersion
from services.intake.service import Intake, current_scope
from shared.catalogue.catalogue import Catalogue
from shared.clock import Clock
from shared.db.engine import driver, snapshot, transaction
from shared.domain.errors import DomainError
from shared.domain.figures import Figures
from shared.domain.identifiers import ReportId
from shared.domain.reports import Act, Report, approve, return_to_sender, withdraw
from shared.web.principals import Principal
from shared.web.problems import NotFound, NotPermitted, VersionConflict
from shared.web.scope import Scope, scope_of


@dataclass(frozen=True, slots=True)
class History:
    """A report with all that was sent and done, oldest first."""

    filed: Filed
    versions: tuple[StoredVersion, ...]
    acts: tuple[RecordedAct, ...]

    def version(self, number: int | None) -> StoredVersion | None:
        return next((each for each in self.versions if each.version == number), None)

    @property
    def last(self) -> StoredVersion:
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody wants done with a report, and the sequence that they saw."""

    report_id: ReportId
    verb: Act
    expected_sequence: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Who decides, by which catalogue and clock."""

    known: Catalogue
    principal: Principal
    scope: Scope
    clock: Clock


@dataclass(frozen=True, slots=True)
class Deciding:
    """A decision that is allowed: `after` is what the report becomes."""

    desk: Desk
    decision: Decision
    filed: Filed
    after: Report
    at: datetime


class DecisionsRefused(Exception):
    """None of the decisions was stored; `refusals` says why, by report."""

    def __init__(self, refusals: Mapping[ReportId, VersionConflict | DomainError]) -> None:
        super().__init__(f"{len(refusals)} decisions were refused")
        self.refusals = refusals


async def read_history(intake: Intake, principal: Principal, report_id: ReportId) -> History:
    """The whole report, from one snapshot. Raises NotFound outside the caller's scope."""
    scope = await current_scope(intake, principal)
    async with snapshot(intake.engine) as connection:
        native = await driver(connection)
        filed = await _readable(native, report_id, scope=scope)
        return History(
            filed=filed,
            versions=await repository.read_versions(native, report_id),
            acts=await repository.read_acts(native, report_id),
        )


async def read_events(
    intake: Intake, principal: Principal, report_id: ReportId
) -> tuple[CausedEvent, ...]:
    """What the report's acts caused. Raises NotFound outside the caller's scope."""
    scope = await current_scope(intake, principal)
    async with snapshot(intake.engine) as connection:
        native = await driver(connection)
        await _readable(native, report_id, scope=scope)
        return await repository.read_events(native, report_id)


async def read_receipt(intake: Intake, principal: Principal, number: str) -> StoredReceipt:
    """The receipt. Raises NotFound outside the caller's scope."""
    scope = await current_scope(intake, principal)
    async with snapshot(intake.engine) as connection:
        found = await repository.read_receipt(
            await driver(connection), number, organizations=scope.readable
        )
    if found is None:
        raise NotFound
    return found


async def read_compared_period(intake: Intake, filed: Filed, *, before: Before) -> Figures | None:
    """What the report's figures go on from in another period, None if that is not known."""
    async with snapshot(intake.engine) as connection:
        return await repository.read_compared(
            await driver(connection), filed.obligation, before=before
        )


async def decide(intake: Intake, principal: Principal, decision: Decision) -> Filed:
    """The report after the act.

    Raises:
        NotFound, NotPermitted: the report, or this act on it, is not the caller's.
        VersionConflict: somebody acted on it since the caller read it.
        ReasonRequired, ReportError: see `shared.domain.reports`.
    """
    desk = await _desk(intake, principal)
    async with transaction(intake.engine) as connection:
        after = await _decide(await driver(connection), desk, decision)
    intake.hint()
    return after


async def decide_all(
    intake: Intake, principal: Principal, decisions: Sequence[Decision]
) -> tuple[Filed, ...]:
    """The reports after the acts, in the order of `decisions`: all of them, or none.

    Raises:
        NotFound, NotPermitted: one of the reports, or the act on it, is not the caller's.
        DecisionsRefused: what some of the reports do not allow.
    """
    desk = await _desk(intake, principal)
    after: dict[ReportId, Filed] = {}
    refused: dict[ReportId, VersionConflict | DomainError] = {}
    async with transaction(intake.engine) as connection:
        native = await driver(connection)
        # In one order whoever asks, so that two callers never wait for each other.
        for decision in sorted(decisions, key=lambda each: each.report_id):
            try:
                after[decision.report_id] = await _decide(native, desk, decision)
            except (VersionConflict, DomainError) as error:
                refused[decision.report_id] = error
        if refused:
            raise DecisionsRefused(refused)
    intake.hint()
    return tuple(after[each.report_id] for each in decisions)


async def _desk(intake: Intake, principal: Principal) -> Desk:
    known = await intake.catalogue.current()
    scope = scope_of(principal, known, on=intake.clock.today())
    return Desk(known, principal, scope, clock=intake.clock)


async def _decide(native: Connection, desk: Desk, decision: Decision) -> Filed:
    filed = await _readable(native, decision.report_id, scope=desk.scope, lock=True)
    _require_authority(decision.verb, filed, desk.principal)
    if filed.report.sequence != decision.expected_sequence:
        raise VersionConflict
    after = _acted(filed, decision)
    versions = {v.version: v for v in await repository.read_versions(native, filed_id(filed))}
    deciding = Deciding(desk, decision, filed, after, at=desk.clock.now())
    if not await repository.save_act(native, _new_act(deciding, versions)):
        raise VersionConflict
    return Filed(filed.obligation, after, period_closed=filed.period_closed)


def filed_id(filed: Filed) -> ReportId:
    """The id of a report that is stored."""
    if filed.report.id is None:
        raise LookupError("a stored report has an id")
    return filed.report.id


async def _readable(
    native: Connection, report_id: ReportId, *, scope: Scope, lock: bool = False
) -> Filed:
    filed = await repository.read_report(native, report_id, organizations=scope.readable, lock=lock)
    if filed is None:
        raise NotFound
    return filed


def _require_authority(verb: Act, filed: Filed, principal: Principal) -> None:
    """Only the sender withdraws, only the receiver by the chain returns and approves."""
    obligation = filed.obligation
    holder = obligation.met_by if verb is Act.WITHDRAW else obligation.receiver_id
    if principal.organization_id != holder:
        raise NotPermitted


def _acted(filed: Filed, decision: Decision) -> Report:
    report = filed.report
    if decision.verb is Act.WITHDRAW:
        return withdraw(report, reason=decision.reason)
    if decision.verb is Act.RETURN:
        return return_to_sender(report, reason=decision.reason)
    return approve(report, period_closed=filed.period_closed)


def _new_act(deciding: Deciding, versions: Mapping[int, StoredVersion]) -> NewAct:
    decision, before, after = deciding.decision, deciding.filed.report, deciding.after
    desk, obligation = deciding.desk, deciding.filed.obligation
    principal = desk.principal
    reason = (decision.reason or "").strip() or None
    judged = before.live or before.official or before.last_version
    return NewAct(
        report=after,
        verb=decision.verb,
        version=judged,
        actor_id=principal.account_id,
        actor_name=principal.display_name,
        at=deciding.at,
        reason=reason,
        event_id=uuid4(),
        event_type=EVENT_TYPES[decision.verb],
        catalogue_number=desk.known.number,
        event_data=event_data(
            after,
            obligation=obligation,
            organization_code=place_of(desk.known, obligation).organization.code,
            form_version=versions[judged].form_version,
            live=track_of(versions.get(after.live or 0)),
            official=track_of(versions.get(after.official or 0)),
            act=act_of(
                decision.verb,
                actor_id=principal.account_id,
                actor_name=principal.display_name,
                at=deciding.at,
                reason=reason,
            ),
        ),
    )
