"""Who reports after 01/07/2025 what old units still owed, and to whom."""

import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.obligations.keeper import ObligationKeeper
from services.intake.obligations.use_cases import keep_obligations
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.packs import read_packs, shipped_packs
from shared.catalogue.store import load_packs
from shared.db.engine import transaction
from shared.domain.identifiers import OrganizationCode
from shared.domain.organizations import OrganizationVersion
from shared.web.authentication import SESSION_COOKIE
from tests.factories.packs import TWO_PROVINCES, copied_packs, spoil
from tests.support.intake_world import (
    CSRF,
    EVE,
    FORM,
    PACKS,
    PERIOD,
    World,
    announce,
    intake_world,
    submission_of,
)

REFORM = (*TWO_PROVINCES, "organizations/dong-nai-lineage-2025")
AFTER_REFORM = datetime(2025, 7, 3, 1, tzinfo=UTC)
AFTER_CUTOFF = datetime(2025, 9, 15, 1, tzinfo=UTC)
WHY = "Phần lớn dân số và hồ sơ về đơn vị này."
MERGED = "25216"
ENDS = "valid_until: 2025-06-30\n"


@pytest.fixture
async def world(engine: AsyncEngine, database_url: str) -> AsyncIterator[World]:
    """Two days after the reform, with nothing of the second quarter in."""
    async with intake_world(engine, database_url, packs=(*REFORM, *PACKS[1:])) as world:
        world.clock.move_to(AFTER_REFORM)
        await ObligationKeeper(world.intake).work()
        yield world


def old(world: World, code: str) -> OrganizationVersion:
    return world.known.tree(EVE.date()).by_code(OrganizationCode(code), level="commune")


def new(world: World, code: str) -> OrganizationVersion:
    return world.known.tree(AFTER_REFORM.date()).by_code(OrganizationCode(code))


def divided(world: World) -> tuple[OrganizationVersion, list[OrganizationVersion]]:
    """A unit of which several have a part, and those."""
    after = world.known.tree(AFTER_REFORM.date())
    unit = next(e.source_id for e in world.known.lineage if e.kind.is_partial)
    edges = [e for e in world.known.lineage if e.source_id == unit]
    return world.known.tree(EVE.date()).get(unit), [after.get(e.target_id) for e in edges]


async def load(world: World, places: Iterable[Path]) -> Catalogue:
    """What the catalogue says from now on, with the obligations that follow."""
    async with transaction(world.owner) as connection:
        read = read_packs(tuple(places))
        number = await load_packs(connection, read, clock=world.clock, announce=announce)
    known = await world.intake.catalogue.at_least(number)
    await keep_obligations(world.intake)
    return known


async def duty(world: World, unit: OrganizationVersion, *, period: str = PERIOD) -> dict[str, Any]:
    [row] = await world.rows(
        "SELECT * FROM log.obligation WHERE organization_id = :unit AND period = :period",
        unit=unit.id,
        period=period,
    )
    return row


async def hand_over(
    world: World, unit: OrganizationVersion, *, to: str, reason: str = WHY
) -> tuple[int, dict[str, Any]]:
    """The province names who reports in place of the unit."""
    reviewer, found = await world.as_reviewer(new(world, "75")), await duty(world, unit)
    path = f"/api/v1/obligations/{found['id']}/transfer"
    body, seen = {"to": to, "reason": reason}, {"If-Match": f'"{found["sequence"]}"'}
    answer = await reviewer.call("POST", path, body=body, **seen)
    return answer.status_code, answer.json()


async def test_what_a_merged_unit_owed_passes_to_who_took_over_the_whole(world: World) -> None:
    found = await duty(world, old(world, MERGED))
    assert (found["holder_id"], found["receiver_id"]) == (
        new(world, "25217").id,
        new(world, "75").id,
    )
    acts = await world.rows(
        "SELECT * FROM log.obligation_act WHERE obligation_id = :id ORDER BY sequence",
        id=found["id"],
    )
    assert (acts[-1]["verb"], acts[-1]["actor_name"]) == ("transfer", None)
    assert "Phường Thác Mơ đã kết thúc từ ngày 01/07/2025 theo" in acts[-1]["reason"]
    assert "Nghĩa vụ chuyển cho Phường Phước Long." in acts[-1]["reason"]
    assert acts[-1]["reason"].endswith("Báo cáo gửi về Tỉnh Đồng Nai.")
    [event] = await world.rows(
        "SELECT data FROM log.event WHERE type = 'vn.tonghop.obligation.transferred.v1'"
        " AND subject = :subject",
        subject=f"obligation/{found['id']}",
    )
    assert event["data"]["holder_id"] == found["holder_id"]


