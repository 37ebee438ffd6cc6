"""Whether the parts of a change are the acts' own differences."""

import pytest

from services.aggregator.changes.measures import is_linear
from shared.formulas.parser import parse_formula


@pytest.mark.parametrize(
    ("formula", "linear"),
    [
        ("[3]", True),
        ("[3] + [4] - [5]", True),
        ("-[3]", True),
        ("sum([3], [4])", True),
        ("[3] * 1000", True),
        ("[3] / 2", True),
        ("[3] / [4] * 100", False),
        ("100 / [3]", False),
        ("[3] * [4]", False),
        ("max([3], [4])", False),
        ("if([3] > 0, [3])", False),
        ("[3] + abs([4])", False),
    ],
)
def test_sums_and_differences_times_constants_are_linear(formula: str, *, linear: bool) -> None:
    assert is_linear(parse_formula(formula)) is linear
