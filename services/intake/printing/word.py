"""Papers as .docx, to be edited and signed. Runs in a process of its own (shared.children)."""

import json
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from services.intake.printing.numbers import printed_cell
from services.intake.printing.official import COUNTRY, MOTTO
from services.intake.printing.papers import CLOSED, Paper, PaperList, PaperTable, paper_of

FONT = "Times New Roman"
WIDTH_MM, HEIGHT_MM = 210, 297
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 20, 20, 30, 15
RED, GREY = RGBColor(0xB3, 0x26, 0x1E), RGBColor(0x4A, 0x55, 0x60)
LEFT, CENTRE, RIGHT, JUSTIFY = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
SIGNATURE_POINTS = 66
ORDINAL_MM = 12.0
WORDS_SHARE = 1.6
"""How wide a column of words is, beside one of figures."""

MANY_COLUMNS = 8
HEAD_LINES = 2
MIDDLE = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def write_docx(content: bytes, options: Mapping[str, Any]) -> bytes:
    """The file; `content` is the paper's JSON, `options` the instant it is made."""
    paper = paper_of(json.loads(content))
    writer = _Writer(paper)
    writer.write()
    core = writer.document.core_properties
    core.author, core.title = " ".join(paper.body), " ".join((paper.title, *paper.subject))
    core.created = core.modified = datetime.fromisoformat(options["at"]).replace(tzinfo=None)
    core.language, core.keywords = "vi-VN", paper.simulated
    out = BytesIO()
    writer.document.save(out)
    return out.getvalue()


