"""Reads an uploaded file, whatever it is. Runs in a process of its own (shared.children)."""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from math import isfinite
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from services.intake.workbooks.addresses import Spot
from services.intake.workbooks.faults import SheetFault, file_fault
from services.intake.workbooks.raw import CellKind, RawCell, RawSheet, RawWorkbook, raw_json
from services.intake.workbooks.structure import (
    MAX_COLUMNS,
    MAX_ROWS,
    SheetStructure,
    sheet_structures,
)
from services.intake.workbooks.unpacking import Refused, kind_of, repacked
from shared.domain.figures import figure_text

LONGEST_TEXT = 32_767
"""Characters of a cell, as Excel has it."""

MOST_TEXT = 4_000_000
"""Characters of all cells together: many cells may share one long text of the file."""

LONGEST_FORMULA = 500

EXACT_DIGITS = 15
"""Of a number in Excel so many digits are kept and shown; what lies behind them is noise."""

_ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def open_file(content: bytes, options: Mapping[str, Any]) -> bytes:
    """JSON of a RawWorkbook; never raises for what the file holds.

    With the option `formulas`, the texts of formulas come along.
    """
    formulas = options.get("formulas") is True
    try:
        is_text = kind_of(content) == "text"
        raw = _text_table(content) if is_text else _workbook(content, formulas=formulas)
    except Refused as refused:
        raw = RawWorkbook(faults=refused.faults)
    return json.dumps(raw_json(raw), ensure_ascii=False).encode()


def _workbook(content: bytes, *, formulas: bool) -> RawWorkbook:
    packed, parts = repacked(content)
    structures = sheet_structures(parts)
    del parts
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(packed))
        sheets = tuple(_sheet(workbook, each, formulas=formulas) for each in structures)
    except CalamineError as error:
        detail = "Tệp bị hỏng, không đọc được. Hãy mở và lưu lại bằng Excel."
        raise Refused(file_fault("damaged_workbook", detail)) from error
    if sum(len(cell.text) for sheet in sheets for cell in sheet.cells.values()) > MOST_TEXT:
        detail = "Tệp có quá nhiều chữ để là một biểu mẫu. Hãy bỏ các ô, các trang không dùng."
        raise Refused(file_fault("sheet_too_large", detail))
    return RawWorkbook(sheets=sheets)


def _sheet(workbook: CalamineWorkbook, structure: SheetStructure, *, formulas: bool) -> RawSheet:
    rows = workbook.get_sheet_by_name(structure.name).to_python(skip_empty_area=False)
    cells: dict[Spot, RawCell] = {}
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            cell = _cell(value)
            if cell is not None:
                cells[Spot(row, column)] = cell
    cells.update({at: RawCell(CellKind.ERROR, text) for at, text in structure.errors.items()})
    for at, formula in structure.not_calculated.items():
        cells[at] = RawCell(CellKind.NOT_CALCULATED, formula[:LONGEST_FORMULA])
    return RawSheet(
        name=structure.name,
        cells=cells,
        merged=tuple(structure.merged),
        hidden=structure.hidden,
        formulas=_short(structure.formulas) if formulas else {},
    )


def _short(formulas: Mapping[Spot, str]) -> dict[Spot, str]:
    return {at: text for at, text in formulas.items() if len(text) <= LONGEST_FORMULA}


def _cell(value: object) -> RawCell | None:
    if isinstance(value, str):
        text = value[:LONGEST_TEXT]
        return RawCell(CellKind.TEXT, text) if text.strip() else None
    if isinstance(value, bool):
        return RawCell(CellKind.TRUTH, "TRUE" if value else "FALSE")
    if isinstance(value, (int, float)):
        if not isfinite(value):
            return RawCell(CellKind.ERROR, str(value))
        return RawCell(CellKind.NUMBER, number_text(value))
    if isinstance(value, (datetime, date, time, timedelta)):
        return RawCell(CellKind.DATE, str(value))
    return None


def number_text(value: float) -> str:
    """The number as Excel shows it in full: fifteen digits, no more."""
    return figure_text(Decimal(f"{value:.{EXACT_DIGITS}g}"))


def _text_table(content: bytes) -> RawWorkbook:
    lines = list(_lines(_decoded(content)))
    if len(lines) > MAX_ROWS or any(len(fields) > MAX_COLUMNS for fields in lines):
        detail = f"Bảng lớn hơn mọi biểu mẫu (nhiều nhất {MAX_ROWS} dòng, {MAX_COLUMNS} cột)."
        raise Refused(file_fault("sheet_too_large", detail))
    cells = {
        Spot(row, column): RawCell(CellKind.TEXT, field[:LONGEST_TEXT])
        for row, fields in enumerate(lines)
        for column, field in enumerate(fields)
        if field.strip()
    }
    return RawWorkbook(sheets=(RawSheet(name="", cells=cells),), is_text=True)


def _decoded(content: bytes) -> str:
    encoding = _ENCODINGS.get(content[:2], "utf-8-sig")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Refused(_not_utf8(line)) from None
    if "\x00" in text:
        raise Refused(file_fault("wrong_type", "Tệp có ký tự NUL, không phải bảng dạng chữ."))
    return text


def _lines(text: str) -> Iterator[list[str]]:
    """Every line, blank ones too, so that a row's number is that of its line."""
    head, _, _ = text.partition("\n")
    delimiter = max("\t;,", key=head.count) if any(mark in head for mark in "\t;,") else "\t"
    if delimiter != "\t" and "\t" in text:
        delimiter = "\t"
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            yield [field.strip() for field in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            raise Refused(_not_csv(reader.line_num)) from None


def _not_utf8(line: int) -> SheetFault:
    return file_fault(
        "not_utf8",
        f"Dòng {line} không phải UTF-8. Hãy lưu tệp dạng “CSV UTF-8” hoặc .xlsx.",
    )


def _not_csv(line: int) -> SheetFault:
    return file_fault(
        "not_csv", f"Dòng {line} không đúng dạng CSV. Hãy kiểm tra dấu nháy kép ở dòng này."
    )
