"""Figures put together over periods: in JSON, of the tree and the moment that are asked for."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.measured import (
    FORM,
    MONTHS,
    ONE,
    REPORTED,
    measured,
    total,
)
from tests.integration.aggregator.world import DISTRICTS, Q1, Q2, History, make_catalogue


async def series(desk: Desk, code: str, **parameters: str) -> dict[str, dict[str, Any]]:
    answer = await desk.json(f"/api/v1/indicators/{code}/series", **parameters)
    return {point["period"]: point for point in answer["points"]}


async def test_months_make_up_quarters_by_the_operator_of_the_figure(
    desk: Desk, half_a_year: History
) -> None:
    flows = await series(desk, "M.received", combine="quarter")
    stocks = await series(desk, "M.poor", combine="quarter")

    assert list(flows)[-2:] == [Q1, Q2]
    assert (flows[Q1]["value"], flows[Q2]["value"]) == (
        total("received", 1, 2, 3),
        total("received", 4, 5, 6),
    )
    assert flows[Q2]["combined"] == {
        "operator": "sum",
        "parts": [],
        "periods": ["2025-04", "2025-05", "2025-06"],
        "periods_ended": ["2025-04", "2025-05", "2025-06"],
        "is_whole": True,
        "reason": None,
    }
    assert flows[Q2]["coverage"] == {"expected": 6, "reported": 6, "on_time": 6}
    assert stocks[Q2]["value"] == total("poor", 6)
    assert stocks[Q2]["combined"]["periods"] == ["2025-06"]
    assert stocks[Q2]["previous"]["value"] == total("poor", 3)


async def test_a_ratio_of_a_half_year_is_that_of_its_sums(desk: Desk, half_a_year: History) -> None:
    points = await series(desk, "M.rate", combine="half_year")
    half = points["2025-H1"]

    expected = 100 * total("resolved", *range(1, 7)) / total("received", *range(1, 7))
    assert half["value"] == expected.quantize(Decimal("0.01"))
    assert half["combined"]["operator"] is None
    assert half["combined"]["parts"] == [
        {"row": "ALL", "column": each, "operator": "sum", "weight": None}
        for each in ("received", "resolved")
    ]


async def test_a_weighted_average_is_weighted_over_reports_and_periods(
    desk: Desk, half_a_year: History
) -> None:
    points = await series(desk, "M.price", combine="quarter")
    single = await series(desk, "M.price")

    def average(*months: int) -> Decimal:
        wanted = [
            f for (_, month), f in REPORTED.items() if month in {MONTHS[m - 1] for m in months}
        ]
        products = Decimal(sum(each["price"] * each["received"] for each in wanted))
        return (products / total("received", *months)).quantize(Decimal("0.01"))

    assert single[MONTHS[0]]["value"] == average(1)
    assert points[Q2]["value"] == average(4, 5, 6)


async def test_extremes_are_of_all_reports_and_what_has_no_operator_says_so(
    desk: Desk, half_a_year: History
) -> None:
    highest = await series(desk, "M.highest", combine="year")
    words = await series(desk, "M.word", combine="quarter", organization=str(ONE))
    together = await series(desk, "M.word")

    assert highest["2025"]["value"] == 36
    assert (words[Q2]["value"], words[Q2]["reason"]) == (None, "not_combined")
    assert (together[MONTHS[5]]["value"], together[MONTHS[5]]["reason"]) == (None, "not_combined")


async def test_figures_run_up_from_the_start_of_the_year(desk: Desk, half_a_year: History) -> None:
    points = await series(desk, "M.received", cumulative="year", **{"from": "2025-01"})

    assert [points[each]["value"] for each in MONTHS] == [
        total("received", *range(1, last + 1)) for last in range(1, 7)
    ]
    assert points["2025-01"]["previous"] is None
    assert points["2025-06"]["previous"]["value"] == points["2025-05"]["value"]
    assert points["2025-06"]["same_period_last_year"]["value"] is None


async def test_a_quarter_that_has_not_ended_is_shown_as_far_as_it_goes_but_not_compared(
    desk: Desk, half_a_year: History
) -> None:
    desk.clock.move_to(datetime(2025, 5, 20, tzinfo=UTC))
    points = await series(desk, "M.received", combine="quarter", to=Q2)

    assert points[Q2]["combined"]["periods_ended"] == ["2025-04", "2025-05"]
    assert points[Q2]["combined"]["is_whole"] is False
    assert points[Q2]["value"] == total("received", 4, 5)
    assert points[Q2]["previous"]["value"] == total("received", 1, 2, 3)
    assert points[Q2]["previous"]["change"] is None


async def test_a_month_without_reports_leaves_a_sum_without_a_value(
    desk: Desk, half_a_year: History
) -> None:
    desk.clock.move_to(datetime(2025, 7, 20, tzinfo=UTC))
    points = await series(desk, "M.received", combine="quarter", to="2025-Q3")
    year = await series(desk, "M.received", combine="year")

    assert (points["2025-Q3"]["value"], points["2025-Q3"]["reason"]) == (None, "figure_missing")
    assert year["2025"]["reason"] == "figure_missing"


async def test_indicators_of_a_quarter_come_with_plan_and_coverage(
    desk: Desk, half_a_year: History
) -> None:
    answer = await desk.json("/api/v1/indicators", period=Q2, combine="quarter", children="true")
    found = {each["code"]: each for each in answer["indicators"]}

    assert (answer["period"], answer["cutoff_date"]) == (Q2, "2025-06-14")
    assert set(found) == {f"M.{column.code}" for column in FORM.columns}
    received = found["M.received"]
    value, planned = total("received", 4, 5, 6), total("planned", 6)
    assert received["value"] == value
    assert received["previous"]["value"] == total("received", 1, 2, 3)
    assert received["beside"] == [
        {
            "kind": "plan",
            "indicator": "M.planned",
            "value": planned,
            "difference": value - planned,
            "percent": (100 * value / planned).quantize(Decimal("0.1")),
        },
        {
            "kind": "estimate",
            "indicator": "M.expected",
            "value": total("expected", 4, 5, 6),
            "difference": value - total("expected", 4, 5, 6),
            "percent": (100 * value / total("expected", 4, 5, 6)).quantize(Decimal("0.1")),
        },
    ]
    assert found["M.planned"]["value_kind"] == "plan"
    assert found["M.word"]["reason"] == "not_combined"
    [of_one] = [e for e in answer["children"] if e["organization"]["code"] == str(DISTRICTS[0])]
    assert of_one["values"]["M.poor"] == REPORTED[ONE, MONTHS[5]]["poor"]


async def test_indicators_of_a_month_run_up_to_it(desk: Desk, half_a_year: History) -> None:
    for parameters in ({"cumulative": "year"}, {"combine": "year"}):
        answer = await desk.json("/api/v1/indicators", period="2025-05", **parameters)
        found = {each["code"]: each for each in answer["indicators"]}
        assert found["M.received"]["value"] == total("received", *range(1, 6))
        assert found["M.received"]["combined"]["periods"] == list(MONTHS[:5])


@pytest.mark.parametrize(
    ("path", "parameters", "fault"),
    [
        pytest.param(
            "/api/v1/indicators/M.received/series",
            {"combine": "quarter", "cumulative": "year"},
            ("combine_or_cumulative", "combine"), id="both",
        ),
        pytest.param(
            "/api/v1/indicators/S.TOTAL/series", {"combine": "quarter"},
            ("periods_do_not_fit", "combine"), id="quarters into quarters",
        ),
        pytest.param(
            "/api/v1/indicators", {"period": "2025-12", "combine": "nine_months"},
            ("periods_do_not_fit", "combine"), id="December in nine months",
        ),
        pytest.param(
            "/api/v1/indicators/M.received/series", {"combine": "quarter", "from": "2025-Q4"},
            ("invalid_period", "from"), id="backwards",
        ),
        pytest.param(
            "/api/v1/indicators/M.received/series", {"combine": "quarter", "from": "2025-W01"},
            ("invalid_period", "from"), id="another frequency",
        ),
        pytest.param(
            "/api/v1/indicators/M.received/series", {"combine": "quarter", "to": "2025-Q9"},
            ("unknown_period_code", "to"), id="no such quarter",
        ),
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_refused_and_named(
    desk: Desk, path: str, parameters: dict[str, str], fault: tuple[str, str]
) -> None:
    desk.catalogue.catalogue = measured(make_catalogue())

    answer = await desk.get(path, **parameters)

    assert answer.status_code == 422, answer.text
    assert [(each["code"], each["parameter"]) for each in answer.json()["errors"]] == [fault]


async def test_a_period_may_be_named_by_its_own_code_or_by_the_longer_one(
    desk: Desk, half_a_year: History
) -> None:
    by_quarter = await series(desk, "M.received", combine="quarter", **{"from": Q1, "to": Q2})
    by_month = await series(
        desk, "M.received", combine="quarter", **{"from": "2025-02", "to": "2025-06"}
    )

    assert list(by_quarter) == [Q1, Q2]
    assert by_quarter == by_month


async def test_nothing_is_sent_again_that_has_not_changed(desk: Desk, half_a_year: History) -> None:
    path = "/api/v1/indicators/M.received/series"
    first = await desk.get(path, combine="quarter")
    again = await desk.client.get(
        path,
        params={"period": Q2, "organization": "1", "combine": "quarter"},
        headers={"If-None-Match": first.headers["ETag"]},
    )

    assert again.status_code == 304


async def test_it_is_put_together_of_what_was_known_then(desk: Desk, half_a_year: History) -> None:
    """Positions are those of the log: only January of the first commune was in."""
    early = half_a_year.events[1]
    assert early.position == 2
    points = await series(
        desk, "M.poor", combine="quarter", to="2025-Q1", as_of=str(early.position)
    )

    assert points[Q1]["reason"] == "figure_missing"


async def test_the_page_shows_the_year_so_far_and_the_plan(
    desk: Desk, half_a_year: History
) -> None:
    page = await desk.get("/indicators/M.received", period="2025-06")
    of_a_word = await desk.get("/indicators/M.word", period="2025-06")

    assert page.status_code == 200
    for text in ("Lũy kế từ đầu năm", "2.820", "6 kỳ", "Kế hoạch", "4.000", "đạt 70,5%"):
        assert text in page.text
    assert "Số liệu này không cộng gộp được." in of_a_word.text
