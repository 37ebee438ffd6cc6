"""Taking a report in: every fault at once, or a receipt for what is durably stored.

Nothing is written before all is judged, and then by one statement. If somebody else acted on the
report between reading and writing, everything is read and judged anew, now with the report held.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import asyncpg

from services.intake.comparing import compared
from services.intake.connections import Connection
from services.intake.places import Place, Resolved, resolve
from services.intake.service import Intake
from services.intake.submissions import repository
from services.intake.submissions.faults import no_obligation, refusal
from services.intake.submissions.judging import Judged, files_named, judge, judge_figures
from services.intake.submissions.records import (
    Request,
    Sending,
    new_submission,
    receipt_of,
)
from services.intake.submissions.repository import Context, Remembered
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import driver, native, transaction
from shared.domain.identifiers import OrganizationId
from shared.domain.obligations import Obligation, ObligationState
from shared.web.lean_route import Gate
from shared.web.principals import Principal, Role
from shared.web.problems import (
    IdempotencyInProgress,
    IdempotencyKeyReused,
    NotPermitted,
    SignatureRequired,
    VersionConflict,
)
from shared.web.scope import scope_of

HELD_ATTEMPTS = 3
"""After a first without a lock: a report that is acted on at the same moment is then held."""

ASK_AGAIN = {"Retry-After": "1"}

WRITE_TIMEOUT_SECONDS = 10.0
"""How long one act waits for another on the same report before the sender is told to ask again."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The receipt's members, and whether the same key had been answered before."""

    receipt: Mapping[str, Any]
    replayed: bool


async def take_in(intake: Intake, principal: Principal, request: Request) -> Acknowledged:
    """Stores the report and its event, and answers only then.

    Raises:
        ValidationFailed, CrossCheckFailed: every fault, in the order of the input.
        NotFound, NotPermitted: neither the sender's own organization nor one it may enter for.
        SignatureRequired: the account may prepare, but not sign.
        ReasonRequired, ProxyNotNeeded: a proxy entry that the report does not allow.
        IdempotencyKeyReused, IdempotencyInProgress, VersionConflict: see `shared.web.problems`.
    """
    known = await intake.catalogue.current()
    found = resolve(known, request.body, today=intake.clock.today())
    sending = _sending(intake, known, principal, request=request, found=found)
    async with native(intake.engine) as connection:
        first = await _attempt(connection, sending)
    return await _told(sending, first)


async def take_in_from(gate: Gate, intake: Intake, request: Request) -> Acknowledged:
    """As `take_in`, for whoever stands at the gate. Raises also as `AccessRule`.

    Who that is, is asked together with what is known of the report, where the request names one.
    """
    known = await intake.catalogue.current()
    found = resolve(known, request.body, today=intake.clock.today())
    if found.place is None or request.faults or gate.credential is None:
        return await take_in(intake, await gate.open(), request)
    async with native(intake.engine) as connection:
        context = await _read(
            connection, found.place, known=known, request=request, sender=gate.credential.sha256
        )
        principal = await gate.admit(context.caller)
        sending = _sending(intake, known, principal, request=request, found=found)
        first = await _decide(connection, sending, context=context)
    return await _told(sending, first)


def _sending(
    intake: Intake, known: Catalogue, principal: Principal, *, request: Request, found: Resolved
) -> Sending:
    """Raises as `take_in`, for all that is judged before the database is asked."""
    unit = found.organization
    if unit is not None and unit.id != principal.organization_id:
        today = intake.clock.today()
        scope_of(principal, known, on=today).require_read(unit.id)
        require_sender_for(principal, known, unit.id, on=today)
    else:
        require_sender(principal, proxy=False)
    if found.place is None or request.faults:
        raise refusal([*request.faults, *found.faults, *judge_figures(found.form, request.body)])
    return Sending(intake, known, principal, request, found.place, at=intake.clock.now())


def require_sender(principal: Principal, *, proxy: bool) -> None:
    """For one's own organization the signer sends; for another, a reviewer who receives it."""
    if proxy:
        if not principal.has_any(Role.REVIEWER):
            raise NotPermitted
    elif not principal.has_any(Role.SIGNER, Role.SERVICE):
        raise SignatureRequired if principal.has_any(Role.PREPARER) else NotPermitted


