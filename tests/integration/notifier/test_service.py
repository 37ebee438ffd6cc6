"""The whole service: from the log, through its consumer and dispatcher, into the mailbox."""

import pytest
from sqlalchemy import text

from services.notifier.service import Notifier, build, smtp_mailer
from shared.db.engine import transaction
from shared.domain.reports import Act
from shared.events.envelope import NewEvent, RecordedEvent
from shared.events.payloads import PAYLOADS
from shared.events.topics import EventType
from shared.messaging.outbox import append_events
from shared.messaging.postgres import PostgresLog
from shared.messaging.relay import Relay
from shared.messaging.table import read_identity
from shared.settings import Settings
from tests.integration.notifier.running import eventually, running
from tests.integration.notifier.world import NotifierWorld


@pytest.fixture
async def notifier(world: NotifierWorld) -> Notifier:
    return build(
        engine=world.engine,
        catalogue=world.reader,
        clock=world.clock,
        event_log=PostgresLog(world.engine, truth=await read_identity(world.engine)),
        settings=Settings(demo=True),
    )


@pytest.fixture
async def relay(world: NotifierWorld) -> Relay:
    log = PostgresLog(world.owner, truth=await read_identity(world.owner))
    return Relay(world.owner, log, clock=world.clock)


async def _append(world: NotifierWorld, *events: RecordedEvent) -> None:
    new = [
        NewEvent(
            type=EventType(event.type),
            subject=event.subject,
            province_id=1,
            catalogue_number=event.catalogue_number,
            data=PAYLOADS[event.type].model_validate(event.data),
            occurred_at=event.occurred_at,
        )
        for event in events
    ]
    async with transaction(world.owner) as connection:
        await append_events(connection, new)


async def _mailed(world: NotifierWorld, number: int) -> None:
    async def they_came() -> bool:
        return len(await world.rows("SELECT id FROM notifier.demo_mail")) == number

    await eventually(they_came)


async def test_an_obligation_in_the_log_becomes_a_mail_in_the_mailbox(
    world: NotifierWorld, notifier: Notifier, relay: Relay
) -> None:
    late, opened = await world.open_duty(world.communes[0])
    prompt, also_opened = await world.open_duty(world.communes[2])
    await _append(world, opened, also_opened)
    await _append(world, await world.act(prompt, Act.SUBMIT))
    world.move_to("2025-06-18 08:00")

    async with running(relay.run, *notifier.tasks.values()):
        await _mailed(world, 1)

    [mail] = await world.rows("SELECT recipient, subject FROM notifier.demo_mail")
    assert mail["recipient"] == late.organization.email
    assert "[Quá hạn]" in mail["subject"]


async def test_an_event_that_cannot_be_read_is_parked_and_the_rest_goes_on(
    world: NotifierWorld, notifier: Notifier, relay: Relay
) -> None:
    duty, opened = await world.open_duty(world.communes[0])
    await _append(world, opened, opened)
    async with transaction(world.owner) as connection:
        await connection.execute(
            text(
                "UPDATE log.event SET data = data - 'deadline', subject = 'obligation/0'"
                " WHERE id = (SELECT min(id) FROM log.event)"
            )
        )
    world.move_to("2025-06-18 08:00")

    async with running(relay.run, *notifier.tasks.values()):
        await _mailed(world, 1)

    [letter] = await world.rows("SELECT code, reason, subject FROM notifier.dead_letter")
    assert letter["code"] == "invalid_payload"
    assert "deadline" in letter["reason"]
    assert letter["subject"] == "obligation/0"
    assert (await world.timers(duty))["overdue"] == "decided"


def test_without_a_mail_server_in_the_settings_nothing_is_handed_over() -> None:
    assert smtp_mailer(Settings(smtp_host=None)) is None
    assert smtp_mailer(Settings(smtp_host="mail.binhphuoc.example")) is not None
