"""Where a consumer stands in each partition, stored beside the effect of what it has read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class ConsumerSchema(StrEnum):
    """The schemas that hold a `consumer_offset` and a `dead_letter` table."""

    AGGREGATOR = "aggregator"
    NOTIFIER = "notifier"


class Fenced(Exception):
    """The stored offset is not the one that this consumer stored last."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a partition is applied: the next offset to read, and the last position applied."""

    next_offset: int
    position: int
    recorded_at: datetime | None


class Offsets:
    """The offsets of one consumer in one log."""

    def __init__(self, schema: ConsumerSchema, *, log_id: str) -> None:
        self._log_id = log_id
        table = f"{schema}.consumer_offset"
        self._insert = text(
            f"INSERT INTO {table} (log_id, partition, next_offset, position) "
            "VALUES (:log_id, :partition, 0, 0) ON CONFLICT DO NOTHING"
        )
        self._select = text(
            f"SELECT next_offset, position, recorded_at FROM {table} "
            "WHERE log_id = :log_id AND partition = :partition"
        )
        self._update = text(
            f"UPDATE {table} SET next_offset = :next_offset, position = :position, "
            "recorded_at = :recorded_at WHERE log_id = :log_id AND partition = :partition "
            "AND next_offset = :held_offset AND position = :held_position"
        )

    async def load(self, connection: AsyncConnection, partition: int) -> Place:
        """The place stored last; the beginning for a partition never read."""
        key = {"log_id": self._log_id, "partition": partition}
        await connection.execute(self._insert, key)
        row = (await connection.execute(self._select, key)).one()
        return Place(
            next_offset=row.next_offset, position=row.position, recorded_at=row.recorded_at
        )

    async def advance(
        self, connection: AsyncConnection, partition: int, *, held: Place, to: Place
    ) -> None:
        """Compare-and-set, first in the transaction: it locks the partition's row, so that a
        second consumer waits here until the first has committed, and then does nothing.

        Raises:
            Fenced: what is stored is not `held`.
        """
        values = {
            "log_id": self._log_id,
            "partition": partition,
            "next_offset": to.next_offset,
            "position": to.position,
            "recorded_at": to.recorded_at,
            "held_offset": held.next_offset,
            "held_position": held.position,
        }
        if (await connection.execute(self._update, values)).rowcount != 1:
            raise Fenced
