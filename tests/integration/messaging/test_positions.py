"""Finding places in the log by position and by instant."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import driver, snapshot, transaction
from shared.messaging.positions import (
    catalogue_number_at,
    newest_place,
    oldest_place,
    place_at,
    place_by,
)

START = datetime(2025, 6, 16, tzinfo=UTC)
MINUTES = (0, 0, 1, 1, 1, 5, 9, 9, 20)
"""When the events of the log were recorded, in the order of their positions."""

ADD = """
INSERT INTO log.event (event_id, type, subject, catalogue_number, data, occurred_at, position,
                       recorded_at)
SELECT gen_random_uuid(), 't', CASE WHEN number IN (1, 6) THEN 'catalogue/' || number ELSE 's' END,
       1, '{}', at, CASE WHEN number < 4 THEN number ELSE number + 3 END, at
FROM unnest($1::timestamptz[]) WITH ORDINALITY AS given (at, number)
"""


@pytest.fixture
async def log(engine: AsyncEngine) -> AsyncEngine:
    """Nine events; the positions 4, 5 and 6 are not given."""
    async with transaction(engine) as connection:
        native = await driver(connection)
        await native.execute(ADD, [START + timedelta(minutes=each) for each in MINUTES])
        await native.execute(
            "INSERT INTO catalogue.change SELECT n, $1, '', '' FROM unnest('{1,6,7}'::int[]) AS n",
            START,
        )
        await native.execute(
            "INSERT INTO log.event (event_id, type, subject, catalogue_number, data, occurred_at) "
            "VALUES (gen_random_uuid(), 't', 'catalogue/7', 1, '{}', $1)",
            START,
        )
    return engine


@pytest.mark.parametrize(
    ("minute", "position"),
    [(-1, None), (0, 2), (0.5, 2), (1, 8), (4, 8), (5, 9), (9, 11), (19, 11), (20, 12), (99, 12)],
)
async def test_an_instant_means_the_last_position_recorded_by_then(
    minute: float, position: int | None, log: AsyncEngine
) -> None:
    async with snapshot(log) as connection:
        place = await place_by(await driver(connection), START + timedelta(minutes=minute))
    assert (place.position if place else None) == position


async def test_a_position_that_was_not_given_means_the_one_below(log: AsyncEngine) -> None:
    async with snapshot(log) as connection:
        native = await driver(connection)
        places = [await place_at(native, each) for each in (1, 3, 5, 7, 99)]
        ends = [await oldest_place(native), await newest_place(native)]
    assert [each and each.position for each in places] == [1, 3, 3, 7, 12]
    assert [each and each.position for each in ends] == [1, 12]


async def test_the_catalogue_known_at_a_position_is_the_last_announced_by_then(
    log: AsyncEngine,
) -> None:
    async with snapshot(log) as connection:
        native = await driver(connection)
        numbers = [await catalogue_number_at(native, each) for each in (0, 1, 8, 9, 12)]
    assert numbers == [0, 1, 1, 6, 6]


async def test_an_empty_log_has_no_places(engine: AsyncEngine) -> None:
    async with snapshot(engine) as connection:
        native = await driver(connection)
        assert await place_by(native, START) is None
        assert await place_at(native, 1) is None
        assert await newest_place(native) is None
        assert await oldest_place(native) is None
