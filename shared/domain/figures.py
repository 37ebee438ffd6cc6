"""Figures: exact decimals as people type them, as we keep them, and as we show them.

People write numbers in three ways here: ``1.234.567,89`` (Vietnamese), ``1 234 567,89`` and, from
spreadsheets set to English, ``1,234,567.89``. All are read where only one reading exists. Text
such as ``1.234`` has two (1,234 and 1 234) and is refused with both named, never guessed.

InvalidFigure
├── AmbiguousText
├── NotANumber
├── NotAnInteger
├── NegativeCount
├── TooManyDecimals
└── TooLarge
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from shared.domain.errors import DomainError
from shared.domain.forms import ColumnType
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.operations import Rational

Figures = Mapping[RowCode, Mapping[ColumnCode, Decimal]]
"""What was entered, without derived cells; a cell that is not there was not entered."""

MAX_INTEGER_DIGITS = 18
"""More than any count or amount in đồng of the nation (17 digits), and within a database bigint."""

MAX_SHOWN_CHARACTERS = 40
"""A message quotes at most this much of what was sent."""

_LIMIT = 10**MAX_INTEGER_DIGITS
_MIN_ADJUSTED_EXPONENT = -30
_NARROW_SPACES = {0x00A0: " ", 0x202F: " ", 0x2009: " ", 0x2212: "-"}

_PLAIN = re.compile(r"([0-9]+)(?:([.,])([0-9]+))?")
_GROUPED = (
    re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+)(?:,([0-9]+))?"),
    re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?"),
    re.compile(r"([0-9]{1,3}(?: [0-9]{3})+)(?:[.,]([0-9]+))?"),
)


class InvalidFigure(DomainError):
    """What was sent for a cell cannot be taken as its figure."""

    code = "invalid_figure"

    def __init__(self, shown: str, *, detail: str) -> None:
        self.shown = shown
        super().__init__(detail)


class AmbiguousText(InvalidFigure):
    """``readings`` are the two numbers that the text may mean, as text."""

    code = "ambiguous_text"

    def __init__(self, shown: str, *, whole: str, fraction: str) -> None:
        self.readings = (f"{whole},{fraction}", f"{whole} {fraction}")
        super().__init__(
            shown,
            detail=f"“{shown}” có hai cách đọc: {self.readings[0]} (số thập phân) hoặc "
            f"{self.readings[1]} (số nguyên). Nếu là số nguyên, hãy nhập {whole}{fraction}.",
        )


class NotANumber(InvalidFigure):
    code = "not_a_number"

    def __init__(self, shown: str) -> None:
        super().__init__(
            shown, detail=f"{shown} không phải là số. Hãy nhập số, ví dụ 1234 hoặc 1.234.567."
        )


class NotAnInteger(InvalidFigure):
    code = "not_an_integer"

    def __init__(self, shown: str) -> None:
        super().__init__(shown, detail=f"Ô này là số đếm, không nhận số lẻ ({shown}).")


class NegativeCount(InvalidFigure):
    code = "negative_count"

    def __init__(self, shown: str) -> None:
        super().__init__(
            shown, detail=f"Ô này là số đếm, không nhận số âm ({shown}). Hãy nhập số từ 0 trở lên."
        )


class TooManyDecimals(InvalidFigure):
    code = "too_many_decimals"

    def __init__(self, shown: str, *, decimals: int) -> None:
        self.decimals = decimals
        super().__init__(
            shown,
            detail=f"Ô này nhận nhiều nhất {decimals} chữ số sau dấu phẩy ({shown}). "
            "Hãy làm tròn trước khi nhập.",
        )


class TooLarge(InvalidFigure):
    code = "too_large"

    def __init__(self) -> None:
        super().__init__(
            "",
            detail=f"Số có hơn {MAX_INTEGER_DIGITS} chữ số trước dấu phẩy. Hãy kiểm tra lại số "
            "và đơn vị tính.",
        )


def parse_figure(raw: object, *, column_type: ColumnType, decimals: int = 0) -> Decimal:
    """The exact figure that ``raw`` (text, int or Decimal) stands for.

    ``decimals`` is the most digits after the decimal mark; a count has none. Anything else that
    JSON can hold (a truth value, a list, an object, NaN) raises an InvalidFigure, as does a float,
    which is no longer the number that was sent.
    """
    whole = plain_whole(raw)
    if whole is not None:
        return whole
    if isinstance(raw, str):
        figure = _from_text(raw.translate(_NARROW_SPACES).strip(), decimals=decimals)
    elif isinstance(raw, int) and not isinstance(raw, bool):
        figure = _from_int(raw)
    elif isinstance(raw, Decimal):
        figure = _from_decimal(raw, decimals=decimals)
    else:
        raise NotANumber(shown(raw))
    return _fitting(figure, column_type=column_type, decimals=decimals)


def is_blank(raw: object) -> bool:
    """Not entered: JSON null, or text with nothing in it."""
    return raw is None or (isinstance(raw, str) and not raw.strip())


def canonical(value: Decimal) -> Decimal:
    """The same value with one spelling: no exponent, no zeros at the end, no negative zero."""
    return Decimal(figure_text(value))


def figure_text(value: Decimal) -> str:
    """The exact value as plain text, ``-1234.5``: what is stored, hashed and sent as JSON."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def figures_from_text(stored: Mapping[str, Mapping[str, str]]) -> Figures:
    """Figures as ``figure_text`` wrote them: rows, columns, exact text."""
    return {
        RowCode(row): {ColumnCode(column): Decimal(text) for column, text in cells.items()}
        for row, cells in stored.items()
    }


