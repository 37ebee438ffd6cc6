"""Figures over the tree and over time agree with a plain recomputation, or are not shown."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.combinations import Combined, PeriodFigures, combined, why_missing
from shared.domain.figures import rounded
from shared.domain.forms import CellRef, ColumnType, FormTemplate
from shared.domain.identifiers import ColumnCode, FormCode, IndicatorCode, RowCode
from shared.domain.indicators import Indicator, InvalidIndicator
from shared.domain.measures import (
    Unavailable,
    WeighedSum,
    is_summed,
    kind_of,
    sheet_over_tree,
    weighted_cells,
)
from shared.domain.operators import TimeOperator, TreeOperator, ValueKind
from shared.domain.rollups import CellSummary
from shared.domain.sheets import Sheet
from shared.formulas.parser import parse_formula
from tests.factories.forms import column, form

D1 = RowCode("D1")
LAST, FIRST = {"time_operator": TimeOperator.LAST}, {"time_operator": TimeOperator.FIRST}
NONE = {"time_operator": TimeOperator.NONE}


def special(time: str, tree: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "time_operator": TimeOperator(time),
        "tree_operator": TreeOperator(tree or time),
        "type": ColumnType.DECIMAL,
        "decimals": 2,
        **more,
    }


FILES = form(
    columns=(
        column("opening", **FIRST),
        column("received"),
        column("resolved"),
        column("open", "[opening] + [received] - [resolved]"),
        column("rate", "[resolved] / [received] * 100", type=ColumnType.PERCENT),
        column("poor", **LAST),
        column("households", **LAST),
        column("share", "[poor] / [households] * 100"),
        column("kept", "[poor] / [households] * 100", **NONE),
        column("people"),
        column("price", **special("weighted_average", weight=ColumnCode("people"))),
        column("highest", **special("max")),
        column("lowest", **special("min")),
        column("usual", **special("average")),
        column("how_many", **special("count")),
        column("word", **special("none")),
        column("span", "[highest] - [lowest]"),
        column("double", "[how_many] + [how_many]"),
        column("later", "[poor] + [highest]"),
    ),
)
INPUTS: list[str] = [cell.column for cell in FILES.input_cells]


def indicator(formula: str, **changed: Any) -> Indicator:
    fields: dict[str, Any] = {"name": "chỉ tiêu", "unit": "", "form": FILES.code, "decimals": 3}
    expression = parse_formula(formula.replace("[", "[D1, "))
    return Indicator(code=IndicatorCode("I"), expression=expression, **(fields | changed))


Report = dict[str, int]
"""Column → figure, of one unit for one period."""

reports = st.fixed_dictionaries({code: st.integers(1, 10**6) for code in INPUTS})
histories = st.integers(1, 3).flatmap(
    lambda units: st.lists(
        st.lists(reports, min_size=units, max_size=units), min_size=1, max_size=4
    )
)


def at_node(units: Sequence[Report], *, template: FormTemplate = FILES) -> Sheet:
    """What the rollup of these reports shows, from sums, counts and extremes."""
    summaries = [
        reduce(CellSummary.combine, found) if found else None
        for cell in template.input_cells
        for found in [[CellSummary.of(Decimal(u[cell.column])) for u in units if cell.column in u]]
    ]
    weighed = {
        cell: reduce(
            WeighedSum.combine,
            [
                WeighedSum.of(Decimal(unit[cell.column]), weight=Decimal(unit[weight.column]))
                for unit in units
            ],
        )
        for cell, weight in weighted_cells(template)
        if units and all(cell.column in unit for unit in units)
    }
    return sheet_over_tree(template, summaries, lone=len(units) < 2, weighed=weighed)


def figures(measure: Indicator, history: Sequence[Sequence[Report]]) -> list[PeriodFigures]:
    return [
        PeriodFigures(measure, at_node(units), reported=bool(units), lone=len(units) < 2)
        for units in history
    ]


def over(measure: Indicator, history: Sequence[Sequence[Report]]) -> Combined:
    return combined(figures(measure, history))


def total(units: Sequence[Report], code: str) -> Fraction:
    return Fraction(sum(unit[code] for unit in units))


def shown(value: Fraction) -> Decimal:
    return rounded(value, 3)


Plain = Callable[[Sequence[Sequence[Report]]], Fraction]


def _weighted(history: Sequence[Sequence[Report]]) -> Fraction:
    every = [unit for units in history for unit in units]
    return Fraction(sum(u["price"] * u["people"] for u in every)) / total(every, "people")


RECOMPUTED: dict[str, Plain] = {
    "[received]": lambda h: sum((total(u, "received") for u in h), Fraction(0)),
    "[opening]": lambda h: total(h[0], "opening"),
    "[poor]": lambda h: total(h[-1], "poor"),
    "[open]": lambda h: (
        total(h[0], "opening") + sum(total(u, "received") - total(u, "resolved") for u in h)
    ),
    "[rate]": lambda h: Fraction(
        100 * sum(total(u, "resolved") for u in h), sum(total(u, "received") for u in h)
    ),
    "[share]": lambda h: 100 * total(h[-1], "poor") / total(h[-1], "households"),
    "[price]": _weighted,
    "[highest]": lambda h: Fraction(max(each["highest"] for units in h for each in units)),
    "[lowest]": lambda h: Fraction(min(each["lowest"] for units in h for each in units)),
    "[usual]": lambda h: sum((total(u, "usual") / len(u) for u in h), Fraction(0)) / len(h),
}


MEASURES = {formula: indicator(formula) for formula in RECOMPUTED}
COUNTED = indicator("[how_many]")


@pytest.mark.parametrize("formula", RECOMPUTED)
@given(histories)
def test_a_value_over_tree_and_time_is_what_a_plain_recomputation_gives(
    formula: str, history: list[list[Report]]
) -> None:
    found = over(MEASURES[formula], history)

    assert found.reason is None
    assert found.value == shown(RECOMPUTED[formula](history))


@given(histories)
def test_reports_and_periods_can_be_counted(history: list[list[Report]]) -> None:
    sheet = at_node(history[0])

    assert sheet.exact_value(CellRef(D1, ColumnCode("how_many"))) == len(history[0])
    assert sheet.exact_value(CellRef(D1, ColumnCode("double"))) is None
    assert over(COUNTED, history).value == len(history)


ONE = {code: place for place, code in enumerate(INPUTS, start=1)}
TWO_UNITS, ONE_UNIT = [ONE, ONE], [ONE]


@pytest.mark.parametrize(
    ("formula", "units", "reason"),
    [
        pytest.param("[kept]", TWO_UNITS, Unavailable.NOT_COMBINED, id="a ratio that says none"),
        pytest.param("[word]", ONE_UNIT, Unavailable.NOT_COMBINED, id="no operator"),
        pytest.param("[span]", ONE_UNIT, Unavailable.PARTS_NOT_ADDITIVE, id="of extremes in time"),
        pytest.param("[later]", TWO_UNITS, Unavailable.PARTS_NOT_ADDITIVE, id="of extremes"),
        pytest.param("[poor] + [word]", ONE_UNIT, Unavailable.NOT_COMBINED, id="with a word"),
    ],
)
def test_what_cannot_be_put_together_shows_nothing(
    formula: str, units: list[Report], reason: Unavailable
) -> None:
    found = over(indicator(formula), [units, units])

    assert (found.value, found.reason) == (None, reason)


def test_over_the_tree_alone_it_shows_nothing_either() -> None:
    sheet = at_node(TWO_UNITS)
    [of_none] = figures(indicator("[word]"), [TWO_UNITS])
    [of_extremes] = figures(indicator("[span]"), [TWO_UNITS])

    assert sheet.value(CellRef(D1, ColumnCode("word"))) is None
    assert sheet.value(CellRef(D1, ColumnCode("span"))) is None
    assert why_missing(of_none) is Unavailable.NOT_COMBINED
    assert why_missing(of_extremes) is Unavailable.PARTS_NOT_ADDITIVE


def test_where_one_report_made_a_figure_it_is_shown_as_it_is() -> None:
    [alone] = figures(indicator("[span]"), [ONE_UNIT])

    assert at_node(ONE_UNIT).value(CellRef(D1, ColumnCode("word"))) == ONE["word"]
    assert over(indicator("[word]"), [ONE_UNIT]).value == ONE["word"]
    assert combined([alone]).value == ONE["highest"] - ONE["lowest"]
    assert over(indicator("[kept]"), [ONE_UNIT]).reason is None


def test_the_operator_used_is_told_or_those_of_the_parts() -> None:
    plain, derived = (over(indicator(f), [ONE_UNIT, ONE_UNIT]) for f in ("[price]", "[share]"))

    assert (plain.operator, plain.parts) == (TimeOperator.WEIGHTED_AVERAGE, ())
    assert (plain.used, derived.used) == (range(2), range(1, 2))
    assert derived.operator is None
    assert [(part.cell.column, part.operator) for part in derived.parts] == [
        ("poor", TimeOperator.LAST),
        ("households", TimeOperator.LAST),
    ]


def test_a_period_without_reports_leaves_a_flow_without_a_value_but_not_a_stock() -> None:
    history: list[list[Report]] = [[], ONE_UNIT]

    assert over(indicator("[received]"), history).reason is Unavailable.FIGURE_MISSING
    assert over(indicator("[open]"), history).reason is Unavailable.FIGURE_MISSING
    assert over(indicator("[poor]"), history).value == ONE["poor"]
    assert over(indicator("[poor]"), history[::-1]).reason is Unavailable.FIGURE_MISSING


def test_nothing_to_report_adds_nothing() -> None:
    silent = PeriodFigures(indicator("[received]"), at_node([{}]), reported=True, lone=True)
    [other] = figures(indicator("[received]"), [ONE_UNIT])

    assert combined([silent, other]).value == ONE["received"]
    assert combined([silent, silent]).reason is Unavailable.FIGURE_MISSING


def test_the_reason_of_a_period_is_told_where_the_period_is_needed() -> None:
    absent = Unavailable.ORGANIZATION_ABSENT
    flow, stock = (figures(indicator(f), [ONE_UNIT]) for f in ("[received]", "[poor]"))

    assert combined([absent, *flow]).reason is absent
    assert combined([absent, *stock]).value == ONE["poor"]
    assert combined([absent, Unavailable.PERIOD_NOT_ASKED]).reason is absent
    assert combined([]).reason is Unavailable.NOT_YET


def test_a_share_of_nothing_cannot_be_computed() -> None:
    none = {**ONE, "received": 0}

    assert over(indicator("[rate]"), [[none], [none]]).reason is Unavailable.NOT_COMPUTABLE


def test_a_part_that_no_report_has_is_left_to_the_formula() -> None:
    blank = {code: value for code, value in ONE.items() if code != "resolved"}

    assert over(indicator("[rate]"), [[blank], [blank]]).reason is Unavailable.FIGURE_MISSING
    assert (
        over(indicator("sum([received], [resolved])"), [[blank], [blank]]).value
        == 2 * (ONE["received"])
    )


def test_a_changed_method_breaks_what_needs_both_periods() -> None:
    other = form(
        version=2,
        columns=tuple(
            column("received", unit="việc") if each.code == "received" else each
            for each in FILES.columns
        ),
    )
    old, new = (
        [
            PeriodFigures(indicator(f), at_node(ONE_UNIT, template=each), reported=True, lone=True)
            for each in (FILES, other)
        ]
        for f in ("[received]", "[poor]")
    )

    assert combined(old).reason is Unavailable.METHOD_CHANGED
    assert combined(new).value == ONE["poor"]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        pytest.param(TimeOperator.MAX, Decimal(200), id="the highest rate"),
        pytest.param(TimeOperator.LAST, Decimal(50), id="the last rate"),
        pytest.param(TimeOperator.NONE, None, id="none"),
    ],
)
def test_an_indicator_may_ask_for_an_operator_on_its_own_values(
    operator: TimeOperator, expected: Decimal | None
) -> None:
    high, low = {**ONE, "resolved": 10, "received": 5}, {**ONE, "resolved": 5, "received": 10}
    found = over(indicator("[rate]", time_operator=operator), [[high], [low]])

    assert (found.value, found.operator) == (expected, operator)
    assert (found.reason is None) is (expected is not None)


def test_the_lowest_of_periods_without_a_value_says_why() -> None:
    none = {**ONE, "received": 0}
    measure = indicator("[rate]", time_operator=TimeOperator.MIN)

    assert over(measure, [[ONE], [none]]).reason is Unavailable.NOT_COMPUTABLE
    assert combined([Unavailable.NOT_YET, *figures(measure, [[ONE]])]).reason is Unavailable.NOT_YET


def test_an_indicator_cannot_be_weighted_itself() -> None:
    with pytest.raises(InvalidIndicator, match="gia quyền"):
        indicator("[rate]", time_operator=TimeOperator.WEIGHTED_AVERAGE)


def test_an_average_of_nothing_that_weighs_is_missing() -> None:
    assert WeighedSum.of(Decimal(5), weight=Decimal(0)).average is None
    assert WeighedSum.of(Decimal(5), weight=Decimal(4)).times(Fraction(1, 2)).weight == 2
    blank = {code: value for code, value in ONE.items() if code != "price"}
    assert at_node([blank, blank]).value(CellRef(D1, ColumnCode("price"))) is None
    assert at_node([ONE, blank]).value(CellRef(D1, ColumnCode("price"))) is None


def test_a_form_of_plain_sums_is_told_from_others() -> None:
    assert is_summed(form())
    assert not is_summed(FILES)
    sums = at_node([{"1": 1, "2": 2}, {"1": 3, "2": 4}], template=form())
    assert sums.row(D1) == {"1": 4, "2": 6, "3": 10}


def test_an_indicator_is_of_the_kind_of_its_cells() -> None:
    template = form(
        code=FormCode("K"),
        columns=(
            column("plan", value_kind=ValueKind.PLAN),
            column("expected", value_kind=ValueKind.ESTIMATE),
            column("done"),
        ),
    )
    found = {f: kind_of(indicator(f), template) for f in ("[plan]", "[expected]", "[done]")}

    assert list(found.values()) == [ValueKind.PLAN, ValueKind.ESTIMATE, ValueKind.ACTUAL]
    assert kind_of(indicator("[done] / [plan]"), template) is ValueKind.ACTUAL
