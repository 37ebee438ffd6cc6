"""The queue of a receiver: what was sent to it and waits for a decision."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.connections import Connection
from services.intake.reports.repository import Filed
from services.intake.reports.rows import (
    OBLIGATION_COLUMNS,
    REPORT_COLUMNS,
    obligation_of,
    report_of,
)
from shared.db.engine import read_json
from shared.domain.identifiers import OrganizationId
from shared.domain.obligations import Obligation

QUEUE = f"""
SELECT {OBLIGATION_COLUMNS}, {REPORT_COLUMNS}, v.submitted_at, v.nothing_to_report, v.explanations
FROM log.obligation o
JOIN log.report r ON r.obligation_id = o.id
JOIN log.report_version v ON v.report_id = r.id AND v.version = r.last_version
WHERE o.receiver_id = $1 AND o.organization_id = ANY($2::bigint[])
  AND r.state = ANY($3::text[])
  AND ($4::text IS NULL OR o.period = $4)
  AND r.id > $5
"""
READ_QUEUE = f"{QUEUE} ORDER BY r.id LIMIT $6"
READ_NEWEST = f"{QUEUE} ORDER BY v.submitted_at DESC, r.id DESC LIMIT $6"

COUNT_QUEUE = """
SELECT r.state, count(*) AS reports
FROM log.obligation o JOIN log.report r ON r.obligation_id = o.id
WHERE o.receiver_id = $1 AND o.organization_id = ANY($2::bigint[])
GROUP BY r.state
"""


READ_MISSING = f"""
SELECT {OBLIGATION_COLUMNS}, {REPORT_COLUMNS}
FROM log.obligation o LEFT JOIN log.report r ON r.obligation_id = o.id
WHERE o.receiver_id = $1 AND o.organization_id = ANY($2::bigint[])
  AND o.state = 'fixed' AND (r.id IS NULL OR r.state IN ('returned', 'withdrawn'))
ORDER BY o.deadline DESC, o.id LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One report in the queue, with what its last version says about itself."""

    filed: Filed
    submitted_at: datetime
    nothing_to_report: bool
    explanations: Mapping[str, str]


async def read_queue(
    connection: Connection,
    receiver_id: OrganizationId,
    *,
    reporters: Collection[OrganizationId],
    states: Collection[str],
    period: str | None = None,
    after: int = 0,
    limit: int,
    newest: bool = False,
) -> tuple[Waiting, ...]:
    """The reports that `reporters` sent to `receiver_id` and that are in one of `states`.

    In order of id; with `newest`, those that were sent last, and they first.
    """
    statement = READ_NEWEST if newest else READ_QUEUE
    rows = await connection.fetch(
        statement, receiver_id, list(reporters), list(states), period, after, limit
    )
    return tuple(_waiting(row) for row in rows)


async def read_missing(
    connection: Connection,
    receiver_id: OrganizationId,
    *,
    reporters: Collection[OrganizationId],
    limit: int,
) -> tuple[Obligation, ...]:
    """What is owed to `receiver_id` after the cut-off and is not with it, newest period first."""
    rows = await connection.fetch(READ_MISSING, receiver_id, list(reporters), limit)
    return tuple(obligation_of(row) for row in rows)


async def count_queue(
    connection: Connection,
    receiver_id: OrganizationId,
    *,
    reporters: Collection[OrganizationId],
) -> dict[str, int]:
    """How many reports are in each state."""
    rows = await connection.fetch(COUNT_QUEUE, receiver_id, list(reporters))
    return {row["state"]: row["reports"] for row in rows}


def _waiting(row: Mapping[str, Any]) -> Waiting:
    report = report_of(row)
    if report is None:
        raise LookupError("the row holds no report")
    return Waiting(
        filed=Filed(obligation=obligation_of(row), report=report),
        submitted_at=row["submitted_at"],
        nothing_to_report=row["nothing_to_report"],
        explanations=read_json(row["explanations"]),
    )
