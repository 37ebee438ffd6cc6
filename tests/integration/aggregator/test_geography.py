"""Figures over a reform: as reported, as now, and in the tree of any other day."""

import csv
import io
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shared.catalogue.catalogue import Catalogue
from shared.domain.identifiers import OrganizationId
from tests.integration.aggregator.conftest import Deliver
from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.reform import (
    ACT,
    NEW_PROVINCE,
    edges,
    reformed,
    reported,
)
from tests.integration.aggregator.world import Q1, Q2

NOW = {"geography": "as_now"}
SERIES, CHILDREN = "/api/v1/indicators/S.TOTAL/series", "/api/v1/indicators/S.TOTAL/children"

Reform = Callable[..., Awaitable[None]]


@pytest.fixture
def reform(desk: Desk, deliver: Deliver) -> Reform:
    """What units sent before and after, at the desk of the new province."""

    async def reform(figures: dict[int, int], *, catalogue: Catalogue | None = None) -> None:
        desk.catalogue.catalogue = catalogue or reformed()
        desk.sit_down(NEW_PROVINCE)
        await deliver(reported(figures).events, catalogue=desk.catalogue.catalogue)

    return reform


async def value(desk: Desk, organization: int, **parameters: str) -> object:
    answer = await desk.json("/api/v1/indicators", organization=str(organization), **parameters)
    return total_of(answer)["value"]


def total_of(answer: dict[str, Any]) -> dict[str, Any]:
    return next(each for each in answer["indicators"] if each["code"] == "S.TOTAL")


async def test_two_merged_communes_that_reported_10_and_20_read_30(
    desk: Desk, reform: Reform
) -> None:
    """DHIS2 (2.37 and later) keeps the value that was updated last and deletes the other:
    docs.dhis2.org, "Merging organisation units". Here both stay, and their sum is read.
    """
    await reform({20: 10, 21: 20})

    assert await value(desk, 201, period=Q1, **NOW) == 30
    assert (await value(desk, 20, period=Q1), await value(desk, 21, period=Q1)) == (10, 20)


async def test_a_split_gives_nothing_to_one_target_alone(desk: Desk, reform: Reform) -> None:
    """DHIS2 gives everything to one "primary target"."""
    await reform({22: 40, 23: 2})

    answer = await desk.json("/api/v1/indicators", organization="203", period=Q1, **NOW)

    total = total_of(answer)
    assert (total["value"], total["coverage"]["reported"]) == (None, 2)
    assert total["restated"] == {
        "exactness": "refused",
        "units": 2,
        "estimated": [],
        "divided": [{"code": "22", "name": "commune 22", "level": "commune"}],
        "unplaced": [],
    }


async def test_whoever_holds_all_parts_of_a_divided_unit_adds_it_exactly(
    desk: Desk, reform: Reform
) -> None:
    await reform({20: 10, 21: 20, 22: 40, 23: 2, 30: 100})

    answer = await desk.json("/api/v1/indicators", organization="100", period=Q1, **NOW)

    total = total_of(answer)
    assert (total["value"], total["restated"]["exactness"]) == (172, "exact")
    assert total["coverage"] == {"expected": 12, "reported": 5, "on_time": 5}
    assert answer["geography"] == {"choice": "as_now", "on": "2025-06-16"}


async def test_a_part_with_a_weight_is_estimated_and_says_of_what(
    desk: Desk, reform: Reform
) -> None:
    await reform({22: 41, 23: 2}, catalogue=reformed(weights=("0.25", "0.75")))

    answer = await desk.json("/api/v1/indicators", organization="203", period=Q1, **NOW)

    total = total_of(answer)
    assert total["value"] == 33  # 2 + 0.75 × 41, rounded once
    assert total["restated"]["exactness"] == "estimated"
    assert total["restated"]["estimated"] == [
        {
            "organization": {"code": "22", "name": "commune 22", "level": "commune"},
            "weight": 0.75,
            "of": ["dân số 2025"],
        }
    ]
    assert await value(desk, 202, period=Q1, **NOW) == 10


async def test_as_reported_is_the_default_and_puts_nothing_together(
    desk: Desk, reform: Reform
) -> None:
    await reform({20: 10, 21: 20, 201: 7})

    answer = await desk.json("/api/v1/indicators", organization="201", period=Q2)

    total = total_of(answer)
    assert (total["value"], total["restated"]) == (7, None)
    assert answer["geography"] == {"choice": "as_reported", "on": None}
    assert (await desk.get("/api/v1/indicators", organization="201", period=Q1)).status_code == 404


