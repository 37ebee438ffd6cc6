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

SAVE = """
WITH wanted AS (
    SELECT * FROM unnest(
        $1::bigint[], $2::integer[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[]
    ) AS w (id, sequence, state, deadline, original_deadline, code)
), stored AS (
    UPDATE log.obligation o
    SET sequence = w.sequence, state = w.state, deadline = w.deadline,
        original_deadline = w.original_deadline
    FROM wanted w WHERE o.id = w.id AND o.sequence = w.sequence - 1
    RETURNING o.*, w.code
), acts AS (
    INSERT INTO log.obligation_act (
        obligation_id, sequence, verb, state, receiver_id, cutoff_date, deadline,
        original_deadline, actor_id, actor_name, at, reason)
    SELECT id, sequence, $7, state, receiver_id, cutoff_date, deadline, original_deadline, $8, $9,
           $10, $11
    FROM stored
), events AS (
    INSERT INTO log.event (
        event_id, type, subject, province_id, catalogue_number, data, occurred_at)
    SELECT gen_random_uuid(), $12, 'obligation/' || id, province_id, $13,
           jsonb_build_object(
               'obligation_id', id, 'sequence', sequence,
               'organization_id', organization_id, 'organization_code', code,
               'province_id', province_id, 'receiver_id', receiver_id,
               'regime', regime, 'form', form, 'period', period,
               'cutoff_date', cutoff_date, 'deadline', deadline,
               'original_deadline', original_deadline, 'state', state, 'reason', $11::text),
           $10
    FROM stored ORDER BY id
)
SELECT count(*) FROM stored
"""

EVENT_TYPES: Mapping[ObligationAct, EventType] = {
    ObligationAct.EXTEND: EventType.OBLIGATION_EXTENDED,
    ObligationAct.EXCLUDE: EventType.OBLIGATION_EXCLUDED,
    ObligationAct.INCLUDE: EventType.OBLIGATION_INCLUDED,
}


@dataclass(frozen=True, slots=True)
class Owed:
    """An obligation and the report that answers it, if anything was sent."""

    obligation: Obligation
    report: Report | None
    period_closed: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """Who does it, when, why, and by which catalogue."""

    verb: ObligationAct
    actor_id: int
    actor_name: str
    at: datetime
    reason: str
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


async def save(
    connection: Connection,
    obligations: Sequence[Obligation],
    *,
    codes: Mapping[OrganizationId, OrganizationCode],
    recording: Recording,
) -> int:
    """Stores what the obligations become; how many were stored."""
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
                )
                for each in obligations
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
        recording.reason,
        EVENT_TYPES[recording.verb],
        recording.catalogue_number,
    )
    return stored
