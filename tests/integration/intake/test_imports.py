"""Many reports at once: all stored with their events by one statement, or none at all."""

import asyncio
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.intake.imports.stories import Step, Story
from services.intake.imports.use_cases import import_stories
from services.intake.places import resolve
from services.intake.submissions.schemas import SubmissionBody
from shared.domain.identifiers import AccountId, OrganizationId
from shared.domain.organizations import OrganizationVersion
from shared.domain.reports import Act, AlreadyApproved
from shared.events.payloads import ReportStateV1
from shared.web.principals import Principal
from tests.support.intake_world import FORM, PERIOD, Caller, World, submission_of

GOOD = {"4": 30, "5": 10, "6": 2, "8": 20, "9": 15, "10": 1, "12": 5, "13": 1}
EARLIER = "2025-Q1"
HEADER = "organization,form,period,row,column,value\n"


@pytest.fixture(scope="module", autouse=True)
async def _two_quarters(world: World) -> None:
    await world.open_previous_quarter()


async def send(
    caller: Caller,
    content: object,
    *,
    media: str = "application/json",
    key: str | None = None,
    **query: Any,
) -> httpx.Response:
    raw = content if isinstance(content, (str, bytes)) else json.dumps(content)
    return await caller.world.client.post(
        "/api/v1/imports",
        content=raw,
        params=query,
        headers={
            "authorization": f"Bearer {caller.token}",
            "content-type": media,
            "idempotency-key": key or secrets.token_hex(8),
        },
    )


def two_quarters(caller: Caller) -> list[dict[str, Any]]:
    """The later one carries over what the earlier one leaves in progress."""
    earlier = caller.body(period=EARLIER)
    later = caller.body(
        figures={"LV01": {**GOOD, "6": 6, "8": 24}},
    )
    return [later, earlier]


def csv_of(*bodies: dict[str, Any]) -> str:
    lines = [
        f"{body['organization']},{body['form']},{body['period']},{row},{column},{value}"
        for body in bodies
        for row, cells in body["figures"].items()
        for column, value in cells.items()
    ]
    return HEADER + "\n".join(lines) + "\n"


async def test_all_reports_are_stored_as_if_sent_one_by_one(world: World, sender: Caller) -> None:
    response = await send(sender, two_quarters(sender))

    assert response.status_code == 201, response.text
    receipt = response.json()
    assert (receipt["reports"], receipt["values"], receipt["dry_run"]) == (2, 16, False)
    for item in receipt["items"]:
        read = await sender.call("GET", f"/api/v1/receipts/{item['receipt_number']}")
        assert read.json()["report_id"] == item["report_id"]
        assert read.json()["version"] == item["version"] == 1


async def test_each_report_has_its_version_its_act_and_its_event(
    world: World, sender: Caller
) -> None:
    before = await world.log_counts()
    receipt = (await send(sender, two_quarters(sender))).json()

    after = await world.log_counts()
    grown = {table: after[table] - before[table] for table in before}
    assert grown == {
        **dict.fromkeys(before, 0),
        **dict.fromkeys(("report", "report_version", "report_act", "event", "sequences"), 2),
    }
    for item in receipt["items"]:
        [event] = await world.rows(
            "SELECT data FROM log.event WHERE subject = :subject",
            subject=f"report/{item['report_id']}",
        )
        state = ReportStateV1.model_validate(event["data"])
        assert (state.report_id, state.period) == (item["report_id"], item["period"])
        assert state.live is not None
        assert state.live.version == 1


@pytest.mark.parametrize("media", ["text/csv", "application/x-ndjson"])
async def test_a_file_of_lines_gives_the_same(world: World, sender: Caller, media: str) -> None:
    bodies = two_quarters(sender)
    lines = "\n".join(map(json.dumps, bodies))
    response = await send(sender, csv_of(*bodies) if media == "text/csv" else lines, media=media)

    assert response.status_code == 201, response.text
    [later, earlier] = response.json()["items"]
    read = await sender.call("GET", f"/api/v1/reports/{later['report_id']}/versions/1")
    assert read.json()["figures"]["LV01"]["8"] == "24"
    assert earlier["period"] == EARLIER


