"""Formulas on rows: indicators of different units in one column, and who computes a shared cell."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.forms import (
    CellRef,
    ColumnType,
    Measure,
    Precedence,
)
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.operators import TimeOperator
from shared.domain.sheets import check, complete, sheet_of_values, validate
from shared.formulas.parser import parse_formula
from tests.factories.forms import (
    column,
    figures,
    form,
    form_of_crossed_formulas,
    form_of_indicators,
    row,
)


def ref(row_code: str, column_code: str = "V") -> CellRef:
    return CellRef(RowCode(row_code), ColumnCode(column_code))


def typed(plan: str, spent: str) -> dict[str, dict[str, str]]:
    return {"PLAN": {"V": plan}, "SPENT": {"V": spent}, "COUNT": {"V": "1"}}


def test_a_row_formula_takes_other_rows_of_its_column() -> None:
    sheet = complete(form_of_indicators(), figures(typed("3", "1")))

    assert sheet.value(ref("RATE")) == Decimal("33.3")
    assert sheet.value(ref("LATE")) == 2


def test_a_row_that_is_computed_is_locked() -> None:
    template = form_of_indicators()
    raw = {**typed("4", "1"), "RATE": {"V": "30"}}

    assert [each.row for each in template.input_cells] == ["PLAN", "SPENT", "COUNT"]
    (fault,) = validate(template, raw).faults
    assert (fault.code, fault.row) == ("total_mismatch", "RATE")
    assert not validate(template, {**raw, "RATE": {"V": "25"}}).faults


def test_each_row_has_its_own_type_and_decimals() -> None:
    template = form_of_indicators()
    raw = {"PLAN": {"V": "1,25"}, "SPENT": {"V": "0,1234"}, "COUNT": {"V": "1,5"}}

    assert [(each.row, each.code) for each in validate(template, raw).faults] == [
        ("SPENT", "too_many_decimals"),
        ("COUNT", "not_an_integer"),
    ]
    assert template.measures[ref("SPENT")] == Measure(
        ColumnType.MONEY, "triệu đồng", 3, TimeOperator.LAST
    )
    assert template.measures[ref("COUNT")] == Measure(
        ColumnType.COUNT, "hồ sơ", 0, TimeOperator.SUM
    )


def test_a_message_shows_the_decimals_of_the_judged_row() -> None:
    (fault,) = check(form_of_indicators(), figures(typed("3", "4")))

    assert fault.detail == "Dòng RATE: 133,3."


def test_a_cumulative_figure_may_start_again_with_the_year() -> None:
    now, before = figures(typed("9", "1")), figures(typed("9", "1.5"))

    (fault,) = check(form_of_indicators(), now, previous=before, same_year=True)
    assert fault.detail == "1 thấp hơn 1,5."
    assert not check(form_of_indicators(), now, previous=before)
    assert not check(form_of_indicators(), now, same_year=True)


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**6)), min_size=1, max_size=9))
def test_a_rate_of_a_tree_comes_from_summed_parts(units: list[tuple[int, int]]) -> None:
    plan, spent = (sum(each) for each in zip(*units, strict=True))
    sheet = sheet_of_values(
        form_of_indicators(), [Decimal(plan), Decimal(spent), Decimal(len(units))]
    )
    rate = sheet.exact_value(ref("RATE"))

    assert rate is not None
    assert rate * plan == spent * 100


@pytest.mark.parametrize(
    ("precedence", "value", "unit"),
    [
        pytest.param(Precedence.ROW, 25, "lần", id="row: the difference of the rates"),
        pytest.param(Precedence.COLUMN, 100, "%", id="column: the rate of the differences"),
    ],
)
def test_the_form_says_whose_formula_computes_a_shared_cell(
    precedence: Precedence, value: int, unit: str
) -> None:
    template = form_of_crossed_formulas(precedence)
    sheet = complete(template, figures({"A": {"1": 3, "2": 4}, "B": {"1": 1, "2": 2}}))

    assert sheet.value(ref("GAP", "1")) == 2
    assert sheet.value(ref("GAP", "3")) == value
    assert template.measures[ref("GAP", "3")].unit == unit


def test_a_total_adds_rows_that_are_computed_by_sums_and_differences() -> None:
    template = form(
        rows=(
            row("T", sum_of_children=True),
            row("A", parent="T"),
            row("B", parent="T", formula=parse_formula("[A] + [A]")),
        ),
        columns=(column("1"), column("2", "[1] * 2")),
    )
    sheet = complete(template, figures({"A": {"1": 1}}))

    assert [sheet.value(ref(code, "1")) for code in ("A", "B", "T")] == [1, 2, 3]
    assert [sheet.value(ref(code, "2")) for code in ("A", "B", "T")] == [2, 4, 6]


def test_formulas_may_cross_rows_and_columns_in_any_order() -> None:
    template = form(
        rows=(row("R", formula=parse_formula("[A, 2]")), row("A")),
        columns=(column("1"), column("2", "[1] + 1")),
        precedence=Precedence.ROW,
    )

    assert complete(template, figures({"A": {"1": 1}})).value(ref("R", "1")) == 2
