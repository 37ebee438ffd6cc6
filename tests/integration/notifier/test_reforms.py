"""After 01/07/2025, reminders go to whoever has to report today."""

from dataclasses import replace
from email.message import EmailMessage

import pytest
from sqlalchemy import text

from services.catalogue_events import announce_change
from shared.catalogue.packs import read_packs, shipped_packs
from shared.catalogue.store import load_packs
from shared.db.engine import transaction
from shared.domain.identifiers import OrganizationCode
from shared.domain.organizations import OrganizationVersion
from shared.events.topics import EventType
from tests.factories.packs import TWO_PROVINCES
from tests.integration.notifier.world import DEADLINE, Duty, NotifierWorld, at

REFORM = (*TWO_PROVINCES, "organizations/dong-nai-lineage-2025")
AFTER_IT = "2025-07-02 08:00"


@pytest.fixture
async def reformed(world: NotifierWorld) -> NotifierWorld:
    async with transaction(world.owner) as connection:
        packs = read_packs(shipped_packs(*REFORM))
        number = await load_packs(connection, packs, clock=world.clock, announce=announce_change)
    world.known = await world.reader.at_least(number)
    return world


def old_unit(world: NotifierWorld, code: str) -> OrganizationVersion:
    return world.known.tree(DEADLINE).by_code(OrganizationCode(code), level="commune")


def new_unit(world: NotifierWorld, code: str) -> OrganizationVersion:
    return world.known.tree(at(AFTER_IT).date()).by_code(OrganizationCode(code), level="commune")


async def late_duty(world: NotifierWorld, code: str) -> Duty:
    """A duty whose deadline was put off until after the reform."""
    duty, event = await world.open_duty(old_unit(world, code), deadline=at(AFTER_IT).date())
    await world.hear(event)
    return duty


async def pass_on(world: NotifierWorld, duty: Duty, *, to: OrganizationVersion) -> None:
    statement = text(
        "UPDATE log.obligation SET holder_id = :holder, receiver_id = :receiver,"
        " sequence = sequence + 1 WHERE id = :id"
    )
    async with transaction(world.owner) as connection:
        values = {"holder": to.id, "receiver": to.parent_id, "id": duty.id}
        await connection.execute(statement, values)
    duty.sequence += 1
    event = world.duty_event(duty)
    await world.hear(replace(event, type=EventType.OBLIGATION_TRANSFERRED))


async def mails(world: NotifierWorld, instant: str) -> list[EmailMessage]:
    await world.dispatch(instant)
    return world.host.received


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def test_the_reminder_of_a_merged_unit_goes_to_who_reports_in_its_place(
    reformed: NotifierWorld,
) -> None:
    duty = await late_duty(reformed, "25216")
    await pass_on(reformed, duty, to=new_unit(reformed, "25217"))

    [mail] = await mails(reformed, AFTER_IT)

    assert mail["To"] == new_unit(reformed, "25217").email
    assert "Kính gửi: UBND phường Phước Long (thay cho UBND phường Thác Mơ)." in text_of(mail)
    assert "UBND tỉnh Đồng Nai" in text_of(mail)


async def test_a_reminder_waits_until_somebody_is_named(reformed: NotifierWorld) -> None:
    duty = await late_duty(reformed, "25216")
    assert await mails(reformed, AFTER_IT) == []
    assert (await reformed.timers(duty))["due_soon"] == "no_recipient"

    await pass_on(reformed, duty, to=new_unit(reformed, "25217"))
    await reformed.dispatch("2025-07-03 09:00")

    [mail] = reformed.host.received
    assert mail["To"] == new_unit(reformed, "25217").email