async def test_what_was_approved_stays_with_the_old_unit_until_somebody_is_named(
    engine: AsyncEngine, database_url: str
) -> None:
    async with intake_world(engine, database_url, packs=(*REFORM, *PACKS[1:])) as world:
        unit = old(world, MERGED)
        sender, receiver = await world.as_sender(unit), await world.as_reviewer(world.parent(unit))
        report = (await sender.send(submission_of(unit))).json()
        path = f"/api/v1/reports/{report['report_id']}/approve"
        await receiver.call("POST", path, body={}, If_Match=f'"{report["sequence"]}"')
        world.clock.move_to(AFTER_REFORM)

        await ObligationKeeper(world.intake).work()

        assert (await duty(world, unit))["holder_id"] is None
        status, told = await hand_over(world, unit, to="25217")
        assert (status, told["holder"]["name"]) == (200, "Phường Phước Long")


async def test_nothing_passes_twice(world: World) -> None:
    before = await world.log_counts()
    await ObligationKeeper(world.intake).work()
    assert await world.log_counts() == before


async def test_the_successor_reports_for_the_old_unit_and_the_new_receiver_approves(
    world: World,
) -> None:
    unit = old(world, MERGED)
    signer, reviewer = await world.as_sender(new(world, "25217")), new(world, "75")

    sent = await signer.send(submission_of(unit))

    assert (sent.status_code, sent.json().get("proxy")) == (201, False)
    [report] = await world.rows("SELECT * FROM log.report")
    assert report["organization_id"] == unit.id
    receiver = await world.as_reviewer(reviewer)
    queue = await receiver.call("GET", "/api/v1/review")
    assert [each["report_id"] for each in queue.json()["items"]] == [report["id"]]
    path = f"/api/v1/reports/{report['id']}/approve"
    approved = await receiver.call("POST", path, body={}, If_Match=f'"{report["sequence"]}"')
    assert approved.status_code == 200


@pytest.mark.parametrize(
    ("code", "role", "expected"),
    [
        pytest.param("25217", "preparer", (403, "signature_required"), id="who may not sign"),
        pytest.param("25220", "signer", (404, "not_found"), id="another unit"),
        pytest.param("75", "signer", (403, "not_permitted"), id="who only receives"),
    ],
)
async def test_nobody_else_reports_for_the_old_unit(
    world: World, code: str, role: str, expected: tuple[int, str]
) -> None:
    caller = await world.as_sender(new(world, code))
    caller.token = await world.token(new(world, code), role)

    answer = await caller.send(submission_of(old(world, MERGED)))

    assert (answer.status_code, answer.json()["code"]) == expected


async def test_the_home_of_the_successor_tells_for_whom_it_reports(world: World) -> None:
    unit = old(world, MERGED)
    world.client.cookies.set(
        SESSION_COOKIE, await world.session(new(world, "25217"), "preparer", "signer")
    )
    found = await duty(world, unit)

    home = await world.client.get("/")
    form = await world.client.get(f"/obligations/{found['id']}/form")
    story = await world.client.get(f"/obligations/{found['id']}")

    assert "thay cho UBND phường Thác Mơ (đơn vị cũ, đến hết 30/06/2025)" in home.text
    assert form.status_code == 200
    assert "Đơn vị báo cáo thay" in story.text
    assert "UBND phường Phước Long" in story.text


async def test_a_draft_of_the_successor_is_told_at_its_home(world: World) -> None:
    cookie = await world.session(new(world, "25217"), "preparer", "signer")
    world.client.cookies.set(SESSION_COOKIE, cookie)
    found = await duty(world, old(world, MERGED))
    kept = await world.client.put(
        f"/api/v1/drafts/{found['id']}",
        json={"figures": {"LV01": {"4": "3"}}},
        headers={"If-Match": '"0"', "X-CSRF-Token": CSRF},
    )
    assert kept.status_code == 200, kept.text
    home = await world.client.get("/")
    assert "Đã nhập 1 ô" in home.text or "1 ô" in home.text


