"""Rows of an export as CSV or JSON, piece by piece, so that no answer is ever held whole."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from io import StringIO
from typing import Any

from shared.domain.figures import figure_text
from shared.web.json import write_json

BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets take a UTF-8 file for something else unless it begins with this mark."""

SIMULATED = "Số liệu mô phỏng, không phải số liệu thật"
"""What stands in `simulated`, the last column of CSV and a member of JSON, where figures are made
up; elsewhere it is blank, or null. A file may part from its name and its address, not from this.
"""

PIECE_ROWS = 200
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = Sequence[Any]


class ExportFormat(StrEnum):
    CSV = "csv"
    JSON = "json"

    @property
    def media_type(self) -> str:
        return "text/csv; charset=utf-8" if self is ExportFormat.CSV else "application/json"


def csv_pieces(
    columns: Sequence[str], rows: Iterator[Row], *, byte_order_mark: bool, simulated: bool
) -> Iterator[str]:
    """RFC 4180. Figures are exact, what is missing is empty; no text can run as a formula."""
    yield (BYTE_ORDER_MARK if byte_order_mark else "") + _lines([(*columns, "simulated")])
    said = said_of(simulated=simulated)
    for piece in _in_pieces(rows):
        yield _lines((*row, said) for row in piece)


def said_of(*, simulated: bool) -> str | None:
    """What a file says of its figures; None where they are real."""
    return SIMULATED if simulated else None


def file_name(name: str, *, simulated: bool) -> str:
    """The name of a file without its ending; codes of others become plain letters."""
    safe = "".join(each if each.isascii() and each.isalnum() else "-" for each in name)
    return f"mo-phong-{safe}" if simulated else safe


def json_pieces(
    head: Mapping[str, Any], columns: Sequence[str], rows: Iterator[Row]
) -> Iterator[str]:
    """The members of `head`, then `items`: one object a row."""
    yield write_json(head)[:-1] + (',"items":[' if head else '"items":[')
    between = ""
    for piece in _in_pieces(rows):
        items = (write_json(dict(zip(columns, row, strict=True))) for row in piece)
        yield between + ",".join(items)
        between = ","
    yield "]}"


def _in_pieces(rows: Iterator[Row]) -> Iterator[list[Row]]:
    piece: list[Row] = []
    for row in rows:
        piece.append(row)
        if len(piece) == PIECE_ROWS:
            yield piece
            piece = []
    if piece:
        yield piece


def _lines(rows: Iterable[Row]) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([_text(value) for value in row] for row in rows)
    return out.getvalue()


def _text(value: Any) -> str:
    """Numbers are written by us and cannot be formulas, not even negative ones."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return figure_text(value)
    if isinstance(value, int):
        return str(value)
    return plain(str(value))


def plain(text: str) -> str:
    """A text that a spreadsheet would run as a formula is kept from it by an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
