import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.catalogue_events import announce_change
from shared.catalogue.packs import find_packs, read_packs
from shared.catalogue.store import load_packs
from shared.clock import SystemClock
from shared.db.engine import transaction


@pytest.fixture
def configured(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Commands of the test use its database."""
    monkeypatch.setenv("TONGHOP_DATABASE_URL", database_url)
    monkeypatch.setenv("TONGHOP_EVENT_LOG", "postgres")
    return database_url


@pytest.fixture
async def province(configured: str, engine: AsyncEngine) -> AsyncEngine:
    """The units of Đồng Nai since 01/07/2025 are in force."""
    async with transaction(engine) as connection:
        packs = read_packs(find_packs())
        await load_packs(connection, packs, clock=SystemClock(), announce=announce_change)
    return engine
