"""Places in the log, for those who ask what was known at one of them.

Positions rise by one, `recorded_at` never falls as they do, and nothing is ever inserted below a
given position: so what an answer rests on up to a position never changes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncpg

_NEWEST = """
SELECT position, recorded_at FROM log.event WHERE position IS NOT NULL
ORDER BY position DESC LIMIT 1
"""

_OLDEST = """
SELECT position, recorded_at FROM log.event WHERE position IS NOT NULL
ORDER BY position LIMIT 1
"""

_AT = """
SELECT position, recorded_at FROM log.event WHERE position <= $1
ORDER BY position DESC LIMIT 1
"""

# Halves the positions in question until one is left: instants rise with positions, so the index on
# positions is enough. `low` never lies above what is looked for, `high` never below it.
_LAST_BY = """
WITH RECURSIVE search (low, high) AS (
    SELECT 0::bigint, coalesce(max(position), 0) FROM log.event
    UNION ALL
    SELECT CASE WHEN later THEN low ELSE middle END, CASE WHEN later THEN middle - 1 ELSE high END
    FROM search
    CROSS JOIN LATERAL (SELECT (low + high + 1) / 2 AS middle) AS half
    CROSS JOIN LATERAL (
        SELECT recorded_at > $1 AS later FROM log.event
        WHERE position >= middle ORDER BY position LIMIT 1
    ) AS probe
    WHERE low < high
)
SELECT position, recorded_at FROM log.event
WHERE position <= (SELECT low FROM search WHERE low = high)
ORDER BY position DESC LIMIT 1
"""

_CATALOGUE_NUMBER = """
SELECT coalesce(max(change.number), 0)
FROM catalogue.change
JOIN log.event ON event.subject = 'catalogue/' || change.number
WHERE event.position <= $1
"""


@dataclass(frozen=True, slots=True)
class LogPlace:
    """An event's position, and when it was given."""

    position: int
    recorded_at: datetime


async def newest_place(connection: "asyncpg.Connection[Any]") -> LogPlace | None:
    """Of the last event; None for an empty log."""
    return _place(await connection.fetchrow(_NEWEST))


async def oldest_place(connection: "asyncpg.Connection[Any]") -> LogPlace | None:
    """Of the first event; None for an empty log."""
    return _place(await connection.fetchrow(_OLDEST))


async def place_at(connection: "asyncpg.Connection[Any]", position: int) -> LogPlace | None:
    """Of the last event up to a position; None if there is none."""
    return _place(await connection.fetchrow(_AT, position))


async def place_by(connection: "asyncpg.Connection[Any]", instant: datetime) -> LogPlace | None:
    """Of the last event recorded at or before an aware instant; None if there is none."""
    return _place(await connection.fetchrow(_LAST_BY, instant))


async def catalogue_number_at(connection: "asyncpg.Connection[Any]", position: int) -> int:
    """The number of the last change of the catalogue that the log tells of up to a position."""
    number: int = await connection.fetchval(_CATALOGUE_NUMBER, position)
    return number


def _place(row: Any) -> LogPlace | None:
    return None if row is None else LogPlace(row["position"], row["recorded_at"])
