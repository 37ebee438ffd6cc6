"""A table of another program, such as the export of a one-stop system, placed by its rows' names.

Names are compared with diacritics folded. Columns are told by the printed numbers or the names of
the form's columns in one of the lines above, else by their count. Totals are left out: the form
computes its own. The rules are those of pasting into the entry grid (static/intake/paste.js).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from services.intake.workbooks.addresses import Spot
from services.intake.workbooks.faults import SheetFault, file_fault
from services.intake.workbooks.figures import NotAFigure, fault_at, figure_of, typed_text
from services.intake.workbooks.raw import RawSheet, RawWorkbook
from services.intake.workbooks.templates import sheet_faults
from shared.domain.figures import printable
from shared.domain.forms import CellRef, FormTemplate, Row
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.names import search_key

TOTALS = frozenset({"tong cong", "tong so", "cong", "tong"})
NUMBERING = re.compile(r"^([0-9]{1,3}|[ivxIVX]{1,5}|[a-zđA-ZĐ])(\.[0-9]+)*[.)\-:]\s*")
COLUMN_NUMBER = re.compile(r"^[(\[]\s*([0-9]+)\s*[)\]]")
LETTER = re.compile(r"[^\W\d_]")
DIGIT = re.compile(r"\d")
NAME_COLUMNS = 4
"""Names stand in one of the first columns, behind running numbers or codes."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A line of the table that the form has no row for; `figures` is what it holds."""

    cell: str
    name: str
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a table falls on a form. With a fault nothing is taken.

    `skipped` names the totals that were left out, `columns` the codes of the columns that were
    told, `unknown_columns` the headings that were not.
    """

    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    faults: tuple[SheetFault, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    skipped: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return sum(map(len, self.texts.values()))


def place_table(raw: RawWorkbook, form: FormTemplate) -> Placing:
    """The sheet that names the most rows of the form, placed."""
    faults = tuple(sheet_faults(raw, ours=frozenset()))
    if faults:
        return Placing(faults=faults)
    names = _row_names(form)
    best = max(raw.shown, key=lambda sheet: _name_column(sheet, names)[1], default=None)
    if best is None or _name_column(best, names)[1] == 0:
        return Placing(faults=(_no_row(form),))
    return _Table(best, form, names).place()


class _Table:
    """One sheet being placed."""

    def __init__(self, sheet: RawSheet, form: FormTemplate, names: Mapping[str, Row]) -> None:
        self.sheet, self.form, self.names = sheet, form, names
        self.at, _ = _name_column(sheet, names)
        self.lines = sorted({spot.row for spot in sheet.cells})
        self.figures: dict[RowCode, dict[ColumnCode, Decimal]] = {}
        self.first_seen: dict[RowCode, Spot] = {}
        self.faults: list[SheetFault] = []
        self.unplaced: list[Unplaced] = []
        self.skipped: list[str] = []

    def place(self) -> Placing:
        columns, unknown = self._columns()
        if not columns:
            return Placing(faults=(self._no_column(),))
        for line in self.lines:
            self._place_line(line, columns)
        if not self.figures and not self.faults:
            self.faults.append(_no_row(self.form))
        return Placing(
            texts={
                row: {column: typed_text(each) for column, each in cells.items()}
                for row, cells in self.figures.items()
            },
            faults=tuple(fault.labelled(self.form) for fault in self.faults),
            unplaced=tuple(self.unplaced),
            skipped=tuple(self.skipped),
            columns=tuple(columns.values()),
            unknown_columns=tuple(unknown),
        )

    def _place_line(self, line: int, columns: Mapping[int, ColumnCode]) -> None:
        spot = Spot(line, self.at)
        name = self.sheet.text(spot)
        row = self.names.get(_key(name))
        if _is_total(name) or (row is not None and row.is_derived):
            self.skipped.append(printable(name))
        elif row is not None:
            self._place_row(row, spot, columns)
        elif self._is_foreign(line, name):
            texts = tuple(printable(self.sheet.text(Spot(line, each))) for each in columns)
            self.unplaced.append(Unplaced(spot.address, printable(name), texts))

    def _place_row(self, row: Row, spot: Spot, columns: Mapping[int, ColumnCode]) -> None:
        if row.code in self.first_seen:
            self.faults.append(self._repeated(row, spot))
            return
        self.first_seen[row.code] = spot
        for right, code in columns.items():
            if self.form.column_by_code[code].is_derived:
                continue
            self._place_cell(CellRef(row.code, code), Spot(spot.row, right))

    def _place_cell(self, cell: CellRef, spot: Spot) -> None:
        raw = self.sheet.cells.get(spot)
        if raw is None or raw.text.strip() in {"-", "–", "—"}:
            return
        measure = self.form.measures[cell]
        try:
            self.figures.setdefault(cell.row, {})[cell.column] = figure_of(raw, measure)
        except NotAFigure as error:
            self.faults.append(
                fault_at(
                    cell,
                    code=error.code,
                    detail=error.detail,
                    sheet=self.sheet.name,
                    address=spot.address,
                )
            )

    def _is_foreign(self, line: int, name: str) -> bool:
        """Neither a heading nor a remark: it has a name, and figures beside it."""
        right = [s for s in self.sheet.cells if s.row == line and s.column > self.at]
        texts = [self.sheet.text(spot) for spot in right]
        numbers = [t for t in texts if DIGIT.search(t) and not COLUMN_NUMBER.match(t)]
        return bool(LETTER.search(name)) and bool(numbers)

    def _columns(self) -> tuple[dict[int, ColumnCode], list[str]]:
        """The form's column of each column of the sheet, and the headings that named none."""
        first_named = min(
            line for line in self.lines if _key(self.sheet.text(Spot(line, self.at))) in self.names
        )
        width = range(self.at + 1, max(spot.column for spot in self.sheet.cells) + 1)
        best: dict[int, ColumnCode] = {}
        heads: list[str] = []
        for line in (each for each in self.lines if each < first_named):
            texts = {right: self.sheet.text(Spot(line, right)) for right in width}
            found = _told(self.form, texts)
            if len(found) > len(best):
                best = found
                heads = [text for right, text in texts.items() if text and right not in found]
        if len(best) >= min(2, len(self.form.columns)):
            return best, [printable(text) for text in heads]
        return self._by_count(first_named), []

    def _by_count(self, first_named: int) -> dict[int, ColumnCode]:
        """As many columns as the form has, or as it has columns to type in."""
        below = {s.column for s in self.sheet.cells if s.row >= first_named and s.column > self.at}
        every = [column.code for column in self.form.columns]
        typed = [column.code for column in self.form.input_columns]
        span = range(self.at + 1, max(below, default=self.at) + 1)
        found = next((codes for codes in (every, typed) if len(codes) == len(span)), None)
        return {} if found is None else dict(zip(span, found, strict=True))

    def _no_column(self) -> SheetFault:
        numbers = ", ".join(column.number for column in self.form.columns)
        return file_fault(
            "unknown_columns",
            "Chưa nhận ra các cột của bảng. Hãy thêm phía trên bảng một dòng ghi số thứ tự cột "
            f"của biểu mẫu ({numbers}).",
            sheet=self.sheet.name or None,
        )

    def _repeated(self, row: Row, spot: Spot) -> SheetFault:
        first = self.first_seen[row.code].address
        return SheetFault(
            code="row_repeated",
            detail=f"Dòng “{row.label}” có hai lần trong bảng ({first} và {spot.address}). Hãy giữ "
            "một dòng, hoặc cộng hai dòng lại trước khi nạp.",
            sheet=self.sheet.name or None,
            cell=spot.address,
            row=row.code,
        )


