"""Closing a period: only versions with a reason are taken then, until it is opened again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.events.payloads import PeriodStateV1, ReportStateV1
from tests.support.intake_world import PERIOD, Caller, World, intake_world

REGIME = "VPCP-KSTT"
AFTER = datetime(2025, 6, 18, 2, tzinfo=UTC)
"""The morning after the communes' last day."""
WHY = "Hết thời hạn tổng hợp của tỉnh"


@pytest.fixture
async def world(engine: AsyncEngine, database_url: str) -> AsyncIterator[World]:
    """A world of its own for each test: closing concerns the whole province."""
    async with intake_world(engine, database_url) as made:
        yield made


@pytest.fixture
async def province(world: World) -> Caller:
    tree = world.known.tree(world.clock.today())
    return await world.as_reviewer(tree.get(tree.roots[0]))


async def _period(caller: Caller) -> dict[str, Any]:
    response = await caller.call("GET", f"/api/v1/periods/{PERIOD}?regime={REGIME}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def _act(by: Caller, verb: str, *, reason: str | None = WHY, sequence: int = 0) -> Any:
    body = {"regime": REGIME, "period": PERIOD, "reason": reason}
    return await by.call("POST", f"/api/v1/periods/{verb}", body=body, if_match=f'"{sequence}"')


async def _close(world: World, province: Caller) -> None:
    world.clock.move_to(AFTER)
    response = await _act(province, "close")
    assert response.status_code == 200, response.text


async def _decide(by: Caller, report: dict[str, Any], verb: str, **body: Any) -> Any:
    path = f"/api/v1/reports/{report['report_id']}/{verb}"
    return await by.call("POST", path, body=body, if_match=f'"{report["sequence"]}"')


async def _report(caller: Caller, report_id: int) -> dict[str, Any]:
    found: dict[str, Any] = (await caller.call("GET", f"/api/v1/reports/{report_id}")).json()
    return found


async def test_closing_closes_every_report_and_tells_of_it(
    world: World, sender: Caller, reviewer: Caller, province: Caller
) -> None:
    other = await world.as_sender(world.next_commune())
    sent = (await sender.send(sender.body())).json()
    waiting = (await other.send(other.body())).json()
    await _decide(reviewer, sent, "approve")

    await _close(world, province)

    period = await _period(province)
    assert (period["state"], period["sequence"]) == ("closed", 1)
    assert (period["expected"], period["sent"], period["approved"]) == (111, 2, 1)
    [act] = period["acts"]
    assert (act["verb"], act["reason"]) == ("close", WHY)
    approved = await _report(sender, sent["report_id"])
    unapproved = await _report(other, waiting["report_id"])
    assert (approved["state"], approved["official_version"]) == ("closed", 1)
    assert (unapproved["state"], unapproved["official_version"]) == ("closed", None)
    [told] = await world.rows(
        "SELECT data FROM log.event WHERE type = 'vn.tonghop.period.closed.v1'"
    )
    assert PeriodStateV1.model_validate(told["data"]).act.reason == WHY
    closed = await world.rows(
        "SELECT data FROM log.event WHERE type = 'vn.tonghop.report.closed.v1' ORDER BY id"
    )
    states = [ReportStateV1.model_validate(each["data"]) for each in closed]
    assert {each.report_id: each.sequence for each in states} == {
        sent["report_id"]: 3,
        waiting["report_id"]: 2,
    }
    assert all(each.live is not None and each.act.verb == "close" for each in states)


async def test_an_ordinary_act_on_a_closed_period_is_refused(
    world: World, sender: Caller, reviewer: Caller, province: Caller
) -> None:
    other = await world.as_sender(world.next_commune())
    sent = (await sender.send(sender.body())).json()
    await _close(world, province)
    before = await world.log_counts()
    report = await _report(sender, sent["report_id"])

    refused = [
        await sender.send(sender.body()),
        await other.send(other.body()),
        await _decide(reviewer, report, "approve"),
        await _decide(reviewer, report, "return", reason="Sai cột 4"),
        await _decide(sender, report, "withdraw", reason="Sai cột 4"),
    ]

    assert [(each.status_code, each.json()["code"]) for each in refused] == [
        (409, "period_closed")
    ] * len(refused)
    assert await world.log_counts() == before


async def test_a_correction_with_a_reason_is_a_new_version_that_its_approval_closes(
    world: World, sender: Caller, reviewer: Caller, province: Caller
) -> None:
    sent = (await sender.send(sender.body())).json()
    await _decide(reviewer, sent, "approve")
    await _close(world, province)

    correction = await sender.send(sender.body(reason="Nhập nhầm cột 4"))
    waiting = await _report(sender, sent["report_id"])
    await _decide(reviewer, waiting, "approve")
    after = await _report(sender, sent["report_id"])

    assert correction.status_code == 201, correction.text
    assert (waiting["state"], waiting["live_version"], waiting["official_version"]) == (
        "submitted",
        2,
        1,
    )
    assert (after["state"], after["official_version"]) == ("closed", 2)
    assert [each["version"] for each in after["versions"]] == [1, 2]


async def test_who_never_sent_may_still_do_so_with_a_reason(
    world: World, sender: Caller, province: Caller
) -> None:
    await _close(world, province)

    accepted = await sender.send(sender.body(reason="Mất mạng trong tuần báo cáo"))

    assert accepted.status_code == 201
    assert accepted.json()["on_time"] is False


async def test_opening_again_gives_back_every_state(
    world: World, sender: Caller, reviewer: Caller, province: Caller
) -> None:
    other = await world.as_sender(world.next_commune())
    sent = (await sender.send(sender.body())).json()
    returned = (await other.send(other.body())).json()
    await _decide(reviewer, sent, "approve")
    receiver = await world.as_reviewer(world.parent(other.organization))
    await _decide(receiver, returned, "return", reason="Sai cột 4")
    await _close(world, province)

    unexplained = await _act(province, "reopen", reason=" ", sequence=1)
    opened = await _act(province, "reopen", reason="Theo đề nghị của sở", sequence=1)

    assert (unexplained.status_code, unexplained.json()["code"]) == (422, "reason_required")
    assert [each["verb"] for each in opened.json()["acts"]] == ["close", "reopen"]
    assert (await _report(sender, sent["report_id"]))["state"] == "approved"
    assert (await _report(other, returned["report_id"]))["state"] == "returned"
    assert (await other.send(other.body())).status_code == 201


async def test_a_period_is_not_closed_before_all_had_their_time(
    world: World, sender: Caller, reviewer: Caller, province: Caller
) -> None:
    early = await _act(province, "close")
    [duty] = (await sender.call("GET", f"/api/v1/obligations?period={PERIOD}")).json()["items"]
    await reviewer.call(
        "POST",
        f"/api/v1/obligations/{duty['obligation_id']}/extend",
        body={"until": "2025-06-20", "reason": "Mưa lũ"},
        if_match=f'"{duty["sequence"]}"',
    )
    world.clock.move_to(AFTER)
    extended = await _act(province, "close")

    assert [each.json()["code"] for each in (early, extended)] == ["deadline_ahead"] * 2
    assert "20/06/2025" in extended.json()["detail"]


async def test_closing_needs_a_reason_while_reports_are_missing(
    world: World, province: Caller
) -> None:
    world.clock.move_to(AFTER)

    refused = await _act(province, "close", reason=None)

    assert (refused.status_code, refused.json()["code"]) == (422, "incomplete_period")
    assert "111" in refused.json()["detail"]


async def test_nothing_is_extended_or_excluded_after_closing(
    world: World, sender: Caller, reviewer: Caller, province: Caller
) -> None:
    await _close(world, province)
    [duty] = (await sender.call("GET", f"/api/v1/obligations?period={PERIOD}")).json()["items"]

    refused = await reviewer.call(
        "POST",
        f"/api/v1/obligations/{duty['obligation_id']}/exclude",
        body={"reason": "Nhầm đơn vị"},
        if_match=f'"{duty["sequence"]}"',
    )

    assert duty["period_closed"] is True
    assert (refused.status_code, refused.json()["code"]) == (409, "period_closed")


async def test_only_who_stands_over_the_whole_period_closes_it(
    world: World, sender: Caller, reviewer: Caller, province: Caller
) -> None:
    world.clock.move_to(AFTER)

    refused = [await _act(each, "close") for each in (sender, reviewer)]

    assert [each.status_code for each in refused] == [403, 403]


async def test_of_two_who_close_at_once_one_does(world: World, province: Caller) -> None:
    world.clock.move_to(AFTER)

    answers = await asyncio.gather(*(_act(province, "close") for _ in range(3)))

    codes = sorted(each.status_code for each in answers)
    assert codes[0] == 200
    assert set(codes[1:]) <= {409, 412}


async def test_a_period_that_nobody_knows_is_not_found(province: Caller) -> None:
    unknown = await province.call("GET", "/api/v1/periods/2019-Q1?regime=VPCP-KSTT")

    assert unknown.status_code == 404


async def test_periods_are_listed_with_how_far_they_are(
    world: World, sender: Caller, province: Caller
) -> None:
    await sender.send(sender.body())

    own = (await sender.call("GET", "/api/v1/periods")).json()["items"]
    whole = (await province.call("GET", f"/api/v1/periods?regime={REGIME}")).json()["items"]

    assert [(each["period"], each["expected"], each["sent"]) for each in own][-1:] == [
        (PERIOD, 1, 1)
    ]
    assert [(each["period"], each["expected"], each["state"]) for each in whole][-1:] == [
        (PERIOD, 111, "open")
    ]
