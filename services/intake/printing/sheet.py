"""Papers as a workbook: the same layout, with figures as numbers to go on calculating with."""

from datetime import datetime
from decimal import Decimal
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from services.intake.printing.official import COUNTRY, MOTTO
from services.intake.printing.papers import CLOSED, Paper, PaperList, PaperRow, PaperTable
from services.intake.workbooks.numbers import LARGEST_EXACT_DIGITS
from services.intake.workbooks.styles import LINE, Styles, set_up_page

SHEET = "Báo cáo"
WIDTH_NUMBER, WIDTH_LABEL, WIDTH_UNIT, WIDTH_FIGURE = 6.0, 34.0, 13.0, 11.5
WIDTH_FEW = 18.0
FEW_COLUMNS = 4
POINTS_A_LINE = 17.0
CHARACTERS_A_LINE = 10


def write_xlsx(paper: Paper, *, at: datetime) -> bytes:
    """The .xlsx file."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        title = " ".join((paper.title, *paper.subject))
        workbook.set_properties(
            {
                "title": title,
                "author": " ".join(paper.body),
                "keywords": paper.simulated,
                "created": at,
            }
        )
        _Writer(workbook.add_worksheet(SHEET), paper, Styles(workbook)).write()
    return out.getvalue()


class _Writer:
    """One sheet being written from top to bottom; `line` is the next free one."""

    def __init__(self, sheet: Worksheet, paper: Paper, styles: Styles) -> None:
        self.sheet, self.paper, self.styles, self.line = sheet, paper, styles, 0
        table = paper.table
        self.labelled = 3 if table is not None and table.has_units else 2
        columns = [self.labelled + (len(table.heads) if table is not None else 2)]
        self.width = max(*columns, *(len(each.heads) + 1 for each in paper.lists), 0)
        self.half = max(2, self.width * 2 // 5)

    def write(self) -> None:
        self._set_up()
        if self.paper.simulated:
            self._across(self.paper.simulated, self.styles.make(bold=True, font_color="#B3261E"))
        self._write_head()
        self.line += 1
        title = self.styles.make(bold=True, font_size=14, align="center")
        for each in (self.paper.title, *self.paper.subject):
            self._across(each, title)
        if self.paper.addressee:
            self._across(self.paper.addressee, self.styles.make(align="center"))
        for each in self.paper.opening:
            self._paragraph(each)
        strong = self.styles.make(bold=True)
        for section in self.paper.sections:
            self._across(section.heading, strong)
            for each in section.paragraphs:
                self._paragraph(each)
        if self.paper.table is not None:
            self._write_table(self.paper.table)
        for entries in self.paper.lists:
            self.line += 1
            self._across(entries.title, strong)
            self._write_list(entries)
        for each in (*self.paper.remarks, self.paper.closing):
            self._paragraph(each)
        self._write_foot()

    def _set_up(self) -> None:
        table, last = self.paper.table, self.width - 1
        few = table is None or len(table.heads) <= FEW_COLUMNS
        self.sheet.set_column(0, 0, WIDTH_NUMBER)
        self.sheet.set_column(1, 1, WIDTH_LABEL)
        self.sheet.set_column(2, last, WIDTH_FEW if few else WIDTH_FIGURE)
        set_up_page(self.sheet, landscape=self.paper.is_wide)
        self.sheet.hide_gridlines(2)

    def _write_head(self) -> None:
        paper, make = self.paper, self.styles.make
        bold, plain = make(bold=True, align="center"), make(align="center")
        left = [
            *((each, plain) for each in paper.superior),
            *((each, bold) for each in paper.body),
            (paper.number, plain),
        ]
        right = [
            (COUNTRY, bold),
            (MOTTO, make(bold=True, font_size=13, align="center", underline=1)),
            (paper.dateline, make(italic=True, align="center")),
        ]
        for down in range(max(len(left), len(right))):
            if down < len(left):
                self._merged(self.line + down, 0, self.half - 1, *left[down])
            if down < len(right):
                self._merged(self.line + down, self.half, self.width - 1, *right[down])
        self.line += max(len(left), len(right))

    def _write_table(self, table: PaperTable) -> None:
        if table.unit:
            style = self.styles.make(italic=True, align="right")
            self._across(f"Đơn vị tính: {table.unit}", style)
        names = ["STT", "Nội dung"] + ["Đơn vị tính"] * table.has_units
        first, styles = self.line, self.styles
        for right, each in enumerate([*names, *table.heads]):
            self.sheet.write_string(first, right, each, styles.head)
        for right, each in enumerate([*[""] * len(names), *table.numbers]):
            self.sheet.write_string(first + 1, right, each, styles.head_number)
        lines = max(-(-len(each) // CHARACTERS_A_LINE) for each in table.heads)
        self.sheet.set_row(first, max(2, lines) * POINTS_A_LINE)
        self.sheet.repeat_rows(first, first + 1)
        self.line = first + 2
        for row in table.rows:
            self._write_row(row, has_units=table.has_units)
            self.line += 1

    def _write_row(self, row: PaperRow, *, has_units: bool) -> None:
        styles, write = self.styles, self.sheet.write_string
        centred = styles.label(bold=row.bold, centred=True)
        write(self.line, 0, row.number, centred)
        write(self.line, 1, row.label, styles.label(bold=row.bold, indent=row.indent))
        if has_units:
            write(self.line, 2, row.unit, centred)
        cells = zip(row.figures, row.decimals, strict=True)
        longest = max((len(text) for text, decimals in cells if decimals is None), default=0)
        lines = longest // CHARACTERS_A_LINE + 1
        if lines > 1:
            self.sheet.set_row(self.line, lines * POINTS_A_LINE)
        for place, (figure, decimals) in enumerate(zip(row.figures, row.decimals, strict=True)):
            style = self._cell_style(figure, decimals, bold=row.bold)
            self._write_cell(self.labelled + place, figure, decimals=decimals, style=style)

    def _write_list(self, entries: PaperList) -> None:
        for right, each in enumerate(("STT", *entries.heads)):
            self.sheet.write_string(self.line, right, each, self.styles.head)
        lines = max(-(-len(each) // CHARACTERS_A_LINE) for each in entries.heads)
        self.sheet.set_row(self.line, max(2, lines) * POINTS_A_LINE)
        for number, row in enumerate(entries.rows, start=1):
            self.line += 1
            centred = self.styles.label(bold=False, centred=True)
            self.sheet.write_number(self.line, 0, number, centred)
            for place, (text, decimals) in enumerate(zip(row, entries.decimals, strict=True)):
                style = self._cell_style(text, decimals, bold=False)
                self._write_cell(1 + place, text, decimals=decimals, style=style)
            longest = max((len(each) // CHARACTERS_A_LINE for each in row[1:]), default=0)
            self.sheet.set_row(self.line, (longest + 1) * POINTS_A_LINE)
        self.line += 1

    def _cell_style(self, text: str, decimals: int | None, *, bold: bool) -> Format:
        if decimals is None:
            return self.styles.label(bold=bold, centred=text == CLOSED)
        shown = "#,##0" + ("." + "0" * decimals if decimals else "")
        return self.styles.make(num_format=shown, bold=bold, border=1, border_color=LINE)

    def _write_cell(self, column: int, text: str, *, decimals: int | None, style: Format) -> None:
        if decimals is None:
            self.sheet.write_string(self.line, column, text, style)
        else:
            self._write_figure(column, text, style)

    def _write_figure(self, column: int, figure: str, style: Format) -> None:
        """Excel keeps fifteen digits; a longer figure stays whole as text."""
        if not figure:
            self.sheet.write_blank(self.line, column, None, style)
        elif len(Decimal(figure).as_tuple().digits) > LARGEST_EXACT_DIGITS:
            self.sheet.write_string(self.line, column, figure.replace(".", ","), style)
        else:
            self.sheet.write_number(self.line, column, Decimal(figure), style)

    def _write_foot(self) -> None:
        paper, make, first = self.paper, self.styles.make, self.line + 1
        left = [("Nơi nhận:", make(bold=True, italic=True))]
        left += [(each, make(font_size=11)) for each in paper.recipients]
        centred = make(bold=True, align="center")
        for down, (text, style) in enumerate(left):
            self.sheet.write_string(first + down, 0, text, style)
        for down, text in enumerate(paper.authority):
            self._merged(first + down, self.half, self.width - 1, text, centred)
        signed = first + len(paper.authority) + 4
        self._merged(signed, self.half, self.width - 1, paper.signer, centred)
        self.line = signed + 2
        self._across(paper.origin, make(font_size=8, font_color="#4A5560", text_wrap=True), lines=2)

    def _paragraph(self, text: str) -> None:
        characters = WIDTH_NUMBER + WIDTH_LABEL + WIDTH_FIGURE * (self.width - 2)
        lines = max(1, -(-len(text) // int(characters)))
        style = self.styles.make(text_wrap=True, valign="top", align="justify")
        self._across(text, style, lines=lines)

    def _across(self, text: str, style: Format, *, lines: int = 1) -> None:
        self._merged(self.line, 0, self.width - 1, text, style)
        if lines > 1:
            self.sheet.set_row(self.line, lines * POINTS_A_LINE)
        self.line += 1

    def _merged(self, line: int, first: int, last: int, text: str, style: Format) -> None:
        """This sheet is only read, so that cells may be merged."""
        if first == last:
            self.sheet.write_string(line, first, text, style)
        else:
            self.sheet.merge_range(line, first, line, last, "", style)
            self.sheet.write_string(line, first, text, style)
