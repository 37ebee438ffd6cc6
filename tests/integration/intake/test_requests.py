"""An authorised receiver asks for a report once: it is owed like any other."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.obligations.use_cases import keep_obligations
from shared.catalogue.packs import read_packs, shipped_packs
from shared.catalogue.store import load_packs
from shared.db.engine import transaction
from shared.events.payloads import ObligationStateV1
from tests.support.intake_world import Caller, World, announce, intake_world

REGIME, FORM = "DOT-XUAT", "KTXH-02"
PERIOD = "2025-05-01--2025-05-31"
FIGURES = {
    "AS01": {"GT": 120},
    "AS02": {"GT": 45},
    "AS03": {"GT": 310},
    "AS04": {"GT": 95},
    "AS04A": {"GT": 60},
}


@pytest.fixture(scope="module")
async def world(module_engine: AsyncEngine, module_database_url: str) -> AsyncIterator[World]:
    """With the monthly set, and the regime that asks for its forms on request."""
    async with intake_world(module_engine, module_database_url) as made:
        names = ("regimes/socio-economic-monthly", "regimes/on-request")
        async with transaction(module_engine) as connection:
            packs = read_packs(shipped_packs(*names))
            await load_packs(connection, packs, clock=made.clock, announce=announce)
        made.known = await made.intake.catalogue.current(minimum=2)
        yield made


@pytest.fixture
async def province(world: World) -> Caller:
    tree = world.known.tree(world.clock.today())
    return await world.as_reviewer(tree.get(tree.roots[0]))


def _request(*addressees: str, **changes: Any) -> dict[str, Any]:
    return {
        "regime": REGIME,
        "form": FORM,
        "first": "2025-05-01",
        "last": "2025-05-31",
        "last_day": "2025-06-20",
        "title": "Rà soát hộ nghèo sau mưa lũ",
        "purpose": "Phân bổ kinh phí hỗ trợ đợt 1 năm 2025.",
        "addressees": list(addressees),
        **changes,
    }


async def _asked(by: Caller, *addressees: str, **changes: Any) -> Any:
    return await by.call("POST", "/api/v1/requests", body=_request(*addressees, **changes))


async def test_a_request_is_owed_by_those_asked_and_by_nobody_else(
    world: World, province: Caller, sender: Caller
) -> None:
    other = await world.as_sender(world.next_commune())

    response = await _asked(province, sender.organization.code)

    assert response.status_code == 201, response.text
    request = response.json()
    assert (request["period"], request["expected"], request["sent"]) == (PERIOD, 1, 0)
    assert request["deadline"] == "2025-06-20T17:00:00Z"
    [duty] = (await sender.call("GET", f"/api/v1/obligations?period={PERIOD}")).json()["items"]
    assert (duty["state"], duty["standing"], duty["regime"]) == ("fixed", "due", REGIME)
    assert duty["receiver"]["code"] == province.organization.code
    none = (await other.call("GET", f"/api/v1/obligations?period={PERIOD}")).json()["items"]
    assert none == []
    [event] = await world.rows(
        "SELECT data FROM log.event WHERE subject = :subject",
        subject=f"obligation/{duty['obligation_id']}",
    )
    assert ObligationStateV1.model_validate(event["data"]).deadline == datetime(
        2025, 6, 20, 17, tzinfo=UTC
    )


async def test_what_was_asked_is_sent_and_approved_like_any_report(
    province: Caller, sender: Caller
) -> None:
    request = (await _asked(province, sender.organization.code)).json()

    sent = await sender.send(
        {
            "organization": sender.organization.code,
            "form": FORM,
            "period": PERIOD,
            "figures": FIGURES,
        }
    )
    assert sent.status_code == 201, sent.text
    receipt = sent.json()
    approved = await province.call(
        "POST",
        f"/api/v1/reports/{receipt['report_id']}/approve",
        if_match=f'"{receipt["sequence"]}"',
    )
    after = (await province.call("GET", f"/api/v1/requests/{request['request_id']}")).json()

    assert approved.json()["state"] == "approved"
    assert (after["expected"], after["sent"], after["approved"]) == (1, 1, 1)


async def test_a_request_for_days_to_come_is_provisional_until_they_are_over(
    world: World, province: Caller, sender: Caller
) -> None:
    changes = {"first": "2025-06-10", "last": "2025-06-18", "last_day": "2025-06-23"}
    await _asked(province, sender.organization.code, **changes)
    before = world.clock.now()

    async def state() -> str:
        rows = await world.rows(
            "SELECT state FROM log.obligation WHERE organization_id = :id AND period = :period",
            id=sender.organization.id,
            period="2025-06-10--2025-06-18",
        )
        return str(rows[0]["state"])

    first = await state()
    try:
        world.clock.move_to(datetime(2025, 6, 18, 18, tzinfo=UTC))
        await keep_obligations(world.intake)
        second = await state()
    finally:
        world.clock.move_to(before)

    assert (first, second) == ("provisional", "fixed")


async def test_every_fault_of_a_request_is_named(
    world: World, province: Caller, sender: Caller
) -> None:
    district = world.parent(sender.organization)
    before = await world.log_counts()

    response = await _asked(
        province,
        "99999",
        district.code,
        province.organization.code,
        sender.organization.code,
        last_day="2025-06-16",
    )

    assert response.status_code == 422
    faults = {each["pointer"]: each["code"] for each in response.json()["errors"]}
    assert faults == {
        "/last_day": "deadline_too_early",
        "/addressees/0": "unknown_organization_code",
        "/addressees/1": "level_does_not_enter",
        "/addressees/2": "not_permitted",
    }
    assert await world.log_counts() == before


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        pytest.param({"regime": "KTXH-THANG"}, "/regime", id="a monthly regime"),
        pytest.param({"form": "II.06a/VPCP/KSTT"}, "/form", id="a form of another regime"),
        pytest.param({"last": "2025-04-30"}, "/last", id="backwards"),
        pytest.param({"title": " "}, "/title", id="no title"),
        pytest.param({"purpose": ""}, "/purpose", id="no purpose"),
        pytest.param({"addressees": []}, "/addressees", id="nobody"),
    ],
)
async def test_a_request_that_cannot_be_is_refused(
    province: Caller, sender: Caller, changes: dict[str, Any], pointer: str
) -> None:
    response = await _asked(province, sender.organization.code, **changes)

    assert response.status_code == 422
    assert [each["pointer"] for each in response.json()["errors"]] == [pointer]


async def test_the_same_is_not_asked_twice(province: Caller, sender: Caller) -> None:
    await _asked(province, sender.organization.code)

    again = await _asked(province, sender.organization.code)

    [fault] = again.json()["errors"]
    assert (again.status_code, fault["code"]) == (422, "asked_already")


async def test_what_a_periodic_regime_asks_is_not_asked_again(
    province: Caller, sender: Caller
) -> None:
    """The administrative month of May has just these days."""
    changes = {"first": "2025-04-15", "last": "2025-05-14"}

    response = await _asked(province, sender.organization.code, **changes)

    [fault] = response.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/last", "figure_asked_twice")
    assert "2025-05" in fault["detail"]


async def test_only_levels_that_the_regime_names_may_ask(world: World, sender: Caller) -> None:
    commune = Caller(world, sender.organization, await world.token(sender.organization, "reviewer"))
    neighbour = world.next_commune()

    response = await _asked(commune, neighbour.code)

    assert response.status_code == 403


async def test_a_district_asks_its_own_communes_only(
    world: World, sender: Caller, reviewer: Caller
) -> None:
    tree = world.known.tree(world.clock.today())
    elsewhere = next(
        each
        for each in tree.organizations.values()
        if each.level == "commune" and each.parent_id != reviewer.organization.id
    )

    refused = await _asked(reviewer, elsewhere.code)
    accepted = await _asked(reviewer, sender.organization.code)

    assert refused.status_code == 404
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/addressees/0"]
    assert accepted.status_code == 201


async def test_who_was_not_asked_does_not_see_the_request(
    world: World, province: Caller, sender: Caller
) -> None:
    stranger = await world.as_sender(world.next_commune())
    request = (await _asked(province, sender.organization.code)).json()
    path = f"/api/v1/requests/{request['request_id']}"

    own = await sender.call("GET", path)
    hidden = await stranger.call("GET", path)
    listed = (await sender.call("GET", "/api/v1/requests")).json()["items"]

    assert own.json()["title"] == "Rà soát hộ nghèo sau mưa lũ"
    assert hidden.status_code == 404
    assert [each["request_id"] for each in listed] == [request["request_id"]]


async def test_a_request_is_audited(world: World, province: Caller, sender: Caller) -> None:
    request = (await _asked(province, sender.organization.code)).json()

    [line] = await world.rows(
        "SELECT action, organization_id, details FROM identity.audit_trail"
        " WHERE source = 'request' AND number = :id",
        id=request["request_id"],
    )

    assert line["action"] == "report_request"
    assert line["organization_id"] == province.organization.id


async def test_the_deadline_leaves_the_notice_that_the_regime_asks_for(
    province: Caller, sender: Caller
) -> None:
    today = date(2025, 6, 16)

    too_soon = await _asked(province, sender.organization.code, last_day=today.isoformat())
    soon = await _asked(province, sender.organization.code, last_day="2025-06-17")

    assert "17/06/2025" in too_soon.json()["errors"][0]["detail"]
    assert soon.status_code == 201
