"""Workbooks as Excel saves them: what was typed, and every formula calculated anew."""

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from xml.sax.saxutils import escape

from docx import Document
from openpyxl import Workbook, load_workbook

from services.intake.workbooks.addresses import spot_of
from services.intake.workbooks.layout import FIGURES_SHEET, Layout
from shared.domain.forms import FormTemplate
from shared.domain.sheets import validate

FIGURES_PART = "xl/worksheets/sheet1.xml"

Typed = Mapping[str, float | str]
"""Address → a number, or text."""


def saved_by_excel(content: bytes, form: FormTemplate, typed: Typed) -> bytes:
    """The template with cells typed in and all derived cells calculated."""
    layout = Layout(form)
    texts: dict[str, dict[str, str]] = {}
    for address, value in typed.items():
        spot = spot_of(address)
        cell = layout.cells.get(spot) if spot else None
        if cell is not None:
            texts.setdefault(cell.row, {})[cell.column] = str(value).replace(".", ",")
    sheet = validate(form, texts).sheet
    xml = part_of(content, FIGURES_PART).decode()
    for cell in form.derivations_as_printed:
        value = sheet.value(cell)
        xml = _with_value(xml, layout.spots[cell].address, "" if value is None else str(value))
    for address, given in typed.items():
        xml = _typed(xml, address, given)
    return with_part(content, FIGURES_PART, xml.encode())


def part_of(content: bytes, name: str) -> bytes:
    """One part of the archive."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return archive.read(name)


def with_part(content: bytes, name: str, replacement: bytes) -> bytes:
    """The archive with one part replaced, or added."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry), zipfile.ZIP_DEFLATED)
        new.writestr(name, replacement, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def archive_of(parts: Mapping[str, bytes]) -> bytes:
    """An archive that holds other things."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def table_of(rows: list[list[object]], *, title: str = "Sheet1") -> bytes:
    """A workbook of another program, with one sheet."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return bytes_of(workbook)


def opened(content: bytes) -> Workbook:
    """The workbook, with formulas as text."""
    return load_workbook(BytesIO(content))


def bytes_of(workbook: Workbook) -> bytes:
    """The file; openpyxl writes formulas without their results."""
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def figures_sheet(content: bytes) -> object:
    """The sheet that officers type in."""
    return opened(content)[FIGURES_SHEET]


def paragraphs_of(content: bytes) -> list[str]:
    """Every paragraph of a .docx, those in tables too, in the order of the page."""
    body = Document(BytesIO(content)).element.body
    return [
        "".join(text.text or "" for text in paragraph.iter() if text.tag.endswith("}t"))
        for paragraph in body.iter()
        if paragraph.tag.endswith("}p")
    ]


def _with_value(xml: str, address: str, value: str) -> str:
    kind = "" if value else ' t="str"'
    return re.sub(
        rf'<c r="{address}"( s="\d+")?(?: t="\w+")?><f>(.*?)</f><v>.*?</v></c>',
        rf'<c r="{address}"\1{kind}><f>\2</f><v>{value}</v></c>',
        xml,
    )


def _typed(xml: str, address: str, value: float | str) -> str:
    found = re.search(rf'<c r="{address}"( s="\d+")?(?: t="\w+")?(?:/>|>.*?</c>)', xml)
    assert found is not None, address
    style = found[1] or ""
    if isinstance(value, str):
        new = f'<c r="{address}"{style} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    else:
        new = f'<c r="{address}"{style}><v>{value}</v></c>'
    return xml[: found.start()] + new + xml[found.end() :]


def with_macro(content: bytes) -> bytes:
    """The workbook with a part that a program could run."""
    return with_part(content, "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macros")


def bomb(content: bytes, *, megabytes: int) -> bytes:
    """The workbook with a part that is almost nothing packed, and very much unpacked."""
    return with_part(content, "xl/media/image1.bin", bytes(megabytes * 1_048_576))
