"""Who is reminded, when, and who is not."""

from datetime import date

import pytest

from shared.domain.obligations import ObligationState
from shared.domain.reports import Act
from tests.integration.notifier.conftest import WITHOUT_ADDRESS
from tests.integration.notifier.world import Duty, NotifierWorld, at

BEFORE = "2025-06-16 08:00"
AFTER = "2025-06-18 08:00"
DUE_SOON = "[Nhắc việc]"
OVERDUE = "[Quá hạn]"


@pytest.fixture
async def duty(world: NotifierWorld) -> Duty:
    """A commune's duty that the notifier has heard of."""
    made, event = await world.open_duty(world.communes[0])
    await world.hear(event)
    return made


def kinds(subjects: object) -> list[str]:
    assert isinstance(subjects, list)
    return [subject.partition("]")[0] + "]" for subject in subjects]


async def test_whoever_has_not_sent_is_reminded_once_before_and_once_after_the_deadline(
    world: NotifierWorld, duty: Duty
) -> None:
    for instant in ("2025-06-16 07:59", BEFORE, "2025-06-16 11:00", "2025-06-17 08:00"):
        await world.dispatch(instant)
    assert kinds(world.mails_to(duty)) == [DUE_SOON]

    for instant in ("2025-06-18 07:59", AFTER, "2025-06-18 16:00", "2025-06-30 09:00"):
        await world.dispatch(instant)

    assert kinds(world.mails_to(duty)) == [DUE_SOON, OVERDUE]
    assert [row["state"] for row in await world.reminders()] == ["sent", "sent"]
    assert [row["outcome"] for row in await world.attempts()] == ["sent", "sent"]


async def test_nothing_goes_out_before_its_hour(world: NotifierWorld, duty: Duty) -> None:
    await world.dispatch("2025-06-16 07:59")

    assert world.host.received == []
    assert await world.timers(duty) == {"due_soon": "waiting", "overdue": "waiting"}


async def test_whoever_has_sent_is_left_alone(world: NotifierWorld, duty: Duty) -> None:
    event = await world.act(duty, Act.SUBMIT, when=at("2025-06-15 10:00"))
    await world.hear(event)

    await world.dispatch(BEFORE)
    await world.dispatch(AFTER)

    assert world.host.received == []
    assert await world.timers(duty) == {"due_soon": "not_needed", "overdue": "not_needed"}


async def test_a_report_of_which_no_event_has_come_yet_counts_all_the_same(
    world: NotifierWorld, duty: Duty
) -> None:
    await world.act(duty, Act.SUBMIT, when=at("2025-06-18 07:58"))

    await world.dispatch(AFTER)

    assert world.host.received == []


async def test_a_report_that_comes_between_decision_and_hand_over_cancels_the_mail(
    world: NotifierWorld, duty: Duty
) -> None:
    await world.decide(AFTER)
    await world.act(duty, Act.SUBMIT)

    await world.deliver()

    assert world.host.received == []
    assert [row["state"] for row in await world.reminders()] == ["cancelled"]
    assert await world.attempts() == []


@pytest.mark.parametrize(
    "instant",
    [
        pytest.param("2025-06-16 17:00", id="evening"),
        pytest.param("2025-06-16 23:30", id="night"),
        pytest.param("2025-06-17 06:00", id="early-morning"),
        pytest.param("2025-06-21 10:00", id="saturday"),
        pytest.param("2025-06-22 10:00", id="sunday"),
        pytest.param("2025-09-02 10:00", id="holiday"),
    ],
)
async def test_outside_working_time_nothing_is_decided_or_handed_over(
    world: NotifierWorld, duty: Duty, instant: str
) -> None:
    other, event = await world.open_duty(world.communes[2])
    await world.hear(event)
    await world.decide(BEFORE)

    await world.dispatch(instant)

    assert world.host.received == []
    assert (await world.timers(other))["overdue"] == "waiting"


async def test_a_saturday_that_is_worked_is_a_working_day(world: NotifierWorld) -> None:
    """26/04/2025 made up for Friday 02/05/2025."""
    world.move_to("2025-04-01 09:00")
    duty, event = await world.open_duty(world.communes[0], deadline=date(2025, 4, 25))
    await world.hear(event)
    assert await world.due(duty, "overdue") == at("2025-04-26 08:00")

    await world.dispatch("2025-04-26 08:00")

    assert kinds(world.mails_to(duty)) == [OVERDUE]


