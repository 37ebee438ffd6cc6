"""Random formulas that have a meaning: numbers and truths, never mixed."""

from fractions import Fraction

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
    Logical,
    LogicalOperator,
    Negate,
    Number,
    ReferencePeriod,
)
from shared.domain.identifiers import ColumnCode, RowCode

_codes = st.from_regex(r"[A-Z0-9._-]{1,5}", fullmatch=True)
constants = st.builds(
    lambda units, decimals: Number(Fraction(units, 10**decimals)),
    st.integers(0, 10**9),
    st.integers(0, 4),
)
cells = st.builds(
    Cell, _codes.map(ColumnCode), st.none() | _codes.map(RowCode), st.sampled_from(ReferencePeriod)
)
_list_functions = st.sampled_from([FunctionName.SUM, FunctionName.MIN, FunctionName.MAX])


def _larger_numbers(numbers: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    truths = st.builds(Comparison, st.sampled_from(ComparisonOperator), numbers, numbers)
    return st.one_of(
        st.builds(Negate, numbers),
        st.builds(Binary, st.sampled_from(ArithmeticOperator), numbers, numbers),
        st.builds(Function, _list_functions, st.lists(numbers, min_size=1, max_size=3).map(tuple)),
        st.builds(Function, st.just(FunctionName.ABS), st.tuples(numbers)),
        st.builds(Function, st.just(FunctionName.IF), st.tuples(truths, numbers, numbers)),
        st.builds(Function, st.just(FunctionName.IF), st.tuples(truths, numbers)),
    )


def _larger_truths(truths: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pairs = st.tuples(truths, truths)
    return st.one_of(
        st.builds(Logical, st.just(LogicalOperator.NOT), st.tuples(truths)),
        st.builds(Logical, st.sampled_from([LogicalOperator.AND, LogicalOperator.OR]), pairs),
        st.builds(Function, st.just(FunctionName.IF), st.tuples(truths, truths, truths)),
    )


numbers: st.SearchStrategy[Expression] = st.recursive(
    constants | cells, _larger_numbers, max_leaves=8
)
truths: st.SearchStrategy[Expression] = st.recursive(
    st.builds(Comparison, st.sampled_from(ComparisonOperator), numbers, numbers)
    | st.builds(Function, st.just(FunctionName.FILLED), st.tuples(numbers)),
    _larger_truths,
    max_leaves=4,
)
expressions = numbers | truths
