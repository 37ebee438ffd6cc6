"""Sets the notifier's timers of a prepared history: nothing that is past is ever mailed."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.demo.year.placing import mark_applied
from services.notifier.timers.use_cases import TimerKeeper
from shared.catalogue.catalogue import CatalogueReader
from shared.clock import FixedClock
from shared.db.engine import driver, transaction
from shared.domain.reminders import ReminderPolicy
from shared.messaging.offsets import ConsumerSchema
from shared.messaging.table import COLUMNS, recorded_event

AT_ONCE = 2000

# Every duty, and the reports that are with their senders again: nothing else is for the notifier.
NEWEST = f"""
SELECT {COLUMNS} FROM log.event
WHERE position IN (
    SELECT max(position) FROM log.event WHERE province_id IS NOT NULL GROUP BY subject)
  AND (type LIKE 'vn.tonghop.obligation.%'
       OR (data -> 'live' = 'null' AND data -> 'official' = 'null'))
ORDER BY position
"""

# The notifier counts a stage of its first day as its own; here the morning is past already.
MISS_THE_PAST = text("""
UPDATE notifier.timer SET state = 'missed' WHERE state = 'waiting' AND due_at < :now
""")


async def set_reminders(engine: AsyncEngine, *, at: datetime) -> None:
    """Have the notifier hear of the log as if it started `at`, and miss what was due before."""
    keeper = TimerKeeper(
        catalogue=CatalogueReader(engine), policy=ReminderPolicy(), clock=FixedClock(at)
    )
    async with transaction(engine) as connection:
        native = await driver(connection)
        newest = await native.cursor(NEWEST)
        while rows := await newest.fetch(AT_ONCE):
            await keeper.handle(connection, [recorded_event(row) for row in rows])
        await connection.execute(MISS_THE_PAST, {"now": at})
    await mark_applied(engine, ConsumerSchema.NOTIFIER)
