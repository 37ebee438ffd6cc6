"""The world of the tests of intake: one for each module."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.support.intake_world import EVE, PACKS, PERIOD, Caller, World, intake_world
from tests.support.visitor import Visitor


@pytest.fixture(scope="module")
async def world(
    request: pytest.FixtureRequest, module_engine: AsyncEngine, module_database_url: str
) -> AsyncIterator[World]:
    """A module may begin at another instant, `STARTS_AT`, and with other packs, `LOADED`."""
    starts_at = getattr(request.module, "STARTS_AT", EVE)
    packs = getattr(request.module, "LOADED", PACKS)
    async with intake_world(
        module_engine, module_database_url, starts_at=starts_at, packs=packs
    ) as made:
        yield made


@pytest.fixture
async def sender(world: World) -> Caller:
    """A commune of the test's own."""
    return await world.as_sender(world.next_commune())


@pytest.fixture
async def reviewer(world: World, sender: Caller) -> Caller:
    """The district that receives the sender's report."""
    return await world.as_reviewer(world.parent(sender.organization))


@pytest.fixture
async def officer(world: World, sender: Caller) -> Visitor:
    """The sender, on pages."""
    return Visitor(world, await world.session(sender.organization, "preparer", "signer"))


@pytest.fixture
async def receiver(world: World, reviewer: Caller) -> Visitor:
    """The reviewer, on pages."""
    return Visitor(world, await world.session(reviewer.organization, "reviewer"))


@pytest.fixture
async def desk(sender: Caller) -> str:
    """The address of the sender's entry grid, without its last part."""
    response = await sender.call("GET", f"/api/v1/obligations?period={PERIOD}")
    return f"/obligations/{response.json()['items'][0]['obligation_id']}"
