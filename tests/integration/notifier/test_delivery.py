"""The hand-over to a real SMTP server: refused, busy, broken lines, crashes."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.notifier.delivery.use_cases import LONGEST_PAUSE, MOST_ATTEMPTS, pause
from shared.db.engine import transaction
from shared.domain.reports import Act
from shared.domain.time import VIETNAM
from tests.integration.notifier.mail_host import Treatment
from tests.integration.notifier.world import Duty, NotifierWorld

MORNING = "2025-06-18 08:00"


@pytest.fixture
async def duty(world: NotifierWorld) -> Duty:
    """A commune's duty whose overdue reminder has just been decided."""
    made, event = await world.open_duty(world.communes[0])
    await world.hear(event)
    await world.decide(MORNING)
    return made


async def _outcomes(world: NotifierWorld) -> list[str]:
    return [row["outcome"] for row in await world.attempts()]


async def _state(world: NotifierWorld) -> str:
    [row] = await world.reminders()
    return str(row["state"])


async def _pass(world: NotifierWorld, minutes: float) -> None:
    world.clock.move_to(world.clock.now() + timedelta(minutes=minutes))
    await world.deliver()


@pytest.mark.parametrize("treatment", [Treatment.REFUSE, Treatment.REFUSE_CONTENT])
async def test_a_mail_refused_for_good_is_not_sent_again(
    world: NotifierWorld, duty: Duty, treatment: Treatment
) -> None:
    world.host.treat(treatment)

    await world.deliver()
    world.host.treat(Treatment.ACCEPT)
    await _pass(world, 120)

    assert world.host.received == []
    assert await _state(world) == "failed"
    [attempt] = await world.attempts()
    assert attempt["outcome"] == "refused"
    assert attempt["detail"].startswith("55")


async def test_a_busy_server_is_asked_again_after_growing_pauses(
    world: NotifierWorld, duty: Duty
) -> None:
    world.host.treat(Treatment.BUSY, Treatment.BUSY, Treatment.ACCEPT)

    await world.deliver()
    assert await _state(world) == "decided"
    await _pass(world, 0.5)
    assert await _outcomes(world) == ["unreachable"]
    await _pass(world, 0.5)
    await _pass(world, 1)
    assert await _outcomes(world) == ["unreachable", "unreachable"]
    await _pass(world, 1)

    assert await _outcomes(world) == ["unreachable", "unreachable", "sent"]
    assert len(world.host.received) == 1
    assert await _state(world) == "sent"


async def test_a_server_that_cannot_be_reached_is_given_up_in_the_end(
    world: NotifierWorld, duty: Duty
) -> None:
    world.host.treat(Treatment.BUSY)
    for _ in range(MOST_ATTEMPTS):
        [reminder] = await world.reminders()
        world.clock.move_to(max(world.clock.now(), reminder["next_attempt_at"]))
        if world.clock.now().astimezone(VIETNAM).hour >= 17:
            world.move_to("2025-06-19 08:00")
        await world.deliver()

    assert await _outcomes(world) == ["unreachable"] * MOST_ATTEMPTS
    assert await _state(world) == "failed"


async def test_no_server_at_all_is_a_server_to_be_asked_again(
    world: NotifierWorld, duty: Duty
) -> None:
    port = world.host.port
    world.host.port = 1
    world.courier = world.new_courier()

    await world.deliver()
    world.host.port = port
    world.courier = world.new_courier()
    await _pass(world, 1)

    assert await _outcomes(world) == ["unreachable", "sent"]


async def test_a_mail_tried_again_another_day_tells_the_day_it_is(
    world: NotifierWorld, duty: Duty
) -> None:
    world.host.treat(Treatment.BUSY, Treatment.ACCEPT)
    await world.deliver()

    world.move_to("2025-06-20 09:00")
    await world.deliver()

    [mail] = world.host.received
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Đến 09 giờ 00 ngày 20/06/2025" in body.get_content()
    assert "quá hạn 03 ngày làm việc" in body.get_content()


async def test_a_due_soon_mail_is_not_sent_once_the_deadline_is_over(world: NotifierWorld) -> None:
    _, event = await world.open_duty(world.communes[0])
    await world.hear(event)
    world.host.treat(Treatment.BUSY, Treatment.ACCEPT)
    await world.dispatch("2025-06-16 08:00")

    await world.deliver()
    world.move_to("2025-06-18 09:00")
    await world.deliver()

    assert world.host.received == []
    assert await _state(world) == "cancelled"


@pytest.mark.parametrize("treatment", [Treatment.ACCEPT_AND_DROP, Treatment.LOSE_AND_DROP])
async def test_a_line_that_breaks_after_the_data_is_tried_once_more_with_the_same_message_id(
    world: NotifierWorld, duty: Duty, treatment: Treatment
) -> None:
    world.host.treat(treatment, Treatment.ACCEPT)

    await world.deliver()
    assert await _state(world) == "outcome_unknown"
    await _pass(world, 1)

    assert await _outcomes(world) == ["unknown", "sent"]
    assert await _state(world) == "sent"
    assert len({mail["Message-ID"] for mail in world.host.received}) == 1
    assert len(world.host.received) == (2 if treatment is Treatment.ACCEPT_AND_DROP else 1)


