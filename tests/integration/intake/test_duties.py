"""Receivers extend, exclude and take in again: with a reason, audited, told to everybody."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.intake.obligations.use_cases import keep_obligations
from shared.events.payloads import ObligationStateV1
from tests.support.intake_world import PERIOD, Caller, World

WHY = "Mất điện toàn huyện do bão"
ORIGINAL = datetime(2025, 6, 17, 17, tzinfo=UTC)
EXTENDED = datetime(2025, 6, 20, 17, tzinfo=UTC)


async def _duty(caller: Caller) -> dict[str, Any]:
    response = await caller.call(
        "GET", f"/api/v1/obligations?period={PERIOD}&organization={caller.organization.code}"
    )
    [item] = response.json()["items"]
    return item


async def _act(by: Caller, on: dict[str, Any], verb: str, **body: Any) -> Any:
    path = f"/api/v1/obligations/{on['obligation_id']}/{verb}"
    return await by.call("POST", path, body=body, if_match=f'"{on["sequence"]}"')


async def _events(world: World, obligation_id: int) -> list[dict[str, Any]]:
    return await world.rows(
        "SELECT type, data FROM log.event WHERE subject = :subject ORDER BY id",
        subject=f"obligation/{obligation_id}",
    )


async def test_a_receiver_extends_a_deadline(
    world: World, sender: Caller, reviewer: Caller
) -> None:
    duty = await _duty(sender)

    response = await _act(reviewer, duty, "extend", until="2025-06-20", reason=f" {WHY} ")

    assert response.status_code == 200, response.text
    after = response.json()
    assert after == await _duty(sender)
    assert datetime.fromisoformat(after["deadline"]) == EXTENDED
    assert datetime.fromisoformat(after["original_deadline"]) == ORIGINAL
    assert after["sequence"] == duty["sequence"] + 1
    *_, last = await _events(world, duty["obligation_id"])
    assert last["type"] == "vn.tonghop.obligation.extended.v1"
    state = ObligationStateV1.model_validate(last["data"])
    assert (state.deadline, state.original_deadline) == (EXTENDED, ORIGINAL)
    assert (state.organization_code, state.reason) == (sender.organization.code, WHY)


async def test_every_act_is_kept_with_who_when_and_why(
    world: World, sender: Caller, reviewer: Caller
) -> None:
    duty = await _duty(sender)
    await _act(reviewer, duty, "extend", until="2025-06-20", reason=WHY)

    [kept] = await world.rows(
        "SELECT verb, actor_name, at, reason, deadline, original_deadline FROM log.obligation_act"
        " WHERE obligation_id = :id AND actor_id IS NOT NULL",
        id=duty["obligation_id"],
    )
    [audited] = await world.rows(
        "SELECT action, organization_id, at FROM identity.audit_trail"
        " WHERE source = 'obligation' AND number = :id",
        id=duty["obligation_id"],
    )

    assert kept == {
        "verb": "extend",
        "actor_name": f"Cán bộ {reviewer.organization.name}",
        "at": world.clock.now(),
        "reason": WHY,
        "deadline": EXTENDED,
        "original_deadline": ORIGINAL,
    }
    assert audited == {
        "action": "obligation_extend",
        "organization_id": sender.organization.id,
        "at": world.clock.now(),
    }


async def test_an_excluded_organization_owes_nothing_until_it_is_taken_in_again(
    world: World, sender: Caller, reviewer: Caller
) -> None:
    duty = await _duty(sender)

    excluded = (await _act(reviewer, duty, "exclude", reason="Đơn vị mới thành lập")).json()
    refused = await sender.send(sender.body())
    included = (await _act(reviewer, excluded, "include", reason="Loại nhầm đơn vị")).json()
    accepted = await sender.send(sender.body())

    assert (excluded["state"], excluded["standing"]) == ("excluded", "not_due")
    assert refused.json()["errors"][0]["code"] == "no_obligation"
    assert (included["state"], included["standing"]) == ("fixed", "due")
    assert accepted.status_code == 201
    types = [each["type"].split(".")[3] for each in await _events(world, duty["obligation_id"])]
    assert types[-2:] == ["excluded", "included"]


async def test_the_keeper_changes_nothing_of_what_people_did(
    world: World, sender: Caller, reviewer: Caller
) -> None:
    await _act(reviewer, await _duty(sender), "extend", until="2025-06-20", reason=WHY)

    assert await keep_obligations(world.intake) == 0
    assert datetime.fromisoformat((await _duty(sender))["deadline"]) == EXTENDED


@pytest.mark.parametrize(
    ("verb", "body", "refusal"),
    [
        pytest.param("extend", {"until": "2025-06-20"}, (422, "reason_required"), id="no reason"),
        pytest.param(
            "extend",
            {"until": "2025-06-17", "reason": WHY},
            (422, "extension_not_later"),
            id="early",
        ),
        pytest.param("extend", {"reason": WHY}, (422, "validation_failed"), id="no day"),
        pytest.param(
            "extend", {"until": 3, "reason": WHY}, (422, "validation_failed"), id="number"
        ),
        pytest.param("exclude", {"reason": " "}, (422, "reason_required"), id="blank reason"),
        pytest.param("include", {"reason": WHY}, (409, "not_excluded"), id="not excluded"),
    ],
)
async def test_what_cannot_be_done_changes_nothing(
    world: World,
    sender: Caller,
    reviewer: Caller,
    *,
    verb: str,
    body: dict[str, Any],
    refusal: tuple[int, str],
) -> None:
    duty, before = await _duty(sender), await world.log_counts()

    response = await _act(reviewer, duty, verb, **body)

    assert (response.status_code, response.json()["code"]) == refusal
    assert await world.log_counts() == before


async def test_who_has_sent_is_not_excluded(sender: Caller, reviewer: Caller) -> None:
    await sender.send(sender.body())

    response = await _act(reviewer, await _duty(sender), "exclude", reason="Nhầm đơn vị")

    assert (response.status_code, response.json()["code"]) == (409, "report_stands")


async def test_an_act_on_an_older_state_is_refused(sender: Caller, reviewer: Caller) -> None:
    duty = await _duty(sender)
    await _act(reviewer, duty, "extend", until="2025-06-20", reason=WHY)

    again = await _act(reviewer, duty, "extend", until="2025-06-23", reason=WHY)
    unnamed = await reviewer.call(
        "POST",
        f"/api/v1/obligations/{duty['obligation_id']}/exclude",
        body={"reason": WHY},
    )

    assert (again.status_code, unnamed.status_code) == (412, 428)


async def test_a_late_report_becomes_on_time_by_an_extension_and_both_are_known(
    world: World, sender: Caller, reviewer: Caller
) -> None:
    before = world.clock.now()
    world.clock.move_to(datetime(2025, 6, 18, 2, tzinfo=UTC))
    try:
        receipt = (await sender.send(sender.body())).json()
        duty = await _duty(sender)
        after = (await _act(reviewer, duty, "extend", until="2025-06-18", reason=WHY)).json()
    finally:
        world.clock.move_to(before)

    assert (receipt["on_time"], duty["standing"]) == (False, "sent_late")
    assert after["standing"] == "sent_on_time"
    first = datetime.fromisoformat(after["report"]["first_submitted_at"])
    assert first > datetime.fromisoformat(after["original_deadline"])


async def test_nobody_extends_their_own_deadline(world: World, sender: Caller) -> None:
    duty = await _duty(sender)
    own = Caller(
        world, sender.organization, await world.token(sender.organization, "administrator")
    )

    assert (await _act(sender, duty, "extend", until="2025-06-20", reason=WHY)).status_code == 403
    assert (await _act(own, duty, "extend", until="2025-06-20", reason=WHY)).status_code == 403


async def test_an_administrator_above_may_but_a_neighbour_sees_nothing(
    world: World, sender: Caller
) -> None:
    tree = world.known.tree(world.clock.today())
    province = tree.get(tree.roots[0])
    above = Caller(world, province, await world.token(province, "administrator"))
    district = world.parent(sender.organization)
    elsewhere = next(tree.get(each) for each in tree.children(province.id) if each != district.id)
    neighbour = await world.as_reviewer(elsewhere)
    duty = await _duty(sender)

    hidden = await _act(neighbour, duty, "extend", until="2025-06-20", reason=WHY)
    done = await _act(above, duty, "extend", until="2025-06-20", reason=WHY)

    assert (hidden.status_code, done.status_code) == (404, 200)


async def test_many_are_extended_at_once_or_none(world: World, reviewer: Caller) -> None:
    response = await reviewer.call("GET", f"/api/v1/obligations?period={PERIOD}")
    duties = response.json()["items"]
    named = [{key: each[key] for key in ("obligation_id", "sequence")} for each in duties]
    order = {"verb": "extend", "until": "2025-06-19", "reason": WHY, "obligations": named}

    done = await reviewer.call("POST", "/api/v1/obligations/acts", body=order)
    stale = await reviewer.call("POST", "/api/v1/obligations/acts", body=order)

    assert done.status_code == 200, done.text
    assert [each["obligation_id"] for each in done.json()["items"]] == [
        each["obligation_id"] for each in named
    ]
    deadlines = {datetime.fromisoformat(each["deadline"]) for each in done.json()["items"]}
    assert deadlines == {datetime(2025, 6, 19, 17, tzinfo=UTC)}
    assert stale.status_code == 412


async def test_each_obligation_that_does_not_allow_an_act_is_named(
    world: World, sender: Caller, reviewer: Caller
) -> None:
    excluded = (await _act(reviewer, await _duty(sender), "exclude", reason=WHY)).json()
    response = await reviewer.call("GET", f"/api/v1/obligations?period={PERIOD}")
    named = [
        {"obligation_id": each["obligation_id"], "sequence": each["sequence"]}
        for each in response.json()["items"]
    ]
    before = await world.log_counts()
    order = {"verb": "extend", "until": "2025-06-25", "reason": WHY, "obligations": named}

    refused = await reviewer.call("POST", "/api/v1/obligations/acts", body=order)

    index = [each["obligation_id"] for each in named].index(excluded["obligation_id"])
    assert refused.status_code == 422
    [fault] = refused.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (f"/obligations/{index}", "already_excluded")
    assert fault["detail"].startswith(sender.organization.name)
    assert await world.log_counts() == before


async def test_an_extension_of_many_names_its_last_day(reviewer: Caller, sender: Caller) -> None:
    duty = await _duty(sender)
    target = {"obligation_id": duty["obligation_id"], "sequence": duty["sequence"]}

    refused = await reviewer.call(
        "POST",
        "/api/v1/obligations/acts",
        body={"verb": "extend", "reason": WHY, "obligations": [target]},
    )

    assert refused.json()["errors"][0]["pointer"] == "/until"
