"""Imports: every report judged by the rules of a single submission, then all stored, or none.

`import_reports` is what requests run through. `import_stories` is for those who make up a world.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from services.intake.imports import repository
from services.intake.imports.entries import Entry
from services.intake.imports.judging import Located, attachment_named, judge, locate, tell_all
from services.intake.imports.repository import Kept
from services.intake.imports.stories import Filing, Story
from services.intake.service import Intake
from services.intake.submissions.repository import Remembered, read_remembered
from shared.db.engine import driver, snapshot, transaction
from shared.domain.identifiers import ObligationId
from shared.domain.time import rfc3339
from shared.web.principals import Principal
from shared.web.problems import IdempotencyInProgress, IdempotencyKeyReused

ATTEMPTS = 3
"""After the first, everything is read and judged anew, because somebody acted on a report."""

SAVE_TIMEOUT_SECONDS = 60.0
STORIES_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants imported. `key` and `sha256` are those of the request."""

    entries: Sequence[Entry]
    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Imported:
    """The answer's members, and whether the same key had been answered before."""

    receipt: Mapping[str, Any]
    replayed: bool


class _MovedOn(Exception):
    """Somebody acted on one of the reports since it was read: nothing may be stored."""


async def answered_before(
    intake: Intake, principal: Principal, *, key: str, sha256: str
) -> Imported | None:
    """What the key was answered with. Raises IdempotencyKeyReused for another body."""
    async with snapshot(intake.engine) as connection:
        native = await driver(connection)
        remembered = await read_remembered(native, account_id=principal.account_id, key=key)
    return None if remembered is None else _replayed(remembered, sha256)


async def import_reports(intake: Intake, principal: Principal, order: Order) -> Imported:
    """Stores all reports with their events in one transaction, and answers only then.

    Raises:
        ValidationFailed: every fault of every report, in the order of the file.
        NotFound, NotPermitted: names each report that is not the caller's to send.
        IdempotencyKeyReused, IdempotencyInProgress: see `shared.web.problems`.
    """
    for _ in range(ATTEMPTS):
        at = intake.clock.now()
        located, filings = await _judged(intake, principal, order.entries, at=at)
        try:
            receipt = await _store(intake, principal, order, located, filings, at=at)
        except asyncpg.UniqueViolationError:
            before = await answered_before(intake, principal, key=order.key, sha256=order.sha256)
            if before is not None:
                return before
        except (_MovedOn, TimeoutError):
            continue
        else:
            intake.hint()
            return Imported(receipt, replayed=False)
    raise IdempotencyInProgress(headers={"Retry-After": "1"})


async def check_reports(
    intake: Intake, principal: Principal, entries: Sequence[Entry]
) -> Mapping[str, Any]:
    """What an import would answer now, without storing anything. Raises as it would."""
    at = intake.clock.now()
    located, filings = await _judged(intake, principal, entries, at=at)
    return _summary(filings, at=at) | {
        "dry_run": True,
        "items": [_item(*pair) for pair in zip(located, filings, strict=True)],
    }


async def import_stories(intake: Intake, stories: Sequence[Story]) -> int:
    """Stores histories: acts of any person at any instant; how many reports were stored.

    Nobody's authority is asked, so this is never for requests. Stories come in the order of their
    periods; each lot of `STORIES_AT_ONCE` is one transaction, its events in the order of time.

    Raises:
        ValidationFailed, ReportError: a story that could not have happened; its lot is not stored.
    """
    known = await intake.catalogue.current()
    for first in range(0, len(stories), STORIES_AT_ONCE):
        lot = stories[first : first + STORIES_AT_ONCE]
        async with transaction(intake.engine) as connection:
            native = await driver(connection)
            contexts = await repository.read_contexts(
                native,
                [each.place for each in lot],
                known=known,
                attachments=[attachment_named(each.steps[0].body) for each in lot],
            )
            filings = await tell_all(intake, known, lot, contexts=contexts)
            await repository.save(native, filings, timeout_seconds=SAVE_TIMEOUT_SECONDS)
    intake.hint()
    return len(stories)


async def _judged(
    intake: Intake, principal: Principal, entries: Sequence[Entry], *, at: datetime
) -> tuple[list[Located], list[Filing]]:
    known = await intake.catalogue.current()
    located = await locate(known, intake, principal, entries=entries)
    async with snapshot(intake.engine) as connection:
        contexts = await repository.read_contexts(
            await driver(connection),
            [each.place for each in located],
            known=known,
            attachments=[attachment_named(each.entry.body) for each in located],
        )
    filings = await judge(intake, known, located, contexts=contexts, principal=principal, at=at)
    return located, filings


async def _store(
    intake: Intake,
    principal: Principal,
    order: Order,
    located: Sequence[Located],
    filings: Sequence[Filing],
    *,
    at: datetime,
) -> dict[str, Any]:
    async with transaction(intake.engine) as connection:
        native = await driver(connection)
        kept = await repository.save(native, filings, timeout_seconds=SAVE_TIMEOUT_SECONDS)
        if len(kept) < len(filings):
            raise _MovedOn
        receipt = _summary(filings, at=at) | {
            "dry_run": False,
            "items": [_stored_item(*pair, kept) for pair in zip(located, filings, strict=True)],
        }
        await repository.remember(
            native,
            account_id=principal.account_id,
            key=order.key,
            sha256=order.sha256,
            response=receipt,
            at=at,
        )
    return receipt


def _replayed(remembered: Remembered, sha256: str) -> Imported:
    if remembered.request_sha256 != sha256:
        raise IdempotencyKeyReused
    return Imported(remembered.response, replayed=True)


def _summary(filings: Sequence[Filing], *, at: datetime) -> dict[str, Any]:
    """`values` counts the figures that were typed."""
    values = sum(len(row) for each in filings for row in (each.figures or {}).values())
    return {"submitted_at": rfc3339(at), "reports": len(filings), "values": values}


def _item(located: Located, filing: Filing) -> dict[str, Any]:
    body, report = located.entry.body, filing.report
    first = report.first_submitted_at
    return {
        "organization": body.organization,
        "form": body.form,
        "period": body.period,
        "version": report.last_version,
        "sequence": report.sequence,
        "state": report.state.value,
        "on_time": first is not None and first <= filing.obligation.deadline,
    }


def _stored_item(
    located: Located, filing: Filing, kept: Mapping[ObligationId, Kept]
) -> dict[str, Any]:
    obligation_id = filing.obligation.id
    if obligation_id is None:
        raise LookupError("a stored report meets a stored obligation")
    place = kept[obligation_id]
    return {
        "report_id": place.report_id,
        "receipt_number": place.receipt_number(filing.report.last_version),
        **_item(located, filing),
    }
