"""Periods in the log: how far each is, and closing one with all of its reports by one statement."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.intake.connections import Connection
from services.intake.reports.rows import REPORT_COLUMNS, report_of
from shared.db.engine import write_json
from shared.domain.closings import Fulfilment, PeriodAct, PeriodState, RegimePeriod
from shared.domain.identifiers import OrganizationId, PeriodCode, RegimeCode
from shared.domain.reports import Act, Report
from shared.events.topics import EventType, period_subject

# Reports are found by their obligations, of which there is an index by form and period.
READ_REPORTS = f"""
SELECT {REPORT_COLUMNS}, o.organization_id, o.regime, o.form, o.period,
       (SELECT a.verb FROM log.report_act a
        WHERE a.report_id = r.id AND a.verb NOT IN ('close', 'reopen')
        ORDER BY a.sequence DESC LIMIT 1) AS last_verb
FROM log.obligation o JOIN log.report r ON r.obligation_id = o.id
WHERE o.form = ANY($1::text[]) AND (o.regime, o.period, o.province_id) = ($2, $3, $4)
  AND (r.state = 'closed') = $5
ORDER BY r.id FOR UPDATE OF r
"""

# A first submission holds its duty, so it comes before this, or finds that its period has moved on.
HOLD_DUTIES = """
WITH held AS (
    SELECT id FROM log.obligation
    WHERE form = ANY($1::text[]) AND (regime, period, province_id) = ($2, $3, $4)
    ORDER BY id FOR NO KEY UPDATE
)
UPDATE log.obligation o SET period_sequence = $5 FROM held WHERE o.id = held.id
"""

READ_PERIODS = """
SELECT o.regime, o.period, o.province_id, max(o.cutoff_date) AS cutoff_date,
       max(o.deadline) FILTER (WHERE o.state <> 'excluded') AS last_deadline,
       count(*) FILTER (WHERE o.state <> 'excluded') AS expected,
       count(*) FILTER (WHERE o.state = 'excluded') AS excluded,
       count(*) FILTER (WHERE o.state <> 'excluded'
           AND (r.live_version IS NOT NULL OR r.official_version IS NOT NULL)) AS sent,
       count(*) FILTER (WHERE o.state <> 'excluded' AND r.official_version IS NOT NULL
           AND (r.live_version IS NULL OR r.live_version = r.official_version)) AS approved,
       coalesce(act.sequence, 0) AS sequence, act.verb, act.actor_name, act.at, act.reason
FROM log.obligation o
LEFT JOIN log.report r ON r.obligation_id = o.id
LEFT JOIN LATERAL (
    SELECT a.sequence, a.verb, a.actor_name, a.at, a.reason FROM log.period_act a
    WHERE (a.province_id, a.regime, a.period) = (o.province_id, o.regime, o.period)
    ORDER BY a.sequence DESC LIMIT 1
) act ON true
WHERE ($1::bigint[] IS NULL OR o.organization_id = ANY($1))
  AND ($2::text IS NULL OR o.regime = $2) AND ($3::text IS NULL OR o.period = $3)
  AND ($4::bigint IS NULL OR o.province_id = $4)
GROUP BY o.regime, o.period, o.province_id, act.sequence, act.verb, act.actor_name, act.at,
         act.reason
