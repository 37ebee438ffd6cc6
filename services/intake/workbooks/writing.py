"""Writes the workbook of a form: cells to type in are unlocked, all others follow or are fixed.

What it is for stands on a sheet that nobody sees (`identity`), as do the choices of drop-downs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from services.intake.places import Place
from services.intake.workbooks import layout as places
from services.intake.workbooks.addresses import letters
from services.intake.workbooks.formulas import excel_formula
from services.intake.workbooks.identity import IDENTITY_SHEET, identity_of
from services.intake.workbooks.layout import Layout, Use
from services.intake.workbooks.numbers import write_figure
from services.intake.workbooks.styles import Styles, set_up_page
from services.intake.workbooks.word_layout import NARRATIVE_SHEET, WordLayout
from services.intake.workbooks.word_writing import (
    WIDTHS,
    Choices,
    Say,
    Words,
    WordWriter,
    entries_typed,
)
from shared.domain.content_reading import read_content, word_cell
from shared.domain.contents import with_fed_figures
from shared.domain.forms import CellRef, ColumnType, FormTemplate, Measure, Row
from shared.domain.sheets import Sheet, validate

WIDTH_NUMBER = 6
WIDTH_LABEL = 34
WIDTH_LABEL_OF_FEW = 62
FEW_COLUMNS = 4
WIDTH_UNIT = 13
WIDTH_FIGURE = 10.5
WIDTH_SINGLE = 20
CHARACTERS_A_LINE = 9
LINE_POINTS = 16.5
ROW_POINTS = 20

NOTE_AUTHOR = "Hệ thống báo cáo"
"""Another than that of marked faults, whose notes are taken off again."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a workbook is made of. `texts` are the figures as typed so far, `words` all else.

    `sources` are the notes of cells that were filled in: where their figure comes from.
    """

    place: Place
    texts: Mapping[str, Mapping[str, str]]
    nothing_to_report: bool
    office: str
    title: str
    facts: str
    simulated: str
    english: bool
    at: datetime
    words: Words = field(default_factory=dict)
    sources: Mapping[CellRef, str] = field(default_factory=dict)


def write_template(filled: Filled, *, say: Say) -> bytes:
    """The .xlsx file."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        workbook.set_properties(
            {"title": filled.title, "author": filled.office, "created": filled.at}
        )
        styles, choices = Styles(workbook), Choices(filled.english)
        writer = WordWriter(styles, choices, say=say)
        figures = workbook.add_worksheet(places.FIGURES_SHEET)
        _FiguresSheet(figures, filled, writer).write()
        _write_words(workbook, filled, writer)
        _write_guide(workbook.add_worksheet(places.GUIDE_SHEET), filled.place.form, writer)
        identity = workbook.add_worksheet(IDENTITY_SHEET)
        _write_identity(identity, filled)
        choices.write(identity)
    return out.getvalue()


