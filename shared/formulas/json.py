"""Trees as small JSON arrays: how formulas are stored, and how the browser gets them.

``["number", "0.5"]`` · ``["cell", "4"]``, ``["cell", "4", "LV01"]``,
``["cell", "11", null, "previous"]`` · ``["negate", x]`` · ``["+", x, y]`` · ``["<=", x, y]`` ·
``["and", x, y]``, ``["not", x]`` · ``["sum", x, …]`` and the other functions by name.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

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
    Logical,
    LogicalOperator,
    Negate,
    Number,
    ReferencePeriod,
    parts_of,
)
from shared.domain.identifiers import ColumnCode, RowCode
from shared.formulas.parser import MAX_DEPTH
from shared.formulas.printer import formula_text

JsonTree: TypeAlias = "list[JsonTree | str | None]"

_NUMBER_TEXT = re.compile(r"[0-9]+(\.[0-9]+)?")


def to_json(expression: Expression) -> JsonTree:
    if isinstance(expression, Number):
        return ["number", formula_text(expression)]
    if isinstance(expression, Cell):
        return _cell_json(expression)
    return [_head_of(expression), *map(to_json, parts_of(expression))]


def from_json(tree: object) -> Expression:
    """The tree that ``to_json`` wrote; raises InvalidExpression for anything else."""
    return _read(tree, depth=1)


def _cell_json(cell: Cell) -> JsonTree:
    if cell.period is not ReferencePeriod.CURRENT:
        return ["cell", cell.column, cell.row, cell.period.value]
    return ["cell", cell.column, cell.row] if cell.row else ["cell", cell.column]


def _head_of(expression: Negate | Binary | Comparison | Logical | Function) -> str:
    if isinstance(expression, Negate):
        return "negate"
    if isinstance(expression, Function):
        return expression.name.value
    return expression.operator.value


def _read(tree: object, *, depth: int) -> Expression:
    if not isinstance(tree, list) or not tree or depth > MAX_DEPTH:
        raise InvalidExpression("Cây công thức phải là mảng JSON [phép, …], không lồng quá sâu.")
    head, *parts = tree
    if head == "number":
        return _read_number(parts)
    if head == "cell":
        return _read_cell(parts)
    build = _BUILDERS.get(head) if isinstance(head, str) else None
    if build is None:
        raise InvalidExpression(f"Cây công thức không có phép {head!r:.40}.")
    operands = [_read(part, depth=depth + 1) for part in parts]
    try:
        return build(*operands)
    except TypeError:
        raise InvalidExpression(f"Phép “{head}” có {len(operands)} vế là không đúng.") from None


def _read_number(parts: list[object]) -> Expression:
    match parts:
        case [str(text)] if _NUMBER_TEXT.fullmatch(text):
            return Number(Fraction(text))
    raise InvalidExpression("Hằng số được viết là [“number”, “0.5”].")


def _read_cell(parts: list[object]) -> Expression:
    match parts:
        case [str(column)]:
            return Cell(ColumnCode(column))
        case [str(column), str(row)]:
            return Cell(ColumnCode(column), RowCode(row))
        case [str(column), None | str() as row, str(period)] if period in list(ReferencePeriod):
            return Cell(ColumnCode(column), RowCode(row) if row else None, ReferencePeriod(period))
    raise InvalidExpression("Ô được viết là [“cell”, cột, dòng hoặc null, kỳ].")


def _binary(operator: ArithmeticOperator) -> Callable[..., Expression]:
    return lambda left, right: Binary(operator, left, right)


def _comparison(operator: ComparisonOperator) -> Callable[..., Expression]:
    return lambda left, right: Comparison(operator, left, right)


def _logical(operator: LogicalOperator) -> Callable[..., Expression]:
    return lambda *operands: Logical(operator, operands)


def _function(name: FunctionName) -> Callable[..., Expression]:
    return lambda *arguments: Function(name, arguments)


_BUILDERS: dict[str, Callable[..., Expression]] = {
    "negate": Negate,
    **{each.value: _binary(each) for each in ArithmeticOperator},
    **{each.value: _comparison(each) for each in ComparisonOperator},
    **{each.value: _logical(each) for each in LogicalOperator},
    **{each.value: _function(each) for each in FunctionName},
}
