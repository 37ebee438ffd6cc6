"""A notifier on a real PostgreSQL, with a real SMTP server. Each test begins with an empty log."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.catalogue_events import announce_change
from shared.catalogue.catalogue import CatalogueReader
from shared.catalogue.packs import read_packs
from shared.catalogue.store import load_packs
from shared.clock import FixedClock
from shared.db.engine import create_engine, transaction
from tests.factories.packs import copied_packs, spoil
from tests.integration.notifier.mail_host import MailHost, mail_host
from tests.integration.notifier.world import NotifierWorld, at

STARTS_AT = at("2025-06-02 09:00")
WITHOUT_ADDRESS = "25217"
"""The code of the one commune without an address of record."""
ADDRESS_ENTRY = f"email: ubnd.{WITHOUT_ADDRESS}@binhphuoc.example, "

_EMPTY = text("""
TRUNCATE log.obligation, log.report, log.event, log.aggregate_signoff,
         notifier.obligation, notifier.first_start,
         notifier.aggregate_duty, notifier.timer, notifier.reminder,
         notifier.delivery_attempt, notifier.demo_mail,
         notifier.consumer_offset, notifier.dead_letter, identity.password_reset CASCADE
""")


@pytest.fixture(scope="module")
async def loaded_catalogue(
    module_engine: AsyncEngine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("packs")
    places = copied_packs(folder)
    organizations = folder / "organizations/binh-phuoc-2025/organizations.yaml"
    spoil(organizations, ADDRESS_ENTRY, "")
    async with transaction(module_engine) as connection:
        packs = read_packs(places)
        clock = FixedClock(STARTS_AT)
        await load_packs(connection, packs, clock=clock, announce=announce_change)


@pytest.fixture(scope="module")
async def notifier_engine(
    module_database_url: str, loaded_catalogue: None
) -> AsyncIterator[AsyncEngine]:
    made = create_engine(module_database_url, role="tonghop_notifier")
    yield made
    await made.dispose()


@pytest.fixture(scope="module")
async def reader(notifier_engine: AsyncEngine) -> CatalogueReader:
    return CatalogueReader(notifier_engine)


@pytest.fixture
async def host() -> AsyncIterator[MailHost]:
    async with mail_host() as made:
        yield made


@pytest.fixture
async def world(
    module_engine: AsyncEngine,
    notifier_engine: AsyncEngine,
    reader: CatalogueReader,
    host: MailHost,
) -> NotifierWorld:
    async with transaction(module_engine) as connection:
        await connection.execute(_EMPTY)
    return NotifierWorld(
        owner=module_engine,
        engine=notifier_engine,
        reader=reader,
        known=await reader.current(),
        clock=FixedClock(STARTS_AT),
        host=host,
    )