class _FiguresSheet:
    """The sheet that officers type in."""

    def __init__(self, sheet: Worksheet, filled: Filled, writer: WordWriter) -> None:
        self.sheet, self.filled, self.writer = sheet, filled, writer
        self.styles, self.say = writer.styles, writer.say
        self.form = filled.place.form
        self.layout = Layout(self.form)
        content, _ = read_content(self.form, dict(filled.words))
        self.computed: Sheet = validate(
            self.form, with_fed_figures(self.form, filled.texts, content)
        ).sheet

    def write(self) -> None:
        self._write_top()
        self._write_head()
        for row, down in self.layout.row_spots():
            self._write_row(row, down)
        self._set_up()

    def _write_top(self) -> None:
        write, styles = self.sheet.write_string, self.styles
        write(*places.OFFICE, self.filled.office, styles.strong)
        write(*places.TITLE, self.filled.title, styles.title)
        write(*places.FACTS, self.filled.facts, styles.text)
        write(*places.NOTICE, self.filled.simulated or self._hint(), self._notice())
        write(*places.NOTHING_LABEL, self.say("nothing"), styles.text)
        choice = places.YES if self.filled.nothing_to_report else places.NO
        write(*places.NOTHING_CHOICE, choice, styles.choice)
        self.sheet.data_validation(
            *places.NOTHING_CHOICE,
            *places.NOTHING_CHOICE,
            {
                "validate": "list",
                "source": [places.YES, places.NO],
                "error_title": self.say("wrong_title"),
                "error_message": self.say("choice_wrong"),
            },
        )

    def _hint(self) -> str:
        """What the colours mean, as far as they are there."""
        cells = self.layout.spots
        marked = any(map(self.layout.is_marked, cells))
        closed = any(self.layout.use_of(cell) is Use.CLOSED for cell in cells)
        keys = ["hint", *["hint_required"] * marked, *["hint_closed"] * closed]
        return " ".join(map(self.say, keys))

    def _notice(self) -> object:
        return self.styles.warning if self.filled.simulated else self.styles.quiet

    def _write_head(self) -> None:
        head, styles = places.HEAD_ROW, self.styles
        names = [self.say("number"), self.say("row")] + [self.say("unit")] * self.layout.has_units
        for right, name in enumerate(names):
            self.sheet.write_string(head, right, name, styles.head)
            self.sheet.write_blank(places.NUMBER_ROW, right, None, styles.head_number)
        lines = 1
        for column, right in self.layout.column_spots():
            label = self._named(column)
            self.sheet.write_string(head, right, label, styles.head)
            self.sheet.write_string(places.NUMBER_ROW, right, column.number, styles.head_number)
            lines = max(lines, -(-len(label) // CHARACTERS_A_LINE))
        self.sheet.set_row(head, max(2, lines) * LINE_POINTS)

    def _write_row(self, row: Row, down: int) -> None:
        bold = row.is_derived
        indent = 0 if row.parent is None else 1
        if len(self._named(row)) <= self._label_width:
            self.sheet.set_row(down, ROW_POINTS)
        number = self.styles.label(bold=bold, centred=True)
        self.sheet.write_string(down, places.NUMBER_COLUMN, row.number, number)
        label = self.styles.label(bold=bold, indent=0 if self._is_flat else indent)
        self.sheet.write_string(down, places.LABEL_COLUMN, self._named(row), label)
        if self.layout.has_units:
            unit = self.styles.label(bold=False, centred=True)
            self.sheet.write_string(down, places.UNIT_COLUMN, row.unit or "", unit)
        for column in self.form.columns:
            self._write_cell(CellRef(row.code, column.code), bold=bold)

    @property
    def _label_width(self) -> int:
        few = len(self.form.columns) <= FEW_COLUMNS
        return WIDTH_LABEL_OF_FEW if few else WIDTH_LABEL

    @property
    def _is_flat(self) -> bool:
        """Whether all rows hang on one total, which needs no indent to be seen."""
        total = self.form.total_row
        return total is not None and all(row.parent in (None, total.code) for row in self.form.rows)

    def _write_cell(self, cell: CellRef, *, bold: bool) -> None:
        match self.layout.use_of(cell):
            case Use.FIGURE:
                self._write_figure(cell, bold=bold)
            case Use.WORD:
                self._write_word(cell)
            case Use.CLOSED:
                self.sheet.write_blank(*self.layout.spots[cell], None, self.styles.closed)
            case use:
                self._write_computed(cell, use, bold=bold)

    def _write_figure(self, cell: CellRef, *, bold: bool) -> None:
        spot, measure = self.layout.spots[cell], self.form.measures[cell]
        required = self.layout.is_marked(cell)
        style = self.styles.figure(
            decimals=measure.decimals, typed=True, bold=bold, required=required
        )
        text = self.filled.texts.get(cell.row, {}).get(cell.column, "")
        write_figure(self.sheet, spot, text, measure=measure, style=style)
        self.sheet.data_validation(*spot, *spot, _allowed(measure, say=self.say))
        if cell in self.filled.sources:
            self.sheet.write_comment(*spot, self.filled.sources[cell], {"author": NOTE_AUTHOR})

    def _write_word(self, cell: CellRef) -> None:
        spot, wording = self.layout.spots[cell], word_cell(self.form, cell)
        style = self.writer.style(wording, required=self.layout.is_marked(cell))
        texts = self.filled.words.get("texts") or {}
        text = str(texts.get(cell.row, {}).get(cell.column) or "")
        self.writer.write(self.sheet, spot, text=text, wording=wording, style=style)
        self.sheet.data_validation(*spot, *spot, self.writer.rule(wording))

    def _write_computed(self, cell: CellRef, use: Use, *, bold: bool) -> None:
        spot, measure = self.layout.spots[cell], self.form.measures[cell]
        style = self.styles.figure(decimals=measure.decimals, typed=False, bold=bold)
        value = self.computed.value(cell)
        formula = self._fed_formula(cell) if use is Use.FED else self._derived_formula(cell)
        if formula is None:
            self.sheet.write_blank(*spot, None, style)
        else:
            self.sheet.write_formula(*spot, formula, style, "" if value is None else value)

    def _derived_formula(self, cell: CellRef) -> str | None:
        """None too where a part is closed: the form skips it, and Excel would not."""
        derivation = self.form.derivations_as_printed[cell]
        if any(part in self.form.locked for part in derivation.parts):
            return None
        return excel_formula(
            derivation,
            cell,
            spot_of=self.layout.spots.__getitem__,
            blank_is_zero=self.form.blank_is_zero,
        )

    def _fed_formula(self, cell: CellRef) -> str:
        """The number of entries on the sheet of the list, or the sum of a column there."""
        entries, feed = self.form.fed_cells[cell]
        layout = WordLayout(self.form)
        name = next(each for each, found in layout.sheets.items() if found is entries)
        codes = [each.code for each in entries.columns]
        if feed.column is not None:
            return f"=SUM({layout.column_range(name, codes.index(feed.column))})"
        filled = "&".join(layout.column_range(name, right) for right in range(len(codes)))
        return f'=SUMPRODUCT(--(({filled})<>""))'

    def _named(self, part: object) -> str:
        english = getattr(part, "label_en", None) if self.filled.english else None
        return str(english or getattr(part, "label", ""))

    def _set_up(self) -> None:
        sheet, last, first = self.sheet, self.layout.last, self.layout.first_column
        sheet.set_column(places.NUMBER_COLUMN, places.NUMBER_COLUMN, WIDTH_NUMBER)
        sheet.set_column(places.LABEL_COLUMN, places.LABEL_COLUMN, self._label_width)
        sheet.set_column(places.UNIT_COLUMN, first, WIDTH_UNIT)
        wide = len(self.form.columns) == 1
        for column, right in self.layout.column_spots():
            width = WIDTH_SINGLE if wide else WIDTHS.get(column.type, WIDTH_FIGURE)
            sheet.set_column(right, right, width)
        sheet.freeze_panes(places.FIRST_ROW, first)
        set_up_page(sheet, landscape=True)
        sheet.repeat_rows(places.HEAD_ROW, places.NUMBER_ROW)
        sheet.print_area(0, 0, last.row, last.column)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.set_selection(f"{letters(first)}{places.FIRST_ROW + 1}")
        sheet.hide_gridlines(2)


def _allowed(measure: Measure, *, say: Say) -> dict[str, object]:
    """What Excel lets people type in a cell."""
    counts = measure.type is ColumnType.COUNT
    bound = {"criteria": ">=", "value": 0} if counts else {"criteria": ">=", "value": -1e17}
    return {
        "validate": "integer" if measure.decimals == 0 else "decimal",
        **bound,
        "error_title": say("wrong_title"),
        "error_message": say("count_wrong" if counts else "figure_wrong"),
    }


def _write_words(workbook: xlsxwriter.Workbook, filled: Filled, writer: WordWriter) -> None:
    """Lists and outline, each on a sheet of its own."""
    layout = WordLayout(filled.place.form)
    for name, entries in layout.sheets.items():
        rows = entries_typed(filled.words, entries)
        writer.write_list(workbook.add_worksheet(name), entries, rows=rows)
    if filled.place.form.sections:
        sheet = workbook.add_worksheet(NARRATIVE_SHEET)
        writer.write_narrative(sheet, layout, texts=filled.words.get("sections") or {})


def _write_guide(sheet: Worksheet, form: FormTemplate, writer: WordWriter) -> None:
    styles, say = writer.styles, writer.say
    keys = [f"guide_{number}" for number in range(1, 7)]
    keys += ["guide_words"] * form.has_content
    sheet.set_column(0, 0, 100)
    sheet.write_string(0, 0, say("guide_title"), styles.title)
    for number, key in enumerate(keys, start=1):
        sheet.write_string(number, 0, f"{number}. {say(key)}", styles.wrapped)
    set_up_page(sheet, landscape=False)
    sheet.protect()
    sheet.hide_gridlines(2)


def _write_identity(sheet: Worksheet, filled: Filled) -> None:
    for down, (name, text) in enumerate(identity_of(filled.place).items()):
        sheet.write_string(down, 0, name)
        sheet.write_string(down, 1, text)
    sheet.protect()
    sheet.very_hidden()