async def test_days_off_are_passed_over_when_a_stage_is_timed(world: NotifierWorld) -> None:
    """30/04, 01/05 and 02/05/2025 were days off, and then came a weekend."""
    world.move_to("2025-04-01 09:00")
    duty, event = await world.open_duty(world.communes[0], deadline=date(2025, 4, 29))
    await world.hear(event)

    assert await world.due(duty, "due_soon") == at("2025-04-28 08:00")
    assert await world.due(duty, "overdue") == at("2025-05-05 08:00")


async def test_duplicates_and_replays_change_nothing(world: NotifierWorld, duty: Duty) -> None:
    opened = world.duty_event(duty)
    await world.dispatch(BEFORE)
    await world.hear(opened, opened)
    await world.dispatch(AFTER)

    await world.hear(opened)
    await world.hear(opened, opened)
    await world.dispatch("2025-06-18 09:00")

    assert kinds(world.mails_to(duty)) == [DUE_SOON, OVERDUE]


async def test_an_older_state_that_comes_late_changes_nothing(
    world: NotifierWorld, duty: Duty
) -> None:
    old = world.duty_event(duty)
    new = await world.change_duty(duty, deadline=date(2025, 6, 24))

    await world.hear(new)
    await world.hear(old)

    assert await world.due(duty, "overdue") == at("2025-06-25 08:00")


async def test_a_moved_deadline_moves_the_stages(world: NotifierWorld, duty: Duty) -> None:
    await world.hear(await world.change_duty(duty, deadline=date(2025, 6, 24)))

    await world.dispatch(BEFORE)
    await world.dispatch(AFTER)
    assert world.host.received == []

    await world.dispatch("2025-06-23 08:00")
    await world.dispatch("2025-06-25 08:00")
    assert kinds(world.mails_to(duty)) == [DUE_SOON, OVERDUE]


async def test_an_extension_that_the_notifier_has_not_heard_of_holds_too(
    world: NotifierWorld, duty: Duty
) -> None:
    extended = await world.change_duty(duty, deadline=date(2025, 6, 24))

    await world.dispatch(AFTER)
    assert world.host.received == []
    assert await world.due(duty, "overdue") == at("2025-06-25 08:00")

    await world.hear(extended)
    await world.dispatch("2025-06-25 08:00")
    assert kinds(world.mails_to(duty)) == [OVERDUE]


async def test_an_extension_between_decision_and_hand_over_cancels_the_mail(
    world: NotifierWorld, duty: Duty
) -> None:
    await world.decide(AFTER)
    extended = await world.change_duty(duty, deadline=date(2025, 6, 24))

    await world.deliver()
    await world.hear(extended)
    await world.dispatch("2025-06-25 08:00")

    assert kinds(world.mails_to(duty)) == [OVERDUE]
    assert "24/06/2025" in world.mails_to(duty)[0]


async def test_an_excluded_unit_gets_nothing(world: NotifierWorld, duty: Duty) -> None:
    await world.hear(await world.change_duty(duty, state=ObligationState.EXCLUDED))

    await world.dispatch(BEFORE)
    await world.dispatch(AFTER)

    assert world.host.received == []
    assert await world.timers(duty) == {"due_soon": "not_needed", "overdue": "not_needed"}


async def test_an_exclusion_that_the_notifier_has_not_heard_of_holds_too(
    world: NotifierWorld, duty: Duty
) -> None:
    await world.change_duty(duty, state=ObligationState.EXCLUDED)

    await world.dispatch(AFTER)

    assert world.host.received == []


async def test_a_unit_that_is_included_again_is_reminded_again(
    world: NotifierWorld, duty: Duty
) -> None:
    await world.hear(await world.change_duty(duty, state=ObligationState.EXCLUDED))

    await world.hear(await world.change_duty(duty, state=ObligationState.FIXED))
    await world.dispatch(BEFORE)

    assert kinds(world.mails_to(duty)) == [DUE_SOON]


async def test_stages_before_the_first_day_are_not_caught_up(world: NotifierWorld) -> None:
    world.move_to("2025-06-20 09:00")
    duty, event = await world.open_duty(world.communes[0])
    await world.hear(event)

    await world.dispatch("2025-06-20 10:00")

    assert world.host.received == []
    assert await world.timers(duty) == {"due_soon": "missed", "overdue": "missed"}


async def test_a_stage_of_the_first_day_itself_is_not_missed(world: NotifierWorld) -> None:
    world.move_to("2025-06-16 09:30")
    duty, event = await world.open_duty(world.communes[0])
    await world.hear(event)

    await world.dispatch("2025-06-16 09:30")

    assert kinds(world.mails_to(duty)) == [DUE_SOON]


