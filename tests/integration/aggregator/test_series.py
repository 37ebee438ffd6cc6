"""One indicator over the periods and over the units below, in JSON, CSV and on its page."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest

from services.aggregator.series.sorting import ChildOrder
from shared.domain.identifiers import OrganizationId, PeriodCode
from tests.integration.aggregator.conftest import Deliver
from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.world import (
    COMMUNES,
    DISTRICTS,
    Q1,
    Q2,
    SUMMED,
    History,
    make_catalogue,
    organization,
    province,
)

FIRST_OF = {district: communes[0] for district, communes in COMMUNES.items()}
SERIES, CHILDREN = "/api/v1/indicators/S.TOTAL/series", "/api/v1/indicators/S.TOTAL/children"


@pytest.fixture
async def two_quarters(history: History, deliver: Deliver) -> None:
    """Ten in the first quarter; in the second 12 of one district and 3 of another."""
    first, second, _ = (FIRST_OF[each] for each in DISTRICTS)
    history.submit((first, SUMMED, Q1), R1={"a": 4, "b": 6}, R2={"a": 0, "b": 0})
    history.submit((first, SUMMED, Q2), R1={"a": 5, "b": 7}, R2={"a": 0, "b": 0})
    history.submit((second, SUMMED, Q2), R1={"a": 1, "b": 2}, R2={"a": 0, "b": 0})
    await deliver(history.events)


async def test_a_series_goes_up_to_the_last_period_cut_off(desk: Desk, two_quarters: None) -> None:
    answer = await desk.json(SERIES, organization="1")

    points = {point["period"]: point for point in answer["points"]}
    assert list(points)[-1] == Q2
    assert (points[Q1]["value"], points[Q2]["value"]) == (10, 15)
    assert points[Q2]["coverage"] == {"expected": 12, "reported": 2, "on_time": 2}
    assert points["2024-Q4"]["value"] is None
    assert points["2024-Q4"]["coverage"]["expected"] == 0
    assert answer["indicator"]["unit"] == "hồ sơ"


async def test_each_point_is_compared_with_the_one_before_and_the_year_before(
    desk: Desk, two_quarters: None
) -> None:
    answer = await desk.json(SERIES, organization="1", **{"from": Q2})

    [point] = answer["points"]
    assert point["previous"] == {
        "period": Q1,
        "value": 10,
        "change": {"value": 50, "unit": "percent"},
        "exactness": None,
    }
    assert point["same_period_last_year"]["period"] == "2024-Q2"
    assert point["same_period_last_year"]["change"] is None


async def test_shares_change_in_points(desk: Desk, two_quarters: None) -> None:
    answer = await desk.json("/api/v1/indicators/S.SHARE/series", organization="1", to=Q2)

    change = answer["points"][-1]["previous"]["change"]
    assert change["unit"] == "points"


async def test_a_change_of_the_tree_is_marked_where_it_first_counts(
    desk: Desk, two_quarters: None
) -> None:
    newcomer = replace(
        organization(99, level="commune", parent=DISTRICTS[0]), valid_from=date(2025, 4, 1)
    )
    desk.catalogue.catalogue = make_catalogue([*province(), newcomer], number=2)

    answer = await desk.json(SERIES, organization="1")
    below_another = await desk.json(SERIES, organization="3")

    marked = [point["period"] for point in answer["points"] if point["tree_changed"]]
    assert marked == [Q2]
    assert not any(point["tree_changed"] for point in below_another["points"])


async def test_before_an_organization_existed_there_is_no_value(desk: Desk) -> None:
    newcomer = replace(
        organization(99, level="commune", parent=DISTRICTS[0]), valid_from=date(2025, 4, 1)
    )
    desk.catalogue.catalogue = make_catalogue([*province(), newcomer])

    answer = await desk.json(SERIES, organization="99", **{"from": Q1})

    assert [point["exists"] for point in answer["points"]] == [False, True]


@pytest.mark.parametrize(
    ("parameters", "parameter", "code"),
    [
        pytest.param({"from": "2025-Q9"}, "from", "unknown_period_code", id="no-such-period"),
        pytest.param({"to": "2025-Q9"}, "to", "unknown_period_code", id="no-such-end"),
        pytest.param({"from": "2025-06"}, "from", "invalid_period", id="another-frequency"),
        pytest.param({"from": "2025-Q3", "to": Q2}, "from", "invalid_period", id="backwards"),
    ],
)
async def test_a_wrong_span_names_the_parameter(
    desk: Desk, parameters: dict[str, str], parameter: str, code: str
) -> None:
    answer = await desk.client.get(SERIES, params={"organization": "1", **parameters})

    assert answer.status_code == 422
    [fault] = answer.json()["errors"]
    assert (fault["parameter"], fault["code"]) == (parameter, code)


@pytest.mark.parametrize("path", [SERIES, CHILDREN])
async def test_an_unknown_indicator_is_not_found(desk: Desk, path: str) -> None:
    answer = await desk.get(path.replace("S.TOTAL", "NONE"))

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_indicator")


@pytest.mark.parametrize("path", [SERIES, CHILDREN, "/indicators/S.TOTAL"])
async def test_nobody_reads_another_district(desk: Desk, path: str) -> None:
    desk.sit_down(DISTRICTS[0])

    answer = await desk.get(path, organization=str(DISTRICTS[1]))

    assert answer.status_code == 404


async def test_children_have_their_values_changes_and_coverage(
    desk: Desk, two_quarters: None
) -> None:
    answer = await desk.json(CHILDREN, sort="-value")

    items = [(item["organization"]["code"], item["value"]) for item in answer["items"]]
    assert items == [("2", 12), ("3", 3), ("4", None)]
    first, second, _ = answer["items"]
    assert first["previous"]["change"] == {"value": 20, "unit": "percent"}
    assert second["previous"] == {
        "period": Q1,
        "value": None,
        "change": None,
        "exactness": None,
    }
    assert second["coverage"] == {"expected": 4, "reported": 1, "on_time": 1}


@pytest.mark.parametrize("order", list(ChildOrder))
async def test_in_every_order_all_children_are_there(
    desk: Desk, two_quarters: None, order: ChildOrder
) -> None:
    answer = await desk.json(CHILDREN, sort=order.value)

    codes = [item["organization"]["code"] for item in answer["items"]]
    assert sorted(codes) == ["2", "3", "4"]
    if order.key == "value":
        assert codes == (["2", "3", "4"] if order.descends else ["3", "2", "4"])


@pytest.mark.parametrize("path", [SERIES, CHILDREN, "/api/v1/exports/figures"])
async def test_what_has_not_changed_is_not_sent_again(
    desk: Desk, two_quarters: None, path: str
) -> None:
    parameters = {"period": Q2, "organization": "1", "form": SUMMED}
    first = await desk.client.get(path, params=parameters)
    again = await desk.client.get(
        path, params=parameters, headers={"If-None-Match": first.headers["etag"]}
    )

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


async def test_figures_of_all_units_come_as_csv(desk: Desk, two_quarters: None) -> None:
    answer = await desk.get("/api/v1/exports/figures", form=SUMMED, format="csv", bom="true")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(answer.text[1:])))
    cells = {(row["organization"], row["row"], row["column"]): row["value"] for row in rows}
    assert cells["1", "ALL", "c"] == "15"
    assert cells["20", "R1", "b"] == "7"
    assert cells["1", "ALL", "share"] == "40"
    assert {row["organization"] for row in rows} == {"1", "2", "3", "20", "30"}


async def test_a_text_that_looks_like_a_formula_is_disarmed(desk: Desk, two_quarters: None) -> None:
    units = [replace(each, name="=1+1") if each.id == 1 else each for each in province()]
    desk.catalogue.catalogue = make_catalogue(units)

    answer = await desk.get("/api/v1/exports/figures", form=SUMMED)

    names = {row["organization_name"] for row in csv.DictReader(io.StringIO(answer.text))}
    assert "'=1+1" in names
    assert "=1+1" not in names


async def test_figures_come_as_json_too(desk: Desk, two_quarters: None) -> None:
    answer = await desk.json("/api/v1/exports/figures", form=SUMMED, format="json")

    total = next(
        item
        for item in answer["items"]
        if (item["organization"], item["row"], item["column"]) == ("1", "ALL", "c")
    )
    assert (total["value"], total["expected"], total["reported"]) == (15, 12, 2)
    assert answer["as_of"]["position"] > 0


async def test_an_export_of_nothing_is_empty_and_valid(desk: Desk) -> None:
    answer = await desk.json("/api/v1/exports/figures", form=SUMMED, format="json")

    assert answer["items"] == []


async def test_indicators_come_over_the_periods(desk: Desk, two_quarters: None) -> None:
    answer = await desk.client.get(
        "/api/v1/exports/indicators",
        params={"indicator": ["S.TOTAL", "S.SHARE"], "organization": "1", "from": Q1},
    )

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["indicator"], row["period"], row["value"]) for row in rows] == [
        ("S.TOTAL", Q1, "10"),
        ("S.TOTAL", Q2, "15"),
        ("S.SHARE", Q1, "60"),
        ("S.SHARE", Q2, "60"),
    ]


async def test_the_page_shows_value_course_children_and_sources(
    desk: Desk, two_quarters: None
) -> None:
    answer = await desk.get("/indicators/S.TOTAL", sort="-value")

    assert answer.status_code == 200, answer.text
    text = answer.text
    assert '<rect class="chart-bar' in text
    assert "+50,0%" in text
    assert 'aria-sort="descending"' in text
    assert text.index(">district 2<") < text.index(">district 3<")
    assert "<code>[c]</code>" in text
    assert text.count('href="/reports/') == 2
    assert "/api/v1/exports/indicators?" in text


async def test_the_page_of_a_unit_without_figures_says_so(desk: Desk) -> None:
    answer = await desk.get("/indicators/S.SHARE", organization="41")

    assert answer.status_code == 200
    assert "Chưa có số liệu của kỳ nào." in answer.text


async def test_reports_outside_todays_scope_are_not_linked(desk: Desk, two_quarters: None) -> None:
    """A commune that now belongs elsewhere still counts in the old total, without a link."""
    moved = FIRST_OF[DISTRICTS[0]]
    later = date(2025, 6, 15)
    units = [replace(each, valid_to=later) if each.id == moved else each for each in province()] + [
        replace(each, parent_id=DISTRICTS[1], valid_from=later)
        for each in province()
        if each.id == moved
    ]
    desk.catalogue.catalogue = make_catalogue(units)
    desk.sit_down(OrganizationId(DISTRICTS[0]))

    answer = await desk.get(
        "/indicators/S.TOTAL", organization=str(DISTRICTS[0]), period=PeriodCode(Q2)
    )

    assert answer.status_code == 200
    assert 'href="/reports/' not in answer.text
