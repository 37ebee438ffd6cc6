"""Duties and what stands for them, as the aggregator knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.aggregator.shapes import Sheaf
from shared.db.engine import driver
from shared.domain.identifiers import OrganizationId

# A report is in when it counts in either sum: a correction under review leaves the approved one.
_DUTIES = """
SELECT obligation.organization_id, obligation.deadline, obligation.state,
       live.state AS report_state, live.first_submitted_at, live.nothing_to_report,
       coalesce(live.version, official.version) IS NOT NULL AS is_in
FROM aggregator.obligation
LEFT JOIN aggregator.report AS live
    ON live.form = obligation.form AND live.period = obligation.period
    AND live.organization_id = obligation.organization_id AND live.track = 'live'
LEFT JOIN aggregator.report AS official
    ON official.form = obligation.form AND official.period = obligation.period
    AND official.organization_id = obligation.organization_id AND official.track = 'official'
WHERE obligation.form = $1 AND obligation.period = $2
    AND obligation.organization_id = ANY ($3::bigint[]) AND obligation.state <> 'excluded'
"""

_LAST_DEADLINE_PASSED = """
SELECT max(deadline) FROM aggregator.obligation
WHERE form = $1 AND period = $2 AND deadline < $3
"""


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One unit's duty. `report_state` is None as long as it has never sent."""

    organization_id: OrganizationId
    deadline: datetime
    report_state: str | None
    first_submitted_at: datetime | None
    nothing_to_report: bool
    is_in: bool

    def is_overdue(self, now: datetime) -> bool:
        return not self.is_in and now > self.deadline

    @property
    def is_late(self) -> bool:
        first = self.first_submitted_at
        return self.is_in and (first is None or first > self.deadline)


async def read_duties(
    connection: AsyncConnection, sheaf: Sheaf, *, organization_ids: list[OrganizationId]
) -> dict[OrganizationId, DutyRow]:
    """The duties of these organizations that are not excluded."""
    native = await driver(connection)
    rows = await native.fetch(_DUTIES, *sheaf, organization_ids)
    return {OrganizationId(row["organization_id"]): _duty(row) for row in rows}


async def last_deadline_passed(
    connection: AsyncConnection, sheaf: Sheaf, *, now: datetime
) -> datetime | None:
    """The newest deadline before `now`: what is overdue changes only when this does."""
    native = await driver(connection)
    deadline: datetime | None = await native.fetchval(_LAST_DEADLINE_PASSED, *sheaf, now)
    return deadline


def _duty(row: Mapping[str, Any]) -> DutyRow:
    return DutyRow(
        organization_id=OrganizationId(row["organization_id"]),
        deadline=row["deadline"],
        report_state=row["report_state"],
        first_submitted_at=row["first_submitted_at"],
        nothing_to_report=bool(row["nothing_to_report"]),
        is_in=row["is_in"],
    )
