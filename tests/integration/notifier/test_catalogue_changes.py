"""New days off, and new addresses, change what is still to come."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from services.catalogue_events import announce_change
from shared.catalogue.packs import read_packs
from shared.catalogue.store import load_packs
from shared.db.engine import transaction
from shared.domain.identifiers import OrganizationCode
from tests.factories.packs import copied_packs, spoil
from tests.integration.notifier.conftest import ADDRESS_ENTRY, WITHOUT_ADDRESS
from tests.integration.notifier.world import NotifierWorld, at

CALENDAR = "calendars/vietnam/2025.yaml"
ORGANIZATIONS = "organizations/binh-phuoc-2025/organizations.yaml"


async def _load(world: NotifierWorld, folder: Path, *, edit: Callable[[Path], object]) -> None:
    places = copied_packs(folder)
    edit(folder)
    async with transaction(world.owner) as connection:
        packs = read_packs(places)
        number = await load_packs(connection, packs, clock=world.clock, announce=announce_change)
    world.known = await world.reader.at_least(number)


def _add_days_off(folder: Path) -> None:
    """The rest stays as it is loaded: one commune has no address."""
    off = "  - {date: 2025-06-16, name: Nghỉ}\n  - {date: 2025-06-18, name: Nghỉ}\n"
    spoil(folder / CALENDAR, "days_worked:", f"{off}days_worked:")
    spoil(folder / ORGANIZATIONS, ADDRESS_ENTRY, "")


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    return tmp_path / "packs"


async def test_a_new_day_off_moves_the_stages_that_are_still_to_come(
    world: NotifierWorld, edited: Path
) -> None:
    duty, event = await world.open_duty(world.communes[0])
    await world.hear(event)
    await _load(world, edited, edit=_add_days_off)
    await world.hear(world.catalogue_event())

    assert await world.due(duty, "due_soon") == at("2025-06-13 08:00")
    assert await world.due(duty, "overdue") == at("2025-06-19 08:00")


async def test_whoever_gets_an_address_gets_the_mail_that_could_not_be_sent(
    world: NotifierWorld, edited: Path
) -> None:
    on = date(2025, 6, 19)
    nowhere = world.known.tree(on).by_code(OrganizationCode(WITHOUT_ADDRESS), level="commune")
    assert nowhere.email is None
    duty, event = await world.open_duty(nowhere)
    await world.hear(event)
    await world.dispatch("2025-06-19 08:00")
    assert (await world.timers(duty))["overdue"] == "no_recipient"

    await _load(world, edited, edit=lambda folder: None)
    await world.hear(world.catalogue_event())
    await world.dispatch("2025-06-19 09:00")

    assert (await world.timers(duty))["overdue"] == "decided"
    [mail] = world.host.received
    assert mail["To"] == f"ubnd.{WITHOUT_ADDRESS}@binhphuoc.example"