async def test_a_mail_whose_outcome_is_twice_unknown_is_left(
    world: NotifierWorld, duty: Duty
) -> None:
    world.host.treat(Treatment.ACCEPT_AND_DROP)

    await world.deliver()
    await _pass(world, 1)
    await _pass(world, 600)

    assert await _outcomes(world) == ["unknown", "unknown"]
    assert await _state(world) == "outcome_unknown"
    assert len(world.host.received) == 2


async def test_a_refusal_after_an_unknown_outcome_does_not_hide_it(
    world: NotifierWorld, duty: Duty
) -> None:
    world.host.treat(Treatment.ACCEPT_AND_DROP, Treatment.BUSY, Treatment.REFUSE)

    await world.deliver()
    for _ in range(3):
        await _pass(world, 10)

    assert await _outcomes(world) == ["unknown", "unreachable", "refused"]
    assert await _state(world) == "outcome_unknown"


async def test_a_report_that_comes_after_an_unknown_outcome_ends_the_matter(
    world: NotifierWorld, duty: Duty
) -> None:
    world.host.treat(Treatment.ACCEPT_AND_DROP)
    await world.deliver()
    await world.act(duty, Act.SUBMIT)

    await _pass(world, 1)

    assert await _outcomes(world) == ["unknown"]
    assert await _state(world) == "outcome_unknown"
    assert len(world.host.received) == 1


async def _crash_during_hand_over(world: NotifierWorld) -> None:
    """What `kill -9` leaves: the data went out, nobody wrote down what came of it."""
    world.host.holding.clear()
    world.host.treat(Treatment.HOLD)
    delivery = asyncio.create_task(world.courier.deliver_next())
    await world.host.holding.wait()
    delivery.cancel()
    await asyncio.gather(delivery, return_exceptions=True)


async def _restart(world: NotifierWorld) -> None:
    world.host.treat(Treatment.ACCEPT)
    world.courier = world.new_courier()
    await world.courier.mark_interrupted()


async def test_a_crash_during_the_hand_over_is_unknown_and_tried_once_more(
    world: NotifierWorld, duty: Duty
) -> None:
    await _crash_during_hand_over(world)
    assert await _state(world) == "handing_over"

    await _restart(world)
    assert await _state(world) == "outcome_unknown"
    await world.deliver()

    assert await _outcomes(world) == ["unknown", "sent"]
    assert len({mail["Message-ID"] for mail in world.host.received}) == 1
    assert len({str(mail.get_body(("plain",))) for mail in world.host.received}) == 1


async def test_a_second_crash_leaves_the_mail_for_good(world: NotifierWorld, duty: Duty) -> None:
    await _crash_during_hand_over(world)
    await _restart(world)
    await _crash_during_hand_over(world)
    await _restart(world)

    await _pass(world, 600)

    assert await _outcomes(world) == ["unknown", "unknown"]
    assert await _state(world) == "outcome_unknown"
    assert len(world.host.received) == 2


async def test_a_leader_that_was_replaced_does_not_overrule_the_new_one(
    world: NotifierWorld, duty: Duty
) -> None:
    """The old one still waits for its server when the new one finds the attempt interrupted."""
    world.smtp_timeout_seconds = 0.2
    world.courier = world.new_courier()
    world.host.treat(Treatment.HOLD)
    old = asyncio.create_task(world.courier.deliver_next())
    await world.host.holding.wait()

    await _restart(world)
    await world.deliver()
    await old

    assert await _outcomes(world) == ["unknown", "sent"]
    assert await _state(world) == "sent"


async def test_an_address_that_no_mail_can_be_written_to_is_refused(
    world: NotifierWorld, duty: Duty
) -> None:
    async with transaction(world.owner) as connection:
        await connection.execute(text("UPDATE notifier.reminder SET recipient = 'ủy ban@@'"))

    await world.deliver()

    assert await _state(world) == "failed"
    assert await _outcomes(world) == ["refused"]


@pytest.mark.parametrize("table", ["log.report", "log.obligation"])
async def test_when_the_log_cannot_be_read_nothing_is_decided_or_sent(
    world: NotifierWorld, duty: Duty, table: str
) -> None:
    _, event = await world.open_duty(world.communes[2])
    await world.hear(event)
    role = "tonghop_notifier"
    async with transaction(world.owner) as connection:
        await connection.execute(text(f"REVOKE SELECT ON {table} FROM {role}"))
    try:
        with pytest.raises(DBAPIError, match="permission denied"):
            await world.decide()
        with pytest.raises(DBAPIError, match="permission denied"):
            await world.deliver()
    finally:
        async with transaction(world.owner) as connection:
            await connection.execute(text(f"GRANT SELECT ON {table} TO {role}"))

    assert world.host.received == []
    assert len(await world.reminders()) == 1
    assert await world.attempts() == []


async def test_an_obligation_that_the_log_does_not_hold_is_not_chased(
    world: NotifierWorld, duty: Duty
) -> None:
    lost, event = await world.open_duty(world.communes[2])
    await world.hear(event)
    async with transaction(world.owner) as connection:
        await connection.execute(text("TRUNCATE log.obligation CASCADE"))

    await world.decide()
    await world.deliver()

    assert world.host.received == []
    assert await _state(world) == "cancelled"
    assert (await world.timers(lost))["overdue"] == "not_needed"


def test_pauses_double_up_to_an_hour() -> None:
    minutes = [pause(attempts).total_seconds() / 60 for attempts in range(8)]

    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pause(MOST_ATTEMPTS) == LONGEST_PAUSE