async def test_a_series_goes_on_over_the_reform_and_marks_it(desk: Desk, reform: Reform) -> None:
    await reform({20: 10, 21: 20, 201: 36})

    answer = await desk.json(SERIES, organization="201", **NOW, **{"from": Q1, "to": Q2})

    before, after = answer["points"]
    assert (before["value"], after["value"]) == (30, 36)
    assert (before["exists"], before["restated"]["exactness"]) == (True, "exact")
    assert after["restated"] is None
    assert after["previous"] == {
        "period": Q1,
        "value": 30,
        "change": {"value": 20, "unit": "percent"},
        "exactness": "exact",
    }
    assert (after["tree_changed"], after["reforms"]) == (
        True,
        [{"on": "2025-05-01", "legal_basis": [ACT]}],
    )
    reported_only = await desk.json(SERIES, organization="201", **{"from": Q1, "to": Q2})
    assert [point["exists"] for point in reported_only["points"]] == [False, True]


async def test_children_are_those_of_now_with_what_each_is_made_of(
    desk: Desk, reform: Reform
) -> None:
    await reform({20: 10, 21: 20, 22: 40, 30: 5})

    answer = await desk.json(CHILDREN, organization="100", period=Q1, **NOW)

    found = {each["organization"]["code"]: each for each in answer["items"]}
    assert {code: each["value"] for code, each in found.items()} == {
        "201": 30,
        "202": None,
        "203": None,
        "204": 5,
        "205": None,
    }
    assert [found[code]["restated"]["exactness"] for code in ("201", "202", "205")] == [
        "exact",
        "refused",
        "exact",
    ]


async def test_cells_are_put_together_one_by_one(desk: Desk, reform: Reform) -> None:
    await reform({20: 10, 21: 20})

    answer = await desk.json(
        "/api/v1/rollups", organization="201", period=Q1, form="SUMMED", **NOW, children="true"
    )

    cells = {(each["row"], each["column"]): each for each in answer["cells"]}
    assert cells["R1", "a"] == {
        "row": "R1",
        "column": "a",
        "total": 30,
        "derived": False,
        "reason": None,
        "operator": "sum",
        "count": 2,
        "minimum": 10,
        "maximum": 20,
    }
    assert cells["ALL", "c"]["total"] == 30
    assert answer["restated"]["units"] == 2


async def test_progress_is_that_of_the_units_that_owed_then(desk: Desk, reform: Reform) -> None:
    await reform({20: 10})
    later = {"organization": "201", "period": Q1, "form": "SUMMED"}

    answer = await desk.json("/api/v1/completeness", **later, **NOW)

    assert (answer["expected"], answer["reported"]) == (2, 1)
    province = await desk.json("/api/v1/completeness", **{**later, "organization": "100"}, **NOW)
    counted = {each["organization"]["code"]: each["expected"] for each in province["children"]}
    assert counted == {"201": 2, "202": 1, "203": 2, "204": 4, "205": 4}
    assert province["expected"] == 12


async def test_exports_say_how_exact_each_figure_is(desk: Desk, reform: Reform) -> None:
    await reform({20: 10, 21: 20, 22: 40})

    answer = await desk.get(
        "/api/v1/exports/indicators",
        organization="203",
        indicator="S.TOTAL",
        **NOW,
        **{"from": Q1, "to": Q1},
    )
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert (row["value"], row["exactness"]) == ("", "refused")
    figures = await desk.get(
        "/api/v1/exports/figures", organization="201", period=Q1, form="SUMMED", **NOW
    )
    rows = list(csv.DictReader(io.StringIO(figures.text)))
    [total] = [each for each in rows if (each["row"], each["column"]) == ("ALL", "c")]
    assert (total["organization"], total["parent"], total["value"]) == ("201", "100", "30")
    assert total["exactness"] == "exact"


async def test_later_reports_are_shown_in_an_older_tree(desk: Desk, reform: Reform) -> None:
    await reform({201: 36, 202: 1, 203: 2})
    before = {"geography": "2025-04-30", "period": Q2}

    assert await value(desk, 2, **before) == 39
    assert await value(desk, 1, **before) == 39
    answer = await desk.json("/api/v1/indicators", organization="20", **before)
    assert total_of(answer)["restated"]["divided"][0]["code"] == "201"


