"""What other systems for this job can do, and what none of them does: row by row, over HTTP.

docs/peers.md has the rows, and where each is tested in depth.
"""

import csv
import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.settings import Settings
from tests.acceptance import test_crashes
from tests.acceptance.api_story import RATE, SLUG, tell
from tests.acceptance.peer_desk import (
    FIGURES,
    RECEIVED,
    RECEIVED_BY_ROW,
    WHY,
    Desk,
    administrator_of,
    analyst_after_the_reform,
    desk_of,
    figures_of,
    load_pack,
)
from tests.support.province import FORM, PERIOD
from tests.support.system import running_system
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs/examples/packs"
REPORT_STATE = json.loads((ROOT / "shared/events/schemas/report-state.v1.json").read_text("utf-8"))


@pytest.fixture(scope="module")
async def desk(module_engine: AsyncEngine, module_database_url: str) -> AsyncIterator[Desk]:
    """After a working day that every test looks back on, when all deadlines have passed."""
    settings = Settings(demo=True, requests_per_minute_of_account=0)
    async with (
        running_system(module_engine, module_database_url, settings=settings) as system,
        desk_of(await tell(system)) as desk,
    ):
        yield desk


# What the others have: the floor.


async def test_forms_api_roles_scopes_audit_validation_exports_and_tokens(desk: Desk) -> None:
    commune, stranger = desk.system.caller(desk.silent[11]), desk.system.caller(desk.places.commune)
    for received in (30, 32):
        row = FIGURES | {"4": received, "12": received - 25}
        sent = await desk.send(desk.silent[11], key=f"{received}", figures={"LV01": row})
        report = sent.json()["report_id"]

    assert (await commune.call("POST", "/api/v1/releases", body={})).status_code == 403
    assert (await stranger.call("GET", f"/api/v1/reports/{report}")).status_code == 404
    assert (await desk.system.client.get(f"/api/v1/reports/{report}")).status_code == 401
    history = (await commune.get(f"/api/v1/reports/{report}/history", limit="100"))["items"]
    [changed, *_] = [each["changes"] for each in history if each["changes"]]
    assert (changed[0]["column"], changed[0]["before"], changed[0]["after"]) == ("4", "30", "32")
    assert desk.told.audited["POST /api/v1/tokens"] == {"token_created"}
    await desk.waiting_for(desk.silent[11], value=RECEIVED_BY_ROW + 2)
    query = {"form": FORM, "period": PERIOD, "organization": desk.silent[11].code}
    exported = await commune.call("GET", f"/api/v1/exports/figures?{httpx.QueryParams(query)}")
    rows = list(csv.DictReader(io.StringIO(exported.text)))
    assert [row["value"] for row in rows if (row["row"], row["column"]) == ("LV01", "4")] == ["32"]


async def test_hierarchy_roll_up_operators_and_indicators_with_formulas(desk: Desk) -> None:
    where = {"period": PERIOD, "organization": desk.places.district.code}
    below = await desk.analyst.get(f"/api/v1/indicators/{RECEIVED}/children", **where)
    sent = [child["value"] for child in below["items"] if child["coverage"]["reported"]]
    rate = (await figures_of(desk.analyst, desk.places.district.code))[RATE]
    of_district = await desk.analyst.get(
        "/api/v1/rollups", form=FORM, period=PERIOD, organization=desk.places.district.code
    )
    cells = {
        each["column"]: each["total"] for each in of_district["cells"] if each["row"] == "TONG"
    }

    assert cells["3"] == sum(sent) == RECEIVED_BY_ROW * len(sent)
    assert rate["value"] == round(100 * (cells["8"] + cells["9"]) / cells["7"], 1)
    typed = next(each for each in of_district["cells"] if each["column"] == "4")
    assert (typed["count"], typed["minimum"], typed["maximum"]) == (len(sent), 30, 30)


async def test_expected_actual_and_on_time_rates_per_unit_form_and_period(desk: Desk) -> None:
    answer = await desk.analyst.get(
        "/api/v1/completeness", form=FORM, period=PERIOD, organization=desk.places.district.code
    )

    assert answer["expected"] == len(answer["children"])
    assert 0 < answer["on_time"] <= answer["reported"] < answer["expected"]
    for number in ("expected", "reported", "on_time", "overdue"):
        assert answer[number] == sum(child[number] for child in answer["children"])