def _row_names(form: FormTemplate) -> dict[str, Row]:
    """Rows by the keys of their names, without those names that two rows share."""
    found: dict[str, Row] = {}
    shared: set[str] = set()
    for row in form.rows:
        for name in {_key(row.label), _key(row.label_en or ""), _key(row.code)} - {""}:
            if name in found and found[name] is not row:
                shared.add(name)
            found[name] = row
    return {name: row for name, row in found.items() if name not in shared}


def _name_column(sheet: RawSheet, names: Mapping[str, Row]) -> tuple[int, int]:
    """Which of the first columns names rows of the form, and how many."""
    counts = [0] * NAME_COLUMNS
    for spot in sheet.cells:
        if spot.column < NAME_COLUMNS and _key(sheet.text(spot)) in names:
            counts[spot.column] += 1
    most = max(counts)
    return counts.index(most), most


def _key(name: str) -> str:
    return search_key(NUMBERING.sub("", name.strip()))


def _is_total(name: str) -> bool:
    return _key(name) in TOTALS


def _told(form: FormTemplate, texts: Mapping[int, str]) -> dict[int, ColumnCode]:
    """The columns that the texts of one line name, by number or by name; each once."""
    known: dict[str, ColumnCode] = {}
    for column in form.columns:
        number = COLUMN_NUMBER.match(column.number)
        for name in (column.label, column.label_en or "", number[1] if number else column.code):
            known.setdefault(search_key(name), column.code)
    found: dict[int, ColumnCode] = {}
    for right, text in texts.items():
        number = COLUMN_NUMBER.match(text)
        code = known.get(number[1] if number else search_key(text))
        if text and code is not None and code not in found.values():
            found[right] = code
    return found


def _no_row(form: FormTemplate) -> SheetFault:
    first = next(iter(form.input_rows)).label
    return file_fault(
        "unknown_rows",
        "Không tìm thấy tên dòng nào của biểu mẫu trong tệp. Bảng cần có một cột ghi tên dòng như "
        f"biểu mẫu, ví dụ “{first}”.",
    )
