"""Operators over tree and time in JSON, CSV and on the page, beside a plain recomputation."""

import csv
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import Any

import pytest

from shared.domain.figures import rounded
from shared.domain.identifiers import OrganizationId
from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.measured import MEASURED, MONTHS, ONE, OTHER, REPORTED
from tests.integration.aggregator.world import DISTRICTS, PROVINCE, Q1, Q2, History

BELOW = {PROVINCE: (ONE, OTHER), DISTRICTS[0]: (ONE,), DISTRICTS[1]: (OTHER,)}
ASKED = {Q1: (1, 2, 3), Q2: (4, 5, 6)}
Rule = Callable[[Sequence[Fraction]], Fraction]

RULES: dict[str, Rule] = {
    "sum": lambda found: sum(found, Fraction(0)),
    "average": lambda found: sum(found, Fraction(0)) / len(found),
    "min": min,
    "max": max,
    "first": lambda found: found[0],
    "last": lambda found: found[-1],
    "count": lambda found: Fraction(len(found)),
}


def recomputed(code: str, *, tree: str, time: str, unit: OrganizationId, period: str) -> Decimal:
    """First over the reports of each month, then over the months."""
    months = [MONTHS[number - 1] for number in ASKED[period]]
    by_month = [[Fraction(REPORTED[each, month][code]) for each in BELOW[unit]] for month in months]
    return rounded(RULES[time]([RULES[tree](found) for found in by_month]), 2)


def weighed(unit: OrganizationId, period: str) -> Decimal:
    """Every report of every month by what was received."""
    months = [MONTHS[number - 1] for number in ASKED[period]]
    found = [REPORTED[each, month] for each in BELOW[unit] for month in months]
    products = Fraction(sum(each["price"] * each["received"] for each in found))
    return rounded(products / sum(each["received"] for each in found), 2)


async def in_csv(desk: Desk, code: str, **parameters: str) -> dict[str, dict[str, str]]:
    answer = await desk.get("/api/v1/exports/indicators", indicator=code, **parameters)
    assert answer.status_code == 200, answer.text
    return {row["period"]: row for row in csv.DictReader(StringIO(answer.text))}


async def children(desk: Desk, code: str, **parameters: str) -> dict[str, dict[str, Any]]:
    answer = await desk.json(f"/api/v1/indicators/{code}/children", **parameters)
    return {each["organization"]["code"]: each for each in answer["items"]}


OPERATORS = [
    pytest.param("received", "sum", "sum", id="sum"),
    pytest.param("mean", "average", "average", id="average"),
    pytest.param("poor", "sum", "last", id="last (a stock)"),
    pytest.param("opening", "sum", "first", id="first"),
    pytest.param("lowest", "min", "min", id="min"),
    pytest.param("highest", "max", "max", id="max"),
    pytest.param("units", "count", "count", id="count"),
]


@pytest.mark.parametrize(("code", "tree", "time"), OPERATORS)
async def test_an_operator_is_what_a_plain_recomputation_gives_in_json_csv_and_on_the_page(
    desk: Desk, half_a_year: History, code: str, tree: str, time: str
) -> None:
    def oracle(unit: OrganizationId, period: str) -> Decimal:
        return recomputed(code, tree=tree, time=time, unit=unit, period=period)

    series = await desk.json(f"/api/v1/indicators/M.{code}/series", combine="quarter")
    points = {each["period"]: each for each in series["points"]}
    rows = await in_csv(desk, f"M.{code}", combine="quarter", to=Q2)
    below = await children(desk, f"M.{code}", combine="quarter")
    page = await desk.get(f"/indicators/M.{code}", combine="quarter", period=MONTHS[-1])

    for period in ASKED:
        value = oracle(PROVINCE, period)
        assert points[period]["value"] == value
        assert Decimal(rows[period]["value"]) == value
        assert rows[period]["operator"] == time
    for district in DISTRICTS[:2]:
        child = below[str(district)]
        assert child["value"] == oracle(district, Q2)
        assert child["previous"]["value"] == oracle(district, Q1)
        assert child["combined"]["operator"] == time
    assert page.status_code == 200
    shown = f"{oracle(PROVINCE, Q2):,.2f}".translate(str.maketrans(",.", ".,"))
    assert shown in page.text
    assert "quý II/2025" in page.text


async def test_a_weighted_average_weighs_every_report_of_every_period_everywhere(
    desk: Desk, half_a_year: History
) -> None:
    rows = await in_csv(desk, "M.price", combine="quarter")
    below = await children(desk, "M.price", combine="quarter")

    assert Decimal(rows[Q2]["value"]) == weighed(PROVINCE, Q2)
    assert rows[Q2]["operator"] == "weighted_average"
    assert below[str(DISTRICTS[1])]["value"] == weighed(DISTRICTS[1], Q2)


