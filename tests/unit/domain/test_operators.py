"""How figures are put together over periods: nothing of what is missing, nothing rounded."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.operations import Rational
from shared.domain.operators import TimeOperator, over_time, weighted_average

numbers = st.integers(-(10**12), 10**12)
NEED_ALL = [TimeOperator.SUM, TimeOperator.AVERAGE, TimeOperator.MIN, TimeOperator.MAX]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        (TimeOperator.SUM, 12),
        (TimeOperator.AVERAGE, 4),
        (TimeOperator.FIRST, 5),
        (TimeOperator.LAST, 1),
        (TimeOperator.MIN, 1),
        (TimeOperator.MAX, 6),
        (TimeOperator.COUNT, 3),
        (TimeOperator.NONE, None),
    ],
)
def test_each_operator_does_what_its_name_says(
    operator: TimeOperator, expected: Rational | None
) -> None:
    assert over_time([5, 6, 1], operator) == expected


@pytest.mark.parametrize("operator", [*NEED_ALL, TimeOperator.WEIGHTED_AVERAGE])
def test_a_missing_period_leaves_no_figure(operator: TimeOperator) -> None:
    assert over_time([5, None, 1], operator, weights=[1, 1, 1]) is None
    assert over_time([], operator) is None


def test_the_ends_need_their_own_period_only() -> None:
    assert over_time([None, None, 1], TimeOperator.LAST) == 1
    assert over_time([1, 5, None], TimeOperator.LAST) is None
    assert over_time([1, None, None], TimeOperator.FIRST) == 1
    assert over_time([], TimeOperator.FIRST) is None


def test_a_count_is_of_the_periods_that_have_the_figure() -> None:
    assert over_time([5, None, 1], TimeOperator.COUNT) == 2


def test_without_an_operator_a_single_period_is_what_it_is() -> None:
    assert over_time([5], TimeOperator.NONE) == 5


@given(st.lists(st.tuples(numbers, st.integers(1, 1000)), min_size=1))
def test_a_weighted_average_is_exact(pairs: list[tuple[int, int]]) -> None:
    values, weights = zip(*pairs, strict=True)
    found = over_time(values, TimeOperator.WEIGHTED_AVERAGE, weights=weights)
    assert found == Fraction(sum(v * w for v, w in pairs)) / sum(weights)


def test_a_weighted_average_needs_every_weight_and_some_weight() -> None:
    assert weighted_average([1, 2], [1, None]) is None
    assert weighted_average([1, 2], [0, 0]) is None
    assert weighted_average([1, 3], [1, 1]) == 2
