"""Where the table of a layout stands: its heads, its printed numbers, and what each column is."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from services.intake.layouts.numbering import numbering_of
from services.intake.layouts.sheets import Findings, Page, has_words, is_total, key_of
from services.intake.layouts.sums import numbered
from services.intake.workbooks.addresses import Spot

FEWEST_NUMBERS = 3
LETTERS = "abcdefghijklmnopqrstuvwxyz"
LABEL_COLUMNS = 4
"""The names of rows stand in one of the first columns."""

HIGHEST_HEAD = 8
ORDINALS = frozenset({"stt", "tt", "so tt", "so thu tu", "#"})
UNITS = frozenset({"don vi tinh", "dvt", "don vi", "dv tinh"})
CODES = frozenset({"ma so", "ma", "ma chi tieu", "ky hieu"})
NOTES = frozenset({"ghi chu", "giai thich", "ghi chep"})


@dataclass(frozen=True, slots=True)
class Table:
    """Rows and columns of the sheet, from 0. `numbers` is None where no numbers are printed."""

    heads: tuple[int, ...]
    numbers: int | None
    first_row: int
    label: int
    ordinal: int | None
    unit: int | None
    code: int | None
    figures: tuple[int, ...]


def find_table(page: Page, findings: Findings) -> Table | None:
    """The table below its heads; None where the sheet has none that can be told."""
    numbers = _number_row(page)
    if numbers is None:
        first = _first_numbered_row(page)
        if first is None:
            return None
        findings.doubt(
            Spot(first, 0),
            "không có dòng số thứ tự cột (1) (2) (3); các cột được đánh số theo thứ tự",
        )
    else:
        first = numbers + 1
    bottom = first if numbers is None else numbers
    heads = tuple(sorted(_heads(page, bottom)))
    if not heads:
        return None
    return _table(page, findings, heads=heads, numbers=numbers, first=first)


def _table(
    page: Page, findings: Findings, *, heads: tuple[int, ...], numbers: int | None, first: int
) -> Table | None:
    named = {column: _head_key(page, heads, column) for column in range(page.columns)}
    label = _label_column(page, first, named)
    if label is None:
        return None
    ordinal = _named_column(named, ORDINALS)
    if ordinal is None and label > 0 and _is_ordinal(page, first, label - 1):
        ordinal = label - 1
    unit, code = _named_column(named, UNITS), _named_column(named, CODES)
    figures = tuple(
        column
        for column in range(label + 1, page.columns)
        if column not in {ordinal, unit, code}
        and any(page.text(Spot(row, column)) for row in (*heads, numbers or heads[0]))
    )
    if all(named[column] in NOTES for column in figures):
        return None
    for column in figures:
        if named[column] in NOTES:
            findings.doubt(Spot(heads[-1], column), "cột ghi chú: lấy làm cột chữ (type: text)")
    return Table(heads, numbers, first, label, ordinal, unit, code, figures)


def _head_key(page: Page, heads: tuple[int, ...], column: int) -> str:
    lowest, highest = (key_of(page.text(Spot(row, column))) for row in (heads[-1], heads[0]))
    return lowest or highest


def _named_column(named: dict[int, str], names: frozenset[str]) -> int | None:
    return next((column for column, name in named.items() if name in names), None)


def _number_row(page: Page) -> int | None:
    """The first row that holds nothing but numbers of columns, each larger than the last."""
    for row in range(1, page.rows):
        texts = [page.own_text(Spot(row, column)) for column in range(page.columns)]
        given = [text for text in texts if text]
        found = [each for each in map(numbered, given) if each is not None]
        if len(found) < max(2, min(FEWEST_NUMBERS, page.columns - 1)) or len(found) < len(given):
            continue
        digits = [int(each.number.rstrip(LETTERS)) for each in found if each.number[0].isdigit()]
        rising = all(one <= two for one, two in pairwise(digits))
        if len(digits) >= 2 and rising and digits[0] <= HIGHEST_HEAD and len(set(digits)) > 1:
            return row
    return None


def _first_numbered_row(page: Page) -> int | None:
    """The first row that is numbered, or a total, below something with several texts."""
    for row in range(1, page.rows):
        above = page.anchors_of(row - 1, range(page.columns))
        shown = [page.own_text(Spot(row, column)) for column in range(LABEL_COLUMNS)]
        is_row = any(
            (numbering_of(one) and has_words(two)) or is_total(one)
            for one, two in zip(shown, [*shown[1:], ""], strict=True)
        )
        if is_row and len(above) >= FEWEST_NUMBERS:
            return row
    return None


def _heads(page: Page, bottom: int) -> Iterator[int]:
    """Upwards from the numbers, as long as a row says something of a third of the columns."""
    columns = range(page.columns)
    for row in range(bottom - 1, max(bottom - 1 - HIGHEST_HEAD, -1), -1):
        covered = sum(bool(page.text(Spot(row, column))) for column in columns)
        if len(page.anchors_of(row, columns)) < 2 or covered * 3 < page.columns:
            return
        yield row


def _label_column(page: Page, first: int, named: dict[int, str]) -> int | None:
    """The one of the first columns in which most rows have words."""
    counts = {
        column: sum(has_words(_name(page, row, column)) for row in range(first, page.rows))
        for column in range(min(LABEL_COLUMNS, page.columns))
        if named[column] not in ORDINALS | UNITS | CODES | NOTES
    }
    best = max(counts, key=lambda column: (counts[column], -column), default=None)
    return best if best is not None and counts[best] else None


def _name(page: Page, row: int, column: int) -> str:
    text = page.own_text(Spot(row, column))
    return "" if numbering_of(text) else text


def _is_ordinal(page: Page, first: int, column: int) -> bool:
    texts = [page.own_text(Spot(row, column)) for row in range(first, page.rows)]
    given = [text for text in texts if text]
    return bool(given) and sum(numbering_of(text) is not None for text in given) * 2 >= len(given)
