"""SQL of urging: one at a time for each obligation, and what was urged already on a day."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.domain.reminders import ReminderStage

# The row is that of the stage: who hands the mail over holds it, and so does who urges meanwhile.
_HOLD = text("""
INSERT INTO notifier.timer (kind, about_id, stage, due_at, state)
SELECT 'report', wanted.id, :stage, :now, 'decided'
FROM unnest(CAST(:obligation_ids AS bigint[])) AS wanted (id)
ORDER BY wanted.id
ON CONFLICT (kind, about_id, stage) DO UPDATE SET due_at = excluded.due_at, state = excluded.state
""")

_URGED_ON = text("""
SELECT about_id AS obligation_id FROM notifier.reminder
WHERE stage = :stage AND urged_on = :day AND state <> 'cancelled'
  AND kind = 'report' AND about_id = ANY(CAST(:obligation_ids AS bigint[]))
""")


async def hold(
    connection: AsyncConnection, obligation_ids: Collection[int], *, now: datetime
) -> None:
    """Ours until the end of the transaction, in the order of their ids."""
    await connection.execute(
        _HOLD,
        {"obligation_ids": sorted(obligation_ids), "stage": ReminderStage.URGE, "now": now},
    )


async def urged_on(
    connection: AsyncConnection, obligation_ids: Collection[int], *, day: date
) -> frozenset[int]:
    """Those of the obligations that somebody urged on that day."""
    rows = await connection.execute(
        _URGED_ON,
        {"obligation_ids": list(obligation_ids), "stage": ReminderStage.URGE, "day": day},
    )
    return frozenset(row.obligation_id for row in rows)
