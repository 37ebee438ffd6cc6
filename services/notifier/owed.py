"""What is still owed, of every kind that has a deadline: one question to the log."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.abouts import About, MailKind, Owed
from services.notifier.aggregates.use_cases import owed_aggregates
from services.notifier.timers.repository import owed_reports
from shared.catalogue.catalogue import Catalogue


async def read_owed(
    connection: AsyncConnection, abouts: Collection[About], *, catalogue: Catalogue
) -> dict[About, Owed]:
    """How the log holds each of them now; those that it does not know are left out."""
    reports = [each.id for each in abouts if each.kind is MailKind.REPORT]
    found = await owed_reports(connection, reports) if reports else {}
    aggregates = [each.id for each in abouts if each.kind is MailKind.AGGREGATE]
    signing = await owed_aggregates(connection, aggregates, catalogue=catalogue)
    owed: list[Owed] = [*found.values(), *signing]
    return {each.about: each for each in owed}
