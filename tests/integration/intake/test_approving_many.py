"""A receiver approves many reports by one call: all of them, or none."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.support.intake_world import Caller, World
from tests.support.visitor import Visitor

APPROVALS = "/api/v1/review/approvals"


@pytest.fixture
async def siblings(world: World) -> list[Caller]:
    """Three communes of one district, and last their district."""
    first = world.next_commune()
    district = world.parent(first)
    units = [each for each in world.communes if each.parent_id == district.id][:2]
    world.communes[:] = [each for each in world.communes if each.parent_id != district.id]
    communes = [await world.as_sender(each) for each in (first, *units)]
    return [*communes, await world.as_reviewer(district)]


async def _sent(callers: list[Caller]) -> list[dict[str, int]]:
    receipts = [(await each.send(each.body())).json() for each in callers]
    return [{name: each[name] for name in ("report_id", "sequence")} for each in receipts]


async def _approve(district: Caller, reports: list[dict[str, int]], **body: Any) -> Any:
    return await district.call("POST", APPROVALS, body={"reports": reports, **body})


async def _states(world: World, reports: list[dict[str, int]]) -> list[str]:
    rows = await world.rows(
        "SELECT state FROM log.report WHERE id = ANY(:ids) ORDER BY id",
        ids=[each["report_id"] for each in reports],
    )
    return [row["state"] for row in rows]


async def test_all_are_approved_and_told(world: World, siblings: list[Caller]) -> None:
    *communes, district = siblings
    reports = await _sent(communes)

    answer = await _approve(district, list(reversed(reports)), reason="Đã đối chiếu")

    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert [each["report_id"] for each in items] == [each["report_id"] for each in reports][::-1]
    assert {each["official_version"] for each in items} == {1}
    events = await world.rows(
        "SELECT data -> 'act' ->> 'reason' AS reason FROM log.event"
        " WHERE type = 'vn.tonghop.report.approved.v1' AND subject = ANY(:subjects)",
        subjects=[f"report/{each['report_id']}" for each in reports],
    )
    assert [each["reason"] for each in events] == ["Đã đối chiếu"] * 3


async def test_one_that_changed_keeps_all_from_being_approved(
    world: World, siblings: list[Caller]
) -> None:
    *communes, district = siblings
    reports = await _sent(communes)
    await communes[1].send(communes[1].body())
    await communes[2].call(
        "POST",
        f"/api/v1/reports/{reports[2]['report_id']}/withdraw",
        body={"reason": "Nhầm kỳ"},
        if_match='"1"',
    )
    reports[2]["sequence"] = 2

    answer = await _approve(district, reports)

    assert (answer.status_code, answer.json()["code"]) == (412, "version_conflict")
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
        ("/reports/1", "version_conflict"),
        ("/reports/2", "nothing_to_review"),
    ]
    assert await _states(world, reports) == ["submitted", "submitted", "withdrawn"]


async def test_what_their_states_forbid_is_named_for_each(
    world: World, siblings: list[Caller]
) -> None:
    *communes, district = siblings
    reports = await _sent(communes)
    done = (await _approve(district, reports[:2])).json()["items"]
    seen = [{name: each[name] for name in ("report_id", "sequence")} for each in done]

    answer = await _approve(district, [*seen, reports[2]])
    only = await _approve(district, seen[:1])

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/reports/0", "/reports/1"]
    assert (await _states(world, reports))[2] == "submitted"
    assert only.status_code == 409


async def test_a_report_that_was_sent_to_somebody_else_is_refused(
    world: World, siblings: list[Caller], reviewer: Caller
) -> None:
    *communes, _ = siblings
    reports = await _sent(communes[:1])

    answer = await _approve(reviewer, reports)

    assert answer.status_code in {403, 404}
    assert await _states(world, reports) == ["submitted"]


async def test_a_report_named_twice_is_pointed_at(siblings: list[Caller]) -> None:
    *communes, district = siblings
    reports = await _sent(communes[:1])

    answer = await _approve(district, [*reports, *reports])

    [fault] = answer.json()["errors"]
    assert (fault["code"], fault["pointer"]) == ("duplicate_report", "/reports/1")


async def test_two_callers_who_name_them_in_another_order_do_not_wait_for_ever(
    world: World, siblings: list[Caller]
) -> None:
    *communes, district = siblings
    reports = await _sent(communes)

    answers = await asyncio.gather(
        _approve(district, reports), _approve(district, list(reversed(reports)))
    )

    assert sorted(each.status_code for each in answers) == [200, 412]
    assert await _states(world, reports) == ["approved"] * 3


async def test_of_what_is_approved_the_newest_stands_first(
    world: World, siblings: list[Caller]
) -> None:
    *communes, district = siblings
    reports = []
    for each in communes:
        reports += await _sent([each])
        world.clock.move_to(world.clock.now() + timedelta(minutes=5))
    await _approve(district, reports)
    receiver = Visitor(world, await world.session(district.organization, "reviewer"))

    page = (await receiver.get("/review?state=approved")).text

    places = [page.index(f'href="/review/{each["report_id"]}"') for each in reports]
    assert places == sorted(places, reverse=True)