async def test_a_period_is_compared_with_what_the_same_file_says_of_the_one_before(
    world: World, sender: Caller
) -> None:
    """The rule on what is carried over would need the earlier report to be stored already."""
    later, earlier = two_quarters(sender)
    alone = await send(sender, [later], dry_run="true")
    together = await send(sender, [later, earlier], dry_run="true")
    wrong = {**later, "figures": {"LV01": {**GOOD, "6": 2}}}
    contradicting = await send(sender, [wrong, earlier], dry_run="true")

    assert alone.status_code == 200
    assert together.status_code == 200
    assert contradicting.status_code == 422
    assert contradicting.json()["errors"][0]["pointer"].startswith("/0/figures/LV01/")


async def test_a_fault_in_one_report_keeps_all_from_being_stored(
    world: World, sender: Caller
) -> None:
    before = await world.log_counts()
    later, earlier = two_quarters(sender)
    wrong = {**earlier, "figures": {"LV01": {**GOOD, "4": "1.234"}, "LV99": {"4": 1}}}

    response = await send(sender, [later, wrong])

    assert response.status_code == 422
    places = [(fault["code"], fault["pointer"]) for fault in response.json()["errors"]]
    assert places[:2] == [
        ("ambiguous_text", "/1/figures/LV01/4"),
        ("unknown_row", "/1/figures/LV99"),
    ]
    assert await world.log_counts() == before


async def test_a_fault_in_csv_names_line_row_and_column(world: World, sender: Caller) -> None:
    before = await world.log_counts()
    text = csv_of(sender.body()) + f"{sender.organization.code},{FORM},{PERIOD},LV02,4,-1\n"

    response = await send(sender, text, media="text/csv")

    [fault, *_] = response.json()["errors"]
    assert (fault["code"], fault["line"]) == ("negative_count", 10)
    assert (fault["row"], fault["column"]) == ("LV02", "4")
    assert await world.log_counts() == before


async def test_a_dry_run_judges_everything_and_stores_nothing(world: World, sender: Caller) -> None:
    before = await world.log_counts()

    response = await send(sender, two_quarters(sender), dry_run="true")

    assert response.status_code == 200
    assert response.json()["dry_run"] is True
    assert all("report_id" not in item for item in response.json()["items"])
    assert await world.log_counts() == before


async def test_the_same_key_is_answered_with_what_was_stored(world: World, sender: Caller) -> None:
    first = await send(sender, two_quarters(sender), key="again")
    before = await world.log_counts()
    second = await send(sender, two_quarters(sender), key="again")
    other = await send(sender, [sender.body()], key="again")

    assert second.status_code == 201
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await world.log_counts() == before


async def test_without_a_key_nothing_is_stored(world: World, sender: Caller) -> None:
    before = await world.log_counts()
    response = await sender.call("POST", "/api/v1/imports", body=[sender.body()])

    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_required")
    assert await world.log_counts() == before


async def test_a_report_given_twice_is_named(world: World, sender: Caller) -> None:
    response = await send(sender, [sender.body(), sender.body()])

    [fault] = response.json()["errors"]
    assert (fault["code"], fault["pointer"]) == ("given_twice", "/1/organization")


async def test_an_approved_report_needs_a_reason_here_too(
    world: World, sender: Caller, reviewer: Caller
) -> None:
    receipt = (await send(sender, [sender.body()])).json()["items"][0]
    path = f"/api/v1/reports/{receipt['report_id']}"
    approved = await reviewer.call("POST", f"{path}/approve", if_match='"1"')
    assert approved.status_code == 200, approved.text

    refused = await send(sender, [sender.body()])
    corrected = await send(sender, [sender.body(reason="Sót hồ sơ")])

    assert refused.json()["errors"][0]["code"] == "correction_needs_reason"
    assert corrected.json()["items"][0]["version"] == 2
    report = (await sender.call("GET", path)).json()
    assert (report["live_version"], report["official_version"]) == (2, 1)


async def test_reports_of_others_are_refused_by_name(world: World, sender: Caller) -> None:
    before = await world.log_counts()
    stranger = next(
        each for each in world.communes if each.parent_id != sender.organization.parent_id
    )
    response = await send(sender, [sender.body(), submission_of(stranger)])

    assert response.status_code == 404
    assert [fault["pointer"] for fault in response.json()["errors"]] == ["/1/organization"]
    assert await world.log_counts() == before


