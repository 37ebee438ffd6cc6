"""Reads a workbook of ours back: is it the one of this report, whole, and what was typed in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.intake.places import Place
from services.intake.workbooks import layout as places
from services.intake.workbooks.addresses import Spot
from services.intake.workbooks.faults import SheetFault, file_fault
from services.intake.workbooks.figures import NotAFigure, fault_at, figure_of, typed_text
from services.intake.workbooks.identity import IDENTITY_SHEET, identity_faults
from services.intake.workbooks.layout import FIGURES_SHEET, Layout
from services.intake.workbooks.raw import CellKind, RawCell, RawSheet, RawWorkbook
from services.intake.workbooks.word_reading import WordReading
from shared.domain.figures import Figures, printable, vietnamese_figure
from shared.domain.forms import CellRef
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.names import search_key
from shared.domain.sheets import complete

OUR_SHEETS = frozenset(
    {places.FIGURES_SHEET, places.GUIDE_SHEET, places.FAULTS_SHEET, IDENTITY_SHEET}
)
_YES = frozenset({"co", "yes", "x"})
_NO = frozenset({"", "khong", "no"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: cells as typed text, and every fault. With a fault nothing is taken."""

    texts: Mapping[str, Mapping[str, str]]
    nothing_to_report: bool
    faults: tuple[SheetFault, ...]
    words: Mapping[str, Any] | None = None


def is_template(raw: RawWorkbook) -> bool:
    """Whether the file says that it is a form of ours."""
    return raw.sheet(IDENTITY_SHEET) is not None


def read_template(raw: RawWorkbook, place: Place) -> Reading:
    """Every cell, with all that stands against taking the file for this report."""
    form = place.form
    identity = raw.sheet(IDENTITY_SHEET)
    members = {} if identity is None else _members(identity)
    faults = [*identity_faults(members, place=place), *sheet_faults(raw, ours=OUR_SHEETS)]
    sheet = raw.sheet(FIGURES_SHEET)
    if sheet is None:
        return _refused(*faults, _sheet_missing())
    if any(fault.sheet == IDENTITY_SHEET for fault in faults):
        return _refused(*faults)
    layout = Layout(form)
    moved = list(_moved(sheet, layout))
    if moved:
        return _refused(*faults, *moved)
    reading = _Cells(sheet, layout)
    texts = reading.read()
    nothing, wrong_choice = _nothing(sheet)
    content = WordReading(raw, form)
    words = content.read()
    found = [*faults, *wrong_choice, *reading.faults, *content.faults, *_outside(sheet, layout)]
    return Reading(texts, nothing, tuple(fault.labelled(form) for fault in found), words)


def sheet_faults(raw: RawWorkbook, *, ours: frozenset[str]) -> Iterator[SheetFault]:
    """Sheets that are hidden, and cells that were merged: neither can be told from a mistake."""
    for sheet in raw.sheets:
        if sheet.hidden and sheet.name != IDENTITY_SHEET:
            yield file_fault(
                "hidden_sheet",
                f"Trang “{printable(sheet.name)}” đang bị ẩn. Hãy bỏ ẩn (Unhide) để kiểm tra, "
                "hoặc xóa trang này.",
                sheet=sheet.name,
            )
        for area in sheet.merged if sheet.name not in ours - {FIGURES_SHEET} else ():
            yield file_fault(
                "merged_cells",
                f"Các ô {printable(area)} đang được gộp. Hãy bỏ gộp ô (Unmerge Cells).",
                sheet=sheet.name,
                cell=area.partition(":")[0],
            )


def _refused(*faults: SheetFault) -> Reading:
    return Reading(texts={}, nothing_to_report=False, faults=faults)


def _members(sheet: RawSheet) -> dict[str, str]:
    downward = range(max((spot.row for spot in sheet.cells), default=-1) + 1)
    pairs = ((sheet.text(Spot(row, 0)), sheet.text(Spot(row, 1))) for row in downward)
    return {name: text for name, text in pairs if name}


def _sheet_missing() -> SheetFault:
    return file_fault(
        "sheet_missing",
        f"Tệp không còn trang “{FIGURES_SHEET}”. Hãy tải lại biểu mẫu Excel rồi nhập vào đó.",
    )


def _moved(sheet: RawSheet, layout: Layout) -> Iterator[SheetFault]:
    """Names of rows and columns that do not stand where the form has them."""
    for row, down in layout.row_spots():
        yield from _name_fault(
            sheet, Spot(down, places.LABEL_COLUMN), (row.label, row.label_en), "dòng"
        )
    for column, right in layout.column_spots():
        yield from _name_fault(
            sheet, Spot(places.HEAD_ROW, right), (column.label, column.label_en), "cột"
        )


