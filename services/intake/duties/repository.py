"""Acts on obligations: first held, then stored with their acts and events by one statement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.connections import Connection
from services.intake.reports.rows import (
    OBLIGATION_COLUMNS,
    PERIOD_CLOSED,
    REPORT_COLUMNS,
    obligation_of,
    report_of,
)
from shared.domain.identifiers import ObligationId, OrganizationCode, OrganizationId
from shared.domain.obligation_acts import ObligationAct
from shared.domain.obligations import Obligation
from shared.domain.reports import Report
from shared.events.topics import EventType

# A first submission holds the key of its obligation, so it comes either before this or after it.
HOLD = """
SELECT 1 FROM log.obligation WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE
"""

READ = f"""
SELECT {OBLIGATION_COLUMNS}, {REPORT_COLUMNS}, {PERIOD_CLOSED}
FROM log.obligation o LEFT JOIN log.report r ON r.obligation_id = o.id
WHERE o.id = ANY($1::bigint[]) AND o.organization_id = ANY($2::bigint[])
"""

HOLD_ENDED = f"""
SELECT {OBLIGATION_COLUMNS}, {PERIOD_CLOSED}
FROM log.obligation o LEFT JOIN log.report r ON r.obligation_id = o.id
WHERE o.state = 'fixed' AND (r.id IS NULL OR r.state NOT IN ('approved', 'closed'))
  AND (o.receiver_id = ANY($1::bigint[]) OR o.holder_id = ANY($1::bigint[])
       OR o.organization_id = ANY($1::bigint[]) AND o.holder_id IS NULL)
ORDER BY o.id FOR UPDATE OF o
"""

SAVE = """
WITH wanted AS (
    SELECT * FROM unnest(
        $1::bigint[], $2::integer[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[],
        $7::bigint[], $8::bigint[], $9::text[]
    ) AS w (id, sequence, state, deadline, original_deadline, code, receiver_id, holder_id, reason)
), stored AS (
    UPDATE log.obligation o
    SET sequence = w.sequence, state = w.state, deadline = w.deadline,
        original_deadline = w.original_deadline, receiver_id = w.receiver_id,
        holder_id = w.holder_id
    FROM wanted w WHERE o.id = w.id AND o.sequence = w.sequence - 1
    RETURNING o.*, w.code, w.reason
), acts AS (
    INSERT INTO log.obligation_act (
        obligation_id, sequence, verb, state, receiver_id, cutoff_date, deadline,
        original_deadline, holder_id, actor_id, actor_name, at, reason)
    SELECT id, sequence, $10, state, receiver_id, cutoff_date, deadline, original_deadline,
           holder_id, $11, $12, $13, reason
    FROM stored
), events AS (
    INSERT INTO log.event (
        event_id, type, subject, province_id, catalogue_number, data, occurred_at)
    SELECT gen_random_uuid(), $14, 'obligation/' || id, province_id, $15,
           jsonb_build_object(
               'obligation_id', id, 'sequence', sequence,
               'organization_id', organization_id, 'organization_code', code,
               'province_id', province_id, 'receiver_id', receiver_id,
               'regime', regime, 'form', form, 'period', period,
               'cutoff_date', cutoff_date, 'deadline', deadline,
               'original_deadline', original_deadline, 'state', state, 'holder_id', holder_id,
               'reason', reason),
           $13
    FROM stored ORDER BY id
)
SELECT count(*) FROM stored
"""

EVENT_TYPES: Mapping[ObligationAct, EventType] = {
    ObligationAct.EXTEND: EventType.OBLIGATION_EXTENDED,
    ObligationAct.EXCLUDE: EventType.OBLIGATION_EXCLUDED,
    ObligationAct.INCLUDE: EventType.OBLIGATION_INCLUDED,
    ObligationAct.TRANSFER: EventType.OBLIGATION_TRANSFERRED,
}


@dataclass(frozen=True, slots=True)
class Owed:
    """An obligation and the report that answers it, if anything was sent."""

    obligation: Obligation
    report: Report | None
    period_closed: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """Who does it, when, and by which catalogue; nobody where the program follows a reform."""

    verb: ObligationAct
    actor_id: int | None
    actor_name: str | None
    at: datetime
    catalogue_number: int


async def hold(
    connection: Connection,
    obligation_ids: Collection[ObligationId],
    *,
    organizations: Collection[OrganizationId],
) -> dict[ObligationId, Owed]:
    """Those of `organizations`, which nobody else changes until the end of the transaction."""
    ids = list(obligation_ids)
    await connection.execute(HOLD, ids)
    rows = await connection.fetch(READ, ids, list(organizations))
    return {
        ObligationId(row["obligation_id"]): Owed(
            obligation_of(row), report_of(row), row["period_closed"]
        )
        for row in rows
    }


async def hold_ended(
    connection: Connection, ended: Collection[OrganizationId]
) -> tuple[Obligation, ...]:
    """What ended organizations are to meet or receive, and is not approved yet.

    What was approved, and periods that are closed, are left as they are.
    """
    rows = await connection.fetch(HOLD_ENDED, list(ended))
    return tuple(obligation_of(row) for row in rows if not row["period_closed"])


async def save(
    connection: Connection,
    obligations: Sequence[Obligation],
    *,
    codes: Mapping[OrganizationId, OrganizationCode],
    reasons: Sequence[str],
    recording: Recording,
) -> int:
    """Stores what the obligations become, each for its reason; how many were stored."""
    columns: list[list[Any]] = [
        list(column)
        for column in zip(
            *(
                (
                    each.id,
                    each.sequence,
                    each.state.value,
                    each.deadline,
                    each.original_deadline,
                    codes[each.organization_id],
                    each.receiver_id,
                    each.holder_id,
                    reason,
                )
                for each, reason in zip(obligations, reasons, strict=True)
            ),
            strict=True,
        )
    ]
    stored: int = await connection.fetchval(
        SAVE,
        *columns,
        recording.verb.value,
        recording.actor_id,
        recording.actor_name,
        recording.at,
        EVENT_TYPES[recording.verb],
        recording.catalogue_number,
    )
    return stored
