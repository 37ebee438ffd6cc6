"""The life of obligations over time, from a clock that starts before the cut-off."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text

from services.intake.obligations.use_cases import keep_obligations
from tests.support.intake_world import FORM, World

STARTS_AT = datetime(2024, 7, 2, tzinfo=UTC)


async def _duties(world: World, period: str) -> list[dict[str, Any]]:
    return await world.rows(
        "SELECT * FROM log.obligation WHERE form = :form AND period = :period"
        " ORDER BY organization_id",
        form=FORM,
        period=period,
    )


async def test_the_running_period_is_open_and_provisional(world: World) -> None:
    duties = await _duties(world, "2024-Q3")

    assert len(duties) == 111
    assert {duty["state"] for duty in duties} == {"provisional"}
    assert {duty["cutoff_date"] for duty in duties} == {date(2024, 9, 14)}


async def test_a_changed_receiver_is_followed_until_the_cut_off(world: World) -> None:
    [first, *_] = await _duties(world, "2024-Q3")
    async with world.owner.begin() as connection:
        await connection.execute(
            text("UPDATE log.obligation SET receiver_id = NULL WHERE id = :id"),
            {"id": first["id"]},
        )

    changed = await keep_obligations(world.intake)

    [followed, *_] = await _duties(world, "2024-Q3")
    [act] = await world.rows(
        "SELECT verb FROM log.obligation_act WHERE obligation_id = :id AND sequence = 2",
        id=first["id"],
    )
    assert changed == 1
    assert followed["receiver_id"] == first["receiver_id"]
    assert act["verb"] == "changed"


async def test_provisional_obligations_are_fixed_at_the_end_of_the_cut_off_date(
    world: World,
) -> None:
    world.clock.move_to(datetime(2024, 9, 14, 16, 59, tzinfo=UTC))
    await keep_obligations(world.intake)
    before = {duty["state"] for duty in await _duties(world, "2024-Q3")}
    world.clock.move_to(datetime(2024, 9, 14, 17, tzinfo=UTC))
    await keep_obligations(world.intake)

    after = await _duties(world, "2024-Q3")

    assert before == {"provisional"}
    assert {duty["state"] for duty in after} == {"fixed"}


async def test_a_fixed_obligation_follows_nothing_any_more(world: World) -> None:
    [first, second, *_] = await _duties(world, "2024-Q3")
    async with world.owner.begin() as connection:
        await connection.execute(
            text("UPDATE log.obligation SET receiver_id = NULL WHERE id = :id"),
            {"id": first["id"]},
        )
        await connection.execute(
            text("DELETE FROM log.obligation_act WHERE obligation_id = :id"), {"id": second["id"]}
        )
        await connection.execute(
            text("DELETE FROM log.obligation WHERE id = :id"), {"id": second["id"]}
        )

    await keep_obligations(world.intake)

    after = {duty["organization_id"]: duty for duty in await _duties(world, "2024-Q3")}
    assert after[first["organization_id"]]["receiver_id"] is None
    assert second["organization_id"] not in after


async def test_a_keeper_that_slept_for_half_a_year_leaves_no_hole(world: World) -> None:
    world.clock.move_to(datetime(2025, 5, 20, tzinfo=UTC))

    await keep_obligations(world.intake)

    for period, state in (("2024-Q4", "fixed"), ("2025-Q1", "fixed"), ("2025-Q2", "provisional")):
        duties = await _duties(world, period)
        assert (len(duties), {duty["state"] for duty in duties}) == (111, {state})