async def test_for_a_divided_unit_the_receiver_names_who_reports(world: World) -> None:
    unit, (named, other, *_) = divided(world)
    assert (await duty(world, unit))["holder_id"] is None
    refused = await (await world.as_sender(named)).send(submission_of(unit))
    assert refused.status_code == 403

    status, told = await hand_over(world, unit, to=named.code)

    assert (status, told["holder"]["name"]) == (200, named.name)
    accepted = await (await world.as_sender(named)).send(submission_of(unit))
    refused = await (await world.as_sender(other)).send(submission_of(unit))
    assert (accepted.status_code, refused.status_code) == (201, 403)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"to": "25217"}, (409, "not_a_successor"), id="no successor"),
        pytest.param({"to": "99999"}, (422, "unknown_organization_code"), id="unknown"),
        pytest.param({"reason": " "}, (422, "reason_required"), id="without a reason"),
    ],
)
async def test_whom_one_cannot_name(
    world: World, changes: dict[str, str], expected: tuple[int, str]
) -> None:
    unit, (named, *_) = divided(world)
    status, told = await hand_over(world, unit, **{"to": named.code, **changes})
    code = told["errors"][0]["code"] if told.get("errors") else told["code"]
    assert (status, code) == expected


async def test_whoever_reports_already_is_not_named_again(world: World) -> None:
    status, told = await hand_over(world, old(world, MERGED), to="25217")
    assert (status, told["code"]) == (409, "already_held")


async def test_the_successor_imports_what_merged_units_and_itself_report(world: World) -> None:
    unit = new(world, "25217")
    merged = [
        world.known.tree(EVE.date()).get(e.source_id)
        for e in world.known.lineage
        if e.target_id == unit.id
    ]
    world.clock.move_to(AFTER_CUTOFF)
    await keep_obligations(world.intake)
    left = {"LV01": {"4": 45, "8": 20, "9": 10, "12": 15}}
    later = {"LV01": {"4": 10, "6": 15 * len(merged), "8": 10 + 15 * len(merged)}}
    reports = [
        *(submission_of(each, figures=left) for each in merged),
        submission_of(unit, period="2025-Q3", figures=later),
    ]
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in reports)
    token = await world.token(unit, "preparer", "signer")

    answer = await world.client.post(
        "/api/v1/imports",
        content=lines.encode(),
        headers={
            "authorization": f"Bearer {token}",
            "content-type": "application/x-ndjson",
            "idempotency-key": "import",
        },
    )

    assert answer.status_code == 201, answer.text
    reported = await world.rows("SELECT organization_id FROM log.report")
    assert {each["organization_id"] for each in reported} == {*(e.id for e in merged), unit.id}


async def test_a_period_that_crosses_the_reform_tells_why_the_old_unit_owes_nothing(
    engine: AsyncEngine, database_url: str, tmp_path: Path
) -> None:
    places = copied_packs(tmp_path)
    spoil(tmp_path / "organizations/binh-phuoc-2025/organizations.yaml", ENDS, "")
    async with intake_world(engine, database_url) as world:
        unit = old(world, MERGED)
        await load(world, places)
        assert (await duty(world, unit, period="2025-Q3"))["state"] == "provisional"

        known = await load(world, shipped_packs(*REFORM))

        successor = known.tree(AFTER_REFORM.date()).by_code(OrganizationCode("25217"))
        found = await duty(world, unit, period="2025-Q3")
        acts = await world.rows(
            "SELECT reason FROM log.obligation_act WHERE obligation_id = :id AND verb = 'excluded'",
            id=found["id"],
        )
        assert found["state"] == "excluded"
        assert "Phường Thác Mơ đã kết thúc từ ngày 01/07/2025 theo" in acts[0]["reason"]
        assert "Kỳ này do Phường Phước Long báo cáo." in acts[0]["reason"]
        assert (await duty(world, successor, period="2025-Q3"))["state"] == "provisional"
        assert FORM in found["form"]
