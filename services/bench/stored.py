"""Report events put straight into the log, as many as are wanted, in a fixed random order."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from services.bench.reports import figures_of
from services.bench.world import FORM, PERIOD
from shared.events.topics import EventType

OBLIGATIONS = """
SELECT DISTINCT ON (data ->> 'obligation_id') data ->> 'obligation_id' AS obligation_id,
       (data ->> 'organization_id')::bigint AS organization_id,
       data ->> 'organization_code' AS code, province_id, data ->> 'regime' AS regime,
       catalogue_number
FROM log.event
WHERE type LIKE 'vn.tonghop.obligation.%' AND data ->> 'form' = $1 AND data ->> 'period' = $2
ORDER BY data ->> 'obligation_id', id DESC
"""

PLACE_EVENTS = """
UPDATE log.event SET position = placed.number, recorded_at = occurred_at, published_at = occurred_at
FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM log.event) AS placed
WHERE event.id = placed.id
"""

COLUMNS = (
    "event_id", "type", "subject", "province_id", "catalogue_number", "data", "occurred_at",
    "position", "recorded_at", "published_at",
)  # fmt: skip

AT = datetime(2025, 6, 16, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoredReports:
    """`last` is the position of the last event; `total` what cell LV01/4 of the country becomes."""

    count: int
    last: int
    total: int


async def place_events(dsn: str) -> int:
    """Give every event its place in the log, as the relay would; the last one's position."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(PLACE_EVENTS)
        last: int = await connection.fetchval("SELECT coalesce(max(position), 0) FROM log.event")
        return last
    finally:
        await connection.close()


async def store_reports(dsn: str, *, count: int) -> StoredReports:
    """One transaction: consumers see all of them at once."""
    connection = await asyncpg.connect(dsn)
    try:
        owing = await connection.fetch(OBLIGATIONS, FORM, PERIOD)
        first: int = await connection.fetchval("SELECT coalesce(max(position), 0) FROM log.event")
        turns = _turns(owing, count=count)
        records = (_event(turn, position=first + turn.number) for turn in turns)
        await connection.copy_records_to_table(
            "event", schema_name="log", columns=COLUMNS, records=records
        )
    finally:
        await connection.close()
    return StoredReports(count, first + count, _total(turns))


@dataclass(frozen=True, slots=True)
class _Turn:
    """The `number`-th report of all is the `version`-th of one sender."""

    number: int
    sender: Any
    version: int


def _turns(owing: Sequence[Any], *, count: int) -> list[_Turn]:
    """Every sender once, in random order, then every sender again."""
    random = Random("turns")  # noqa: S311 (an order, not a secret)
    return list(_shuffled(list(owing), count=count, random=random))


def _shuffled(owing: list[Any], *, count: int, random: Random) -> Iterator[_Turn]:
    for number in range(count):
        version, place = divmod(number, len(owing))
        if place == 0:
            random.shuffle(owing)
        yield _Turn(number + 1, owing[place], version + 1)


def _total(turns: Sequence[_Turn]) -> int:
    last = {turn.sender["organization_id"]: turn.number for turn in turns}
    return sum(figures_of(number)["LV01"]["4"] for number in last.values())


def _event(turn: _Turn, *, position: int) -> tuple[Any, ...]:
    sender = turn.sender
    report_id = int(sender["obligation_id"])
    return (
        UUID(int=turn.number),
        EventType.REPORT_SUBMITTED.value,
        f"report/{report_id}",
        sender["province_id"],
        sender["catalogue_number"],
        json.dumps(_data(turn, report_id=report_id)),
        AT,
        position,
        AT,
        AT,
    )


def _data(turn: _Turn, *, report_id: int) -> dict[str, Any]:
    sender, at = turn.sender, AT.isoformat()
    figures = {
        row: {column: str(value) for column, value in cells.items()}
        for row, cells in figures_of(turn.number).items()
    }
    return {
        "report_id": report_id,
        "sequence": turn.version,
        "organization_id": sender["organization_id"],
        "organization_code": sender["code"],
        "province_id": sender["province_id"],
        "regime": sender["regime"],
        "form": FORM,
        "form_version": 1,
        "period": PERIOD,
        "state": "submitted",
        "first_submitted_at": at,
        "live": {
            "version": turn.version,
            "submitted_at": at,
            "nothing_to_report": False,
            "figures": figures,
        },
        "official": None,
        "act": {
            "verb": "submit",
            "actor_id": 1,
            "actor_name": "Máy đo",
            "at": at,
            "reason": None,
        },
    }