async def test_a_unit_without_a_known_successor_is_still_in_the_sum_of_the_province(
    desk: Desk, reform: Reform
) -> None:
    lineage = [each for each in edges() if each.source_id != 30]
    await reform({30: 5, 31: 6}, catalogue=reformed(lineage=lineage))

    answer = await desk.json("/api/v1/indicators", organization="204", period=Q1, **NOW)

    assert await value(desk, 100, period=Q1, **NOW) == 11
    total = total_of(answer)
    assert (total["value"], total["restated"]["unplaced"][0]["code"]) == (6, "30")


async def test_the_same_question_has_another_answer_in_another_tree(
    desk: Desk, reform: Reform
) -> None:
    await reform({20: 10, 21: 20})
    first = await desk.get("/api/v1/indicators", organization="201", period=Q1, **NOW)
    held = {"If-None-Match": first.headers["ETag"]}

    again = await desk.client.get(first.url, headers=held)
    assert again.status_code == 304
    other = await desk.client.get(
        "/api/v1/indicators",
        params={"organization": "201", "period": Q1, "geography": "2025-06-16"},
        headers=held,
    )
    assert (other.status_code, other.json()["geography"]["choice"]) == (200, "2025-06-16")


@pytest.mark.parametrize("geography", ["now", "2025-13-01", "as_Now"])
async def test_a_geography_that_is_none_is_refused(desk: Desk, geography: str) -> None:
    answer = await desk.get("/api/v1/indicators", geography=geography)

    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["parameter"], fault["code"]) == (
        422,
        "geography",
        "invalid_geography",
    )


async def test_nobody_reads_a_neighbour_in_any_tree(desk: Desk, reform: Reform) -> None:
    await reform({20: 10})
    desk.sit_down(OrganizationId(201))

    assert await value(desk, 201, period=Q1, **NOW) == 10
    answer = await desk.get("/api/v1/indicators", organization="204", period=Q1, **NOW)
    assert answer.status_code == 404


# Pages.


async def test_pages_offer_both_trees_and_keep_the_one_that_is_shown(
    desk: Desk, reform: Reform
) -> None:
    await reform({20: 10, 21: 20})
    asked = {"period": Q1, "form": "summed", **NOW}

    page = (await desk.get("/dashboard", organization="100", **asked)).text

    assert 'aria-current="true">hiện hành</a>' in page
    assert "cộng từ 12 đơn vị báo cáo khi đó" in page
    assert "organization=201&amp;track=live&amp;geography=as_now" in page
    assert "geography=as_reported" in page
    assert "data-stream" not in page


async def test_pages_say_which_units_stand_in_the_way(desk: Desk, reform: Reform) -> None:
    await reform({22: 40, 23: 2})
    asked = {"period": Q1, "form": "summed", "organization": "203", **NOW}

    for path in ("/dashboard", "/indicators/S.TOTAL", "/dashboard/cells", "/completeness"):
        page = (await desk.get(path, **asked)).text
        assert "commune 22 (22): chỉ một phần ở đây" in page, path
    assert "chưa chia được" in (await desk.get("/indicators/S.TOTAL", **asked)).text


async def test_pages_mark_estimates_and_their_shares(desk: Desk, reform: Reform) -> None:
    await reform({22: 41, 23: 2}, catalogue=reformed(weights=("0.25", "0.75")))
    asked = {"period": Q1, "organization": "203", **NOW}

    page = (await desk.get("/indicators/S.TOTAL", **asked)).text

    assert "ước tính </span>33" in page
    assert "commune 22 (22): 75,0% (dân số 2025)" in page
    assert "chart-bar-estimated" in page


async def test_a_page_marks_the_day_of_the_reform_in_the_course(desk: Desk, reform: Reform) -> None:
    await reform({20: 10, 21: 20, 201: 36})

    page = (await desk.get("/indicators/S.TOTAL", organization="201", **NOW)).text

    assert page.count("Đổi địa giới 01/05/2025") == 2  # on the chart and in the table


async def test_a_unit_of_then_gives_way_to_the_caller_s_own_of_now(
    desk: Desk, reform: Reform
) -> None:
    await reform({20: 10, 21: 20})

    page = (await desk.get("/dashboard", organization="3", period=Q1, form="summed", **NOW)).text

    assert "province 100" in page
