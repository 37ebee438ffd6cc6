"""Who receives each report, and when its unit was last urged.

The port is the view `notifier.published_urge`: nothing else of that schema can be read here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.aggregator.shapes import Sheaf
from shared.db.engine import driver
from shared.domain.identifiers import OrganizationId

_OWED = """
SELECT obligation.organization_id, obligation.obligation_id, obligation.receiver_id,
       obligation.cutoff_date, urge.urged_at, urge.urged_by_name, urge.urged_on
FROM aggregator.obligation LEFT JOIN notifier.published_urge AS urge USING (obligation_id)
WHERE form = $1 AND period = $2 AND organization_id = ANY ($3::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """One unit's report: who receives it, and when it was last urged for, by whom."""

    organization_id: OrganizationId
    obligation_id: int
    receiver_id: OrganizationId | None
    cutoff_date: date
    urged_at: datetime | None
    urged_by_name: str | None
    urged_on: date | None


async def read_owed(
    connection: AsyncConnection, sheaf: Sheaf, *, organization_ids: Sequence[OrganizationId]
) -> dict[OrganizationId, Owed]:
    native = await driver(connection)
    rows = await native.fetch(_OWED, *sheaf, organization_ids)
    return {OrganizationId(row["organization_id"]): Owed(**row) for row in rows}
