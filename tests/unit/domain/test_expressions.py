"""Trees that cannot be nonsense, and values that are exact; see cases.json for the meaning."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.expressions import (
    ArithmeticOperator,
    Binary,
    Cell,
    Comparison,
    ComparisonOperator,
    Expression,
    Function,
    FunctionName,
    InvalidExpression,
    Kind,
    Logical,
    LogicalOperator,
    Negate,
    Number,
    cells_of,
    evaluate,
    exact,
    simplified,
    walk,
    with_cells,
)
from shared.domain.identifiers import ColumnCode, RowCode
from shared.formulas.parser import parse_formula
from tests.factories.expressions import expressions, numbers

ONE = Number(Fraction(1))
TRUE = Comparison(ComparisonOperator.EQUAL, ONE, ONE)
decimals = st.decimals(
    allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12
)


def nothing(_cell: Cell) -> None:
    return None


@pytest.mark.parametrize(
    "build",
    [
        lambda: Negate(TRUE),
        lambda: Binary(ArithmeticOperator.ADD, ONE, TRUE),
        lambda: Comparison(ComparisonOperator.EQUAL, TRUE, TRUE),
        lambda: Logical(LogicalOperator.AND, (TRUE, ONE)),
        lambda: Logical(LogicalOperator.AND, (TRUE,)),
        lambda: Logical(LogicalOperator.NOT, (TRUE, TRUE)),
        lambda: Function(FunctionName.SUM, ()),
        lambda: Function(FunctionName.SUM, (TRUE,)),
        lambda: Function(FunctionName.ABS, (ONE, ONE)),
        lambda: Function(FunctionName.IF, (ONE, ONE, ONE)),
        lambda: Function(FunctionName.IF, (TRUE, ONE, TRUE)),
        lambda: Function(FunctionName.IF, (TRUE,)),
        lambda: Number(Fraction(-1)),
        lambda: Number(Fraction(1, 3)),
    ],
)
def test_a_tree_without_meaning_cannot_be_built(build: object) -> None:
    with pytest.raises(InvalidExpression) as caught:
        build()  # type: ignore[operator]

    assert caught.value.detail


@given(expressions)
def test_the_kind_of_a_tree_is_the_kind_of_its_value(expression: Expression) -> None:
    value = evaluate(expression, lambda _cell: Fraction(1, 7))

    assert value is None or isinstance(value, bool) == (expression.kind is Kind.TRUTH)


@given(expressions)
def test_no_float_comes_out_even_where_everything_is_missing(expression: Expression) -> None:
    assert isinstance(evaluate(expression, nothing), bool | Fraction | None)


@given(numbers, st.fractions())
def test_what_is_computed_twice_is_equal_to_itself(expression: Expression, value: Fraction) -> None:
    same = Comparison(ComparisonOperator.EQUAL, expression, expression)

    assert evaluate(same, lambda _cell: value) in (True, None)


@given(st.lists(decimals, min_size=1, max_size=20))
def test_a_sum_of_decimals_is_exact(parts: list[Decimal]) -> None:
    names = [ColumnCode(str(place)) for place in range(len(parts))]
    by_cell = {Cell(name): part for name, part in zip(names, parts, strict=True)}
    total = Function(FunctionName.SUM, tuple(by_cell))

    assert evaluate(total, by_cell.__getitem__) == sum(map(Fraction, parts))


@given(decimals)
def test_a_decimal_and_its_rational_are_the_same_number(value: Decimal) -> None:
    assert exact(value) == value
    assert isinstance(exact(value), int) == (value == value.to_integral_value())


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        pytest.param("1 = 2 and [3] = 0", False, id="and-decided-by-false"),
        pytest.param("1 = 1 and [3] = 0", None, id="and-not-decided"),
        pytest.param("1 = 1 and 2 = 2", True, id="and-true"),
        pytest.param("1 = 1 or [3] = 0", True, id="or-decided-by-true"),
        pytest.param("1 = 2 or [3] = 0", None, id="or-not-decided"),
        pytest.param("1 = 2 or 2 = 1", False, id="or-false"),
    ],
)
def test_what_is_missing_decides_neither_and_nor_or(formula: str, *, expected: bool | None) -> None:
    assert evaluate(parse_formula(formula), lambda _cell: None) is expected


def test_a_whole_fraction_becomes_an_integer() -> None:
    assert simplified(Fraction(6, 2)) == 3
    assert isinstance(simplified(Fraction(6, 2)), int)
    assert simplified(Fraction(1, 2)) == Fraction(1, 2)


def test_cells_are_listed_once_in_written_order() -> None:
    found = cells_of(parse_formula("[4] + [LV01, 4] = [5] - [4] and filled([6])"))

    assert found == (
        Cell(ColumnCode("4")),
        parse_formula("[LV01, 4]"),
        Cell(ColumnCode("5")),
        Cell(ColumnCode("6")),
    )


def test_walking_visits_every_node() -> None:
    assert len(list(walk(parse_formula("-[4] + 1 = abs([5])")))) == 7


@given(expressions)
def test_other_cells_in_a_tree_leave_the_rest_as_it_is(expression: Expression) -> None:
    def moved(cell: Cell) -> Cell:
        return Cell(cell.column, RowCode("LV99"), cell.period)

    changed = with_cells(expression, moved)

    assert cells_of(changed) == tuple(dict.fromkeys(map(moved, cells_of(expression))))
    assert with_cells(expression, lambda cell: cell) == expression
    assert [type(node) for node in walk(changed)] == [type(node) for node in walk(expression)]
