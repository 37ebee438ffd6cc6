"""What a change of the catalogue from the command line leaves behind: its event and its audit."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue_events import announce_change
from services.commands.operators import operator
from services.intake.accounts.records import Action
from services.intake.accounts.repository import record
from shared.catalogue.store import CatalogueChange


async def announce_and_audit(connection: AsyncConnection, change: CatalogueChange) -> None:
    """Tells the services of the change, and the audit who made it, in the change's transaction."""
    await announce_change(connection, change)
    await record(
        connection,
        Action.CATALOGUE_LOADED,
        at=change.recorded_at,
        account_id=None,
        details={"number": change.number, "summary": change.summary},
        by=operator(),
    )
