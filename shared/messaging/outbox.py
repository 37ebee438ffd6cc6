"""Storing events in the transaction of what they tell of."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.engine import driver
from shared.events.envelope import NewEvent

_APPEND = """
INSERT INTO log.event
    (event_id, type, subject, province_id, catalogue_number, data, occurred_at)
SELECT event_id, type, subject, province_id, catalogue_number, data::jsonb, occurred_at
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[],
            $7::timestamptz[]) WITH ORDINALITY
    AS new (event_id, type, subject, province_id, catalogue_number, data, occurred_at, number)
ORDER BY number
"""


async def append_events(connection: AsyncConnection, events: Sequence[NewEvent]) -> None:
    """Stores them, in that order, in the caller's transaction; the relay does the rest.

    The rows that an act locks are locked before this: so, per subject, the order of ids is the
    order of commits.
    """
    native = await driver(connection)
    await native.execute(
        _APPEND,
        [event.event_id for event in events],
        [str(event.type) for event in events],
        [event.subject for event in events],
        [event.province_id for event in events],
        [event.catalogue_number for event in events],
        [event.data.json_text() for event in events],
        [event.occurred_at for event in events],
    )