def rounded(value: Rational, decimals: int) -> Decimal:
    """Rounded once, half away from zero: 0.05 to one decimal is 0.1, -0.05 is -0.1."""
    if value.denominator == 1:
        return Decimal(value.numerator)
    scale = 10**decimals
    units = (2 * abs(value.numerator) * scale + value.denominator) // (2 * value.denominator)
    sign = "-" if value < 0 else ""
    return canonical(Decimal(f"{sign}{units}E-{decimals}"))


def vietnamese_figure(value: Decimal) -> str:
    """``1.234.567,89``, as Vietnamese readers expect it."""
    whole, _, fraction = figure_text(value.copy_abs()).partition(".")
    sign = "-" if value < 0 else ""
    grouped = f"{int(whole):,}".replace(",", ".")
    return f"{sign}{grouped},{fraction}" if fraction else f"{sign}{grouped}"


def shown(raw: object) -> str:
    """What was sent, short and safe to put in a message whatever it holds."""
    if isinstance(raw, str):
        return f"“{printable(raw)}”"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, Decimal):
        return printable(str(raw))
    return _SHAPES.get(type(raw), "Giá trị này")


_SHAPES: dict[type, str] = {list: "Danh sách", dict: "Đối tượng lồng nhau"}


def printable(text: str) -> str:
    """At most 40 characters, without control characters or halves of surrogate pairs."""
    cut = text if len(text) <= MAX_SHOWN_CHARACTERS else text[: MAX_SHOWN_CHARACTERS - 1] + "…"
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in cut
    )


def plain_whole(raw: object) -> Decimal | None:
    """What nearly every cell holds, digits and nothing else, read without further ado."""
    if isinstance(raw, str):
        plain = len(raw) <= MAX_INTEGER_DIGITS and raw.isascii() and raw.isdigit()
        return Decimal(raw) if plain else None
    if type(raw) is int and 0 <= raw < _LIMIT:
        return Decimal(raw)
    return None


def _from_text(text: str, *, decimals: int) -> Decimal:
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    plain = _PLAIN.fullmatch(digits)
    if plain:
        whole, mark, fraction = plain.groups(default="")
        if _is_ambiguous(whole, mark=mark, fraction=fraction, decimals=decimals):
            raise AmbiguousText(text, whole=sign + whole, fraction=fraction)
    else:
        whole, fraction = _split_groups(digits, text=text)
    if len(whole.lstrip("0")) > MAX_INTEGER_DIGITS:
        raise TooLarge
    return Decimal(f"{sign}{whole}.{fraction or 0}")


def _is_ambiguous(whole: str, *, mark: str, fraction: str, decimals: int) -> bool:
    """One mark with three digits behind it may part the thousands or start the decimals.

    A comma is the Vietnamese decimal mark, so it is taken as such where the column has room for
    three decimals.
    """
    if len(fraction) != 3 or len(whole) > 3 or whole.startswith("0"):
        return False
    return mark == "." or decimals < 3


def _split_groups(digits: str, *, text: str) -> tuple[str, str]:
    for pattern in _GROUPED:
        found = pattern.fullmatch(digits)
        if found:
            whole, fraction = found.groups(default="")
            return re.sub(r"[., ]", "", whole), fraction
    raise NotANumber(shown(text))


def _from_int(raw: int) -> Decimal:
    if abs(raw) >= _LIMIT:
        raise TooLarge
    return Decimal(raw)


def _from_decimal(raw: Decimal, *, decimals: int) -> Decimal:
    if not raw.is_finite():
        raise NotANumber(str(raw))
    if raw and raw.adjusted() >= MAX_INTEGER_DIGITS:
        raise TooLarge
    if raw and raw.adjusted() < _MIN_ADJUSTED_EXPONENT:
        raise TooManyDecimals(shown(raw), decimals=decimals)
    return raw


def _fitting(figure: Decimal, *, column_type: ColumnType, decimals: int) -> Decimal:
    figure = canonical(figure)
    if column_type is ColumnType.COUNT and figure < 0:
        raise NegativeCount(vietnamese_figure(figure))
    places = len(figure_text(figure).partition(".")[2])
    if column_type is ColumnType.COUNT and places:
        raise NotAnInteger(printable(vietnamese_figure(figure)))
    if places > decimals:
        raise TooManyDecimals(printable(vietnamese_figure(figure)), decimals=decimals)
    return figure