async def test_a_ratio_is_that_of_summed_parts_at_every_child_and_never_an_average(
    desk: Desk, half_a_year: History
) -> None:
    below = await children(desk, "M.rate", combine="half_year", period="2025-H1")
    found = [REPORTED[ONE, month] for month in MONTHS]
    resolved, received = (sum(each[part] for each in found) for part in ("resolved", "received"))

    assert below[str(DISTRICTS[0])]["value"] == rounded(Fraction(100 * resolved, received), 2)
    assert below[str(DISTRICTS[0])]["combined"]["operator"] is None


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [
        pytest.param("word", "not_combined", "không cộng gộp được", id="none"),
        pytest.param("twice", "parts_not_additive", "Các phần của số liệu này", id="of extremes"),
    ],
)
async def test_what_cannot_be_put_together_shows_nothing_and_says_why(
    desk: Desk, half_a_year: History, code: str, reason: str, words: str
) -> None:
    rows = await in_csv(desk, f"M.{code}", combine="quarter")
    below = await children(desk, f"M.{code}", combine="quarter")
    page = await desk.get(f"/indicators/M.{code}", combine="quarter", period=MONTHS[-1])

    assert (rows[Q2]["value"], rows[Q2]["reason"]) == ("", reason)
    child = below[str(DISTRICTS[0])]
    assert (child["value"], child["reason"]) == (None, reason)
    assert page.text.count(words) >= 2


async def test_children_run_up_from_the_start_of_the_year_and_are_compared_with_the_last(
    desk: Desk, half_a_year: History
) -> None:
    below = await children(desk, "M.received", period="2025-05", cumulative="year")
    child = below[str(DISTRICTS[1])]
    sums = [
        sum(REPORTED[OTHER, month]["received"] for month in MONTHS[:last]) for last in range(1, 6)
    ]

    assert child["value"] == sums[4]
    assert child["previous"]["value"] == sums[3]
    assert child["same_period_last_year"]["value"] is None
    assert child["coverage"] == {"expected": 5, "reported": 5, "on_time": 5}
    assert child["combined"]["periods"] == list(MONTHS[:5])


async def test_plan_estimate_and_actual_stand_side_by_side_everywhere(
    desk: Desk, half_a_year: History
) -> None:
    below = await children(desk, "M.received", combine="quarter")
    rows = await in_csv(desk, "M.received", combine="quarter")
    page = await desk.get("/indicators/M.received", combine="quarter", period=MONTHS[-1])
    june = await children(desk, "M.received", period=MONTHS[5])

    beside = {each["kind"]: each for each in below[str(DISTRICTS[0])]["beside"]}
    expected = sum(REPORTED[ONE, month]["expected"] for month in MONTHS[3:])
    assert beside["plan"]["value"] == REPORTED[ONE, MONTHS[5]]["planned"]
    assert beside["estimate"]["value"] == expected
    assert beside["estimate"]["difference"] == -21
    in_all = sum(REPORTED[unit, month]["expected"] for unit in (ONE, OTHER) for month in MONTHS[3:])
    assert (rows[Q2]["plan_value"], rows[Q2]["estimate_value"]) == ("4000", str(in_all))
    assert june[str(DISTRICTS[0])]["beside"][0]["value"] == 1000
    for text in ("Kế hoạch", "Ước thực hiện", "4.000", "đạt "):
        assert text in page.text


async def test_children_of_a_quarter_that_goes_on_are_not_compared(
    desk: Desk, half_a_year: History
) -> None:
    below = await children(desk, "M.received", period=MONTHS[4], combine="quarter")
    page = await desk.get("/indicators/M.received", period=MONTHS[4], combine="quarter")
    child = below[str(DISTRICTS[0])]

    assert child["combined"]["is_whole"] is False
    assert (child["previous"]["change"], child["previous"]["value"]) == (
        None,
        sum(REPORTED[ONE, month]["received"] for month in MONTHS[:3]),
    )
    assert "chưa hết kỳ" in page.text


async def test_the_page_keeps_its_way_of_putting_together_in_every_link(
    desk: Desk, half_a_year: History
) -> None:
    page = await desk.get("/indicators/M.received", period=MONTHS[4], cumulative="year")

    assert "lũy kế đến tháng 5/2025" in page.text
    assert "exports/indicators?indicator=M.received" in page.text
    for part in ("from=2024-06", "cumulative=year", "sort=-value", "combine=quarter"):
        assert part in page.text
    refused = await desk.get("/indicators/S.TOTAL", combine="quarter")
    assert refused.status_code == 422


async def test_cells_that_cannot_be_put_together_say_why_in_json_csv_and_on_the_page(
    desk: Desk, half_a_year: History
) -> None:
    asked = {"form": MEASURED, "period": MONTHS[5]}
    answer = await desk.json("/api/v1/rollups", **asked)
    cells = {each["column"]: each for each in answer["cells"]}
    exported = await desk.get("/api/v1/exports/figures", **asked)
    lines = csv.DictReader(StringIO(exported.text))
    rows = {row["column"]: row for row in lines if row["organization"] == str(PROVINCE)}
    shown = asked | {"form": "measured", "row": "ALL"}
    page = await desk.get("/dashboard/cells", **shown, column="word")
    mean = await desk.get("/dashboard/cells", **shown, column="mean")

    for column, reason in (("word", "not_combined"), ("twice", "parts_not_additive")):
        assert (cells[column]["total"], cells[column]["reason"]) == (None, reason)
        assert (rows[column]["value"], rows[column]["reason"]) == ("", reason)
    assert (cells["mean"]["operator"], cells["mean"]["reason"]) == ("average", None)
    assert "Số liệu này không cộng gộp được." in page.text
    assert "Bình quân của 2 đơn vị" in mean.text
