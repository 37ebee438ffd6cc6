"""How figures are put together: over the organizations below a node, and over periods.

A stock (poor households) is added over the tree and is the last over time; a flow (files received)
is added over both; a ratio is computed anew from its parts, each put together by its own operator,
and is never averaged. What has no operator is shown where one report made it, and nowhere else.
"""

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from shared.domain.expressions import simplified
from shared.domain.operations import Rational

Figures = Sequence[Rational | None]


class TreeOperator(StrEnum):
    """Over the reports below a node. WEIGHTED_AVERAGE weighs each by another cell of its own."""

    SUM = "sum"
    AVERAGE = "average"
    WEIGHTED_AVERAGE = "weighted_average"
    MIN = "min"
    MAX = "max"
    COUNT = "count"
    NONE = "none"


class TimeOperator(StrEnum):
    """Over the periods of a longer one; a stock is LAST, a flow is SUM, what is carried over FIRST.

    COUNT is how many of the periods have the figure. WEIGHTED_AVERAGE weighs each by another cell.
    """

    SUM = "sum"
    AVERAGE = "average"
    WEIGHTED_AVERAGE = "weighted_average"
    FIRST = "first"
    LAST = "last"
    MIN = "min"
    MAX = "max"
    COUNT = "count"
    NONE = "none"


class ValueKind(StrEnum):
    """What a figure says of the world: as it is, as it is expected, as it is meant to be."""

    ACTUAL = "actual"
    ESTIMATE = "estimate"
    PLAN = "plan"


ADDITIVE_OVER_TIME = frozenset({TimeOperator.SUM, TimeOperator.FIRST, TimeOperator.LAST})
"""Formulas hold of parts put together so: opening + flows = closing, of any run of periods."""


def over_time(values: Figures, operator: TimeOperator, *, weights: Figures = ()) -> Rational | None:
    """One figure for periods in their order; `weights` are of the same periods.

    None where a figure that the operator needs is missing: FIRST and LAST need that of the first
    or last period, COUNT needs none, every other needs all. NONE puts nothing together: it gives
    the figure of a single period.
    """
    if operator is TimeOperator.COUNT:
        return sum(value is not None for value in values)
    if operator is TimeOperator.NONE:
        return values[0] if len(values) == 1 else None
    if operator in _ENDS:
        return values[_ENDS[operator]] if values else None
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    if operator is TimeOperator.WEIGHTED_AVERAGE:
        return weighted_average(known, weights)
    return _of_all(known, operator)


_ENDS = {TimeOperator.FIRST: 0, TimeOperator.LAST: -1}


def _of_all(known: Sequence[Rational], operator: TimeOperator) -> Rational:
    if operator is TimeOperator.MIN:
        return min(known)
    if operator is TimeOperator.MAX:
        return max(known)
    total = sum(known)
    return total if operator is TimeOperator.SUM else simplified(Fraction(total) / len(known))


def weighted_average(values: Sequence[Rational], weights: Figures) -> Rational | None:
    """None where a weight is missing, or all of them together are nothing."""
    known = [weight for weight in weights if weight is not None]
    whole = sum(known)
    if len(known) != len(values) or not whole:
        return None
    products = sum(value * weight for value, weight in zip(values, known, strict=True))
    return simplified(Fraction(products) / whole)
