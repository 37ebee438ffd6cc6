"""Spreadsheets that people fill in: read as text with the place of every cell, and their templates.

A sheet has one row of titles, found by folding diacritics and case, and below it one row for each
entry. Faults name the row and the column as the spreadsheet program shows them.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_col_to_name

from services.commands.faults import CommandFault
from services.commands.new_files import require_absent, write_new
from shared.domain.names import search_key

MOST_ROWS = 20_000
LONGEST_CELL = 400

CellValue = str | float | int | bool | date | datetime | object


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """`key` is what the program calls it, `title` what the sheet shows."""

    key: str
    title: str
    help: str
    required: bool = True
    width: int = 22


@dataclass(frozen=True, slots=True)
class SheetRow:
    """`number` is the row as the spreadsheet program counts it; missing cells are ""."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`letters` is where each known column stands, by its key."""

    rows: Sequence[SheetRow]
    letters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SheetFault:
    """`row` 1 is the row of titles. `column` is its letter and title, "" for the whole row."""

    row: int
    column: str
    detail: str

    def __str__(self) -> str:
        place = f"dòng {self.row}" + (f", cột {self.column}" if self.column else "")
        return f"{place}: {self.detail}"


class SheetRefused(CommandFault):
    """Nothing was applied; `faults` is in the order of the rows."""

    code = "sheet_refused"

    def __init__(self, file: Path, faults: Iterable[SheetFault]) -> None:
        self.faults = tuple(faults)
        listed = "\n".join(f"{file.name}: {fault}" for fault in self.faults)
        super().__init__(f"Có {len(self.faults)} lỗi trong {file}, chưa áp dụng gì:\n{listed}")


class SheetUnreadable(CommandFault):
    """The file is missing, is no spreadsheet, or is larger than anybody fills in by hand."""

    code = "sheet_unreadable"

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"Không đọc được {file}: {reason}. Hãy lưu lại dạng .xlsx rồi thử lại.")


def read_sheet(file: Path, columns: Sequence[SheetColumn]) -> Sheet:
    """The first sheet of the file; empty rows are skipped.

    Raises:
        SheetUnreadable: not a spreadsheet.
        SheetRefused: the row of titles lacks a required column, or has one twice.
    """
    rows = _rows(file)
    title_row = next((index for index, row in enumerate(rows) if any(row)), None)
    if title_row is None:
        raise SheetUnreadable(file, "trang tính đầu tiên trống")
    places = _places(file, rows[title_row], columns, row=title_row + 1)
    entries = [
        SheetRow(number, {key: _cell(row, at) for key, at in places.items()})
        for number, row in enumerate(rows[title_row + 1 :], start=title_row + 2)
        if any(row)
    ]
    return Sheet(entries, {key: xl_col_to_name(at) for key, at in places.items()})


def write_template(file: Path, columns: Sequence[SheetColumn], *, notes: Sequence[str]) -> None:
    """An empty sheet with the titles, and a second one that explains each column."""
    require_absent(file)
    write_new(file, _template(columns, notes=notes))


def _template(columns: Sequence[SheetColumn], *, notes: Sequence[str]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
        text = book.add_format({"num_format": "@"})
        entries = book.add_worksheet("Danh sách")
        entries.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            # As text, or the spreadsheet program drops the zeros that codes begin with.
            entries.set_column(at, at, column.width, text)
            entries.write_string(0, at, column.title, bold)
        guide = book.add_worksheet("Hướng dẫn")
        guide.set_column(0, 0, 22)
        guide.set_column(1, 1, 110)
        for row, column in enumerate(columns):
            guide.write_string(row, 0, column.title, bold)
            guide.write_string(row, 1, ("" if column.required else "(có thể trống) ") + column.help)
        for row, note in enumerate(notes, start=len(columns) + 1):
            guide.write_string(row, 1, note)
    return content.getvalue()


def column_name(sheet: Sheet, column: SheetColumn) -> str:
    """As a fault shows it: "C (Mã đơn vị)"."""
    letter = sheet.letters.get(column.key)
    return f"{letter} ({column.title})" if letter else column.title


def _rows(file: Path) -> list[list[str]]:
    try:
        sheet = CalamineWorkbook.from_path(file).get_sheet_by_index(0)
        found = sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + 1)
    except (CalamineError, OSError, IndexError) as error:
        raise SheetUnreadable(file, str(error) or type(error).__name__) from error
    if len(found) > MOST_ROWS:
        raise SheetUnreadable(file, f"hơn {MOST_ROWS} dòng")
    return [[_text(value) for value in row] for row in found]


def _text(value: CellValue) -> str:
    """A number that is whole is written without a point: 25225, not 25225.0."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(Decimal(repr(value)))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value).strip()


def _places(
    file: Path, titles: Sequence[str], columns: Sequence[SheetColumn], *, row: int
) -> dict[str, int]:
    keys = {search_key(name): each.key for each in columns for name in (each.title, each.key)}
    places: dict[str, int] = {}
    faults: list[SheetFault] = []
    for at, title in enumerate(titles):
        key = keys.get(search_key(title))
        if key in places:
            faults.append(SheetFault(row, xl_col_to_name(at), f"cột “{title}” có hai lần"))
        elif key is not None:
            places[key] = at
    faults.extend(
        SheetFault(row, "", f"thiếu cột “{each.title}”")
        for each in columns
        if each.required and each.key not in places
    )
    if faults:
        raise SheetRefused(file, faults)
    return places


def _cell(row: Sequence[str], at: int) -> str:
    return row[at][:LONGEST_CELL] if at < len(row) else ""
