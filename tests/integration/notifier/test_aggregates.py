"""Who has to sign off an aggregate is reminded like who owes a report, and not once it did."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from services.notifier.timers.use_cases import keep_recent_aggregates
from shared.db.engine import transaction
from shared.domain.obligations import ObligationState
from shared.domain.organizations import OrganizationVersion
from shared.domain.reports import Act
from tests.integration.notifier.world import CUTOFF, FORM, PERIOD, REGIME, Duty, NotifierWorld, at

# The ladder gives districts until Thursday 19/06/2025.
BEFORE, AFTER = "2025-06-18 08:00", "2025-06-20 08:00"


@pytest.fixture
async def duty(world: NotifierWorld) -> Duty:
    """A commune's duty after the cut-off, of which the notifier has heard; its report is in."""
    made, opened = await world.open_duty(world.communes[0])
    fixed = await world.change_duty(made, state=ObligationState.FIXED)
    sent = await world.act(made, Act.SUBMIT, when=at("2025-06-15 10:00"))
    await world.hear(opened, fixed, sent)
    return made


def _district(world: NotifierWorld, duty: Duty) -> OrganizationVersion:
    tree = world.known.tree(CUTOFF)
    parent = duty.organization.parent_id
    assert parent is not None
    return tree.get(parent)


def _subjects(world: NotifierWorld, unit: OrganizationVersion) -> list[str]:
    return [str(each["Subject"]) for each in world.host.to(unit.email)]


async def _sign_off(world: NotifierWorld, unit: OrganizationVersion) -> None:
    """As intake writes it."""
    async with transaction(world.owner) as connection:
        await connection.execute(
            text("""
            INSERT INTO log.aggregate_signoff (organization_id, province_id, regime, form, period,
                sequence, form_version, figures, expected, reported, on_time, position,
                content_sha256, signed_by, signed_by_name, signed_at, event_id)
            VALUES (:unit, :province, :regime, :form, :period, 1, 1, '{}', 1, 1, 1, 1,
                repeat('0', 64), 1, 'Trưởng phòng', :now, gen_random_uuid())"""),
            {
                "unit": unit.id,
                "province": unit.province_id,
                "regime": REGIME,
                "form": FORM,
                "period": PERIOD,
                "now": world.clock.now(),
            },
        )


async def _reminders(world: NotifierWorld, unit: OrganizationVersion) -> list[dict[str, Any]]:
    found = [each for each in await world.reminders() if each["organization_id"] == unit.id]
    assert {each["kind"] for each in found} <= {"aggregate"}
    return found


async def test_a_district_is_reminded_once_before_and_once_after_its_own_deadline(
    world: NotifierWorld, duty: Duty
) -> None:
    district = _district(world, duty)
    for instant in ("2025-06-18 07:59", BEFORE, "2025-06-19 08:00"):
        await world.dispatch(instant)
    [before] = _subjects(world, district)
    await world.dispatch(AFTER)
    await world.dispatch("2025-06-30 09:00")

    assert before.startswith("[Mô phỏng] [Nhắc việc] Ký duyệt số tổng hợp ")
    assert "thứ Năm, 19/06/2025" in before
    _, second = _subjects(world, district)
    assert second.startswith("[Mô phỏng] [Quá hạn] Ký duyệt số tổng hợp ")
    assert [each["state"] for each in await _reminders(world, district)] == ["sent", "sent"]


async def test_the_mail_says_how_much_is_approved_and_leads_to_the_page(
    world: NotifierWorld, duty: Duty
) -> None:
    await world.act(duty, Act.APPROVE)
    await world.dispatch(AFTER)

    [mail] = world.host.to(_district(world, duty).email)
    words = mail.get_body(("plain",)).get_content()
    assert "Đã duyệt 1 trên 1 báo cáo của cấp dưới." in words
    assert "quá hạn 01 ngày làm việc" in words
    assert "/aggregates/ii-06a/2025-Q2" in words
    assert "Số liệu mô phỏng, không phải số liệu thật" in words


async def test_the_province_has_its_own_deadline(world: NotifierWorld, duty: Duty) -> None:
    province = world.known.tree(CUTOFF).get(_district(world, duty).province_id)

    await world.dispatch("2025-06-20 08:00")

    [subject] = _subjects(world, province)
    assert "thứ Hai, 23/06/2025" in subject


async def test_whoever_has_signed_off_is_left_alone(world: NotifierWorld, duty: Duty) -> None:
    district = _district(world, duty)
    world.move_to("2025-06-18 07:00")
    await _sign_off(world, district)

    await world.dispatch(BEFORE)
    await world.dispatch(AFTER)

    assert _subjects(world, district) == []


async def test_a_sign_off_between_decision_and_hand_over_cancels_the_mail(
    world: NotifierWorld, duty: Duty
) -> None:
    district = _district(world, duty)
    await world.decide(BEFORE)
    await _sign_off(world, district)
    await world.deliver()

    assert _subjects(world, district) == []
    assert [each["state"] for each in await _reminders(world, district)] == ["cancelled"]


async def test_nothing_is_to_be_signed_off_where_nothing_is_expected_below(
    world: NotifierWorld,
) -> None:
    made, opened = await world.open_duty(world.communes[0])
    fixed = await world.change_duty(made, state=ObligationState.FIXED)
    excluded = await world.change_duty(made, state=ObligationState.EXCLUDED)
    await world.hear(opened, fixed, excluded)

    await world.dispatch(BEFORE)

    assert _subjects(world, _district(world, made)) == []


async def test_before_the_cut_off_nobody_is_asked_to_sign(world: NotifierWorld) -> None:
    _, opened = await world.open_duty(world.communes[0], deadline=date(2025, 6, 18))
    await world.hear(opened)

    assert await world.rows("SELECT id FROM notifier.aggregate_duty") == []


async def test_what_was_cut_off_before_the_notifier_knew_of_aggregates_is_caught_up(
    world: NotifierWorld,
) -> None:
    world.move_to("2025-06-16 09:00")
    made, _ = await world.open_duty(world.communes[0])
    await world.change_duty(made, state=ObligationState.FIXED)
    for _ in range(2):
        await keep_recent_aggregates(
            world.engine, catalogue=world.reader, policy=world.policy, clock=world.clock
        )

    await world.dispatch(BEFORE)

    assert len(_subjects(world, _district(world, made))) == 1


async def test_stages_of_periods_before_the_first_day_are_never_caught_up(
    world: NotifierWorld,
) -> None:
    world.move_to("2025-07-01 09:00")
    made, opened = await world.open_duty(world.communes[0])
    fixed = await world.change_duty(made, state=ObligationState.FIXED)
    await world.hear(opened, fixed)

    await world.dispatch("2025-07-01 09:30")

    assert world.host.received == []
    states = await world.rows("SELECT DISTINCT state FROM notifier.timer WHERE kind = 'aggregate'")
    assert states == [{"state": "missed"}]
