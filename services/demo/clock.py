"""The demonstration's clock: it ticks, survives a restart, and is moved on by a button."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.clock import Clock, DemoClock
from shared.db.engine import transaction
from shared.domain.calendars import WorkingCalendar
from shared.domain.reminders import WorkingHours
from shared.domain.time import instant_at, vietnam_date

SAVE_SECONDS = 5.0
"""At most this much business time is lived through twice after a crash."""

_READ = text("SELECT instant FROM intake.demo_clock")
_SAVE = text("""
INSERT INTO intake.demo_clock (instant) VALUES (:instant)
ON CONFLICT (singleton) DO UPDATE SET instant = greatest(demo_clock.instant, excluded.instant)
""")


async def read_clock(engine: AsyncEngine) -> DemoClock | None:
    """The clock where it stopped; None if there was no demonstration yet."""
    async with engine.connect() as connection:
        instant: datetime | None = await connection.scalar(_READ)
    return None if instant is None else DemoClock(instant)


async def save_clock(engine: AsyncEngine, clock: Clock) -> None:
    async with transaction(engine) as connection:
        await connection.execute(_SAVE, {"instant": clock.now()})


async def keep_saving(engine: AsyncEngine, clock: Clock, *, stop: asyncio.Event) -> None:
    """Until `stop` is set, and once more then."""
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), SAVE_SECONDS)
        await save_clock(engine, clock)


def next_working_morning(now: datetime, *, calendar: WorkingCalendar) -> datetime:
    """The start of working time on the first working day after today."""
    tomorrow = vietnam_date(now) + timedelta(days=1)
    return instant_at(calendar.next_working_day(tomorrow), WorkingHours().start)
