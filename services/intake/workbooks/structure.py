"""What the parts of a .xlsx say of its sheets: hidden, merged, formulas that were never calculated.

The values are read elsewhere; this looks at what a reader of values does not tell.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree import ElementTree as ET

from services.intake.workbooks.addresses import Spot, spot_of
from services.intake.workbooks.faults import SheetFault, file_fault
from services.intake.workbooks.unpacking import Refused
from shared.domain.figures import printable

MAX_ROWS = 5_000
MAX_COLUMNS = 300
MAX_CELLS = 50_000
MAX_AREA = 400_000
"""Rows times columns of all sheets, as far as anything stands on them."""

MAX_SHEETS = 50

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"


@dataclass(slots=True)
class SheetStructure:
    """`formulas`, `not_calculated` and `errors` by place, with the text of formula or error."""

    name: str
    hidden: bool
    merged: list[str] = field(default_factory=list)
    formulas: dict[Spot, str] = field(default_factory=dict)
    not_calculated: dict[Spot, str] = field(default_factory=dict)
    errors: dict[Spot, str] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0


def sheet_structures(parts: Mapping[str, bytes]) -> list[SheetStructure]:
    """Each worksheet in the order of the tabs.

    Raises:
        Refused: there is no workbook inside, or a sheet is larger than any form.
    """
    try:
        sheets = list(_sheets(parts))
        if not sheets:
            raise Refused(_damaged())
        if len(sheets) > MAX_SHEETS:
            raise Refused(_too_many_sheets(len(sheets)))
        found = [_read_sheet(structure, parts[part]) for structure, part in sheets]
    except (ET.ParseError, LookupError, ValueError, RuntimeError) as error:
        raise Refused(_damaged()) from error
    _require_area(found)
    return found


def _sheets(parts: Mapping[str, bytes]) -> Iterator[tuple[SheetStructure, str]]:
    targets = {
        each.get("Id"): each.get("Target", "")
        for each in _elements(parts[_RELATIONS], "Relationship")
    }
    for each in _elements(parts[_WORKBOOK], "sheet"):
        relation = next(text for name, text in each.attrib.items() if name.endswith("}id"))
        target = targets[relation]
        part = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
        part = posixpath.normpath(part)
        if "/worksheets/" in part:
            state = each.get("state", "visible")
            yield SheetStructure(each.get("name", ""), hidden=state != "visible"), part


def _elements(xml: bytes, name: str) -> Iterator[ET.Element]:
    # The parts were refused before if they declare entities (unpacking).
    for element in ET.fromstring(xml).iter():  # noqa: S314
        if _local(element) == name:
            yield element


def _read_sheet(structure: SheetStructure, xml: bytes) -> SheetStructure:
    row, column, count = -1, -1, 0
    for event, element in ET.iterparse(BytesIO(xml), events=("start", "end")):  # noqa: S314
        name = _local(element)
        if event == "start" and name == "row":
            row, column = int(element.get("r", row + 2)) - 1, -1
        elif event == "end" and name == "c":
            spot = spot_of(element.get("r", "")) or Spot(row, column + 1)
            column, count = spot.column, count + 1
            structure.rows = max(structure.rows, spot.row + 1)
            structure.columns = max(structure.columns, spot.column + 1)
            _require_size(structure.name, spot, count=count)
            _read_cell(structure, spot, element)
        elif event == "end" and name == "mergeCell":
            structure.merged.append(element.get("ref", ""))
        elif event == "end" and name == "row":
            element.clear()
    return structure


def _read_cell(structure: SheetStructure, spot: Spot, element: ET.Element) -> None:
    children = {_local(child): child for child in element}
    value, formula = children.get("v"), children.get("f")
    text = (value.text or "") if value is not None else ""
    if formula is not None and formula.text:
        structure.formulas[spot] = formula.text
    if element.get("t") == "e":
        structure.errors[spot] = text
    elif formula is not None and not text and element.get("t") != "str":
        structure.not_calculated[spot] = formula.text or ""


def _require_size(sheet: str, spot: Spot, *, count: int) -> None:
    if spot.row < MAX_ROWS and spot.column < MAX_COLUMNS and count <= MAX_CELLS:
        return
    detail = (
        f"Trang này rộng hơn mọi biểu mẫu (nhiều nhất {MAX_ROWS} dòng, {MAX_COLUMNS} cột, "
        f"{MAX_CELLS} ô). Hãy xóa các ô thừa từ ô này trở đi."
    )
    raise Refused(file_fault("sheet_too_large", detail, sheet=printable(sheet), cell=spot.address))


def _require_area(sheets: list[SheetStructure]) -> None:
    """Few cells far apart would still be read as one large table."""
    area = 0
    for sheet in sheets:
        area += sheet.rows * sheet.columns
        if area > MAX_AREA:
            detail = (
                f"Các trang của tệp trải quá rộng (trang này {sheet.rows} dòng, {sheet.columns} "
                "cột). Hãy xóa các ô thừa ở xa và các trang không dùng."
            )
            raise Refused(file_fault("sheet_too_large", detail, sheet=printable(sheet.name)))


def _too_many_sheets(count: int) -> SheetFault:
    return file_fault(
        "sheet_too_large", f"Tệp có {count} trang, nhiều nhất là {MAX_SHEETS}. Hãy bỏ bớt trang."
    )


def _damaged() -> SheetFault:
    return file_fault(
        "damaged_workbook", "Tệp bị hỏng, không đọc được các trang. Hãy lưu lại bằng Excel."
    )


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
