"""Obligations: opened, followed, fixed; and what each caller sees of them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.intake.obligations.keeper import ObligationKeeper
from services.intake.obligations.use_cases import keep_obligations
from shared.events.payloads import ObligationStateV1
from tests.support.intake_world import FORM, PERIOD, Caller, World


async def _duties(world: World, period: str) -> list[dict[str, Any]]:
    return await world.rows(
        "SELECT * FROM log.obligation WHERE form = :form AND period = :period",
        form=FORM,
        period=period,
    )


async def test_every_commune_owes_the_period_that_was_cut_off(world: World) -> None:
    duties = await _duties(world, PERIOD)

    assert len(duties) == 111
    assert {duty["state"] for duty in duties} == {"fixed"}
    assert {duty["deadline"] for duty in duties} == {datetime(2025, 6, 17, 17, tzinfo=UTC)}
    parents = {each.id: each.parent_id for each in world.known.organizations}
    assert all(duty["receiver_id"] == parents[duty["organization_id"]] for duty in duties)


async def test_each_obligation_has_its_act_and_its_event(world: World) -> None:
    duties = await _duties(world, PERIOD)
    [acts] = await world.rows(
        "SELECT count(*) AS n FROM log.obligation_act a JOIN log.obligation o"
        " ON o.id = a.obligation_id WHERE o.period = :period",
        period=PERIOD,
    )
    events = await world.rows(
        "SELECT data FROM log.event WHERE type = 'vn.tonghop.obligation.fixed.v1'"
        " AND data->>'period' = :period",
        period=PERIOD,
    )

    states = [ObligationStateV1.model_validate(event["data"]) for event in events]
    assert acts["n"] == len(states) == len(duties)
    assert {state.obligation_id for state in states} == {duty["id"] for duty in duties}


async def test_keeping_again_changes_nothing(world: World) -> None:
    before = await world.log_counts()

    assert await keep_obligations(world.intake) == 0
    assert await world.log_counts() == before


async def test_a_history_is_opened_on_demand(world: World) -> None:
    await keep_obligations(world.intake, since=date(2024, 12, 20))

    assert len(await _duties(world, "2025-Q1")) == 111


async def test_the_keeper_works_once_for_each_day_and_catalogue(world: World) -> None:
    keeper = ObligationKeeper(world.intake)

    assert [await keeper.work(), await keeper.work()] == [0, 0]


async def test_a_commune_sees_its_own_duties_only(world: World, sender: Caller) -> None:
    response = await sender.call("GET", f"/api/v1/obligations?period={PERIOD}")

    [item] = response.json()["items"]
    assert item["organization"]["code"] == sender.organization.code
    assert item["standing"] == "due"
    assert (await sender.call("GET", item["links"]["self"])).json() == item


async def test_a_district_reads_the_duties_below_it_page_by_page(
    world: World, reviewer: Caller
) -> None:
    below = world.known.tree(world.clock.today()).children(reviewer.organization.id)

    path: str | None = f"/api/v1/obligations?period={PERIOD}&limit=2"
    found: list[str] = []
    while path is not None:
        page = await reviewer.call("GET", path)
        found += [item["organization"]["code"] for item in page.json()["items"]]
        path = page.links.get("next", {}).get("url")
        assert (path is None) == (page.json()["next"] is None)

    assert len(found) == len(set(found)) == len(below)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/api/v1/obligations/999999999999999999999", 404, id="beyond-bigint"),
        pytest.param("/api/v1/obligations/0", 404, id="zero"),
        pytest.param("/api/v1/obligations/abc", 404, id="words"),
        pytest.param("/api/v1/obligations?limit=0", 422, id="limit-zero"),
        pytest.param("/api/v1/obligations?state=quen", 422, id="unknown-state"),
    ],
)
async def test_a_wrong_address_is_a_problem(sender: Caller, path: str, status: int) -> None:
    assert (await sender.call("GET", path)).status_code == status


async def test_forms_are_given_to_browsers(sender: Caller) -> None:
    listed = await sender.call("GET", "/api/v1/forms?on=2025-06-14")
    form = await sender.call("GET", "/api/v1/forms/ii-06a?on=2025-06-14")
    gone = await sender.call("GET", "/api/v1/forms/ii-06a?on=2026-06-14")

    assert FORM in [item["code"] for item in listed.json()["items"]]
    assert form.json()["columns"][0]["formula"] == [
        "+",
        ["+", ["cell", "4"], ["cell", "5"]],
        ["cell", "6"],
    ]
    assert gone.status_code == 404