async def test_approval_by_level_locks_after_the_deadline_and_exceptions(desk: Desk) -> None:
    period = f"/api/v1/periods/{PERIOD}?regime=VPCP-KSTT"
    seen = (await desk.analyst.call("GET", period)).json()
    signed = await desk.analyst.get(
        f"/api/v1/aggregates/{SLUG}/{PERIOD}", organization=desk.places.district.code
    )
    body = {"regime": "VPCP-KSTT", "period": PERIOD, "reason": "Hết hạn."}

    async def decide(verb: str, sequence: int) -> dict[str, Any]:
        answer = await desk.analyst.call(
            "POST", f"/api/v1/periods/{verb}", body=body, if_match=f'"{sequence}"'
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    closed = await decide("close", seen["sequence"])
    refused = await desk.send(desk.silent[0], key="locked", figures={"LV01": FIGURES})
    opened = await decide("reopen", closed["sequence"])

    assert signed["signed_off"]["reason"]
    assert (refused.status_code, refused.json()["code"]) == (409, "period_closed")
    assert [each["verb"] for each in opened["acts"]][-2:] == ["close", "reopen"]


async def test_send_back_with_a_reason(desk: Desk) -> None:
    receipt = (await desk.send(desk.silent[1], key="back", figures={"LV01": FIGURES})).json()
    district = desk.system.caller(desk.system.province.district_of(desk.silent[1]))
    number, sequence = receipt["report_id"], receipt["sequence"]

    silently = await district.act(number, "return", sequence=sequence)
    returned = await district.act(number, "return", sequence=sequence, reason=WHY)

    assert (silently.status_code, returned.status_code) == (422, 200)
    duty = await desk.duty_of(desk.silent[1])
    assert duty["report"]["state"] == "returned"


async def test_nothing_to_report_is_a_statement_and_not_a_zero(desk: Desk) -> None:
    answer = await desk.send(desk.silent[2], key="nothing", nothing_to_report=True)

    assert answer.status_code == 201, answer.text
    stated = await desk.waiting_for(desk.silent[2], value=0)
    assert stated["coverage"]["reported"] == 1
    never = (await figures_of(desk.analyst, desk.silent[-1].code))[RECEIVED]
    assert (never["value"], never["reason"]) == (None, "figure_missing")


async def test_versioned_submissions_and_receipts(desk: Desk) -> None:
    figures = [FIGURES, FIGURES | {"4": 31, "12": 6}]
    receipts = [
        (await desk.send(desk.silent[3], key=f"version {number}", figures={"LV01": each})).json()
        for number, each in enumerate(figures)
    ]
    caller = desk.system.caller(desk.silent[3])
    versions = await caller.get(f"/api/v1/reports/{receipts[0]['report_id']}/versions")

    assert [each["version"] for each in versions["items"]] == [1, 2]
    kept = await caller.get(receipts[0]["links"]["receipt"])
    assert kept["sha256"] == receipts[0]["sha256"] != receipts[1]["sha256"]


async def test_validation_rules_of_both_kinds_and_hints_of_the_units_own_range(desk: Desk) -> None:
    wrong = await desk.send(desk.silent[4], key="wrong", figures={"LV01": FIGURES | {"12": 99}})
    slow = FIGURES | {"8": 0, "9": 0, "10": 36}
    warned = await desk.send(desk.silent[4], key="warned", figures={"LV01": slow})
    explained = await desk.send(
        desk.silent[4],
        key="told",
        figures={"LV01": slow},
        explanations={"II06A.LOW_ON_TIME_RATE": WHY},
    )
    duty = await desk.duty_of(desk.silent[4])
    draft = await desk.system.caller(desk.silent[4]).get(duty["links"]["draft"])

    assert (wrong.status_code, wrong.json()["code"]) == (422, "cross_check_failed")
    assert "lệch" in wrong.json()["errors"][0]["detail"]
    assert warned.json()["errors"][0]["code"] == "explanation_required"
    assert explained.status_code == 201, explained.text
    assert draft["usual"] == []


async def test_excel_templates_out_and_back_in(desk: Desk) -> None:
    unit = desk.silent[5]
    caller = desk.system.caller(unit)
    duty = await desk.duty_of(unit)
    number = duty["obligation_id"]
    template = await caller.call("GET", f"/api/v1/obligations/{number}/workbook")
    back = await desk.system.client.post(
        "/api/v1/workbooks",
        params={"obligation": number, "dry_run": "true"},
        headers={"authorization": f"Bearer {caller.token}"},
        files={"file": ("bieu.xlsx", template.content)},
    )

    assert CalamineWorkbook.from_filelike(io.BytesIO(template.content)).sheet_names
    assert back.status_code == 200, back.text


async def test_dashboard_with_charts_and_a_map(desk: Desk) -> None:
    district = desk.system.province.district_of(desk.silent[-1])
    for unit in desk.system.province.communes_of(district)[-3:]:
        sent = await desk.send(unit, key=f"mapped {unit.code}", figures={"LV01": FIGURES})
        assert sent.status_code == 201, sent.text
    await desk.waiting_for(district, value=3 * RECEIVED_BY_ROW)
    query = {"period": PERIOD, "organization": district.code}
    page = await desk.browser.get("/dashboard", params=query)
    of_one = await desk.browser.get(f"/indicators/{RATE}", params=query)

    assert (page.status_code, of_one.status_code) == (200, 200)
    assert 'class="symbol-map"' in page.text
    assert 'class="chart-bar' in of_one.text


async def test_send_ledger_of_what_was_mailed_to_whom_with_which_result(desk: Desk) -> None:
    ledger = await desk.analyst.get("/api/v1/reminders", state="sent", limit="5")

    assert {each["recipient"].partition("@")[2] for each in ledger["items"]}
    assert all(each["attempts"][-1]["outcome"] == "sent" for each in ledger["items"])


async def test_openapi_and_exchange_in_json_csv_and_excel(desk: Desk) -> None:
    document = (await desk.system.client.get("/api/openapi.json")).json()

    assert document["openapi"].startswith("3.1")
    assert len(desk.told.examples) > 60
    assert {"text/csv", "application/json"} <= set(
        document["paths"]["/api/v1/exports/figures"]["get"]["responses"]["200"]["content"]
    )


# What none of the others does.


async def test_a_figure_is_in_the_total_seconds_after_its_report(desk: Desk) -> None:
    province = desk.system.province.province
    before = await figures_of(desk.analyst, province.code)
    receipt = await desk.send(desk.silent[6], key="soon", figures={"LV01": FIGURES})
    assert receipt.status_code == 201, receipt.text

    after = await desk.waiting_for(province, value=before[RECEIVED]["value"] + RECEIVED_BY_ROW)

    assert after["coverage"]["reported"] == before[RECEIVED]["coverage"]["reported"] + 1
    newer = await figures_of(desk.analyst, province.code)
    assert newer["as_of"]["position"] > before["as_of"]["position"]


async def test_a_published_figure_stays_and_its_revision_names_the_report(desk: Desk) -> None:
    [release] = (await desk.analyst.get("/api/v1/releases", form=FORM, period=PERIOD))["items"]
    corrected = FIGURES | {"4": 40, "12": 15}
    receipt = await desk.send(
        desk.places.neighbour, key="corrected", figures={"LV01": corrected}, reason=WHY
    )
    assert receipt.status_code == 201, receipt.text
    number, sequence = receipt.json()["report_id"], receipt.json()["sequence"]
    district = desk.system.caller(desk.places.district)
    assert (await district.act(number, "approve", sequence=sequence)).status_code == 200

    async def look() -> Any:
        answer = await desk.analyst.get(release["links"]["revisions"])
        return answer if answer["revised"] else None

    revisions = await until(look)
    frozen = await figures_of(desk.analyst, desk.places.province.code, release=str(release["id"]))
    assert revisions["steps"][-1]["cause"]["report_id"] == number
    assert revisions["steps"][-1]["cells"][0]["after"] == 40
    assert frozen["as_of"]["release"] == release["number"]
    page = await desk.browser.get(release["links"]["page"])
    assert page.status_code == 200
    assert f"So với bản chốt số liệu {release['number']}" in page.text


async def test_deadlines_are_the_laws_with_working_days_ladders_and_extensions(desk: Desk) -> None:
    calendar = await desk.analyst.get("/api/v1/calendar", year="2025")
    quarter = next(each for each in calendar["periods"] if each["period"] == PERIOD)
    completeness = await desk.analyst.get(
        "/api/v1/completeness", form=FORM, period=PERIOD, organization=desk.places.district.code
    )

    assert (quarter["window_first"], quarter["window_last"]) == ("2025-03-15", "2025-06-14")
    # The 22nd is a Sunday.
    assert [each["date"] for each in quarter["deadlines"]] == [
        "2025-06-17", "2025-06-19", "2025-06-23",
    ]  # fmt: skip
    extended = completeness["extended_units"][0]
    assert extended["deadline"] > extended["original_deadline"]


async def test_kinds_of_periods_are_data(desk: Desk) -> None:
    administrator = await administrator_of(desk)
    for name in ("nine-months", "ten-months", "weekly"):
        await load_pack(administrator, EXAMPLES / name)

    async def look() -> Any:
        calendar = await desk.analyst.get("/api/v1/calendar", year="2025")
        found = {each["period"]: each["window_first"] for each in calendar["periods"]}
        return found if "2025-W29" in found else None

    first_days = await until(look)
    assert first_days["2025-9M"] == "2024-12-15"
    assert first_days["2025-01-01--2025-10-31"] == "2025-01-01"
    assert first_days["2025-W29"] == "2025-07-11"


async def test_a_reminder_reaches_the_late_unit_only(desk: Desk) -> None:
    late = (await desk.duty_of(desk.silent[-4]))["obligation_id"]
    prompt = [await desk.duty_of(each) for each in (desk.places.commune, desk.places.neighbour)]

    async def reminded() -> Any:
        ledger = await desk.analyst.get("/api/v1/reminders", limit="500")
        overdue = [each for each in ledger["items"] if each["stage"] == "overdue"]
        found = [each["obligation_id"] for each in overdue if each["kind"] == "report"]
        return found if late in found else None

    found = await until(reminded)
    assert len(found) == len(set(found))
    assert not {each["obligation_id"] for each in prompt} & set(found)


async def test_completeness_follows_from_duties_and_never_exceeds_the_whole(desk: Desk) -> None:
    for district in desk.system.province.districts:
        answer = await desk.analyst.get(
            "/api/v1/completeness", form=FORM, period=PERIOD, organization=district.code
        )
        assert answer["on_time"] <= answer["reported"] <= answer["expected"]
        assert answer["expected"] == len(desk.system.province.communes_of(district))


async def test_changes_come_as_a_replayable_stream_of_described_events(desk: Desk) -> None:
    receipt = (await desk.send(desk.silent[9], key="event", figures={"LV01": FIGURES})).json()
    caller = desk.system.caller(desk.silent[9])

    async def placed() -> Any:
        events = await caller.get(f"/api/v1/reports/{receipt['report_id']}/events")
        [event] = events["items"]
        return event if event["position"] else None

    event = await until(placed)
    assert event["event_id"] == receipt["event_id"]
    assert event["type"] == "vn.tonghop.report.submitted.v1"
    assert REPORT_STATE["properties"]["report_id"]["type"] == "integer"


async def test_an_acknowledged_report_is_stored_before_it_is_acknowledged(desk: Desk) -> None:
    """The same under `kill -9` of everything: tests/acceptance/test_crashes.py, in every run."""
    body = {"figures": {"LV01": FIGURES}}
    first = await desk.send(desk.silent[10], key="again", **body)
    second = await desk.send(desk.silent[10], key="again", **body)

    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"


async def test_a_merge_adds_up_and_the_old_hierarchy_stays(desk: Desk) -> None:
    """Thị trấn Tân Phú and Xã Tân Lập became parts of the new Xã Đồng Phú."""
    old = [desk.places.neighbour, desk.places.commune]
    before = [(await figures_of(desk.analyst, each.code))[RECEIVED]["value"] for each in old]
    analyst = await analyst_after_the_reform(desk)

    now = await figures_of(analyst, "25363", geography="as_now")
    stayed = [(await figures_of(analyst, each.code))[RECEIVED]["value"] for each in old]

    assert now[RECEIVED]["value"] == sum(before)
    assert now[RECEIVED]["restated"]["exactness"] == "exact"
    assert stayed == before


def test_the_services_are_killed_in_every_run_of_the_tests() -> None:
    """Not only in the long one: `make test` leaves out what is marked `soak`."""
    killing = test_crashes.test_nothing_acknowledged_is_lost_and_no_mail_goes_out_twice
    marks: list[pytest.Mark] = getattr(killing, "pytestmark", [])
    [runs] = [mark for mark in marks if mark.name == "parametrize"]
    short = [case for case in runs.args[1] if not case.marks]

    assert "make test" in (ROOT / ".ci/run").read_text("utf-8")
    assert [case.values[0].kills for case in short] == [3]


def test_every_row_of_the_document_is_tested_by_its_name() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/peers.md").read_text("utf-8")))
    here = {name for name in globals() if name.startswith("test_")}

    assert named == here - {"test_crashes", "test_every_row_of_the_document_is_tested_by_its_name"}
