"""Formulas and cross-checks as trees, and the one meaning they have.

A tree is made of frozen values and refuses nonsense when it is built: a sum of comparisons or a
comparison of truths cannot exist. Two kinds of result: a NUMBER (an exact rational) or a TRUTH.

Missing is not zero:

- a calculation with a missing part is missing, except ``sum``, which skips what is missing and
  is missing only if all of it is; a division by zero is missing;
- a comparison with a missing side is not judged (None); ``and``, ``or`` and ``not`` follow
  Kleene, so that ``false and None`` is false;
- ``if`` looks at one branch only, and is missing if its condition is not judged or if it has no
  second branch to take; ``filled`` is true when all its arguments are there.

``interpreter.js`` in ``shared/formulas`` has the same meaning; one table of cases binds both.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from shared.domain.errors import DomainError
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.operations import FUNCTIONS, LOGICAL, OPERATIONS, Rational

State = TypeVar("State")


class InvalidExpression(DomainError):
    """A tree that has no meaning; ``detail`` says why and what would have one."""

    code = "invalid_expression"

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(detail)


class Kind(StrEnum):
    NUMBER = "number"
    TRUTH = "truth"


class ReferencePeriod(StrEnum):
    """PREVIOUS_IN_YEAR is the previous period, and missing for the first period of a year."""

    CURRENT = "current"
    PREVIOUS = "previous"
    PREVIOUS_IN_YEAR = "previous_in_year"
    SAME_PERIOD_LAST_YEAR = "same_period_last_year"


class ArithmeticOperator(StrEnum):
    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"


class ComparisonOperator(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


class LogicalOperator(StrEnum):
    AND = "and"
    OR = "or"
    NOT = "not"


class FunctionName(StrEnum):
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    ABS = "abs"
    IF = "if"
    FILLED = "filled"


ARGUMENT_COUNTS: dict[FunctionName, tuple[int, int | None]] = {
    FunctionName.SUM: (1, None),
    FunctionName.MIN: (1, None),
    FunctionName.MAX: (1, None),
    FunctionName.ABS: (1, 1),
    FunctionName.IF: (2, 3),
    FunctionName.FILLED: (1, None),
}
"""Fewest and most arguments of each function; None is no limit."""


@dataclass(frozen=True, slots=True)
class Number:
    """A constant that can be written: not negative, and with finitely many decimals."""

    value: Fraction

    def __post_init__(self) -> None:
        if self.value < 0 or not _terminates(self.value):
            raise InvalidExpression(
                f"Hằng số {self.value} không viết được thành số thập phân không âm; "
                "hãy viết thành phép trừ hoặc phép chia."
            )

    @property
    def kind(self) -> Kind:
        return Kind.NUMBER


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the sheet; without a row, the row that the formula is applied to."""

    column: ColumnCode
    row: RowCode | None = None
    period: ReferencePeriod = ReferencePeriod.CURRENT

    @property
    def kind(self) -> Kind:
        return Kind.NUMBER


@dataclass(frozen=True, slots=True)
class Negate:
    operand: "Expression"

    def __post_init__(self) -> None:
        _require(Kind.NUMBER, self.operand, place="dấu trừ")

    @property
    def kind(self) -> Kind:
        return Kind.NUMBER


@dataclass(frozen=True, slots=True)
class Binary:
    operator: ArithmeticOperator
    left: "Expression"
    right: "Expression"

    def __post_init__(self) -> None:
        _require(Kind.NUMBER, self.left, self.right, place=f"phép tính “{self.operator}”")

    @property
    def kind(self) -> Kind:
        return Kind.NUMBER


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: ComparisonOperator
    left: "Expression"
    right: "Expression"

    def __post_init__(self) -> None:
        _require(Kind.NUMBER, self.left, self.right, place=f"phép so sánh “{self.operator}”")

    @property
    def kind(self) -> Kind:
        return Kind.TRUTH


@dataclass(frozen=True, slots=True)
class Logical:
    """``and`` and ``or`` of two, ``not`` of one."""

    operator: LogicalOperator
    operands: tuple["Expression", ...]

    def __post_init__(self) -> None:
        expected = 1 if self.operator is LogicalOperator.NOT else 2
        if len(self.operands) != expected:
            raise InvalidExpression(f"“{self.operator}” cần đúng {expected} vế.")
        _require(Kind.TRUTH, *self.operands, place=f"“{self.operator}”")

    @property
    def kind(self) -> Kind:
        return Kind.TRUTH


