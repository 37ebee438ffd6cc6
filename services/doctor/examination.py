"""Runs every check that can be run; one that fails by itself is a finding too."""

import asyncio
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.doctor import log
from services.doctor.database import check_clock, check_database
from services.doctor.findings import Finding, error
from services.doctor.surroundings import check_broker, check_calendar, check_disk, check_mail
from shared.catalogue.repository import read_stored
from shared.catalogue.schemas import CalendarFile
from shared.clock import SystemClock
from shared.db.engine import snapshot
from shared.domain.time import vietnam_date
from shared.settings import Settings


async def examine(engine: AsyncEngine, settings: Settings, *, everything: bool) -> list[Finding]:
    """All findings, in the order in which an operator would look. `everything`: every report."""
    stored = await _of_database(engine, everything=everything)
    around = await asyncio.gather(check_broker(settings), check_mail(settings))
    disk = await asyncio.to_thread(check_disk, settings.data_directory)
    return [*stored, *around, disk]


async def _of_database(engine: AsyncEngine, *, everything: bool) -> list[Finding]:
    try:
        async with snapshot(engine) as connection:
            findings = await check_database(connection)
            if any(each.check == "schema" and each.severity for each in findings):
                return findings
            return [*findings, *await _of_log(connection, everything=everything)]
    except (DBAPIError, OSError) as fault:
        remedy = "Xem PostgreSQL có chạy không và TONGHOP_DATABASE_URL có đúng không."
        return [error("database", f"không dùng được: {fault}".splitlines()[0], remedy=remedy)]


async def _of_log(connection: AsyncConnection, *, everything: bool) -> list[Finding]:
    today = await _today(connection)
    stored = await read_stored(connection)
    calendars = [each for each in stored.documents if isinstance(each, CalendarFile)]
    return [
        *await check_clock(connection),
        *check_calendar(calendars, today=today),
        await log.check_obligations(connection, today=today),
        await log.check_relay(connection),
        *await log.check_consumers(connection),
        await log.check_contents(connection, everything=everything),
    ]


async def _today(connection: AsyncConnection) -> date:
    """The demonstration's day, where there is a demonstration."""
    made_up: datetime | None = await connection.scalar(
        text("SELECT instant FROM intake.demo_clock")
    )
    return SystemClock().today() if made_up is None else vietnam_date(made_up)
