"""Obligations in the log: read by one statement, changed by one statement for a whole period."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from services.intake.connections import Connection
from services.intake.reports.rows import (
    OBLIGATION_COLUMNS,
    PERIOD_CLOSED,
    REPORT_COLUMNS,
    obligation_of,
    report_of,
)
from shared.db.locks import AdvisoryLock
from shared.domain.drafts import DraftState
from shared.domain.identifiers import (
    FormCode,
    ObligationId,
    OrganizationCode,
    OrganizationId,
    PeriodCode,
    RegimeCode,
)
from shared.domain.obligations import Obligation, ObligationState
from shared.domain.reports import Report

READ_OF_PERIOD = f"""
SELECT {OBLIGATION_COLUMNS} FROM log.obligation o
WHERE (o.regime, o.form, o.period) = ($1, $2, $3)
"""

LAST_CUTOFF = "SELECT max(cutoff_date) FROM log.obligation WHERE (regime, form) = ($1, $2)"

OPEN_PERIODS = """
SELECT DISTINCT period FROM log.obligation
WHERE (regime, form, state) = ($1, $2, 'provisional')
"""

STORE = """
WITH wanted AS (
    SELECT * FROM unnest(
        $1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::text[], $6::integer[],
        $7::text[], $8::text[], $16::timestamptz[], $14::text[]
    ) AS w (organization_id, province_id, receiver_id, deadline, state, sequence, code, verb,
            original_deadline, reason)
), stored AS (
    INSERT INTO log.obligation AS o (
        organization_id, province_id, regime, form, period, receiver_id, cutoff_date, deadline,
        original_deadline, state, sequence, request_id)
    SELECT organization_id, province_id, $9, $10, $11, receiver_id, $12::date, deadline,
           original_deadline, state, sequence, $17
    FROM wanted ORDER BY organization_id
    ON CONFLICT (organization_id, regime, form, period) DO UPDATE
    SET receiver_id = excluded.receiver_id, cutoff_date = excluded.cutoff_date,
        deadline = excluded.deadline, original_deadline = excluded.original_deadline,
        state = excluded.state, sequence = excluded.sequence
    WHERE o.state = 'provisional' AND o.sequence = excluded.sequence - 1
    RETURNING o.*
), acts AS (
    INSERT INTO log.obligation_act (
        obligation_id, sequence, verb, state, receiver_id, cutoff_date, deadline,
        original_deadline, at, reason)
    SELECT s.id, s.sequence, w.verb, s.state, s.receiver_id, s.cutoff_date, s.deadline,
           s.original_deadline, $13, w.reason
    FROM stored s JOIN wanted w USING (organization_id)
), events AS (
    INSERT INTO log.event (
        event_id, type, subject, province_id, catalogue_number, data, occurred_at)
    SELECT gen_random_uuid(),
           'vn.tonghop.obligation.'
           || CASE s.state WHEN 'provisional' THEN 'opened' ELSE s.state END || '.v1',
           'obligation/' || s.id, s.province_id, $15,
           jsonb_build_object(
               'obligation_id', s.id, 'sequence', s.sequence,
               'organization_id', s.organization_id, 'organization_code', w.code,
               'province_id', s.province_id, 'receiver_id', s.receiver_id,
               'regime', s.regime, 'form', s.form, 'period', s.period,
               'cutoff_date', s.cutoff_date, 'deadline', s.deadline,
               'original_deadline', s.original_deadline, 'state', s.state,
               'holder_id', s.holder_id, 'reason', w.reason),
           $13
    FROM stored s JOIN wanted w USING (organization_id) ORDER BY s.organization_id
)
SELECT count(*) FROM stored
"""

_DUTIES = f"""
SELECT {OBLIGATION_COLUMNS}, {REPORT_COLUMNS}, {PERIOD_CLOSED}, d.updated_at AS draft_updated_at,
       d.state AS draft_state, d.prepared_by_name, d.hand_back_reason,
       (SELECT count(*) FROM jsonb_each(d.figures) r, jsonb_each(r.value)) AS draft_cells,
       (SELECT a.reason FROM log.report_act a
        WHERE a.report_id = r.id AND a.sequence = r.sequence AND a.verb = 'return'
       ) AS return_reason,
       (SELECT v.proxy_by FROM log.report_version v
        WHERE v.report_id = r.id AND v.version = r.last_version) AS proxy_by,
       (SELECT q.title FROM log.report_request q WHERE q.id = o.request_id) AS request_title
FROM log.obligation o
LEFT JOIN log.report r ON r.obligation_id = o.id
LEFT JOIN intake.draft d
  ON (d.obligation_id, d.organization_id) = (o.id, COALESCE(o.holder_id, o.organization_id))
"""

LIST = f"""{_DUTIES}
WHERE o.organization_id = ANY($1::bigint[])
  AND ($2::text IS NULL OR o.period = $2)
  AND ($3::text IS NULL OR o.form = $3)
  AND ($4::text IS NULL OR o.state = $4)
  AND o.id > $5
