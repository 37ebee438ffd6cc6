"""A consumer of the small province, and the oracle that judges what it made."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.consuming.handler import AggregatorHandler
from services.aggregator.upkeep.verify import Verification, verify
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import transaction
from shared.events.envelope import RecordedEvent
from tests.integration.aggregator.catalogues import CatalogueInMemory
from tests.integration.aggregator.desk import Desk, desk_at
from tests.integration.aggregator.log_rows import store
from tests.integration.aggregator.world import History, make_catalogue

Deliver = Callable[..., Awaitable[None]]
Verified = Callable[..., Awaitable[Verification]]


@pytest.fixture
def history() -> History:
    """Every duty of two forms and two periods is open."""
    history = History()
    history.open_all()
    return history


@pytest.fixture
def deliver(engine: AsyncEngine) -> Deliver:
    """Hands events to a new consumer, `size` at a time, each batch in its own transaction."""

    async def deliver(
        events: Sequence[RecordedEvent], *, size: int = 50, catalogue: Catalogue | None = None
    ) -> None:
        handler = AggregatorHandler(CatalogueInMemory(catalogue))
        for start in range(0, len(events), size):
            async with transaction(engine) as connection:
                await handler.handle(connection, events[start : start + size])

    return deliver


@pytest.fixture
def verified(engine: AsyncEngine) -> Verified:
    """What the oracle says, once the log is stored and the consumer has read all of it."""

    async def verified(history: History, *, catalogue: Catalogue | None = None) -> Verification:
        await store(history, engine)
        async with transaction(engine) as connection:
            await connection.exec_driver_sql(
                "INSERT INTO aggregator.consumer_offset VALUES ('log', 0, 1, "
                f"{len(history.events)}, NULL)"
            )
        return await verify(engine, catalogue=catalogue or make_catalogue())

    return verified


@pytest.fixture
async def desk(engine: AsyncEngine) -> AsyncIterator[Desk]:
    """Somebody of the province, before the deadline."""
    async with desk_at(engine) as desk:
        yield desk
