"""POST /api/v1/submissions: what is stored, and what a retry gets."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from shared.events.payloads import ReportStateV1
from tests.support.intake_world import Caller, World


async def _versions(world: World, report_id: int) -> list[dict[str, Any]]:
    return await world.rows(
        "SELECT * FROM log.report_version WHERE report_id = :id ORDER BY version", id=report_id
    )


async def test_a_report_is_stored_with_its_act_and_its_event(world: World, sender: Caller) -> None:
    response = await sender.send(sender.body())

    assert response.status_code == 201, response.text
    receipt = response.json()
    assert receipt["version"] == receipt["sequence"] == 1
    assert receipt["on_time"] is True
    assert receipt["receipt_number"].startswith("BN1-")
    assert len(await _versions(world, receipt["report_id"])) == 1
    [act] = await world.rows(
        "SELECT * FROM log.report_act WHERE report_id = :id", id=receipt["report_id"]
    )
    assert str(act["event_id"]) == receipt["event_id"]


async def test_a_receipt_number_holds_the_whole_id_of_the_report(
    world: World, sender: Caller
) -> None:
    async with world.owner.begin() as connection:
        await connection.execute(text("ALTER TABLE log.report ALTER id RESTART WITH 123456789"))

    receipt = (await sender.send(sender.body())).json()

    assert receipt["receipt_number"] == "BN1-123456789-1"


async def test_the_event_holds_the_published_schema(world: World, sender: Caller) -> None:
    receipt = (await sender.send(sender.body())).json()

    [event] = await world.rows(
        "SELECT * FROM log.event WHERE subject = :subject",
        subject=f"report/{receipt['report_id']}",
    )

    state = ReportStateV1.model_validate(event["data"], strict=False)
    assert state.report_id == receipt["report_id"]
    assert state.live is not None
    assert state.live.figures["LV01"]["4"] == "30"
    assert state.official is None
    assert event["province_id"] == sender.organization.province_id


async def test_the_relay_is_told_after_the_commit(world: World, sender: Caller) -> None:
    before = len(world.hints)

    await sender.send(sender.body())

    assert len(world.hints) == before + 1


async def test_a_double_click_stores_one_version_and_gives_one_receipt(
    world: World, sender: Caller
) -> None:
    answers = await asyncio.gather(*(sender.send(sender.body(), key="click") for _ in range(8)))

    receipts = [answer.json() for answer in answers]
    assert {answer.status_code for answer in answers} == {201}
    assert all(receipt == receipts[0] for receipt in receipts)
    assert len(await _versions(world, receipts[0]["report_id"])) == 1


async def test_the_same_key_with_another_body_is_refused(world: World, sender: Caller) -> None:
    await sender.send(sender.body(), key="once")
    before = await world.log_counts()

    response = await sender.send(sender.body(reason="khác"), key="once")

    assert response.status_code == 422
    assert response.json()["code"] == "idempotency_key_reused"
    assert await world.log_counts() == before


async def test_the_key_is_required(world: World, sender: Caller) -> None:
    response = await sender.call("POST", "/api/v1/submissions", body=sender.body())

    assert response.status_code == 400
    assert response.json()["code"] == "idempotency_key_required"


async def test_concurrent_submissions_of_one_report_leave_no_hole(
    world: World, sender: Caller
) -> None:
    answers = await asyncio.gather(*(sender.send(sender.body()) for _ in range(16)))

    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["sequence"] for answer in answers) == list(range(1, 17))
    report_id = answers[0].json()["report_id"]
    events = await world.rows(
        "SELECT (data->>'sequence')::int AS sequence FROM log.event"
        " WHERE subject = :subject ORDER BY id",
        subject=f"report/{report_id}",
    )
    assert [event["sequence"] for event in events] == list(range(1, 17))


async def test_a_report_held_by_another_act_is_in_progress(
    world: World, sender: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.intake.submissions.use_cases.WRITE_TIMEOUT_SECONDS", 0.2)
    receipt = (await sender.send(sender.body())).json()
    async with world.owner.connect() as holder, holder.begin():
        await holder.execute(
            text("SELECT 1 FROM log.report WHERE id = :id FOR UPDATE"),
            {"id": receipt["report_id"]},
        )
        response = await sender.send(sender.body(), key="held")

    assert response.status_code == 409
    assert response.json()["code"] == "idempotency_in_progress"
    again = await sender.send(sender.body(), key="held")
    assert again.status_code == 201
    assert again.json()["version"] == 2


@pytest.mark.parametrize("table", ["report_version", "report_act", "event"])
async def test_nothing_is_stored_when_one_part_fails(
    world: World, sender: Caller, table: str
) -> None:
    before = await world.log_counts()
    async with world.owner.begin() as connection:
        await connection.execute(
            text(
                "CREATE FUNCTION log.refuse() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'refused'; END $$"
            )
        )
        await connection.execute(
            text(
                f"CREATE TRIGGER refuse BEFORE INSERT ON log.{table}"
                " FOR EACH ROW EXECUTE FUNCTION log.refuse()"
            )
        )
    try:
        response = await sender.send(sender.body())
    finally:
        async with world.owner.begin() as connection:
            await connection.execute(text("DROP FUNCTION log.refuse() CASCADE"))

    assert response.status_code == 500
    assert await world.log_counts() == before
    assert not await world.rows("SELECT 1 FROM intake.idempotency WHERE account_id = 0")


async def test_a_late_report_is_taken_and_flagged(world: World, sender: Caller) -> None:
    eve = world.clock.now()
    world.clock.move_to(eve.replace(day=20))
    try:
        receipt = (await sender.send(sender.body())).json()
    finally:
        world.clock.move_to(eve)

    assert receipt["on_time"] is False


async def test_nothing_to_report_is_a_statement(world: World, sender: Caller) -> None:
    response = await sender.send(sender.body(figures={}, nothing_to_report=True))

    assert response.status_code == 201, response.text
    [version] = await _versions(world, response.json()["report_id"])
    assert version["nothing_to_report"] is True
    assert version["figures"] == {}


async def test_a_correction_of_an_approved_report_needs_a_reason(
    world: World, sender: Caller, reviewer: Caller
) -> None:
    receipt = (await sender.send(sender.body())).json()
    await reviewer.call("POST", f"/api/v1/reports/{receipt['report_id']}/approve", if_match='"1"')

    refused = await sender.send(sender.body())
    accepted = await sender.send(sender.body(reason="Đính chính cột 4"))

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/reason"
    assert accepted.status_code == 201


async def test_a_submission_may_name_the_sequence_it_replaces(world: World, sender: Caller) -> None:
    await sender.send(sender.body())

    stale = await sender.send(sender.body(), if_match='"0"')
    fresh = await sender.send(sender.body(), if_match='"1"')

    assert stale.status_code == 412
    assert fresh.status_code == 201


async def test_a_soft_rule_lets_through_what_is_explained(world: World, sender: Caller) -> None:
    previous = await _send_previous_quarter(world, sender)
    assert previous.status_code == 201, previous.text

    refused = await sender.send(sender.body())
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["code"] == "cross_check_failed"
    [fault] = problem["errors"]
    assert fault["code"] == "explanation_required"
    assert fault["severity"] == "soft"

    key = fault["detail"].split("[“")[1].split("”]")[0]
    accepted = await sender.send(sender.body(explanations={key: "Nhận bàn giao 2 hồ sơ"}))
    assert accepted.status_code == 201, accepted.text


async def _send_previous_quarter(world: World, sender: Caller) -> Any:
    await world.open_previous_quarter()
    return await sender.send(sender.body(period="2025-Q1"))
