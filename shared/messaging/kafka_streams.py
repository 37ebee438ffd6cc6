"""Which partition an event goes to, and which event came before it there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.events.envelope import RecordedEvent
from shared.messaging.table import statement

_ORDINALS = "SELECT province_id, ordinal FROM log.stream"

_LAST_BEFORE = """
SELECT partition, coalesce(
    (SELECT event.position FROM log.event LEFT JOIN log.stream USING (province_id)
     WHERE event.position < $1
       AND (event.province_id IS NULL OR stream.ordinal % $2 = partition)
     ORDER BY event.position DESC LIMIT 1), 0) AS position
FROM generate_series(0, $2 - 1) AS partition
"""


@dataclass(frozen=True, slots=True)
class Routed:
    """One message to send: a catalogue event makes one for each partition."""

    partition: int
    previous_position: int
    event: RecordedEvent


class Streams:
    """Routes events in position order, and remembers the last one of each partition.

    What it remembers is used only while it is given every event itself; after a break, as when
    another leader published for a while, it reads log.event.
    """

    def __init__(self, engine: AsyncEngine, *, partitions: int) -> None:
        self._engine = engine
        self._partitions = partitions
        self._ordinals: dict[int, int] = {}
        self._last: dict[int, int] = {}
        self._next_position: int | None = None

    async def route(self, events: Sequence[RecordedEvent]) -> list[Routed]:
        """The messages for these events; call `done` once they are published."""
        if self._next_position != events[0].position:
            self._last = await self._last_before(events[0].position)
        self._next_position = None
        routed = []
        for event in events:
            for partition in await self._partitions_of(event):
                routed.append(Routed(partition, self._last[partition], event))
                self._last[partition] = event.position
        return routed

    def done(self, events: Sequence[RecordedEvent]) -> None:
        """They are in the log: what follows them needs no look at the table."""
        self._next_position = events[-1].position + 1

    async def _partitions_of(self, event: RecordedEvent) -> Sequence[int]:
        if event.province_id is None:
            return range(self._partitions)
        if event.province_id not in self._ordinals:
            await self._read_ordinals()
        return (self._ordinals[event.province_id] % self._partitions,)

    async def _read_ordinals(self) -> None:
        async with statement(self._engine) as native:
            rows = await native.fetch(_ORDINALS)
        self._ordinals = {row["province_id"]: row["ordinal"] for row in rows}

    async def _last_before(self, position: int) -> dict[int, int]:
        async with statement(self._engine) as native:
            rows = await native.fetch(_LAST_BEFORE, position, self._partitions)
        return {row["partition"]: row["position"] for row in rows}