ORDER BY max(o.cutoff_date) DESC, o.regime, o.period, o.province_id
LIMIT $5
"""

READ_ACTS = """
SELECT sequence, verb, actor_name, at, reason FROM log.period_act
WHERE (province_id, regime, period) = ($1, $2, $3) ORDER BY sequence
"""

RECEIVERS = """
SELECT DISTINCT receiver_id FROM log.obligation
WHERE (regime, period, province_id) = ($1, $2, $3) AND state <> 'excluded'
"""

# What an event says of a report but for these three is what its last event said of it.
SAVE_REPORTS = """
WITH wanted AS (
    SELECT w.*, gen_random_uuid() AS event_id FROM unnest(
        $1::bigint[], $2::integer[], $3::text[]
    ) AS w (id, sequence, state)
), head AS MATERIALIZED (
    UPDATE log.report r SET sequence = w.sequence, state = w.state
    FROM wanted w WHERE r.id = w.id AND r.sequence = w.sequence - 1
    RETURNING r.id, r.sequence, r.state, r.province_id, w.event_id,
              coalesce(r.live_version, r.official_version, r.last_version) AS version
), acts AS (
    INSERT INTO log.report_act (
        report_id, sequence, verb, version, actor_id, actor_name, at, reason, event_id)
    SELECT id, sequence, $4, version, $5, $6, $7, $8, event_id FROM head
), events AS (
    INSERT INTO log.event (
        event_id, type, subject, province_id, catalogue_number, data, occurred_at)
    SELECT head.event_id, $9, 'report/' || head.id, head.province_id, $10,
           last.data || jsonb_build_object(
               'sequence', head.sequence, 'state', head.state, 'act', $11::jsonb),
           $7
    FROM head
    CROSS JOIN LATERAL (
        SELECT e.data FROM log.event e
        WHERE e.subject = 'report/' || head.id ORDER BY e.id DESC LIMIT 1
    ) last
    ORDER BY head.id
)
SELECT count(*) FROM head
"""

SAVE_PERIOD = """
WITH act AS (
    INSERT INTO log.period_act (
        province_id, regime, period, sequence, verb, actor_id, actor_name, at, reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
)
INSERT INTO log.event (
    event_id, type, subject, province_id, catalogue_number, data, occurred_at)
VALUES (gen_random_uuid(), $10, $11, $1, $12, $13::jsonb, $8)
"""

REPORT_EVENTS: Mapping[PeriodAct, EventType] = {
    PeriodAct.CLOSE: EventType.REPORT_CLOSED,
    PeriodAct.REOPEN: EventType.REPORT_REOPENED,
}
PERIOD_EVENTS: Mapping[PeriodAct, EventType] = {
    PeriodAct.CLOSE: EventType.PERIOD_CLOSED,
    PeriodAct.REOPEN: EventType.PERIOD_REOPENED,
}


@dataclass(frozen=True, slots=True)
class RecordedPeriodAct:
    """What was done with a period."""

    sequence: int
    verb: PeriodAct
    actor_name: str
    at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class StoredPeriod:
    """A period with what is known of it; `last` is the last act, None as long as there was none."""

    period: RegimePeriod
    fulfilment: Fulfilment
    cutoff_date: date
    excluded: int
    last: RecordedPeriodAct | None


@dataclass(frozen=True, slots=True)
class LastActed:
    """A report and the last act on it that was none of closing."""

    report: Report
    last: Act


@dataclass(frozen=True, slots=True)
class Recording:
    """Who does it, when, why, and by which catalogue. `actor_id` None: the regime's own rule."""

    verb: PeriodAct
    actor_id: int | None
    actor_name: str
    at: datetime
    reason: str | None
    catalogue_number: int


async def read_periods(
    connection: Connection,
    *,
    organizations: Collection[OrganizationId] | None,
    regime: str | None = None,
    period: str | None = None,
    province_id: OrganizationId | None = None,
    limit: int,
) -> tuple[StoredPeriod, ...]:
    """The periods in which `organizations` (None: any) owe reports, newest first, counted so."""
    wanted = None if organizations is None else list(organizations)
    rows = await connection.fetch(READ_PERIODS, wanted, regime, period, province_id, limit)
    return tuple(_stored(row) for row in rows)


async def read_acts(connection: Connection, period: RegimePeriod) -> tuple[RecordedPeriodAct, ...]:
    """Everything that was done with a period, oldest first."""
    rows = await connection.fetch(READ_ACTS, *_key(period))
    return tuple(RecordedPeriodAct(**{**row, "verb": PeriodAct(row["verb"])}) for row in rows)


async def read_receivers(
    connection: Connection, period: RegimePeriod
) -> frozenset[OrganizationId | None]:
    """Who receives any report of a period; None where nobody is above the sender."""
    rows = await connection.fetch(RECEIVERS, period.regime, period.period, period.province_id)
    return frozenset(row["receiver_id"] for row in rows)


async def hold_duties(
    connection: Connection, period: RegimePeriod, *, forms: Collection[str]
) -> None:
    """Nobody sends a report of the period until the commit, and then only one judged anew."""
    await connection.execute(
        HOLD_DUTIES,
        list(forms),
        period.regime,
        period.period,
        period.province_id,
        period.sequence,
    )


async def hold_reports(
    connection: Connection, period: RegimePeriod, *, forms: Collection[str], closed: bool
) -> tuple[LastActed, ...]:
    """The reports of a period that are closed, or that are not, held until the commit."""
    rows = await connection.fetch(
        READ_REPORTS, list(forms), period.regime, period.period, period.province_id, closed
    )
    return tuple(
        LastActed(report, Act(row["last_verb"]))
        for row in rows
        if (report := report_of(row)) is not None
    )


async def save(
    connection: Connection,
    period: RegimePeriod,
    *,
    reports: Sequence[Report],
    recording: Recording,
) -> bool:
    """Stores the act on the period and on its reports; False if a report moved on meanwhile.

    Raises asyncpg.UniqueViolationError if somebody else acted on the period at the same moment.
    """
    act = {
        "verb": recording.verb.value,
        "actor_id": recording.actor_id,
        "actor_name": recording.actor_name,
        "at": recording.at.isoformat(),
        "reason": recording.reason,
    }
    await connection.execute(
        SAVE_PERIOD,
        *_key(period),
        period.sequence,
        recording.verb.value,
        recording.actor_id,
        recording.actor_name,
        recording.at,
        recording.reason,
        PERIOD_EVENTS[recording.verb],
        period_subject(period.regime, period.period, province_id=period.province_id),
        recording.catalogue_number,
        write_json(_event_data(period, act=act)),
    )
    stored: int = await connection.fetchval(
        SAVE_REPORTS,
        [each.id for each in reports],
        [each.sequence for each in reports],
        [each.state.value for each in reports],
        recording.verb.value,
        recording.actor_id,
        recording.actor_name,
        recording.at,
        recording.reason,
        REPORT_EVENTS[recording.verb],
        recording.catalogue_number,
        write_json(act | {"proxy": False}),
    )
    return stored == len(reports)


def _event_data(period: RegimePeriod, *, act: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "province_id": period.province_id,
        "regime": period.regime,
        "period": period.period,
        "sequence": period.sequence,
        "state": period.state.value,
        "act": dict(act),
    }


def _key(period: RegimePeriod) -> tuple[OrganizationId, RegimeCode, PeriodCode]:
    return period.province_id, period.regime, period.period


def _stored(row: Mapping[str, Any]) -> StoredPeriod:
    closed = row["verb"] == PeriodAct.CLOSE
    return StoredPeriod(
        period=RegimePeriod(
            regime=RegimeCode(row["regime"]),
            period=PeriodCode(row["period"]),
            province_id=OrganizationId(row["province_id"]),
            state=PeriodState.CLOSED if closed else PeriodState.OPEN,
            sequence=row["sequence"],
        ),
        fulfilment=Fulfilment(
            expected=row["expected"],
            sent=row["sent"],
            approved=row["approved"],
            last_deadline=row["last_deadline"],
        ),
        cutoff_date=row["cutoff_date"],
        excluded=row["excluded"],
        last=None
        if row["verb"] is None
        else RecordedPeriodAct(
            row["sequence"],
            PeriodAct(row["verb"]),
            row["actor_name"],
            row["at"],
            row["reason"],
        ),
    )