class _Writer:
    """One document being written from top to bottom."""

    def __init__(self, paper: Paper) -> None:
        self.paper, self.document = paper, Document()
        self.is_wide = paper.is_wide
        self.text_mm = (HEIGHT_MM if self.is_wide else WIDTH_MM) - LEFT_MM - RIGHT_MM
        self._set_up()

    def write(self) -> None:
        paper = self.paper
        self._write_head()
        self._line(paper.title, size=14, bold=True, align=CENTRE, before=12)
        for each in paper.subject:
            last = self._line(each, size=14, bold=True, align=CENTRE)
        self._rule(last, part=0.2)
        if paper.addressee:
            self._line(paper.addressee, size=13, align=CENTRE, before=6)
        for each in paper.opening:
            self._paragraph(each)
        for section in paper.sections:
            heading = self._line(section.heading, size=13, bold=True, before=8)
            heading.paragraph_format.keep_with_next = True
            for each in section.paragraphs:
                self._paragraph(each)
        if paper.table is not None:
            self._write_table(paper.table)
        for entries in paper.lists:
            self._write_list(entries)
        for each in (*paper.remarks, paper.closing):
            self._paragraph(each)
        self._write_foot()

    def _set_up(self) -> None:
        normal = self.document.styles["Normal"]
        normal.font.name, normal.font.size = FONT, Pt(13)
        fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), FONT)
        normal.paragraph_format.space_after = Pt(0)
        section = self.document.sections[0]
        if self.is_wide:
            section.orientation = WD_ORIENT.LANDSCAPE
        long, short = Mm(HEIGHT_MM), Mm(WIDTH_MM)
        section.page_width, section.page_height = (long, short) if self.is_wide else (short, long)
        section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
        section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
        section.header_distance, section.footer_distance = Mm(9), Mm(9)
        # The number stands at the top of every page but the first.
        section.different_first_page_header_footer = True
        self._page_number(section.header.paragraphs[0])
        for header in (section.header, section.first_page_header):
            if self.paper.simulated:
                last = header.paragraphs[0] if header.is_linked_to_previous else _added(header)
                self._notice(last)
        for footer in (section.footer, section.first_page_footer):
            run = footer.paragraphs[0].add_run(self.paper.origin)
            run.font.size, run.font.color.rgb = Pt(8), GREY

    def _notice(self, paragraph: Paragraph) -> None:
        paragraph.alignment = RIGHT
        run = paragraph.add_run(self.paper.simulated)
        run.bold, run.font.size, run.font.color.rgb = True, Pt(10), RED

    def _page_number(self, paragraph: Paragraph) -> None:
        paragraph.alignment = CENTRE
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            run = paragraph.add_run()
            element = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                element.set(qn("w:fldCharType"), kind)
            else:
                element.text = text
            run._r.append(element)

    def _write_head(self) -> None:
        shares = (0.42, 0.58) if self.is_wide else (0.37, 0.63)
        capitals = 13 if self.is_wide else 12
        left, right = self._two_columns(shares)
        paper = self.paper
        for each in paper.superior:
            _text(_next(left), each, size=capitals, align=CENTRE)
        for each in paper.body:
            last = _text(_next(left), each, size=capitals, bold=True, align=CENTRE)
        self._rule(last, part=0.25, width_mm=self.text_mm * shares[0])
        _text(_next(left), paper.number, size=13, align=CENTRE, before=6)
        _text(_next(right), COUNTRY, size=capitals, bold=True, align=CENTRE)
        motto = _text(_next(right), MOTTO, size=capitals + 1, bold=True, align=CENTRE)
        self._rule(motto, part=0.6 if not self.is_wide else 0.42, width_mm=self.text_mm * shares[1])
        _text(_next(right), paper.dateline, size=13, italic=True, align=CENTRE, before=6)

    def _write_foot(self) -> None:
        left, right = self._two_columns((0.45, 0.55))
        _text(_next(left), "Nơi nhận:", size=12, bold=True, italic=True, before=12)
        for each in self.paper.recipients:
            _text(_next(left), each, size=11)
        for number, each in enumerate(self.paper.authority):
            before = 12 if number == 0 else 0
            last = _text(_next(right), each, size=13, bold=True, align=CENTRE, before=before)
        last.paragraph_format.space_after = Pt(SIGNATURE_POINTS)
        _text(_next(right), self.paper.signer, size=13, bold=True, align=CENTRE)

    def _two_columns(self, shares: tuple[float, float]) -> tuple[_Cell, _Cell]:
        table = self.document.add_table(rows=1, cols=2)
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        left, right = table.rows[0].cells
        left.width, right.width = (Mm(self.text_mm * share) for share in shares)
        _keep_together(table)
        return left, right

    def _write_table(self, data: PaperTable) -> None:
        size = 10 if len(data.heads) > MANY_COLUMNS else 12
        if data.unit:
            self._line(f"Đơn vị tính: {data.unit}", size=size, italic=True, align=RIGHT, before=6)
        names = ["STT", "Nội dung"] + ["Đơn vị tính"] * data.has_units
        lines = [[*names, *data.heads], [""] * len(names) + list(data.numbers)]
        for each in data.rows:
            texts = [each.number, each.label] + [each.unit] * data.has_units
            lines.append([*texts, *map(printed_cell, each.figures, each.decimals)])
        table = self.document.add_table(rows=len(lines), cols=len(lines[0]))
        table.style, table.autofit = "Table Grid", False
        widths = self._widths(data, labelled=len(names))
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        sides = [CENTRE, LEFT, CENTRE][: len(names)] + [RIGHT] * len(data.heads)
        for number, (row, texts) in enumerate(zip(table.rows, lines, strict=True)):
            _set_flag(row._tr, "w:cantSplit")
            line = data.rows[number - HEAD_LINES] if number >= HEAD_LINES else None
            bold = line.bold if line else number == 0
            if line:
                sides[len(names) :] = map(_side, line.figures, line.decimals)
            for cell, text, width, side in zip(row.cells, texts, widths, sides, strict=True):
                cell.width, cell.vertical_alignment = Mm(width), MIDDLE
                _text(
                    cell.paragraphs[0], text, size=size, bold=bold, align=side if line else CENTRE
                )
            if line is None:
                _set_flag(row._tr, "w:tblHeader")
            elif line.indent:
                row.cells[1].paragraphs[0].paragraph_format.left_indent = Mm(3 * line.indent)

    def _write_list(self, entries: PaperList) -> None:
        size = 10 if entries.is_wide else 12
        title = self._line(entries.title, size=13, bold=True, before=10)
        title.paragraph_format.keep_with_next = True
        lines = [["STT", *entries.heads]]
        for number, row in enumerate(entries.rows, start=1):
            lines.append([str(number), *map(printed_cell, row, entries.decimals)])
        table = self.document.add_table(rows=len(lines), cols=len(lines[0]))
        table.style, table.autofit = "Table Grid", False
        shares = [WORDS_SHARE if each is None else 1.0 for each in entries.decimals]
        unit = (self.text_mm - ORDINAL_MM) / sum(shares)
        widths = [ORDINAL_MM, *(unit * share for share in shares)]
        for number, (row, texts) in enumerate(zip(table.rows, lines, strict=True)):
            _set_flag(row._tr, "w:tblHeader" if number == 0 else "w:cantSplit")
            sides = [CENTRE, *map(_side, texts[1:], entries.decimals)]
            for cell, text, width, side in zip(row.cells, texts, widths, sides, strict=True):
                cell.width, cell.vertical_alignment = Mm(width), MIDDLE
                align = side if number else CENTRE
                _text(cell.paragraphs[0], text, size=size, bold=number == 0, align=align)

    def _widths(self, data: PaperTable, *, labelled: int) -> list[float]:
        """Of every column, in mm."""
        count = len(data.heads)
        fixed = [12.0, 44.0, 22.0][:labelled] if self.is_wide else [12.0, 0.0, 24.0][:labelled]
        figure = (self.text_mm - sum(fixed)) / count if self.is_wide else 28.0
        if not self.is_wide:
            fixed[1] = self.text_mm - sum(fixed) - figure * count
        return [*fixed, *[figure] * count]

    def _paragraph(self, text: str) -> None:
        paragraph = _text(self.document.add_paragraph(), text, size=13, align=JUSTIFY, before=6)
        form = paragraph.paragraph_format
        form.first_line_indent = Mm(10)
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.MULTIPLE, 1.15

    def _line(self, text: str, **how: Any) -> Paragraph:
        return _text(self.document.add_paragraph(), text, **how)

    def _rule(self, above: Paragraph, *, part: float, width_mm: float | None = None) -> None:
        """A line below a paragraph, over a part of the width, in the middle."""
        form = above.paragraph_format
        below = above._p.getparent().makeelement(qn("w:p"))
        above._p.addnext(below)
        ruled = Paragraph(below, above._parent)
        form = ruled.paragraph_format
        side = (width_mm or self.text_mm) * (1 - part) / 2
        form.left_indent = form.right_indent = Mm(side)
        form.line_spacing = Pt(3)
        borders = OxmlElement("w:pBdr")
        top = OxmlElement("w:top")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "auto")):
            top.set(qn(f"w:{name}"), value)
        borders.append(top)
        ruled._p.get_or_add_pPr().append(borders)