async def test_a_receiver_enters_for_all_its_senders_and_says_why(
    world: World, sender: Caller, reviewer: Caller
) -> None:
    neighbour = next(
        each
        for each in world.communes
        if each.parent_id == sender.organization.parent_id and each != sender.organization
    )
    world.communes.remove(neighbour)
    units = (sender.organization, neighbour)
    silent = await send(reviewer, [submission_of(each) for each in units])
    told = await send(reviewer, [submission_of(each, reason="Mất mạng") for each in units])

    assert [fault["code"] for fault in silent.json()["errors"]] == ["reason_required"] * 2
    assert told.status_code == 201, told.text
    versions = await world.rows(
        "SELECT v.proxy_by FROM log.report_version v JOIN log.report r ON r.id = v.report_id"
        " WHERE r.organization_id = ANY(:units)",
        units=[each.id for each in units],
    )
    assert [row["proxy_by"] for row in versions] == [reviewer.organization.id] * 2


async def test_imports_and_submissions_of_one_report_keep_the_order(
    world: World, sender: Caller
) -> None:
    """Whoever comes second is judged on what the first left."""
    answers = await asyncio.gather(
        *(send(sender, [sender.body()]) for _ in range(4)),
        *(sender.send(sender.body()) for _ in range(4)),
    )

    stored = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    [item] = await world.rows(
        "SELECT sequence, last_version FROM log.report WHERE organization_id = :id",
        id=sender.organization.id,
    )
    assert item["sequence"] == item["last_version"] == len(stored)
    sequences = await world.rows(
        "SELECT (data->>'sequence')::int AS n FROM log.event e JOIN log.report r"
        " ON e.subject = 'report/' || r.id WHERE r.organization_id = :id ORDER BY e.id",
        id=sender.organization.id,
    )
    assert [row["n"] for row in sequences] == list(range(1, len(stored) + 1))


def person(unit: OrganizationVersion) -> Principal:
    return Principal(
        account_id=AccountId(1),
        username="made-up",
        display_name=f"Cán bộ {unit.name}",
        organization_id=OrganizationId(unit.id),
        roles=frozenset(),
    )


def story(world: World, unit: OrganizationVersion, *verbs: Act) -> Story:
    body = SubmissionBody(**submission_of(unit, reason="Sửa số liệu"))
    place = resolve(world.known, body, today=world.clock.today()).place
    assert place is not None
    at, who = datetime(2025, 6, 15, 2, tzinfo=UTC), person(unit)
    steps = (
        Step(verb, at + timedelta(hours=number), who, body if verb is Act.SUBMIT else None, "Vì")
        for number, verb in enumerate(verbs)
    )
    return Story(place, tuple(steps))


async def test_a_history_is_stored_act_by_act(world: World) -> None:
    unit = world.next_commune()
    acts = (Act.SUBMIT, Act.RETURN, Act.SUBMIT, Act.APPROVE, Act.SUBMIT)

    assert await import_stories(world.intake, [story(world, unit, *acts)]) == 1

    reader = await world.as_sender(unit)
    [row] = await world.rows("SELECT id FROM log.report WHERE organization_id = :id", id=unit.id)
    report = (await reader.call("GET", f"/api/v1/reports/{row['id']}")).json()
    assert [act["verb"] for act in report["acts"]] == [verb.value for verb in acts]
    assert (report["live_version"], report["official_version"]) == (3, 2)
    events = await world.rows(
        "SELECT data FROM log.event WHERE subject = :subject ORDER BY id",
        subject=f"report/{row['id']}",
    )
    states = [ReportStateV1.model_validate(event["data"]) for event in events]
    assert [state.sequence for state in states] == [1, 2, 3, 4, 5]
    official = states[-1].official
    assert official is not None
    assert official.version == 2


async def test_a_history_that_cannot_have_happened_is_not_stored(world: World) -> None:
    before = await world.log_counts()
    unit, other = world.next_commune(), world.next_commune()
    impossible = story(world, other, Act.SUBMIT, Act.APPROVE, Act.APPROVE)

    with pytest.raises(AlreadyApproved):
        await import_stories(world.intake, [story(world, unit, Act.SUBMIT), impossible])

    assert await world.log_counts() == before
