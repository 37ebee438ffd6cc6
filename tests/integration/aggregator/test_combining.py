"""Figures put together over periods: in JSON, of the tree and the moment that are asked for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.catalogue.catalogue import Catalogue, DatedIndicator
from shared.domain.forms import Column, ColumnType, FormTemplate, Row
from shared.domain.identifiers import (
    ColumnCode,
    FormCode,
    IndicatorCode,
    PeriodCode,
    RegimeCode,
    RowCode,
)
from shared.domain.indicators import Indicator
from shared.domain.operators import TimeOperator, TreeOperator, ValueKind
from shared.domain.periods import Frequency, PeriodCalendar, PeriodKind
from shared.formulas.parser import parse_formula
from tests.integration.aggregator.conftest import Deliver
from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.log_rows import store
from tests.integration.aggregator.world import (
    COMMUNES,
    DISTRICTS,
    Q1,
    Q2,
    QUARTERLY,
    History,
    make_catalogue,
)

MEASURED = FormCode("MEASURED")
ONE, OTHER = (COMMUNES[each][0] for each in DISTRICTS[:2])
MONTHS = tuple(PeriodCode(f"2025-{each:02d}") for each in range(1, 7))


def _column(code: str, formula: str | None = None, **changed: Any) -> Column:
    fields: dict[str, Any] = {"label": code, "type": ColumnType.DECIMAL, "unit": "", "decimals": 2}
    parsed = parse_formula(formula) if formula else None
    return Column(code=ColumnCode(code), number=code, formula=parsed, **(fields | changed))


FORM = FormTemplate(
    code=MEASURED,
    slug="measured",
    version=1,
    name="Đo lường",
    rows=(Row(code=RowCode("ALL"), label="Tất cả", number=""),),
    columns=(
        _column("received"),
        _column("resolved"),
        _column("rate", "[resolved] / [received] * 100", type=ColumnType.PERCENT, unit="%"),
        _column("poor", time_operator=TimeOperator.LAST),
        _column("planned", time_operator=TimeOperator.LAST, value_kind=ValueKind.PLAN),
        _column(
            "price",
            time_operator=TimeOperator.WEIGHTED_AVERAGE,
            tree_operator=TreeOperator.WEIGHTED_AVERAGE,
            weight=ColumnCode("received"),
        ),
        _column("word", time_operator=TimeOperator.NONE, tree_operator=TreeOperator.NONE),
        _column("highest", time_operator=TimeOperator.MAX, tree_operator=TreeOperator.MAX),
    ),
    checks=(),
    entering_levels=frozenset({"commune"}),
    summing_levels=frozenset({"district", "province"}),
    blank_is_zero=False,
    valid_from=date(2024, 1, 1),
)
MONTHLY = replace(
    QUARTERLY,
    code=RegimeCode("MONTHLY"),
    periods=PeriodKind(Frequency.MONTH, PeriodCalendar.ADMINISTRATIVE),
    forms=(MEASURED,),
)


def _indicators() -> Iterator[DatedIndicator]:
    for column in FORM.columns:
        plan = IndicatorCode("M.planned") if column.code == "received" else None
        indicator = Indicator(
            code=IndicatorCode(f"M.{column.code}"),
            name=column.label,
            unit=column.unit,
            form=MEASURED,
            expression=parse_formula(f"[{column.code}]"),
            decimals=2,
            plan=plan,
        )
        yield DatedIndicator(indicator, date(2024, 1, 1), None)


def measured(known: Catalogue) -> Catalogue:
    """The small province, which also sends a monthly form of all kinds of measures."""
    return replace(
        known,
        regimes=(*known.regimes, MONTHLY),
        forms=(*known.forms, FORM),
        indicators=(*known.indicators, *_indicators()),
    )


def of_month(number: int, *, share: int) -> dict[str, int]:
    """The figures of a commune in a month; all of them differ."""
    received = 100 * share + 10 * number
    return {
        "received": received,
        "resolved": received - number,
        "poor": 50 * share - number,
        "planned": 1000 * share,
        "price": 7 * share + number,
        "word": number,
        "highest": 10 * share + number,
    }


REPORTED = {
    (unit, month): of_month(number, share=share)
    for number, month in enumerate(MONTHS, start=1)
    for share, unit in ((1, ONE), (3, OTHER))
}


def total(code: str, *months: int) -> Decimal:
    wanted = {MONTHS[each - 1] for each in months}
    return Decimal(sum(f[code] for (_, month), f in REPORTED.items() if month in wanted))


@pytest.fixture
async def half_a_year(desk: Desk, deliver: Deliver, engine: AsyncEngine) -> History:
    """Two communes have sent every month up to June."""
    desk.catalogue.catalogue = measured(make_catalogue())
    history = History()
    for owner, figures in REPORTED.items():
        unit, month = owner
        history.open((unit, MEASURED, month))
        history.submit((unit, MEASURED, month), ALL=figures)
    await store(history, engine)
    await deliver(history.events, catalogue=desk.catalogue.catalogue)
    return history


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
        }
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
