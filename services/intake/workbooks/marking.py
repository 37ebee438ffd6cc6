"""Gives an uploaded workbook back with its faults marked. Runs in a process of its own.

Each cell with a fault is filled and has a note; a first sheet lists them all. Marks of an earlier
time are taken off before.
"""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from services.intake.workbooks.faults import HARD, SheetFault, sheet_fault_of
from services.intake.workbooks.layout import FAULTS_SHEET
from services.intake.workbooks.unpacking import repacked

AUTHOR = "tonghop"
FAULT_FILL = "FFF2B8B5"
WARNING_FILL = "FFFFDFA6"
FONT = "Times New Roman"
NOTE_WIDTH, NOTE_HEIGHT = 320, 140
HEAD_FILL = "FFDCE6F1"
LINE = Side(style="thin", color="FF7F8790")
HEAD_LINE = 2
LINE_POINTS = 17
WIDTHS = (6, 12, 8, 28, 28, 62)


def mark_faults(content: bytes, options: Mapping[str, Any]) -> bytes:
    """The workbook; `options` are its faults, the heads of the list, and the words before it."""
    packed, _ = repacked(content)
    workbook = load_workbook(BytesIO(packed))
    faults = [sheet_fault_of(each) for each in options["faults"]]
    _clear(workbook, input_fill=options["input_fill"])
    for sheet in workbook.worksheets:
        _mark_sheet(sheet, [fault for fault in faults if fault.sheet == sheet.title])
    _list(workbook, faults, heads=options["heads"], title=options["title"])
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def _clear(workbook: Workbook, *, input_fill: str | None) -> None:
    if FAULTS_SHEET in workbook.sheetnames:
        del workbook[FAULTS_SHEET]
    plain = PatternFill("solid", fgColor=input_fill) if input_fill else PatternFill()
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                note = getattr(cell, "comment", None)
                if note is not None and note.author == AUTHOR:
                    cell.comment = None
                    cell.fill = plain


def _mark_sheet(sheet: Worksheet, faults: Sequence[SheetFault]) -> None:
    by_cell: dict[str, list[SheetFault]] = {}
    for fault in faults:
        if fault.cell is not None:
            by_cell.setdefault(fault.cell, []).append(fault)
    for address, found in by_cell.items():
        # Only the first cell of merged ones can be written to.
        cell = sheet[address]
        hard = any(fault.severity == HARD for fault in found)
        cell.fill = PatternFill("solid", fgColor=FAULT_FILL if hard else WARNING_FILL)
        text = "\n".join(fault.detail for fault in found)
        cell.comment = Comment(text, AUTHOR, width=NOTE_WIDTH, height=NOTE_HEIGHT)


def _list(
    workbook: Workbook, faults: Sequence[SheetFault], *, heads: Sequence[str], title: str
) -> None:
    sheet = workbook.create_sheet(FAULTS_SHEET, 0)
    sheet["A1"] = title
    sheet["A1"].font = Font(name=FONT, size=14, bold=True)
    for line, values in enumerate(_lines(faults, heads=heads), start=HEAD_LINE):
        for column, value in enumerate(values, start=1):
            _write(sheet.cell(row=line, column=column, value=value), is_head=line == HEAD_LINE)
    for line, fault in enumerate(faults, start=HEAD_LINE + 1):
        if fault.cell and fault.sheet and fault.sheet in workbook.sheetnames:
            place = fault.sheet.replace("'", "''")
            sheet.cell(row=line, column=3).hyperlink = f"#'{place}'!{fault.cell}"
    for line, texts in enumerate(_lines(faults, heads=heads), start=HEAD_LINE):
        sheet.row_dimensions[line].height = LINE_POINTS * _height(texts)
    for letter, width in zip("ABCDEF", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = f"A{HEAD_LINE + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    workbook.active = 0


def _height(texts: Sequence[object]) -> int:
    """Lines of text that the highest cell of a row takes."""
    pairs = zip(texts, WIDTHS, strict=True)
    return max(-(-len(str(text)) // width) for text, width in pairs) or 1


def _write(cell: Cell, *, is_head: bool) -> None:
    """No text of a file or a form can run as a formula."""
    if isinstance(cell.value, str):
        cell.data_type = "s"
    cell.font = Font(name=FONT, size=12, bold=is_head)
    cell.border = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
    narrow = cell.column in (1, 3)
    cell.alignment = Alignment(
        wrap_text=True, vertical="top", horizontal="center" if narrow or is_head else "left"
    )
    if is_head:
        cell.fill = PatternFill("solid", fgColor=HEAD_FILL)


def _lines(
    faults: Sequence[SheetFault], *, heads: Sequence[str]
) -> Iterator[tuple[object, ...] | Sequence[str]]:
    yield heads
    for number, fault in enumerate(faults, start=1):
        yield (
            number,
            fault.sheet or "",
            fault.cell or "",
            fault.row_label or fault.row or "",
            fault.column_label or fault.column or "",
            fault.detail,
        )
