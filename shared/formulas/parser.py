"""From the text of a formula to its tree.

The text is what people who write forms type: ``[3] = [7] + [11]``, ``([8] + [9]) / [7] * 100``,
``[6] = previous([11])``, ``if(filled([4]), [4] <= [5])``. A mistake is a FormulaError that says at
which character it is and what to write instead.
"""

from collections.abc import Callable
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

from shared.domain.errors import DomainError
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
)
from shared.domain.identifiers import ColumnCode, RowCode

MAX_LENGTH = 2_000
MAX_DEPTH = 100
"""Deeper trees are no formulas that a person can read; longer sums are written with sum()."""

_PERIODS = {
    "previous": ReferencePeriod.PREVIOUS,
    "previous_in_year": ReferencePeriod.PREVIOUS_IN_YEAR,
    "same_period_last_year": ReferencePeriod.SAME_PERIOD_LAST_YEAR,
}
_SPELLINGS = {"<>": "!=", "≠": "!=", "≤": "<=", "≥": ">="}
_NAMES = sorted([*FunctionName, *_PERIODS])
_CALLS = "sau tên hàm cần dấu ngoặc, ví dụ sum([4], [5])."
_EXPECTED = "một ô như [3], một số, một hàm hoặc dấu ngoặc mở"


class FormulaError(DomainError):
    """``position`` counts characters from 0; ``column`` is the same from 1, as people count."""

    code = "formula_invalid"

    def __init__(self, text: str, *, position: int, detail: str) -> None:
        self.text = text
        self.position = position
        self.detail = detail
        super().__init__(f"Công thức sai ở ký tự thứ {self.column}: {detail}")

    @property
    def column(self) -> int:
        return self.position + 1


def parse_formula(text: str) -> Expression:
    """The tree of a formula or of a condition; raises FormulaError."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            text[:MAX_LENGTH],
            position=MAX_LENGTH,
            detail=f"công thức dài hơn {MAX_LENGTH} ký tự; hãy tách ra hoặc dùng sum().",
        )
    try:
        tree = _LARK.parse(text)
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from None
    return _Builder(text).build(tree, depth=1)


_LARK = Lark(
    Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8"),
    parser="lalr",
    propagate_positions=True,
    maybe_placeholders=False,
)


class _Builder:
    """Turns Lark's tree into ours; every refusal points at the node it is about."""

    def __init__(self, text: str) -> None:
        self._text = text

    def build(self, node: Tree[Token], *, depth: int) -> Expression:
        position = node.meta.start_pos
        if depth > MAX_DEPTH:
            raise self._error(position, "công thức lồng quá sâu; hãy tách ra hoặc dùng sum().")
        builder: Callable[..., Expression] = _BUILDERS[node.data]
        parts = [
            self.build(child, depth=depth + 1) if isinstance(child, Tree) else child
            for child in node.children
        ]
        try:
            return builder(*parts)
        except InvalidExpression as error:
            raise self._error(position, error.detail) from None

    def _error(self, position: int, detail: str) -> FormulaError:
        return FormulaError(self._text, position=position, detail=detail)


def _number(token: Token) -> Expression:
    return Number(Fraction(token))


def _reference(token: Token) -> Expression:
    codes = [code.strip() for code in token[1:-1].split(",")]
    if len(codes) > 2 or not all(codes):
        raise InvalidExpression("ô được viết là [cột] hoặc [dòng, cột], ví dụ [4] hoặc [LV01, 4].")
    row = RowCode(codes[0]) if len(codes) == 2 else None
    return Cell(ColumnCode(codes[-1]), row)


def _binary(left: Expression, token: Token, right: Expression) -> Expression:
    return Binary(ArithmeticOperator(token), left, right)


def _comparison(left: Expression, token: Token, right: Expression) -> Expression:
    return Comparison(ComparisonOperator(_SPELLINGS.get(token, token)), left, right)


def _logical(operator: LogicalOperator) -> Callable[..., Expression]:
    return lambda *operands: Logical(operator, operands)


def _call(name: Token, *arguments: Expression) -> Expression:
    if name in _PERIODS:
        return _in_period(_PERIODS[name], *arguments)
    if name in list(FunctionName):
        return Function(FunctionName(name), arguments)
    near = get_close_matches(name, _NAMES, n=1)
    hint = f"có phải {near[0]}()?" if near else f"các hàm có: {', '.join(_NAMES)}."
    raise InvalidExpression(f"không có hàm {name}(); {hint}")


def _in_period(period: ReferencePeriod, *arguments: Expression) -> Expression:
    match arguments:
        case [Cell(column, row, ReferencePeriod.CURRENT)]:
            return Cell(column, row, period)
    raise InvalidExpression(f"{period}() nhận đúng một ô, ví dụ {period}([11]).")


_BUILDERS: dict[Any, Callable[..., Expression]] = {
    "number": _number,
    "reference": _reference,
    "call": _call,
    "negate": Negate,
    "binary": _binary,
    "comparison": _comparison,
    "negation": _logical(LogicalOperator.NOT),
    "conjunction": _logical(LogicalOperator.AND),
    "disjunction": _logical(LogicalOperator.OR),
}


def _syntax_error(text: str, error: UnexpectedInput) -> FormulaError:
    if isinstance(error, UnexpectedToken):
        at_end = error.token.type == "$END"
        position = len(text) if at_end else error.token.start_pos or 0
        detail = _missing_at_end(error.accepts) if at_end else _stray_token(error)
    else:
        position = error.pos_in_stream or 0
        detail = _stray_character(text[position])
    return FormulaError(text, position=position, detail=detail)


def _stray_character(character: str) -> str:
    if character == "[":
        return "ô chưa có dấu “]” đóng, ví dụ [4]."
    return f"không hiểu “{character}”; cần {_EXPECTED}, hoặc + - * / = < >."


def _missing_at_end(accepts: set[str]) -> str:
    if "REFERENCE" in accepts:
        return f"công thức chưa hết; cần {_EXPECTED}."
    if "RPAR" in accepts:
        return "còn thiếu dấu ngoặc đóng “)”."
    return _CALLS


def _stray_token(error: UnexpectedToken) -> str:
    token = error.token
    if token.type == "COMMA":
        return "dấu phẩy chỉ tách các tham số của hàm; số thập phân dùng dấu chấm, ví dụ 0.5."
    if "REFERENCE" in error.accepts:
        return f"trước “{token}” còn thiếu {_EXPECTED}."
    if token.type == "COMPARE":
        return "không so sánh nối nhau; hãy tách bằng and, ví dụ 0 <= [5] and [5] <= 100."
    if "LPAR" in error.accepts:
        return _CALLS
    return f"trước “{token}” còn thiếu phép tính + - * / hoặc so sánh."