@dataclass(frozen=True, slots=True)
class Function:
    name: FunctionName
    arguments: tuple["Expression", ...]

    def __post_init__(self) -> None:
        _require_arguments(self.name, len(self.arguments))
        if self.name is FunctionName.IF:
            condition, *branches = self.arguments
            _require(Kind.TRUTH, condition, place="điều kiện của if()")
            _require(branches[0].kind, *branches, place="hai nhánh của if()")
        else:
            _require(Kind.NUMBER, *self.arguments, place=f"{self.name}()")

    @property
    def kind(self) -> Kind:
        if self.name is FunctionName.IF:
            return self.arguments[1].kind
        return Kind.TRUTH if self.name is FunctionName.FILLED else Kind.NUMBER


Expression = Number | Cell | Negate | Binary | Comparison | Logical | Function

_KIND_NAMES = {
    Kind.NUMBER: "một số (ô, hằng số hoặc phép tính)",
    Kind.TRUTH: "một điều kiện (so sánh, filled(), and, or, not)",
}


def _terminates(value: Fraction) -> bool:
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1


def _require(kind: Kind, *operands: Expression, place: str) -> None:
    if any(operand.kind is not kind for operand in operands):
        raise InvalidExpression(f"Trong {place} phải là {_KIND_NAMES[kind]}.")


def _require_arguments(name: FunctionName, count: int) -> None:
    fewest, most = ARGUMENT_COUNTS[name]
    if count < fewest or (most is not None and count > most):
        upper = "trở lên" if most is None else f"đến {most}"
        wanted = str(fewest) if fewest == most else f"{fewest} {upper}"
        raise InvalidExpression(f"{name}() cần {wanted} tham số, đang có {count}.")


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """The direct parts of a node, in written order."""
    match expression:
        case Negate(operand):
            return (operand,)
        case Binary(_, left, right) | Comparison(_, left, right):
            return (left, right)
        case Logical(_, parts) | Function(_, parts):
            return parts
    return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """The node and all below it, in written order."""
    yield expression
    for part in parts_of(expression):
        yield from walk(part)


def cells_of(expression: Expression) -> tuple[Cell, ...]:
    """Every cell that the expression names, once, in written order."""
    return tuple(dict.fromkeys(node for node in walk(expression) if isinstance(node, Cell)))


def with_cells(expression: Expression, change: Callable[[Cell], Cell]) -> Expression:
    """The same tree with other cells in it."""
    if isinstance(expression, Cell):
        return change(expression)
    parts = tuple(with_cells(part, change) for part in parts_of(expression))
    if isinstance(expression, Logical):
        return replace(expression, operands=parts)
    if isinstance(expression, Function):
        return replace(expression, arguments=parts)
    if isinstance(expression, Binary | Comparison):
        return replace(expression, left=parts[0], right=parts[1])
    return replace(expression, operand=parts[0]) if isinstance(expression, Negate) else expression


def has_division(expression: Expression) -> bool:
    return any(
        isinstance(node, Binary) and node.operator is ArithmeticOperator.DIVIDE
        for node in walk(expression)
    )


def compile_expression(
    expression: Expression, *, locate: Callable[[Cell], Callable[[State], Rational | None]]
) -> Callable[[State], Any]:
    """Turn a tree into one function of a state, so that a form is walked once and not per report.

    ``locate`` says, for each cell that is named, how to take it out of the state. Whole numbers
    stay ``int``, which is as exact as ``Fraction`` and faster.
    """
    match expression:
        case Number(value):
            constant = simplified(value)
            return lambda _state: constant
        case Cell():
            return locate(expression)
    parts = tuple(compile_expression(part, locate=locate) for part in parts_of(expression))
    if isinstance(expression, Negate):
        return OPERATIONS["negate"](*parts)
    if isinstance(expression, Binary | Comparison):
        return OPERATIONS[expression.operator](*parts)
    if isinstance(expression, Logical):
        return LOGICAL[expression.operator](*parts)
    return FUNCTIONS[expression.name](*parts)


def evaluate(
    expression: Expression, lookup: Callable[[Cell], Rational | Decimal | None]
) -> Fraction | bool | None:
    """The value of one expression; ``lookup`` gives the value of a cell, None if it is missing."""

    def locate(cell: Cell) -> Callable[[object], Rational | None]:
        return lambda _state: _exact_or_none(lookup(cell))

    result = compile_expression(expression, locate=locate)(None)
    return result if result is None or isinstance(result, bool) else Fraction(result)


def exact(value: Decimal | Rational) -> Rational:
    """The same value as a rational; an ``int`` where it is whole."""
    whole = int(value)
    return whole if whole == value else Fraction(value)


def simplified(value: Rational) -> Rational:
    return value.numerator if value.denominator == 1 else value


def _exact_or_none(value: Rational | Decimal | None) -> Rational | None:
    return exact(value) if isinstance(value, Decimal) else value
