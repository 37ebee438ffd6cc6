"""Taking a report in: every fault at once, or a receipt for what is durably stored.

Nothing is written before all is judged, and then by one statement. If somebody else acted on the
report between reading and writing, everything is read and judged anew, now with the report held.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from services.intake.connections import Connection
from services.intake.places import resolve
from services.intake.service import Intake
from services.intake.submissions import repository
from services.intake.submissions.faults import no_obligation, refusal
from services.intake.submissions.judging import Judged, judge, judge_figures
from services.intake.submissions.records import (
    Request,
    Sending,
    new_submission,
    receipt_of,
)
from services.intake.submissions.repository import Context, Remembered
from shared.db.engine import driver, native, transaction
from shared.domain.obligations import Obligation, ObligationState
from shared.web.principals import Principal, Role
from shared.web.problems import (
    IdempotencyInProgress,
    IdempotencyKeyReused,
    NotPermitted,
    SignatureRequired,
    VersionConflict,
)
from shared.web.scope import scope_of

ATTEMPTS = 4
"""The first without a lock; a report that is acted on at the same moment is then held."""

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
    today = intake.clock.today()
    found = resolve(known, request.body, today=today)
    proxy = found.organization is not None and found.organization.id != principal.organization_id
    if found.organization is not None and proxy:
        scope_of(principal, known, on=today).require_read(found.organization.id)
    require_sender(principal, proxy=proxy)
    if found.place is None or request.faults:
        raise refusal([*request.faults, *found.faults, *judge_figures(found.form, request.body)])
    acknowledged = await _store(
        Sending(intake, known, principal, request, found.place, at=intake.clock.now(), proxy=proxy)
    )
    if not acknowledged.replayed:
        intake.hint()
    return acknowledged


def require_sender(principal: Principal, *, proxy: bool) -> None:
    """For one's own organization the signer sends; for another, a reviewer who receives it."""
    if proxy:
        if not principal.has_any(Role.REVIEWER):
            raise NotPermitted
    elif not principal.has_any(Role.SIGNER, Role.SERVICE):
        raise SignatureRequired if principal.has_any(Role.PREPARER) else NotPermitted


async def _store(sending: Sending) -> Acknowledged:
    for attempt in range(ATTEMPTS):
        try:
            acknowledged = await (_held(sending) if attempt else _free(sending))
        except asyncpg.UniqueViolationError:
            continue  # The key, or the report itself, came into being meanwhile.
        except TimeoutError:
            break
        if acknowledged is not None:
            return acknowledged
    raise IdempotencyInProgress(headers={"Retry-After": "1"})


async def _free(sending: Sending) -> Acknowledged | None:
    """Each statement by itself: two roundtrips, the second of which commits."""
    async with native(sending.intake.engine) as connection:
        return await _attempt(connection, sending)


async def _held(sending: Sending) -> Acknowledged | None:
    """With the report held, so that nobody can come between reading and writing."""
    async with transaction(sending.intake.engine) as connection:
        raw = await driver(connection)
        await repository.lock_report(raw, sending.place, timeout_seconds=WRITE_TIMEOUT_SECONDS)
        return await _attempt(raw, sending)


async def _attempt(connection: Connection, sending: Sending) -> Acknowledged | None:
    """None if the report moved on between reading and writing."""
    context = await repository.read_context(
        connection,
        sending.place,
        account_id=sending.principal.account_id,
        key=sending.request.key,
        attachment_sha256=_attachment_named(sending.request),
    )
    if context.remembered is not None:
        return _replayed(context.remembered, sending.request)
    new = new_submission(_judge(sending, context), sending=sending, official=context.official)
    stored = await repository.save(connection, new, timeout_seconds=WRITE_TIMEOUT_SECONDS)
    if stored is None:
        return None
    return Acknowledged(receipt_of(new, stored), replayed=False)


def _replayed(remembered: Remembered, request: Request) -> Acknowledged:
    if remembered.request_sha256 != request.sha256:
        raise IdempotencyKeyReused
    return Acknowledged(remembered.response, replayed=True)


def _attachment_named(request: Request) -> str | None:
    return request.body.document.attachment_sha256 if request.body.document else None


def _judge(sending: Sending, context: Context) -> Judged:
    place, request = sending.place, sending.request
    current = context.report.sequence if context.report else 0
    if request.expected_sequence not in (None, current):
        raise VersionConflict
    obligation = context.obligation
    if sending.proxy and not _receives(obligation, sending.principal):
        raise NotPermitted
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


def _receives(obligation: Obligation | None, principal: Principal) -> bool:
    return obligation is not None and obligation.receiver_id == principal.organization_id
