"""The event of a change of the catalogue."""

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.catalogue.store import CatalogueChange
from shared.events.envelope import NewEvent
from shared.events.payloads import CatalogueChangedV1
from shared.events.topics import EventType
from shared.messaging.outbox import append_events


async def announce_change(connection: AsyncConnection, change: CatalogueChange) -> None:
    """Store `vn.tonghop.catalogue.changed.v1` in the transaction of the change.

    It has no province: every partition gets it.
    """
    event = NewEvent(
        type=EventType.CATALOGUE_CHANGED,
        subject=f"catalogue/{change.number}",
        province_id=None,
        catalogue_number=change.number,
        data=CatalogueChangedV1(number=change.number, summary=change.summary),
        occurred_at=change.recorded_at,
    )
    await append_events(connection, [event])
