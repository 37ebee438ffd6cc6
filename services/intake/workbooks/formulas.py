"""Formulas of a form as formulas of Excel, with what is missing left empty.

A formula that cannot be said so that a missing part stays missing is left out: the cell is then
filled in when the file is read.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from services.intake.workbooks.addresses import Spot
from shared.domain.expressions import (
    ArithmeticOperator,
    Binary,
    Cell,
    Expression,
    Function,
    FunctionName,
    Negate,
    Number,
    ReferencePeriod,
    cells_of,
)
from shared.domain.figures import figure_text
from shared.domain.forms import CellRef, Derivation
from shared.domain.operations import Rational

SpotOf = Callable[[CellRef], Spot]

_TIGHT = frozenset({ArithmeticOperator.MULTIPLY, ArithmeticOperator.DIVIDE})
_WHOLE = frozenset({FunctionName.MIN, FunctionName.MAX, FunctionName.ABS})
"""Functions that are missing when an argument is."""


def excel_formula(
    derivation: Derivation, cell: CellRef, *, spot_of: SpotOf, blank_is_zero: bool
) -> str | None:
    """The formula of a derived cell, None where Excel has none with the same meaning."""
    if derivation.formula is None:
        parts = [spot_of(part) for part in derivation.parts]
        return _guarded(f"SUM({_listed(parts)})", parts, blank_is_zero=blank_is_zero)
    if not _is_plain(derivation.formula):
        return None
    places = sorted(set(_spots(derivation.formula, cell, spot_of=spot_of)))
    text = _text(derivation.formula, cell, spot_of=spot_of)
    return _guarded(text, places, blank_is_zero=blank_is_zero)


def _guarded(text: str, places: list[Spot], *, blank_is_zero: bool) -> str:
    """Empty where it cannot be computed; a division by zero is missing too."""
    whole = f'IFERROR({text},"")' if "/" in text else text
    if blank_is_zero:
        return f"={whole}"
    counted = f"COUNT({_listed(places)})<{len(places)}"
    return f'=IF({counted},"",{whole})'


def _is_plain(expression: Expression) -> bool:
    """Numbers, cells of this period, arithmetic, and functions of these."""
    match expression:
        case Number():
            return True
        case Cell(period=period):
            return period is ReferencePeriod.CURRENT
        case Negate(operand):
            return _is_plain(operand)
        case Binary(_, left, right):
            return _is_plain(left) and _is_plain(right)
        case Function(name, arguments):
            return name in _WHOLE and all(map(_is_plain, arguments))
    return False


def _spots(expression: Expression, cell: CellRef, *, spot_of: SpotOf) -> Iterator[Spot]:
    for each in cells_of(expression):
        yield spot_of(CellRef(each.row or cell.row, each.column))


def _listed(spots: Iterable[Spot]) -> str:
    """`D9:D28`, or one by one where they do not stand below each other without a gap."""
    each = list(spots)
    first = each[0]
    below = [Spot(first.row + down, first.column) for down in range(len(each))]
    if len(each) > 1 and each == below:
        return f"{first.address}:{each[-1].address}"
    return ",".join(spot.address for spot in each)


def _text(expression: Expression, cell: CellRef, *, spot_of: SpotOf) -> str:
    def text(part: Expression) -> str:
        return _text(part, cell, spot_of=spot_of)

    match expression:
        case Number(value):
            return _constant(value)
        case Cell(column, row, _):
            return spot_of(CellRef(row or cell.row, column)).address
        case Negate(operand):
            return f"-({text(operand)})" if isinstance(operand, Binary) else f"-{text(operand)}"
        case Binary(operator, left, right):
            return f"{_part(left, text(left), of=operator)}{operator}" + _part(
                right, text(right), of=operator, is_right=True
            )
        case Function(name, arguments):
            return f"{name.upper()}({','.join(map(text, arguments))})"
    raise LookupError("only plain formulas are written")


def _part(part: Expression, text: str, *, of: ArithmeticOperator, is_right: bool = False) -> str:
    """In brackets where the operator around it binds more tightly, or as tightly on its left."""
    if not isinstance(part, Binary):
        return text
    inner, outer = (operator in _TIGHT for operator in (part.operator, of))
    return f"({text})" if inner < outer or (is_right and inner == outer) else text


def _constant(value: Rational) -> str:
    return figure_text(Decimal(value.numerator) / Decimal(value.denominator))
