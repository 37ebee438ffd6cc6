"""Reading reports, and the acts after sending with their races."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared.events.payloads import ReportStateV1
from tests.support.intake_world import EVE, Caller, World


@pytest.fixture
async def receipt(sender: Caller) -> dict[str, Any]:
    """A report that was just sent."""
    response = await sender.send(sender.body())
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


async def _act(caller: Caller, report_id: int, verb: str, *, sequence: int, **body: str) -> Any:
    return await caller.call(
        "POST", f"/api/v1/reports/{report_id}/{verb}", body=body, if_match=f'"{sequence}"'
    )


async def _states(world: World, report_id: int) -> list[ReportStateV1]:
    rows = await world.rows(
        "SELECT data FROM log.event WHERE subject = :subject ORDER BY id",
        subject=f"report/{report_id}",
    )
    return [ReportStateV1.model_validate(row["data"]) for row in rows]


async def test_returned_corrected_and_approved(
    world: World, sender: Caller, reviewer: Caller, receipt: dict[str, Any]
) -> None:
    report_id = receipt["report_id"]

    returned = await _act(reviewer, report_id, "return", sequence=1, reason="Cột 4 chưa khớp")
    resent = await sender.send(sender.body())
    approved = await _act(reviewer, report_id, "approve", sequence=3)

    assert [each.status_code for each in (returned, resent, approved)] == [200, 201, 200]
    states = await _states(world, report_id)
    assert [state.sequence for state in states] == [1, 2, 3, 4]
    assert [state.live.version if state.live else None for state in states] == [1, None, 2, 2]
    assert [state.official.version if state.official else None for state in states] == [
        None,
        None,
        None,
        2,
    ]
    assert states[1].act.reason == "Cột 4 chưa khớp"


async def test_a_report_taken_in_while_the_clock_was_ahead_is_put_right_by_its_sender(
    world: World, sender: Caller
) -> None:
    """Two days ahead it was late; withdrawn and sent again under the right clock it is not."""
    world.clock.move_to(EVE + timedelta(days=2))
    first = (await sender.send(sender.body())).json()
    world.clock.move_to(EVE - timedelta(hours=1))

    withdrawn = await _act(sender, first["report_id"], "withdraw", sequence=1, reason="Sai giờ")
    second = await sender.send(sender.body())
    world.clock.move_to(EVE)

    assert (withdrawn.status_code, second.status_code) == (200, 201)
    assert (first["on_time"], second.json()["on_time"]) == (False, True)
    states = await _states(world, first["report_id"])
    assert [state.sequence for state in states] == [1, 2, 3]


async def test_approve_meets_a_newer_version(
    sender: Caller, reviewer: Caller, receipt: dict[str, Any]
) -> None:
    await sender.send(sender.body())

    stale = await _act(reviewer, receipt["report_id"], "approve", sequence=1)
    unnamed = await reviewer.call("POST", f"/api/v1/reports/{receipt['report_id']}/approve")

    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")
    assert (unnamed.status_code, unnamed.json()["code"]) == (428, "version_required")


async def test_of_two_racing_acts_one_wins(
    world: World, sender: Caller, reviewer: Caller, receipt: dict[str, Any]
) -> None:
    report_id = receipt["report_id"]

    answers = await asyncio.gather(
        _act(reviewer, report_id, "approve", sequence=1),
        _act(reviewer, report_id, "return", sequence=1, reason="Xem lại"),
        _act(sender, report_id, "withdraw", sequence=1, reason="Nhầm kỳ"),
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    assert [state.sequence for state in await _states(world, report_id)] == [1, 2]


async def test_a_resubmission_racing_an_approval_leaves_no_hole(
    world: World, sender: Caller, reviewer: Caller, receipt: dict[str, Any]
) -> None:
    report_id = receipt["report_id"]

    approved, resent = await asyncio.gather(
        _act(reviewer, report_id, "approve", sequence=1),
        sender.send(sender.body(reason="Đính chính")),
    )

    assert resent.status_code == 201
    assert approved.status_code in {200, 412}
    states = await _states(world, report_id)
    assert [state.sequence for state in states] == list(range(1, len(states) + 1))


async def test_only_the_receiver_by_the_chain_reviews(
    world: World, sender: Caller, receipt: dict[str, Any]
) -> None:
    report_id = receipt["report_id"]
    district = world.parent(sender.organization)
    province = await world.as_reviewer(world.parent(district))
    own = await world.as_reviewer(sender.organization)
    stranger = await world.as_reviewer(
        next(
            each
            for each in world.known.tree(world.clock.today()).organizations.values()
            if each.level == "district" and each.id != district.id
        )
    )

    answers = [
        (await _act(each, report_id, "approve", sequence=1)).status_code
        for each in (province, own, stranger)
    ]

    assert answers == [403, 403, 404]


async def test_only_the_sender_withdraws(
    world: World, sender: Caller, receipt: dict[str, Any]
) -> None:
    report_id = receipt["report_id"]
    district = await world.as_sender(world.parent(sender.organization))

    refused = await _act(district, report_id, "withdraw", sequence=1, reason="x")
    blank = await _act(sender, report_id, "withdraw", sequence=1, reason="  ")
    done = await _act(sender, report_id, "withdraw", sequence=1, reason="Gửi nhầm kỳ")

    assert [each.status_code for each in (refused, blank, done)] == [403, 422, 200]
    assert done.json()["state"] == "withdrawn"
    assert (await _states(world, report_id))[-1].live is None


@pytest.mark.parametrize(
    ("verb", "first", "code"),
    [
        pytest.param("approve", "approve", "already_approved", id="approve-twice"),
        pytest.param("withdraw", "approve", "already_approved", id="withdraw-approved"),
        pytest.param("approve", "return", "nothing_to_review", id="approve-returned"),
        pytest.param("withdraw", "return", "nothing_to_withdraw", id="withdraw-returned"),
    ],
)
async def test_an_act_that_the_state_does_not_allow_is_a_conflict(
    sender: Caller,
    reviewer: Caller,
    receipt: dict[str, Any],
    *,
    verb: str,
    first: str,
    code: str,
) -> None:
    report_id = receipt["report_id"]
    await _act(reviewer, report_id, first, sequence=1, reason="Lý do")
    caller = sender if verb == "withdraw" else reviewer

    response = await _act(caller, report_id, verb, sequence=2, reason="Lý do")

    assert (response.status_code, response.json()["code"]) == (409, code)


async def test_a_report_is_read_with_its_versions_acts_and_events(
    sender: Caller, reviewer: Caller, receipt: dict[str, Any]
) -> None:
    await sender.send(sender.body())
    links = receipt["links"]

    report = await reviewer.call("GET", links["report"])
    versions = await reviewer.call("GET", links["versions"])
    second = await reviewer.call("GET", f"{links['versions']}/2")
    third = await reviewer.call("GET", f"{links['versions']}/3")
    events = await reviewer.call("GET", links["events"])
    again = await sender.call("GET", links["receipt"])

    assert report.headers["etag"].startswith('"2-')
    assert [act["verb"] for act in report.json()["acts"]] == ["submit", "submit"]
    assert len(versions.json()["items"]) == 2
    assert second.json()["figures"]["LV01"]["4"] == "30"
    assert third.status_code == 404
    assert [event["type"] for event in events.json()["items"]] == [
        "vn.tonghop.report.submitted.v1"
    ] * 2
    assert {name: again.json()[name] for name in ("receipt_number", "sha256", "event_id")} == {
        name: receipt[name] for name in ("receipt_number", "sha256", "event_id")
    }


async def test_other_organizations_find_nothing(
    world: World, sender: Caller, receipt: dict[str, Any]
) -> None:
    stranger = await world.as_sender(world.next_commune())
    [duty] = await world.rows(
        "SELECT obligation_id FROM log.report WHERE id = :id", id=receipt["report_id"]
    )
    paths = [
        *receipt["links"].values(),
        f"/api/v1/obligations/{duty['obligation_id']}",
        f"/api/v1/drafts/{duty['obligation_id']}",
    ]

    answers = [await stranger.call("GET", path) for path in paths if path.startswith("/api")]

    assert {answer.status_code for answer in answers} == {404}


async def test_the_queue_holds_what_waits_for_this_receiver(
    world: World, sender: Caller, reviewer: Caller, receipt: dict[str, Any]
) -> None:
    mine = await reviewer.call("GET", "/api/v1/review?limit=500")
    province = await world.as_reviewer(world.parent(world.parent(sender.organization)))
    theirs = await province.call("GET", "/api/v1/review")

    assert receipt["report_id"] in [item["report_id"] for item in mine.json()["items"]]
    assert theirs.json()["items"] == []