async def test_what_falls_due_while_the_notifier_is_down_is_caught_up(
    world: NotifierWorld, duty: Duty
) -> None:
    await world.dispatch("2025-06-19 14:00")

    assert kinds(world.mails_to(duty)) == [OVERDUE]
    assert await world.timers(duty) == {"due_soon": "missed", "overdue": "decided"}


async def test_a_report_returned_after_the_deadline_is_overdue_on_the_next_working_day(
    world: NotifierWorld, duty: Duty
) -> None:
    await world.hear(await world.act(duty, Act.SUBMIT, when=at("2025-06-17 10:00")))
    await world.dispatch(AFTER)
    world.move_to("2025-06-20 15:00")
    await world.hear(await world.act(duty, Act.RETURN))

    await world.dispatch("2025-06-20 16:00")
    assert world.host.received == []

    await world.dispatch("2025-06-23 08:00")
    assert kinds(world.mails_to(duty)) == [OVERDUE]


async def test_a_report_returned_again_is_not_chased_twice(
    world: NotifierWorld, duty: Duty
) -> None:
    await world.dispatch(AFTER)
    for day in (19, 24):
        world.move_to(f"2025-06-{day} 09:00")
        await world.hear(await world.act(duty, Act.SUBMIT))
        await world.hear(await world.act(duty, Act.RETURN))
        await world.dispatch(f"2025-06-{day + 1} 08:00")

    assert kinds(world.mails_to(duty)) == [OVERDUE]


async def test_a_cancelled_mail_does_not_use_up_its_stage(world: NotifierWorld, duty: Duty) -> None:
    await world.decide(AFTER)
    await world.hear(await world.act(duty, Act.SUBMIT))
    await world.deliver()
    world.move_to("2025-06-19 09:00")
    await world.hear(await world.act(duty, Act.RETURN))

    await world.dispatch("2025-06-20 08:00")

    assert kinds(world.mails_to(duty)) == [OVERDUE]
    [reminder] = await world.reminders()
    assert reminder["state"] == "sent"
    assert reminder["message_id"] == world.host.received[0]["Message-ID"]


async def test_a_returned_correction_leaves_the_approved_report_in(
    world: NotifierWorld, duty: Duty
) -> None:
    for act in (Act.SUBMIT, Act.APPROVE, Act.SUBMIT, Act.RETURN):
        await world.hear(await world.act(duty, act, when=at("2025-06-16 09:00")))

    await world.dispatch(AFTER)

    assert world.host.received == []


async def test_a_return_just_before_the_overdue_stage_leaves_a_day_to_mend(
    world: NotifierWorld, duty: Duty
) -> None:
    await world.hear(await world.act(duty, Act.SUBMIT, when=at("2025-06-17 10:00")))
    world.move_to("2025-06-18 07:30")
    await world.hear(await world.act(duty, Act.RETURN))

    await world.dispatch(AFTER)
    assert world.host.received == []

    await world.dispatch("2025-06-19 08:00")
    assert kinds(world.mails_to(duty)) == [OVERDUE]


async def test_a_unit_without_an_address_is_passed_over_and_stays_visible(
    world: NotifierWorld,
) -> None:
    nowhere = world.known.tree(date(2025, 6, 16)).by_code(WITHOUT_ADDRESS, level="commune")  # type: ignore[arg-type]
    duty, event = await world.open_duty(nowhere)
    neighbour, heard = await world.open_duty(world.communes[0])
    await world.hear(event, heard)

    await world.dispatch(BEFORE)

    assert len(world.host.received) == 1
    assert (await world.timers(duty))["due_soon"] == "no_recipient"
    assert kinds(world.mails_to(neighbour)) == [DUE_SOON]


async def test_a_change_of_the_catalogue_lets_those_without_address_be_judged_again(
    world: NotifierWorld,
) -> None:
    nowhere = world.known.tree(date(2025, 6, 16)).by_code(WITHOUT_ADDRESS, level="commune")  # type: ignore[arg-type]
    duty, event = await world.open_duty(nowhere)
    await world.hear(event)
    await world.dispatch(BEFORE)

    await world.hear(world.catalogue_event())

    assert (await world.timers(duty))["due_soon"] == "waiting"


async def test_more_duties_than_one_transaction_takes_are_all_decided(
    world: NotifierWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.notifier.reminders.use_cases.DECISIONS_PER_TRANSACTION", 2)
    for commune in world.communes[2:9]:
        _, event = await world.open_duty(commune)
        await world.hear(event)

    await world.dispatch(BEFORE)

    assert len(world.host.received) == 7
