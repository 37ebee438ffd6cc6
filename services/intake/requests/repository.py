"""Requests in the log: written once, with the obligations that they made."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.intake.connections import Connection
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode, RegimeCode
from shared.domain.requests import ReportRequest

SAVE = """
INSERT INTO log.report_request (
    regime, form, period, cutoff_date, last_day, asked_by, title, purpose, actor_id, actor_name, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
RETURNING id
"""

ASKED_ALREADY = """
SELECT organization_id FROM log.obligation
WHERE form = $1 AND period = $2 AND organization_id = ANY($3::bigint[])
"""

READ = """
SELECT q.id, q.regime, q.form, q.period, q.cutoff_date, q.last_day, q.asked_by, q.title, q.purpose,
       q.actor_name, q.at,
       count(*) FILTER (WHERE o.state <> 'excluded') AS expected,
       count(*) FILTER (WHERE o.state = 'excluded') AS excluded,
       count(*) FILTER (WHERE o.state <> 'excluded'
           AND (r.live_version IS NOT NULL OR r.official_version IS NOT NULL)) AS sent,
       count(*) FILTER (WHERE o.state <> 'excluded' AND r.official_version IS NOT NULL) AS approved
FROM log.report_request q
JOIN log.obligation o ON o.request_id = q.id
LEFT JOIN log.report r ON r.obligation_id = o.id
WHERE (q.asked_by = ANY($1::bigint[]) OR o.organization_id = ANY($2::bigint[]))
  AND ($3::bigint IS NULL OR q.id = $3)
  AND ($4::bigint IS NULL OR q.id < $4)
GROUP BY q.id ORDER BY q.id DESC LIMIT $5
"""


@dataclass(frozen=True, slots=True)
class Wording:
    """What the request is called, and what it is for."""

    title: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Recording:
    """Who asks, and when."""

    actor_id: int
    actor_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request with how far its reports are, counted over what the reader may read."""

    id: int
    regime: RegimeCode
    form: FormCode
    period: PeriodCode
    cutoff_date: date
    last_day: date
    asked_by: OrganizationId
    title: str
    purpose: str
    actor_name: str
    at: datetime
    expected: int
    excluded: int
    sent: int
    approved: int


async def save(
    connection: Connection, request: ReportRequest, *, wording: Wording, recording: Recording
) -> int:
    """The id of the request."""
    number: int = await connection.fetchval(
        SAVE,
        request.regime,
        request.form,
        request.period.code,
        request.period.cutoff_date,
        request.last_day,
        request.asked_by,
        wording.title,
        wording.purpose,
        recording.actor_id,
        recording.actor_name,
        recording.at,
    )
    return number


async def asked_already(
    connection: Connection,
    *,
    form: FormCode,
    period: PeriodCode,
    organizations: Sequence[OrganizationId],
) -> frozenset[OrganizationId]:
    """Who owes this form for these days already, whoever asked."""
    rows = await connection.fetch(ASKED_ALREADY, form, period, list(organizations))
    return frozenset(OrganizationId(row["organization_id"]) for row in rows)


async def read_requests(
    connection: Connection,
    *,
    askers: Collection[OrganizationId],
    organizations: Collection[OrganizationId],
    number: int | None = None,
    before: int | None = None,
    limit: int,
) -> tuple[StoredRequest, ...]:
    """Those that `askers` asked, or that `organizations` were asked, newest first."""
    rows = await connection.fetch(READ, list(askers), list(organizations), number, before, limit)
    return tuple(_stored(row) for row in rows)


def _stored(row: Mapping[str, Any]) -> StoredRequest:
    return StoredRequest(**row)
