"""Several consumers at once, and readers beside them."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.consuming.handler import AggregatorHandler
from services.aggregator.reading.figures import Rollup
from services.aggregator.reading.live import LiveFigures
from services.aggregator.shapes import Node
from services.aggregator.tracks import Track
from shared.db.engine import driver, snapshot, transaction
from shared.events.envelope import RecordedEvent
from tests.integration.aggregator.catalogues import CatalogueInMemory
from tests.integration.aggregator.conftest import Deliver, Verified
from tests.integration.aggregator.world import (
    COMMUNES,
    DISTRICTS,
    PROVINCE,
    Q2,
    SUMMED,
    History,
)


async def consume(engine: AsyncEngine, events: Sequence[RecordedEvent], *, size: int) -> None:
    handler = AggregatorHandler(CatalogueInMemory())
    for start in range(0, len(events), size):
        async with transaction(engine) as connection:
            await handler.handle(connection, events[start : start + size])


@pytest.mark.parametrize("seed", range(3))
async def test_consumers_side_by_side_neither_deadlock_nor_lose(
    seed: int, history: History, deliver: Deliver, verified: Verified, engine: AsyncEngine
) -> None:
    await deliver(history.events)
    opened = len(history.events)
    history.live_through(seed, acts=120)
    later = history.events[opened:]
    await asyncio.gather(
        *(consume(engine, later[part::4], size=3) for part in range(4)),
        consume(engine, list(reversed(later)), size=5),
    )
    result = await verified(history)
    assert list(map(str, result.differences)) == []


async def test_a_change_of_the_catalogue_waits_for_the_batches_under_way(
    history: History, deliver: Deliver, verified: Verified, engine: AsyncEngine
) -> None:
    await deliver(history.events)
    opened = len(history.events)
    history.live_through(5, acts=60)
    for _ in range(3):
        history.catalogue_changed(1)
    later = history.events[opened:]
    await asyncio.gather(*(consume(engine, later[part::3], size=4) for part in range(3)))
    assert (await verified(history)).differences == ()


async def test_no_reader_ever_sees_a_parent_that_is_not_the_sum_of_its_children(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    await deliver(history.events)
    opened = len(history.events)
    history.live_through(7, acts=200)
    later = history.events[opened:]
    consuming = asyncio.gather(*(consume(engine, later[part::2], size=2) for part in range(2)))
    looks = 0
    while not consuming.done():
        for track in Track:
            _require_sums(await _family(engine, track=track))
        looks += 1
    await consuming
    assert looks > 5


async def _family(engine: AsyncEngine, *, track: Track) -> dict[Node, Rollup]:
    known = (PROVINCE, *DISTRICTS, *(each for communes in COMMUNES.values() for each in communes))
    nodes = [Node(SUMMED, Q2, each) for each in known]
    async with snapshot(engine) as connection:
        return await LiveFigures(await driver(connection)).rollups(nodes, track=track)


def _require_sums(family: dict[Node, Rollup]) -> None:
    parents = {PROVINCE: DISTRICTS, **COMMUNES}
    for parent, children in parents.items():
        whole = family[Node(SUMMED, Q2, parent)]
        parts = [family[Node(SUMMED, Q2, child)] for child in children]
        for place, total in enumerate(whole.totals):
            known = [part.totals[place] for part in parts if part.totals[place] is not None]
            assert total == (sum(known) if known else None)
        assert whole.coverage.expected == sum(part.coverage.expected for part in parts)
        assert whole.coverage.reported == sum(part.coverage.reported for part in parts)
        assert whole.position >= max(part.position for part in parts)
