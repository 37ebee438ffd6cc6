"""Reads back what a workbook of ours says besides figures: cells of words, lists, sections."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.intake.workbooks import word_layout as places
from services.intake.workbooks.addresses import Spot
from services.intake.workbooks.faults import SheetFault, file_fault
from services.intake.workbooks.figures import NotAFigure, figure_of, typed_text
from services.intake.workbooks.layout import FIGURES_SHEET, Layout
from services.intake.workbooks.raw import CellKind, RawCell, RawSheet, RawWorkbook
from services.intake.workbooks.word_layout import NARRATIVE_SHEET, WordLayout
from shared.domain.cells import ColumnType
from shared.domain.content_reading import InvalidText, WordCell, Wording, read_text, word_cell
from shared.domain.figures import printable
from shared.domain.forms import FormTemplate
from shared.domain.names import search_key
from shared.domain.narratives import EntryList

ISO_DAY = 10
"""Characters of 2025-06-30; a time of day may follow."""

NOT_READ: Mapping[CellKind, tuple[str, str]] = {
    CellKind.ERROR: (
        "formula_error",
        "Công thức trong ô cho kết quả lỗi {text}. Hãy nhập lại nội dung.",
    ),
    CellKind.NOT_CALCULATED: (
        "formula_not_calculated",
        "Công thức trong ô chưa được tính (={text}). Hãy nhập nội dung, không dùng công thức.",
    ),
}


def word_text(cell: RawCell, wording: Wording) -> str:
    """What is kept of a cell. Raises InvalidText or NotAFigure, with how to mend it."""
    if cell.kind in NOT_READ:
        code, detail = NOT_READ[cell.kind]
        raise InvalidText(code, detail.format(text=printable(cell.text)))
    if wording.type.is_figure:
        return typed_text(figure_of(cell, wording))
    if cell.kind is CellKind.DATE:
        day = cell.text[:ISO_DAY]
        shown = day if wording.type is ColumnType.DATE else "/".join(reversed(day.split("-")))
        return read_text(shown, wording)
    if wording.type is ColumnType.CHOICE:
        return _chosen(cell.text, wording)
    return read_text(cell.text, wording)


def _chosen(text: str, wording: Wording) -> str:
    """By code, or by the label of any language."""
    key = search_key(text)
    for choice in wording.choices:
        if key in {search_key(choice.label), search_key(choice.label_en or ""), choice.code}:
            return choice.code
    return read_text(text, wording)


class WordReading:
    """Reads one workbook; `faults` fill up on the way."""

    def __init__(self, raw: RawWorkbook, form: FormTemplate) -> None:
        self.raw, self.form, self.layout = raw, form, WordLayout(form)
        self.faults: list[SheetFault] = []

    def read(self) -> dict[str, Any] | None:
        """As a draft keeps it; None where the form asks for figures only.

        Entries keep the places of their lines, so that a fault can name the line.
        """
        if not self.form.has_content:
            return None
        return {
            "texts": self._texts(),
            "lists": {each.code: self._entries(name) for name, each in self.layout.sheets.items()},
            "sections": self._sections(),
        }

    def _texts(self) -> dict[str, dict[str, str]]:
        sheet, spots = self.raw.sheet(FIGURES_SHEET), Layout(self.form).spots
        found: dict[str, dict[str, str]] = {}
        for cell in self.form.word_cells if sheet is not None else ():
            text = self._text(sheet, spots[cell], word_cell(self.form, cell))
            if text:
                found.setdefault(cell.row, {})[cell.column] = text
        return found

    def _text(self, sheet: RawSheet | None, spot: Spot, wording: Wording) -> str:
        raw = None if sheet is None else sheet.cells.get(spot)
        if raw is None or not raw.text.strip():
            return ""
        try:
            return word_text(raw, wording)
        except (InvalidText, NotAFigure) as error:
            name = "" if sheet is None else sheet.name
            self.faults.append(file_fault(error.code, str(error), sheet=name, cell=spot.address))
            return ""

    def _entries(self, name: str) -> list[dict[str, str]]:
        sheet, entries = self.raw.sheet(name), self.layout.sheets[name]
        if sheet is None:
            self.faults.append(_missing(name))
            return []
        moved = list(_moved_heads(sheet, entries))
        self.faults += moved or _outside_list(sheet, entries)
        if moved:
            return []
        rows = [self._entry(sheet, entries, place) for place in range(entries.max_entries)]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def _entry(self, sheet: RawSheet, entries: EntryList, place: int) -> dict[str, str]:
        found = {
            column.code: self._text(sheet, self.layout.entry_spot(place, right), column)
            for right, column in enumerate(entries.columns)
        }
        return {code: text for code, text in found.items() if text}

    def _sections(self) -> dict[str, str]:
        if not self.form.sections:
            return {}
        sheet = self.raw.sheet(NARRATIVE_SHEET)
        if sheet is None:
            self.faults.append(_missing(NARRATIVE_SHEET))
            return {}
        moved = list(self._moved_headings(sheet))
        self.faults += moved or self._outside_sections(sheet)
        if moved:
            return {}
        found = {
            section.code: self._text(
                sheet,
                self.layout.section_spot(place),
                WordCell(ColumnType.TEXT, section.max_length, ()),
            )
            for place, section in enumerate(self.form.sections)
        }
        return {code: text for code, text in found.items() if text}

    def _moved_headings(self, sheet: RawSheet) -> Iterator[SheetFault]:
        for place, section in enumerate(self.form.sections):
            spot = self.layout.heading_spot(place)
            text = search_key(sheet.text(spot))
            if not any(
                search_key(each) in text for each in (section.heading, section.heading_en) if each
            ):
                yield _moved(sheet, spot, "phần", section.heading)

    def _outside_sections(self, sheet: RawSheet) -> Iterator[SheetFault]:
        last = self.layout.section_spot(len(self.form.sections) - 1).row
        for spot in sorted(sheet.cells):
            blank_line = spot.row > 1 and (spot.row - 1) % places.LINES_A_SECTION == 0
            if spot.column > 0 or spot.row > last or blank_line:
                yield _outside(sheet, spot)


def _moved_heads(sheet: RawSheet, entries: EntryList) -> Iterator[SheetFault]:
    """Names of columns that do not stand where the list has them; units and stars may follow."""
    for right, column in enumerate(entries.columns):
        spot = Spot(places.LIST_HEAD_ROW, places.LIST_FIRST_COLUMN + right)
        text = search_key(sheet.text(spot))
        names = [search_key(each) for each in (column.label, column.label_en) if each]
        if not any(text.startswith(name) for name in names):
            yield _moved(sheet, spot, "cột", column.label)


def _outside_list(sheet: RawSheet, entries: EntryList) -> Iterator[SheetFault]:
    last = places.LIST_FIRST_ROW + entries.max_entries - 1
    width = places.LIST_FIRST_COLUMN + len(entries.columns)
    for spot in sorted(sheet.cells):
        if spot.row > last or (spot.row >= places.LIST_HEAD_ROW and spot.column >= width):
            yield _outside(sheet, spot)


def _outside(sheet: RawSheet, spot: Spot) -> SheetFault:
    detail = (
        f"Ô này nằm ngoài biểu mẫu (“{printable(sheet.text(spot))}”). Hãy xóa, hoặc chuyển vào "
        "đúng ô."
    )
    return file_fault("outside_form", detail, sheet=sheet.name, cell=spot.address)


def _moved(sheet: RawSheet, spot: Spot, what: str, name: str) -> SheetFault:
    detail = (
        f"Ô này phải ghi tên {what} “{name}”, đang ghi “{printable(sheet.text(spot))}”. Không "
        f"chèn, xóa hoặc đổi chỗ {what} của biểu mẫu. Hãy tải lại biểu mẫu Excel."
    )
    return file_fault("form_changed", detail, sheet=sheet.name, cell=spot.address)


def _missing(name: str) -> SheetFault:
    detail = f"Tệp không còn trang “{name}”. Hãy tải lại biểu mẫu Excel rồi nhập vào đó."
    return file_fault("sheet_missing", detail)
