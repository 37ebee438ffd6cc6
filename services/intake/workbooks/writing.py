"""Writes the workbook of a form: cells to type in are unlocked, all others follow or are fixed.

What it is for stands on a sheet that nobody sees (`identity`), as do the choices of drop-downs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from services.intake.places import Place
from services.intake.workbooks import layout as places
from services.intake.workbooks.addresses import Spot, letters
from services.intake.workbooks.formulas import excel_formula
from services.intake.workbooks.identity import IDENTITY_SHEET, identity_of
from services.intake.workbooks.layout import Layout
from services.intake.workbooks.styles import Styles, set_up_page
from shared.domain.figures import InvalidFigure, canonical, parse_figure
from shared.domain.forms import CellRef, ColumnType, Measure, Row
from shared.domain.sheets import Sheet, validate

LARGEST_EXACT_DIGITS = 15
"""Excel keeps so many digits of a number; longer ones are written as text."""

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

Say = Callable[..., str]
"""The text of a label: `say("sheet.number")`, with values by name."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a workbook is made of. `texts` are the cells as typed so far."""

    place: Place
    texts: Mapping[str, Mapping[str, str]]
    nothing_to_report: bool
    office: str
    title: str
    facts: str
    simulated: str
    english: bool
    at: datetime


def write_template(filled: Filled, *, say: Say) -> bytes:
    """The .xlsx file."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        workbook.set_properties(
            {"title": filled.title, "author": filled.office, "created": filled.at}
        )
        styles = Styles(workbook)
        _FiguresSheet(workbook.add_worksheet(places.FIGURES_SHEET), filled, styles, say).write()
        _write_guide(workbook.add_worksheet(places.GUIDE_SHEET), styles, say)
        _write_identity(workbook.add_worksheet(IDENTITY_SHEET), filled)
    return out.getvalue()


class _FiguresSheet:
    """The sheet that officers type in."""

    def __init__(self, sheet: Worksheet, filled: Filled, styles: Styles, say: Say) -> None:
        self.sheet, self.filled, self.styles, self.say = sheet, filled, styles, say
        self.form = filled.place.form
        self.layout = Layout(self.form)
        self.computed: Sheet = validate(self.form, filled.texts).sheet

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
        write(*places.NOTICE, self.filled.simulated or self.say("hint"), self._notice())
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
        spot, measure = self.layout.spots[cell], self.form.measures[cell]
        typed = not self.layout.is_derived(cell)
        style = self.styles.figure(decimals=measure.decimals, typed=typed, bold=bold)
        if typed:
            text = self.filled.texts.get(cell.row, {}).get(cell.column, "")
            _write_typed(self.sheet, spot, text, measure=measure, style=style)
            rule = _allowed(measure, say=self.say)
            self.sheet.data_validation(*spot, *spot, rule)
            return
        formula = excel_formula(
            self.form.derivations_as_printed[cell],
            cell,
            spot_of=self.layout.spots.__getitem__,
            blank_is_zero=self.form.blank_is_zero,
        )
        value = self.computed.value(cell)
        if formula is None:
            self.sheet.write_blank(*spot, None, style)
        else:
            self.sheet.write_formula(*spot, formula, style, "" if value is None else value)

    def _named(self, part: object) -> str:
        english = getattr(part, "label_en", None) if self.filled.english else None
        return str(english or getattr(part, "label", ""))

    def _set_up(self) -> None:
        sheet, last, first = self.sheet, self.layout.last, self.layout.first_column
        sheet.set_column(places.NUMBER_COLUMN, places.NUMBER_COLUMN, WIDTH_NUMBER)
        sheet.set_column(places.LABEL_COLUMN, places.LABEL_COLUMN, self._label_width)
        sheet.set_column(places.UNIT_COLUMN, first, WIDTH_UNIT)
        wide = len(self.form.columns) == 1
        sheet.set_column(first, last.column, WIDTH_SINGLE if wide else WIDTH_FIGURE)
        sheet.freeze_panes(places.FIRST_ROW, first)
        set_up_page(sheet, landscape=True)
        sheet.repeat_rows(places.HEAD_ROW, places.NUMBER_ROW)
        sheet.print_area(0, 0, last.row, last.column)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.set_selection(f"{letters(first)}{places.FIRST_ROW + 1}")
        sheet.hide_gridlines(2)


def _write_typed(
    sheet: Worksheet, spot: Spot, text: str, *, measure: Measure, style: object
) -> None:
    """A figure as a number; what is not one yet as the text that it is."""
    if not text:
        sheet.write_blank(*spot, None, style)
        return
    try:
        figure = parse_figure(text, column_type=measure.type, decimals=measure.decimals)
    except InvalidFigure:
        sheet.write_string(*spot, text, style)
        return
    if len(canonical(figure).as_tuple().digits) > LARGEST_EXACT_DIGITS:
        sheet.write_string(*spot, text, style)
    else:
        sheet.write_number(*spot, figure, style)


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


def _write_guide(sheet: Worksheet, styles: Styles, say: Say) -> None:
    sheet.set_column(0, 0, 100)
    sheet.write_string(0, 0, say("guide_title"), styles.title)
    for number in range(1, 7):
        sheet.write_string(number, 0, f"{number}. {say(f'guide_{number}')}", styles.wrapped)
    set_up_page(sheet, landscape=False)
    sheet.protect()
    sheet.hide_gridlines(2)


def _write_identity(sheet: Worksheet, filled: Filled) -> None:
    for down, (name, text) in enumerate(identity_of(filled.place).items()):
        sheet.write_string(down, 0, name)
        sheet.write_string(down, 1, text)
    sheet.protect()
    sheet.very_hidden()