def require_sender_for(
    principal: Principal, known: Catalogue, unit_id: OrganizationId, *, on: date
) -> None:
    """What can be told before the duty is read: who may neither receive nor have taken it over."""
    if not principal.has_any(Role.REVIEWER):
        heirs = known.heirs(unit_id, on=on)
        require_sender(principal, proxy=principal.organization_id not in heirs)


def enters_for_another(
    principal: Principal, obligation: Obligation | None, *, organization_id: OrganizationId
) -> bool:
    """Whether the receiver enters for the sender.

    Raises NotPermitted or SignatureRequired for who neither has to report nor receives.
    """
    met_by = organization_id if obligation is None else obligation.met_by
    proxy = met_by != principal.organization_id
    if proxy and (obligation is None or obligation.receiver_id != principal.organization_id):
        raise NotPermitted
    require_sender(principal, proxy=proxy)
    return proxy


async def _told(sending: Sending, first: Acknowledged | None) -> Acknowledged:
    """The first attempt's outcome, or that of others; the relay hears of what was stored."""
    acknowledged = first or await _held(sending)
    if not acknowledged.replayed:
        sending.intake.hint()
    return acknowledged


async def _held(sending: Sending) -> Acknowledged:
    """With the report held, so that nobody can come between reading and writing."""
    for _ in range(HELD_ATTEMPTS):
        async with transaction(sending.intake.engine) as connection:
            raw = await driver(connection)
            try:
                await repository.lock_report(
                    raw, sending.place, timeout_seconds=WRITE_TIMEOUT_SECONDS
                )
            except TimeoutError:
                break
            acknowledged = await _attempt(raw, sending)
        if acknowledged is not None:
            return acknowledged
    raise IdempotencyInProgress(headers=ASK_AGAIN)


async def _attempt(connection: Connection, sending: Sending) -> Acknowledged | None:
    """None if the report moved on between reading and writing."""
    account_id = sending.principal.account_id
    context = await _read(
        connection, sending.place, known=sending.known, request=sending.request, sender=account_id
    )
    return await _decide(connection, sending, context=context)


async def _read(
    connection: Connection,
    place: Place,
    *,
    known: Catalogue,
    request: Request,
    sender: int | bytes,
) -> Context:
    document = request.body.document
    context = await repository.read_context(
        connection,
        place,
        compared=compared(known, place),
        sender=sender,
        key=request.key,
        attachment_sha256=document.attachment_sha256 if document else None,
    )
    named = files_named(request.body.content)
    if not named:
        return context
    kept = await repository.read_kept_files(connection, place, named=named)
    return replace(context, kept_files=kept)


async def _decide(
    connection: Connection, sending: Sending, *, context: Context
) -> Acknowledged | None:
    """None if the report moved on since the context was read."""
    if context.remembered is not None:
        return _replayed(context.remembered, sending.request)
    proxy = enters_for_another(
        sending.principal, context.obligation, organization_id=sending.place.organization.id
    )
    if proxy:
        sending = replace(sending, proxy=True)
    new = new_submission(_judge(sending, context), sending=sending, official=context.official)
    try:
        stored = await repository.save(connection, new, timeout_seconds=WRITE_TIMEOUT_SECONDS)
    except asyncpg.UniqueViolationError:
        return None  # The key, or the report itself, came into being meanwhile.
    except TimeoutError:
        raise IdempotencyInProgress(headers=ASK_AGAIN) from None
    return None if stored is None else Acknowledged(receipt_of(new, stored), replayed=False)


def _replayed(remembered: Remembered, request: Request) -> Acknowledged:
    if remembered.request_sha256 != request.sha256:
        raise IdempotencyKeyReused
    return Acknowledged(remembered.response, replayed=True)


def _judge(sending: Sending, context: Context) -> Judged:
    place, request = sending.place, sending.request
    current = context.report.sequence if context.report else 0
    if request.expected_sequence not in (None, current):
        raise VersionConflict
    obligation = context.obligation
    if obligation is None or obligation.state is ObligationState.EXCLUDED:
        fault = no_obligation(organization=place.organization.name, period=place.period.code)
        raise refusal([fault, *judge_figures(place.form, request.body)])
    return judge(
        request.body,
        form=place.form,
        obligation=obligation,
        context=context,
        at=sending.at,
        proxy=sending.proxy,
    )
