"""The consumer against the oracle: whatever is duplicated, delayed, reordered or taken back."""

import asyncio
import random
from collections.abc import Iterable, Sequence

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.consuming.handler import AggregatorHandler
from services.aggregator.upkeep.verify import verify
from shared.db.engine import transaction
from shared.events.envelope import RecordedEvent
from tests.integration.aggregator.world import History, WorldCatalogue


async def deliver(engine: AsyncEngine, events: Sequence[RecordedEvent], *, size: int = 50) -> None:
    handler = AggregatorHandler(WorldCatalogue())
    for start in range(0, len(events), size):
        async with transaction(engine) as connection:
            await handler.handle(connection, events[start : start + size])


@pytest.mark.parametrize("seed", range(6))
async def test_rollups_equal_the_oracle_after_any_history(engine: AsyncEngine, seed: int) -> None:
    history = History()
    history.open_all()
    history.live_through(seed, acts=150)
    await history.store(engine)
    await deliver(engine, history.events, size=1 + 13 * seed)
    async with transaction(engine) as connection:
        await connection.exec_driver_sql(
            "INSERT INTO aggregator.consumer_offset VALUES ('x', 0, 1, 100000, NULL)")
    result = await verify(engine, catalogue=WorldCatalogue())
    assert result.compared > 20
    assert not result.pending
    assert [str(each) for each in result.differences] == []