def _side(text: str, decimals: int | None) -> WD_ALIGN_PARAGRAPH:
    """Figures stand to the right, words to the left, the mark of a closed cell in the middle."""
    if text == CLOSED:
        return CENTRE
    return LEFT if decimals is None else RIGHT


def _text(
    paragraph: Paragraph,
    text: str,
    *,
    size: int,
    bold: bool = False,
    italic: bool = False,
    align: WD_ALIGN_PARAGRAPH | None = None,
    before: int = 0,
) -> Paragraph:
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size, run.font.name = bold, italic, Pt(size), FONT
    if align is not None:
        paragraph.alignment = align
    paragraph.paragraph_format.space_before = Pt(before)
    return paragraph


def _next(cell: _Cell) -> Paragraph:
    """The cell's first paragraph while it is empty, else a new one."""
    first: Paragraph = cell.paragraphs[0]
    if not first.runs and len(cell.paragraphs) == 1:
        return first
    added: Paragraph = cell.add_paragraph()
    return added


def _added(header: Any) -> Paragraph:
    paragraph: Paragraph = header.add_paragraph()
    return paragraph


def _set_flag(row: Any, name: str) -> None:
    row.get_or_add_trPr().append(OxmlElement(name))


def _keep_together(table: Table) -> None:
    for row in table.rows:
        _set_flag(row._tr, "w:cantSplit")
