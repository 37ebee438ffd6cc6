"""From a tree back to text, with no bracket more than the meaning needs.

``parse_formula(formula_text(tree)) == tree`` for every tree.
"""

from fractions import Fraction

from shared.domain.expressions import (
    Binary,
    Cell,
    Comparison,
    Expression,
    Function,
    Logical,
    LogicalOperator,
    Negate,
    Number,
    ReferencePeriod,
)

_ATOM = 7
_UNARY = 6
_COMPARISON = 3
_BINARY_LEVELS = {"+": 4, "-": 4, "*": 5, "/": 5}
_LOGICAL_LEVELS = {LogicalOperator.OR: 0, LogicalOperator.AND: 1, LogicalOperator.NOT: 2}


def formula_text(expression: Expression) -> str:
    match expression:
        case Number(value):
            return _decimal_text(value)
        case Cell():
            return _cell_text(expression)
        case Negate(operand):
            return "-" + _bracketed(operand, level=_UNARY)
        case Comparison(operator, left, right):
            level = _COMPARISON + 1
            return f"{_bracketed(left, level=level)} {operator} {_bracketed(right, level=level)}"
        case Binary(operator, left, right):
            level = _BINARY_LEVELS[operator]
            return (
                f"{_bracketed(left, level=level)} {operator} {_bracketed(right, level=level + 1)}"
            )
    return _words(expression)


def _words(expression: Logical | Function) -> str:
    if isinstance(expression, Function):
        return f"{expression.name}({', '.join(map(formula_text, expression.arguments))})"
    level = _LOGICAL_LEVELS[expression.operator]
    if expression.operator is LogicalOperator.NOT:
        return "not " + _bracketed(expression.operands[0], level=level)
    left, right = expression.operands
    return (
        f"{_bracketed(left, level=level)} {expression.operator} "
        f"{_bracketed(right, level=level + 1)}"
    )


def _bracketed(expression: Expression, *, level: int) -> str:
    """In brackets where the operator around it binds at least as tightly."""
    text = formula_text(expression)
    return text if _level_of(expression) >= level else f"({text})"


def _level_of(expression: Expression) -> int:
    match expression:
        case Negate():
            return _UNARY
        case Binary(operator):
            return _BINARY_LEVELS[operator]
        case Comparison():
            return _COMPARISON
        case Logical(operator):
            return _LOGICAL_LEVELS[operator]
    return _ATOM


def _cell_text(cell: Cell) -> str:
    reference = f"[{cell.row}, {cell.column}]" if cell.row else f"[{cell.column}]"
    return reference if cell.period is ReferencePeriod.CURRENT else f"{cell.period}({reference})"


def _decimal_text(value: Fraction) -> str:
    """Exact: a Number has finitely many decimals."""
    decimals = 0
    while value.denominator != 1:
        value *= 10
        decimals += 1
    digits = str(value.numerator).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