ORDER BY o.id LIMIT $6
"""

LIST_MET_BY = f"""{_DUTIES}
WHERE o.holder_id = $1 OR (o.organization_id = $1 AND o.holder_id IS NULL)
ORDER BY o.id LIMIT $2
"""

READ_ONE = f"""{_DUTIES}
WHERE o.id = $1 AND o.organization_id = ANY($2::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation with what was done about it. Times are instants of the business clock.

    `draft_state` and what follows are of the sender's draft; None where there is none.
    `entered_by` is the receiver that entered the last version for the sender. `request_title` is
    that of the request, where somebody asked for the report once.
    """

    obligation: Obligation
    report: Report | None
    draft_updated_at: datetime | None
    draft_cells: int
    return_reason: str | None
    draft_state: DraftState | None = None
    prepared_by_name: str | None = None
    hand_back_reason: str | None = None
    entered_by: OrganizationId | None = None
    period_closed: bool = False
    request_title: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Which period's obligations change, and when; `request_id`: somebody asked for them."""

    regime: RegimeCode
    form: FormCode
    period: PeriodCode
    cutoff_date: date
    at: datetime
    catalogue_number: int
    request_id: int | None = None


async def lock_keeper(connection: Connection) -> None:
    """Until the end of the transaction no other keeper derives."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", AdvisoryLock.OBLIGATION_KEEPER)


async def read_of_period(
    connection: Connection, *, regime: RegimeCode, form: FormCode, period: PeriodCode
) -> tuple[Obligation, ...]:
    """All obligations of one form for one period, over every province."""
    return tuple(
        obligation_of(row) for row in await connection.fetch(READ_OF_PERIOD, regime, form, period)
    )


async def last_cutoff(connection: Connection, *, regime: RegimeCode, form: FormCode) -> date | None:
    """The cut-off of the newest period that was opened, None if none ever was."""
    found: date | None = await connection.fetchval(LAST_CUTOFF, regime, form)
    return found


async def provisional_periods(
    connection: Connection, *, regime: RegimeCode, form: FormCode
) -> frozenset[PeriodCode]:
    """The periods that still have obligations to be fixed."""
    rows = await connection.fetch(OPEN_PERIODS, regime, form)
    return frozenset(PeriodCode(row["period"]) for row in rows)


async def store(
    connection: Connection,
    obligations: Sequence[Obligation],
    *,
    change: Change,
    codes: Mapping[OrganizationId, OrganizationCode],
    reasons: Mapping[OrganizationId, str | None] = MappingProxyType({}),
) -> int:
    """Stores the obligations of one period with their acts and events; how many were changed.

    One that moved on meanwhile, or is fixed already, is left as it is. `reasons` are told of those
    that have one.
    """
    columns = zip(*(_stored_values(each, codes=codes) for each in obligations), strict=True)
    *firsts, originals = (list(column) for column in columns)
    stored: int = await connection.fetchval(
        STORE,
        *firsts,
        change.regime,
        change.form,
        change.period,
        change.cutoff_date,
        change.at,
        [reasons.get(each.organization_id) for each in obligations],
        change.catalogue_number,
        originals,
        change.request_id,
    )
    return stored


async def read_duties(
    connection: Connection,
    *,
    organizations: Collection[OrganizationId],
    period: str | None = None,
    form: str | None = None,
    state: str | None = None,
    after: int = 0,
    limit: int,
) -> tuple[Duty, ...]:
    """The duties of `organizations`, in order of id."""
    rows = await connection.fetch(LIST, list(organizations), period, form, state, after, limit)
    return tuple(_duty(row) for row in rows)


async def read_duties_met_by(
    connection: Connection, organization_id: OrganizationId, *, limit: int
) -> tuple[Duty, ...]:
    """What an organization has to report for itself and for units it took over, by id."""
    rows = await connection.fetch(LIST_MET_BY, organization_id, limit)
    return tuple(_duty(row) for row in rows)


async def read_duty(
    connection: Connection,
    obligation_id: ObligationId,
    *,
    organizations: Collection[OrganizationId],
) -> Duty | None:
    """One duty, None if there is none within these bounds."""
    row = await connection.fetchrow(READ_ONE, obligation_id, list(organizations))
    return None if row is None else _duty(row)


def _duty(row: Mapping[str, Any]) -> Duty:
    return Duty(
        obligation=obligation_of(row),
        report=report_of(row),
        draft_updated_at=row["draft_updated_at"],
        draft_cells=row["draft_cells"],
        return_reason=row["return_reason"],
        draft_state=None if row["draft_state"] is None else DraftState(row["draft_state"]),
        prepared_by_name=row["prepared_by_name"],
        hand_back_reason=row["hand_back_reason"],
        entered_by=row["proxy_by"],
        period_closed=row["period_closed"],
        request_title=row["request_title"],
    )


def _stored_values(
    obligation: Obligation, *, codes: Mapping[OrganizationId, OrganizationCode]
) -> tuple[Any, ...]:
    verb = "opened" if obligation.id is None else _verb_of(obligation)
    return (
        obligation.organization_id,
        obligation.province_id,
        obligation.receiver_id,
        obligation.deadline,
        obligation.state.value,
        obligation.sequence,
        codes[obligation.organization_id],
        verb,
        obligation.original_deadline,
    )


def _verb_of(obligation: Obligation) -> str:
    return "changed" if obligation.state is ObligationState.PROVISIONAL else obligation.state.value
