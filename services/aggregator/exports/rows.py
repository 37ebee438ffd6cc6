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
    columns: Sequence[str], rows: Iterator[Row], *, byte_order_mark: bool
) -> Iterator[str]:
    """RFC 4180. Figures are exact, what is missing is empty; no text can run as a formula."""
    yield (BYTE_ORDER_MARK if byte_order_mark else "") + _lines([columns])
    for piece in _in_pieces(rows):
        yield _lines(piece)


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
