"""Reports in the log: heads, versions, acts and the events they caused."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.intake.comparing import Before
from services.intake.connections import Connection
from services.intake.reports.rows import (
    OBLIGATION_COLUMNS,
    PERIOD_CLOSED,
    REPORT_COLUMNS,
    VERSION_COLUMNS,
    Row,
    StoredVersion,
    obligation_of,
    report_of,
    version_of,
)
from shared.domain.figures import Figures
from shared.domain.identifiers import OrganizationId, ReportId
from shared.domain.obligations import Obligation
from shared.domain.reports import Act, Report

READ_REPORT = f"""
SELECT {OBLIGATION_COLUMNS}, {REPORT_COLUMNS}, {PERIOD_CLOSED}
FROM log.report r JOIN log.obligation o ON o.id = r.obligation_id
WHERE r.id = $1 AND o.organization_id = ANY($2::bigint[])
"""

READ_VERSIONS = f"""
SELECT {VERSION_COLUMNS} FROM log.report_version v WHERE v.report_id = $1 ORDER BY v.version
"""

READ_LAST_VERSION = f"""
SELECT {VERSION_COLUMNS} FROM log.report_version v
WHERE v.report_id = $1 ORDER BY v.version DESC LIMIT 1
"""

READ_ACTS = """
SELECT a.sequence, a.verb, a.version, a.actor_name, a.at, a.reason, a.event_id,
       a.verb = 'submit' AND v.proxy_by IS NOT NULL AS proxy
FROM log.report_act a
LEFT JOIN log.report_version v ON v.report_id = a.report_id AND v.version = a.version
WHERE a.report_id = $1 ORDER BY a.sequence
"""

READ_EVENTS = """
SELECT event_id, type, occurred_at, position, recorded_at
FROM log.event WHERE subject = $1 ORDER BY id
"""

READ_RECEIPT = f"""
SELECT {OBLIGATION_COLUMNS}, {REPORT_COLUMNS}, {PERIOD_CLOSED}, {VERSION_COLUMNS},
       a.sequence AS act_sequence, a.event_id
FROM log.report_version v
JOIN log.report r ON r.id = v.report_id
JOIN log.obligation o ON o.id = r.obligation_id
JOIN log.report_act a ON a.report_id = v.report_id AND a.version = v.version AND a.verb = 'submit'
WHERE v.receipt_number = $1 AND o.organization_id = ANY($2::bigint[])
"""

READ_COMPARED = """
SELECT e.figures FROM log.report p
JOIN log.report_version e
  ON e.report_id = p.id AND e.version = coalesce(p.live_version, p.official_version)
WHERE p.organization_id = ANY($1::bigint[]) AND (p.regime, p.form, p.period) = ($2, $3, $4)
"""

SAVE_ACT = """
WITH head AS (
    UPDATE log.report SET
        sequence = $2, state = $3, live_version = $4, official_version = $5,
        first_submitted_at = $6
    WHERE id = $1 AND sequence = $2 - 1
    RETURNING id, province_id
), act AS (
    INSERT INTO log.report_act (
        report_id, sequence, verb, version, actor_id, actor_name, at, reason, event_id)
    SELECT id, $2, $7, $8, $9, $10, $11, $12, $13 FROM head
), event AS (
    INSERT INTO log.event (
        event_id, type, subject, province_id, catalogue_number, data, occurred_at)
    SELECT $13, $14, 'report/' || id, province_id, $15, $16::jsonb, $11 FROM head
)
SELECT count(*) FROM head
"""


@dataclass(frozen=True, slots=True)
class Filed:
    """A report together with the obligation that it meets."""

    obligation: Obligation
    report: Report
    period_closed: bool = False


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """One act as the log keeps it; `proxy`: the receiver did it for the sender."""

    sequence: int
    verb: Act
    version: int | None
    actor_name: str
    at: datetime
    reason: str | None
    event_id: UUID
    proxy: bool


@dataclass(frozen=True, slots=True)
class CausedEvent:
    """An event of a report; it has no position until the relay has given one."""

    event_id: UUID
    type: str
    occurred_at: datetime
    position: int | None
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """What a receipt is made of."""

    filed: Filed
    version: StoredVersion
    sequence: int
    event_id: UUID


@dataclass(frozen=True, slots=True)
class NewAct:
    """The rows of one act of review or withdrawal; `report` is what the report becomes."""

    report: Report
    verb: Act
    version: int | None
    actor_id: int
    actor_name: str
    at: datetime
    reason: str | None
    event_id: UUID
    event_type: str
    catalogue_number: int
    event_data: str


async def read_report(
    connection: Connection,
    report_id: ReportId,
    *,
    organizations: Collection[OrganizationId],
    lock: bool = False,
) -> Filed | None:
    """One report, None if none of `organizations` has it; with `lock`, held until the commit."""
    statement = f"{READ_REPORT} FOR UPDATE OF r" if lock else READ_REPORT
    row = await connection.fetchrow(statement, report_id, list(organizations))
    return None if row is None else _filed(row)


async def read_versions(connection: Connection, report_id: ReportId) -> tuple[StoredVersion, ...]:
    """All versions, oldest first."""
    rows = await connection.fetch(READ_VERSIONS, report_id)
    return tuple(version for row in rows if (version := version_of(row)) is not None)


async def read_last_version(connection: Connection, report_id: ReportId) -> StoredVersion | None:
    """The version that was sent last."""
    row = await connection.fetchrow(READ_LAST_VERSION, report_id)
    return None if row is None else version_of(row)


async def read_acts(connection: Connection, report_id: ReportId) -> tuple[RecordedAct, ...]:
    """All acts, oldest first."""
    rows = await connection.fetch(READ_ACTS, report_id)
    return tuple(RecordedAct(**{**row, "verb": Act(row["verb"])}) for row in rows)


async def read_events(connection: Connection, report_id: ReportId) -> tuple[CausedEvent, ...]:
    """The events that the report's acts caused, oldest first."""
    rows = await connection.fetch(READ_EVENTS, f"report/{report_id}")
    return tuple(CausedEvent(**row) for row in rows)


async def read_receipt(
    connection: Connection, number: str, *, organizations: Collection[OrganizationId]
) -> StoredReceipt | None:
    """The receipt, None if none of `organizations` was given it."""
    row = await connection.fetchrow(READ_RECEIPT, number, list(organizations))
    version = None if row is None else version_of(row)
    if row is None or version is None:
        return None
    return StoredReceipt(
        filed=_filed(row), version=version, sequence=row["act_sequence"], event_id=row["event_id"]
    )


async def read_compared(
    connection: Connection, obligation: Obligation, *, before: Before
) -> Figures | None:
    """What the organization's figures go on from in another period, None if that is not known."""
    rows = await connection.fetch(
        READ_COMPARED, before.units, obligation.regime, obligation.form, before.period
    )
    return before.figures([row["figures"] for row in rows])


async def save_act(connection: Connection, new: NewAct) -> bool:
    """Whether the act was stored; False if the report moved on since it was read."""
    report = new.report
    stored: int = await connection.fetchval(
        SAVE_ACT,
        report.id,
        report.sequence,
        report.state.value,
        report.live,
        report.official,
        report.first_submitted_at,
        new.verb.value,
        new.version,
        new.actor_id,
        new.actor_name,
        new.at,
        new.reason,
        new.event_id,
        new.event_type,
        new.catalogue_number,
        new.event_data,
    )
    return stored == 1


def _filed(row: Row) -> Filed:
    report = report_of(row)
    if report is None:
        raise LookupError("the row holds no report")
    return Filed(obligation_of(row), report, period_closed=row["period_closed"])