def _name_fault(
    sheet: RawSheet, spot: Spot, names: tuple[str, str | None], what: str
) -> Iterator[SheetFault]:
    found = sheet.text(spot)
    if search_key(found) not in {search_key(name) for name in names if name}:
        yield file_fault(
            "form_changed",
            f"Ô này phải ghi tên {what} “{names[0]}”, đang ghi “{printable(found)}”. Không chèn, "
            f"xóa hoặc đổi chỗ {what} của biểu mẫu. Hãy tải lại biểu mẫu Excel.",
            sheet=sheet.name,
            cell=spot.address,
        )


class _Cells:
    """Reads the cells of the form; `faults` fill up on the way."""

    def __init__(self, sheet: RawSheet, layout: Layout) -> None:
        self.sheet, self.layout = sheet, layout
        self.faults: list[SheetFault] = []

    def read(self) -> dict[str, dict[str, str]]:
        figures: dict[RowCode, dict[ColumnCode, Decimal]] = {}
        for cell in self.layout.form.input_cells:
            # What a list fills in is no word of the officer's.
            if cell in self.layout.form.fed_cells:
                continue
            figure = self._figure(cell)
            if figure is not None:
                figures.setdefault(cell.row, {})[cell.column] = figure
        self._compare_derived(figures)
        return {
            row: {column: typed_text(figure) for column, figure in cells.items()}
            for row, cells in figures.items()
        }

    def _figure(self, cell: CellRef) -> Decimal | None:
        raw = self.sheet.cells.get(self.layout.spots[cell])
        if raw is None:
            return None
        try:
            return figure_of(raw, self.layout.form.measures[cell])
        except NotAFigure as error:
            self._reject(cell, error.code, error.detail)
            return None

    def _compare_derived(self, figures: Figures) -> None:
        """A locked cell holds what its formula gives, unless somebody wrote over it.

        Excel cannot add up a figure that was typed as text, whatever it reads like.
        """
        if self.faults:
            return
        sheet = complete(self.layout.form, figures)
        fed = self.layout.form.fed_cells
        typed_as_text = self._has_text()
        for cell in self.layout.form.derivations_as_printed:
            raw, computed = self.sheet.cells.get(self.layout.spots[cell]), sheet.value(cell)
            if any(part in fed for part in self.layout.form.derivations_as_printed[cell].parts):
                continue
            if raw is None or computed is None or (raw.kind is CellKind.ERROR and typed_as_text):
                continue
            decimals = self.layout.form.measures[cell].decimals
            if raw.kind is CellKind.NOT_CALCULATED:
                self._reject(
                    cell,
                    "formula_not_calculated",
                    "Công thức trong ô chưa được tính. Hãy mở tệp bằng Excel rồi lưu lại.",
                )
            elif not _agrees(raw, computed, decimals=decimals):
                self._reject(
                    cell,
                    "total_mismatch",
                    f"Ô tự tính đang ghi {printable(raw.text)}, tính từ các ô thành phần là "
                    f"{vietnamese_figure(computed)}. Hãy tải lại biểu mẫu Excel; không nhập vào ô "
                    "đã khóa.",
                )

    def _has_text(self) -> bool:
        cells = (self.sheet.cells.get(self.layout.spots[c]) for c in self.layout.form.input_cells)
        return any(cell is not None and cell.kind is CellKind.TEXT for cell in cells)

    def _reject(self, cell: CellRef, code: str, detail: str) -> None:
        address = self.layout.spots[cell].address
        self.faults.append(
            fault_at(cell, code=code, detail=detail, sheet=self.sheet.name, address=address)
        )


def _agrees(raw: RawCell, computed: Decimal, *, decimals: int) -> bool:
    """Excel computes in binary: what differs by less than half of the last digit is the same."""
    if raw.kind is not CellKind.NUMBER:
        return False
    return abs(Decimal(raw.text) - computed) <= Decimal(1).scaleb(-decimals) / 2


def _nothing(sheet: RawSheet) -> tuple[bool, list[SheetFault]]:
    given = sheet.text(places.NOTHING_CHOICE)
    key = search_key(given)
    if key in _YES | _NO:
        return key in _YES, []
    detail = f"Ô này chỉ nhận “{places.YES}” hoặc “{places.NO}”, đang ghi “{printable(given)}”."
    fault = file_fault(
        "unknown_choice", detail, sheet=sheet.name, cell=places.NOTHING_CHOICE.address
    )
    return False, [fault]


def _outside(sheet: RawSheet, layout: Layout) -> Iterator[SheetFault]:
    """What was written beside or below the form would be lost without a word."""
    last = layout.last
    for spot in sorted(sheet.cells):
        if spot.row > last.row or (spot.row >= places.HEAD_ROW and spot.column > last.column):
            yield file_fault(
                "outside_form",
                f"Ô này nằm ngoài biểu mẫu (“{printable(sheet.text(spot))}”). Hãy xóa, hoặc chuyển "
                "vào đúng ô.",
                sheet=sheet.name,
                cell=spot.address,
            )
