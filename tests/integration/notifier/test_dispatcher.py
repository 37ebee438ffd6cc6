"""The background task: one active in a database, none lost when one goes."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.notifier.dispatcher import Dispatcher
from shared.db.engine import transaction
from shared.db.locks import AdvisoryLock
from tests.integration.notifier.mail_host import Treatment
from tests.integration.notifier.running import eventually, running
from tests.integration.notifier.world import Duty, NotifierWorld


async def _settled(world: NotifierWorld, *, sent: int) -> None:
    async def all_sent() -> bool:
        return [row["state"] for row in await world.reminders()] == ["sent"] * sent

    await eventually(all_sent)


async def _open_duties(world: NotifierWorld, *, number: int) -> list[Duty]:
    opened = [await world.open_duty(commune) for commune in world.communes[2 : 2 + number]]
    await world.hear(*(event for _, event in opened))
    return [duty for duty, _ in opened]


async def _lock_holders(world: NotifierWorld) -> int:
    [row] = await world.rows(
        "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND objid = :id AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        id=AdvisoryLock.DISPATCHER,
    )
    return int(row["n"])


async def test_two_dispatchers_at_once_send_each_mail_once(world: NotifierWorld) -> None:
    duties = await _open_duties(world, number=12)
    world.move_to("2025-06-18 08:00")

    async with running(world.new_dispatcher().run, world.new_dispatcher().run):
        await _settled(world, sent=12)
        assert await _lock_holders(world) == 1

    assert sorted(str(mail["To"]) for mail in world.host.received) == sorted(
        str(duty.organization.email) for duty in duties
    )
    assert await _lock_holders(world) == 0


async def test_even_two_that_both_believe_to_lead_send_each_mail_once(
    world: NotifierWorld,
) -> None:
    await _open_duties(world, number=12)
    world.move_to("2025-06-18 08:00")
    deciders = [world.new_decider(), world.new_decider()]
    couriers = [world.new_courier(), world.new_courier()]

    async def work(number: int) -> None:
        while await deciders[number].decide_due() or await couriers[number].deliver_next():
            pass

    await asyncio.gather(work(0), work(1))
    await asyncio.gather(work(0), work(1))

    recipients = [str(mail["To"]) for mail in world.host.received]
    assert len(recipients) == len(set(recipients)) == 12


async def test_another_takes_over_when_the_leader_stops(
    world: NotifierWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.leadership.TAKE_OVER_POLL_SECONDS", 0.01)
    first, second = world.new_dispatcher(), world.new_dispatcher()
    world.move_to("2025-06-18 08:00")

    async with running(second.run):
        async with running(first.run):
            await _open_duties(world, number=1)
            await _settled(world, sent=1)
        for commune in world.communes[5:7]:
            _, event = await world.open_duty(commune)
            await world.hear(event)
        await _settled(world, sent=3)
    assert len(world.host.received) == 3


async def test_a_leader_that_loses_its_connection_leads_anew_and_sends_nothing_twice(
    world: NotifierWorld,
) -> None:
    world.move_to("2025-06-18 08:00")

    async with running(world.new_dispatcher().run):
        await _open_duties(world, number=3)
        await _settled(world, sent=3)
        async with transaction(world.owner) as connection:
            await connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks"
                    " WHERE locktype = 'advisory' AND objid = :id"
                ),
                {"id": AdvisoryLock.DISPATCHER},
            )
        _, event = await world.open_duty(world.communes[9])
        await world.hear(event)
        await _settled(world, sent=4)

    assert len(world.host.received) == 4


async def test_what_a_crash_cut_off_is_tried_once_more_by_the_next_leader(
    world: NotifierWorld,
) -> None:
    await _open_duties(world, number=1)
    world.move_to("2025-06-18 08:00")
    world.host.treat(Treatment.HOLD)
    crashed = asyncio.create_task(world.new_dispatcher().run(asyncio.Event()))
    await world.host.holding.wait()
    crashed.cancel()
    await asyncio.gather(crashed, return_exceptions=True)
    world.host.treat(Treatment.ACCEPT)

    async with running(world.new_dispatcher().run):
        await _settled(world, sent=1)

    assert [row["outcome"] for row in await world.attempts()] == ["unknown", "sent"]
    assert len({mail["Message-ID"] for mail in world.host.received}) == 1


async def test_a_hand_over_in_progress_is_finished_before_it_stops(world: NotifierWorld) -> None:
    await _open_duties(world, number=1)
    world.move_to("2025-06-18 08:00")
    world.smtp_timeout_seconds = 0.3
    world.host.treat(Treatment.HOLD)

    async with running(world.new_dispatcher().run) as stop:
        await world.host.holding.wait()
        stop.set()

    assert [row["outcome"] for row in await world.attempts()] == ["unknown"]
    assert [row["state"] for row in await world.reminders()] == ["outcome_unknown"]


async def test_a_hint_wakes_it_at_once(world: NotifierWorld) -> None:
    await _open_duties(world, number=1)
    dispatcher = Dispatcher(
        engine=world.engine,
        clock=world.clock,
        decider=world.new_decider(),
        courier=world.new_courier(),
        poll_seconds=3600,
    )
    stop = asyncio.Event()
    task = asyncio.create_task(dispatcher.run(stop))

    async def it_leads() -> bool:
        return await _lock_holders(world) == 1

    async def a_mail_came() -> bool:
        dispatcher.hint()
        return len(world.host.received) == 1

    await eventually(it_leads)
    world.move_to("2025-06-18 08:00")
    await eventually(a_mail_came)

    stop.set()
    dispatcher.hint()
    await task
    assert [row["state"] for row in await world.reminders()] == ["sent"]


async def test_without_a_mail_server_reminders_are_decided_and_kept(world: NotifierWorld) -> None:
    await _open_duties(world, number=2)
    world.move_to("2025-06-18 08:00")
    dispatcher = Dispatcher(
        engine=world.engine,
        clock=world.clock,
        decider=world.new_decider(),
        courier=None,
        poll_seconds=0.01,
    )

    async def both_are_kept() -> bool:
        return len(await world.reminders()) == 2

    async with running(dispatcher.run):
        await eventually(both_are_kept)

    assert {row["state"] for row in await world.reminders()} == {"decided"}


async def test_a_log_that_may_not_be_read_ends_the_service(world: NotifierWorld) -> None:
    await _open_duties(world, number=1)
    world.move_to("2025-06-18 08:00")
    async with transaction(world.owner) as connection:
        await connection.execute(text("REVOKE SELECT ON log.report FROM tonghop_notifier"))
    try:
        with pytest.raises(DBAPIError, match="permission denied"):
            await world.new_dispatcher().run(asyncio.Event())
    finally:
        async with transaction(world.owner) as connection:
            await connection.execute(text("GRANT SELECT ON log.report TO tonghop_notifier"))

    assert world.host.received == []


async def test_the_first_day_is_noted_before_anything_is_decided(world: NotifierWorld) -> None:
    async def it_is_noted() -> bool:
        return bool(await world.rows("SELECT * FROM notifier.first_start"))

    async with running(world.new_dispatcher().run):
        await eventually(it_is_noted)

    world.move_to("2025-06-20 08:00")
    duty, event = await world.open_duty(world.communes[0])
    await world.hear(event)
    assert await world.timers(duty) == {"due_soon": "waiting", "overdue": "waiting"}
