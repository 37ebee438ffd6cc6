"""A clock that jumps a day ahead, or an hour back: no mail goes twice, and none is forgotten."""

import pytest

from shared.domain.reports import Act
from tests.integration.notifier.mail_host import Treatment
from tests.integration.notifier.world import Duty, NotifierWorld

DAY_BEFORE = "2025-06-16 08:00"
LAST_DAY, DAY_AFTER = "2025-06-17 09:00", "2025-06-18 09:00"
DUE_SOON, OVERDUE = "[Nhắc việc]", "[Quá hạn]"


@pytest.fixture
async def duty(world: NotifierWorld) -> Duty:
    """A commune's duty, due on the last day, that the notifier has heard of."""
    made, event = await world.open_duty(world.communes[0])
    await world.hear(event)
    return made


def kinds(world: NotifierWorld, duty: Duty) -> list[str]:
    return [subject.partition("]")[0] + "]" for subject in world.mails_to(duty)]


async def test_what_went_out_a_day_early_does_not_go_out_again_on_its_day(
    world: NotifierWorld, duty: Duty
) -> None:
    for instant in (DAY_BEFORE, LAST_DAY, DAY_AFTER, LAST_DAY, DAY_AFTER, "2025-06-20 09:00"):
        await world.dispatch(instant)

    assert kinds(world, duty) == [DUE_SOON, OVERDUE]
    assert await world.timers(duty) == {"due_soon": "decided", "overdue": "decided"}


async def test_an_hour_lived_through_twice_sends_nothing_twice(
    world: NotifierWorld, duty: Duty
) -> None:
    for instant in ("2025-06-16 08:30", "2025-06-16 07:30", "2025-06-16 08:00", "2025-06-16 08:30"):
        await world.dispatch(instant)

    assert kinds(world, duty) == [DUE_SOON]
    assert [each["outcome"] for each in await world.attempts()] == ["sent"]


async def test_a_mail_decided_a_day_early_that_has_not_gone_waits_for_its_day(
    world: NotifierWorld, duty: Duty
) -> None:
    """The clock is put right before the mail server, which was busy, takes it."""
    world.host.treat(Treatment.BUSY, Treatment.ACCEPT)
    await world.dispatch(DAY_AFTER)

    world.move_to(LAST_DAY)
    await world.dispatch()
    assert kinds(world, duty) == []

    await world.dispatch("2025-06-18 10:00")
    assert kinds(world, duty) == [OVERDUE]


async def test_a_report_sent_in_the_day_that_was_lived_too_early_is_in_all_the_same(
    world: NotifierWorld, duty: Duty
) -> None:
    world.move_to(DAY_AFTER)
    await world.hear(await world.act(duty, Act.SUBMIT))
    for instant in (LAST_DAY, DAY_AFTER, "2025-06-19 09:00"):
        await world.dispatch(instant)

    assert kinds(world, duty) == []


async def test_a_mail_of_which_nobody_knows_whether_it_arrived_goes_once_more_and_no_more(
    world: NotifierWorld, duty: Duty
) -> None:
    world.host.treat(Treatment.LOSE_AND_DROP, Treatment.ACCEPT)
    await world.dispatch("2025-06-18 09:00")
    for instant in ("2025-06-18 08:00", "2025-06-18 09:05", "2025-06-19 09:05"):
        await world.dispatch(instant)

    assert [each["outcome"] for each in await world.attempts()] == ["unknown", "sent"]
    assert kinds(world, duty) == [OVERDUE]
