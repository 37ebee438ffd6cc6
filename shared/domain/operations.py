"""What each operator and function of a formula does, on evaluators and not yet on values.

An evaluator takes the state of a sheet and gives a number, a truth, or None for what is missing
or not judged. The builders below join evaluators into a larger one; the tables name them as
formulas do.
"""

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

Rational = int | Fraction
State = TypeVar("State")
Evaluator = Callable[[State], Any]
Builder = Callable[..., Evaluator[Any]]


def _strict(operation: Callable[..., Any]) -> Builder:
    """Missing as soon as one side is missing."""

    def build(left: Evaluator[State], right: Evaluator[State]) -> Evaluator[State]:
        def run(state: State) -> Any:
            first = left(state)
            if first is None:
                return None
            second = right(state)
            return None if second is None else operation(first, second)

        return run

    return build


def _strict_unary(operation: Callable[[Any], Any]) -> Builder:
    def build(operand: Evaluator[State]) -> Evaluator[State]:
        def run(state: State) -> Any:
            value = operand(state)
            return None if value is None else operation(value)

        return run

    return build


def _kleene(*, deciding: bool) -> Builder:
    """``and`` is decided by one False, ``or`` by one True, whatever the other side is."""

    def build(left: Evaluator[State], right: Evaluator[State]) -> Evaluator[State]:
        def run(state: State) -> bool | None:
            truths = (left(state), right(state))
            if deciding in truths:
                return deciding
            return None if None in truths else not deciding

        return run

    return build


def _divide(left: Rational, right: Rational) -> Rational | None:
    return Fraction(left, right) if right else None


def _sum(*parts: Evaluator[State]) -> Evaluator[State]:
    def run(state: State) -> Rational | None:
        present = [value for part in parts if (value := part(state)) is not None]
        return sum(present) if present else None

    return run


def _extreme(choose: Callable[[list[Rational]], Rational]) -> Builder:
    def build(*parts: Evaluator[State]) -> Evaluator[State]:
        def run(state: State) -> Rational | None:
            values = [part(state) for part in parts]
            return None if None in values else choose(values)

        return run

    return build


def _if(condition: Evaluator[State], *branches: Evaluator[State]) -> Evaluator[State]:
    def run(state: State) -> Any:
        truth = condition(state)
        if truth is None or (not truth and len(branches) == 1):
            return None
        return branches[0 if truth else 1](state)

    return run


def _filled(*parts: Evaluator[State]) -> Evaluator[State]:
    def run(state: State) -> bool:
        return all(part(state) is not None for part in parts)

    return run


OPERATIONS: dict[str, Builder] = {
    "negate": _strict_unary(operator.neg),
    "+": _strict(operator.add),
    "-": _strict(operator.sub),
    "*": _strict(operator.mul),
    "/": _strict(_divide),
    "=": _strict(operator.eq),
    "!=": _strict(operator.ne),
    "<": _strict(operator.lt),
    "<=": _strict(operator.le),
    ">": _strict(operator.gt),
    ">=": _strict(operator.ge),
}

LOGICAL: dict[str, Builder] = {
    "and": _kleene(deciding=False),
    "or": _kleene(deciding=True),
    "not": _strict_unary(operator.not_),
}

FUNCTIONS: dict[str, Builder] = {
    "sum": _sum,
    "min": _extreme(min),
    "max": _extreme(max),
    "abs": _strict_unary(abs),
    "if": _if,
    "filled": _filled,
}
