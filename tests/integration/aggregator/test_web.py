"""The API and the pages of the aggregator, over the small province."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shared.domain.reports import Act
from shared.labels.labels import Language
from shared.web.json import exact_json
from tests.integration.aggregator.conftest import Deliver
from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.world import (
    COMMUNES,
    DISTRICTS,
    PROVINCE,
    Q2,
    SUMMED,
    History,
)

AFTER_DEADLINE = datetime(2025, 6, 18, 1, tzinfo=UTC)
DISTRICT = DISTRICTS[0]
FIRST, SECOND, *_ = COMMUNES[DISTRICT]
PAGES = ("/dashboard", "/dashboard/fragment", "/completeness", "/dashboard/cells")


async def test_indicators_are_computed_from_summed_parts_and_never_averaged(
    desk: Desk, history: History, deliver: Deliver
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 1, "b": 1}, R2={"a": 0, "b": 0})
    history.submit((SECOND, SUMMED, Q2), R1={"a": 0, "b": 96}, R2={"a": 2, "b": 0})
    await deliver(history.events)
    answer = await desk.json("/api/v1/indicators", children="true")
    values = {each["code"]: each["value"] for each in answer["indicators"]}
    assert values == {"S.TOTAL": 100, "S.SHARE": 97}
    assert answer["indicators"][0]["coverage"] == {"expected": 12, "reported": 2, "on_time": 2}
    assert answer["as_of"]["position"] == len(history.events)
    assert answer["as_of"]["recorded_at"] is None
    below = {
        each["organization"]["code"]: each["values"]
        for each in answer["children"]
        if each["form"] == SUMMED
    }
    assert below["2"] == {"S.TOTAL": 100, "S.SHARE": 97}
    assert below["3"] == {"S.TOTAL": None, "S.SHARE": None}


async def test_numbers_are_written_exactly(desk: Desk, history: History, deliver: Deliver) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 9007199254740993})
    await deliver(history.events)
    answer = await desk.json("/api/v1/rollups", form=SUMMED)
    totals = {(each["row"], each["column"]): each["total"] for each in answer["cells"]}
    assert totals["R1", "a"] == 9007199254740993


async def test_every_cell_is_given_derived_ones_without_a_count(
    desk: Desk, history: History, deliver: Deliver
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 1, "b": 3}, R2={"a": 5, "b": 7})
    await deliver(history.events)
    answer = await desk.json("/api/v1/rollups", form=SUMMED, children="true")
    cells = {(each["row"], each["column"]): each for each in answer["cells"]}
    assert len(cells) == 12
    assert cells["R1", "a"] == {
        "row": "R1", "column": "a", "total": 1, "derived": False, "reason": None,
        "operator": "sum", "count": 1, "minimum": 1, "maximum": 1,
    }  # fmt: skip
    total = {"row": "ALL", "column": "c", "total": 16, "derived": True, "reason": None}
    assert cells["ALL", "c"] == total
    assert cells["ALL", "share"]["total"] == Decimal("37.5")
    first = answer["children"][0]
    assert first["organization"]["code"] == "2"
    assert first["cells"]["ALL"]["c"] == 16


async def test_an_unchanged_answer_is_304_and_a_changed_one_has_another_tag(
    desk: Desk, history: History, deliver: Deliver
) -> None:
    await deliver(history.events)
    paths = [
        ("/api/v1/indicators", {}),
        ("/api/v1/rollups", {"form": SUMMED}),
        ("/api/v1/completeness", {"form": SUMMED}),
    ]
    tags = [(await desk.get(path, **more)).headers["etag"] for path, more in paths]
    for (path, more), tag in zip(paths, tags, strict=True):
        desk.client.headers["If-None-Match"] = f'"other", W/{tag}'
        answer = await desk.get(path, **more)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
    await deliver([history.submit((FIRST, SUMMED, Q2), R1={"a": 1})])
    for (path, more), tag in zip(paths, tags, strict=True):
        desk.client.headers["If-None-Match"] = tag
        answer = await desk.get(path, **more)
        assert answer.status_code == 200
        assert answer.headers["etag"] != tag


async def test_completeness_has_another_tag_once_a_deadline_has_passed(
    desk: Desk, history: History, deliver: Deliver
) -> None:
    await deliver(history.events)
    before = await desk.get("/api/v1/completeness", form=SUMMED)
    desk.clock.move_to(AFTER_DEADLINE)
    desk.client.headers["If-None-Match"] = before.headers["etag"]
    after = await desk.get("/api/v1/completeness", form=SUMMED)
    assert after.status_code == 200
    assert exact_json(after.content)["overdue"] == 12


async def test_completeness_tells_late_from_overdue_and_whom_to_call(
    desk: Desk, history: History, deliver: Deliver
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 1})
    history.now = AFTER_DEADLINE
    history.submit((SECOND, SUMMED, Q2), R1={"a": 1})
    history.exclude((COMMUNES[DISTRICT][2], SUMMED, Q2))
    await deliver(history.events)
    desk.clock.move_to(AFTER_DEADLINE)
    answer = await desk.json("/api/v1/completeness", form=SUMMED, organization="2")
    counts = {name: answer[name] for name in ("expected", "reported", "on_time", "late", "overdue")}
    assert counts == {"expected": 3, "reported": 2, "on_time": 1, "late": 1, "overdue": 1}
    (unit,) = answer["overdue_units"]
    assert unit["organization"]["code"] == str(COMMUNES[DISTRICT][3])
    assert unit["deadline"] == "2025-06-17T17:00:00Z"
    assert unit["contact"]["phone"] == "0271 0000000"


async def test_the_official_track_is_asked_for_by_name(
    desk: Desk, history: History, deliver: Deliver
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 1, "b": 1}, R2={"a": 0, "b": 0})
    history.act((FIRST, SUMMED, Q2), Act.APPROVE)
    history.submit((SECOND, SUMMED, Q2), R1={"a": 5, "b": 5}, R2={"a": 0, "b": 0})
    await deliver(history.events)
    official = await desk.json("/api/v1/indicators", track="official")
    total = next(each for each in official["indicators"] if each["code"] == "S.TOTAL")
    assert total["value"] == 2
    assert total["coverage"]["reported"] == 1


@pytest.mark.parametrize(
    ("parameters", "status", "parameter", "code"),
    [
        pytest.param({"period": "2025-Q5"}, 422, "period", "unknown_period_code", id="no period"),
        pytest.param({"period": "2025-06"}, 422, "form", "unknown_form", id="another frequency"),
        pytest.param({"form": "NONE"}, 422, "form", "unknown_form", id="no such form"),
        pytest.param({"track": "both"}, 422, "track", "enum", id="no such track"),
        pytest.param(
            {"organization": "404"}, 404, "organization", "unknown_organization", id="nobody"
        ),
    ],
)
async def test_a_wrong_parameter_is_named(
    parameters: dict[str, str], status: int, parameter: str, code: str, desk: Desk
) -> None:
    answer = await desk.get("/api/v1/rollups", **{"form": SUMMED, **parameters})
    assert answer.status_code == status, answer.text
    (fault,) = answer.json()["errors"]
    assert (fault["parameter"], fault["code"]) == (parameter, code)


@pytest.mark.parametrize("path", ["indicators", "rollups", "completeness", "stream"])
async def test_what_lies_outside_the_scope_is_not_found_like_what_does_not_exist(
    path: str, desk: Desk
) -> None:
    desk.sit_down(DISTRICTS[1])
    outside = await desk.get(f"/api/v1/{path}", form=SUMMED, organization="2")
    nobody = await desk.get(f"/api/v1/{path}", form=SUMMED, organization="999")
    assert outside.status_code == nobody.status_code == 404
    assert outside.json()["code"] == nobody.json()["code"] == "not_found"


@pytest.mark.parametrize("language", Language)
async def test_every_page_is_shown_to_every_level_in_every_language(
    language: Language, desk: Desk, history: History, deliver: Deliver
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 1000, "b": 1}, R2={"a": 200, "b": 33})
    await deliver(history.events)
    desk.clock.move_to(AFTER_DEADLINE)
    number = "1.234" if language is Language.VI else "1,234"
    for organization_id in (PROVINCE, DISTRICT, FIRST):
        desk.sit_down(organization_id, language=language)
        for path in PAGES:
            answer = await desk.client.get(path)
            assert answer.status_code == 200
            assert path == "/completeness" or number in answer.text


async def test_every_page_can_be_shown_before_anything_has_happened(desk: Desk) -> None:
    for path in PAGES:
        assert (await desk.client.get(path)).status_code == 200


async def test_the_overview_shows_how_many_of_how_many_and_who_is_missing(
    desk: Desk, history: History, deliver: Deliver
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 1, "b": 1})
    await deliver(history.events)
    page = (await desk.client.get("/dashboard")).text
    assert "1/12 đơn vị" in page
    assert "còn 1 ngày làm việc" in page
    assert "Đơn vị chưa gửi" in page
    assert f"after={len(history.events)}" in page


async def test_the_source_of_a_figure_names_its_formula_and_its_parts(
    desk: Desk, history: History, deliver: Deliver
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 1, "b": 3}, R2={"a": 5, "b": 7})
    await deliver(history.events)
    page = (await desk.get("/dashboard/cells", row="R1", column="c")).text
    assert "[a] + [b]" in page
    assert "district 2" in page


async def test_the_download_holds_the_exact_figures(
    desk: Desk, history: History, deliver: Deliver
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 1, "b": 3}, R2={"a": 5})
    await deliver(history.events)
    answer = await desk.get("/dashboard/cells.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "summed-2025-Q2-1-live.csv" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["row", "label", "a", "b", "c", "share", "simulated"]
    assert rows[2] == ["R1", "dòng R1", "1", "3", "4", "25", ""]
    assert rows[3] == ["R2", "dòng R2", "5", "", "", "", ""]
