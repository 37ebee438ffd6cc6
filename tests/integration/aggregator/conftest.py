"""A consumer of the small province, and the oracle that judges what it made."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.consuming.handler import AggregatorHandler
from services.aggregator.upkeep.verify import Verification, verify
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import transaction
from shared.domain.reports import Act
from shared.events.envelope import RecordedEvent
from tests.integration.aggregator.catalogues import CatalogueInMemory
from tests.integration.aggregator.desk import Desk, desk_at
from tests.integration.aggregator.log_rows import store
from tests.integration.aggregator.measured import MEASURED, REPORTED, measured
from tests.integration.aggregator.releasing import AFTER, FIRST, SECOND, Recorded
from tests.integration.aggregator.world import Q2, SUMMED, History, make_catalogue

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


@pytest.fixture
def approved(history: History) -> History:
    """Two communes have sent for the second quarter, and one of them is approved."""
    history.submit((FIRST, SUMMED, Q2), R1={"a": 82, "b": 5}, R2={"a": 0, "b": 0})
    history.submit((SECOND, SUMMED, Q2), R1={"a": 1, "b": 2}, R2={"a": 3, "b": 4})
    history.act((FIRST, SUMMED, Q2), Act.APPROVE)
    return history


@pytest.fixture
async def record(approved: History, deliver: Deliver, engine: AsyncEngine, desk: Desk) -> Recorded:
    """The history is stored and rolled up, and the period is over."""

    async def record() -> None:
        await store(approved, engine)
        await deliver(approved.events)
        desk.clock.move_to(AFTER)

    await record()
    return record


@pytest.fixture
async def half_a_year(desk: Desk, deliver: Deliver, engine: AsyncEngine) -> History:
    """Two communes have sent every month up to June."""
    desk.catalogue.catalogue = measured(make_catalogue())
    history = History()
    for owner, figures in REPORTED.items():
        unit, month = owner
        history.open((unit, MEASURED, month))
        history.submit((unit, MEASURED, month), ALL=figures)
    await store(history, engine)
    await deliver(history.events, catalogue=desk.catalogue.catalogue)
    return history
