"""A form's sheet as a page shows it: to be typed in, or to be read beside another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from services.intake.contents import Field, Words, word_field
from services.intake.said_contents import SaidContent, said_content, shown_word
from shared.domain.content_reading import read_content
from shared.domain.contents import NOTHING, Content, with_fed_figures
from shared.domain.faults import Fault
from shared.domain.figures import Figures, vietnamese_figure
from shared.domain.forms import CellRef, Column, FormTemplate, Row, Severity
from shared.domain.sheets import Sheet, complete, validate
from shared.formulas.printer import formula_text
from shared.labels.labels import Language

FAULT = "fault"
WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Message:
    """What is wrong, in the words of the rules; `kind` is "fault" or "warning"."""

    kind: str
    text: str
    row: str | None
    column: str | None


@dataclass(frozen=True, slots=True)
class CellHint:
    """What is known of a typed cell, "" and None where nothing is.

    `source` names where the figure `taken` comes from. `usual` tells the range from `least` to
    `most`, `unusual` that a figure is outside of it.
    """

    source: str = ""
    taken: str = ""
    usual: str = ""
    unusual: str = ""
    least: Decimal | None = None
    most: Decimal | None = None

    def is_unusual(self, figure: Decimal | None) -> bool:
        if figure is None or self.least is None or self.most is None:
            return False
        return not self.least <= figure <= self.most


NO_HINT = CellHint()


@dataclass(frozen=True, slots=True)
class GridCell:
    """`text` is what was typed, or the figure as it is shown; "" where there is none.

    `before` is what the version before held, None where it held the same. `is_taken`: the text is
    that of the hint; `is_unusual`: it is outside the usual range. `field` is that of a cell of
    words to fill in; `is_closed`: the unit has nothing to report there.
    """

    row: str
    column: str
    text: str
    typed: bool
    previous: str
    kind: str = ""
    before: str | None = None
    hint: CellHint = NO_HINT
    is_taken: bool = False
    is_unusual: bool = False
    field: Field | None = None
    is_word: bool = False
    is_closed: bool = False
    last_year: str = ""


@dataclass(frozen=True, slots=True)
class GridRow:
    """`is_total`: derived from other rows; `is_sum`: by adding them."""

    code: str
    number: str
    label: str
    is_total: bool
    is_sum: bool
    cells: tuple[GridCell, ...]
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class GridColumn:
    code: str
    number: str
    label: str
    formula: str
    unit: str


@dataclass(frozen=True, slots=True)
class Grid:
    """`loose` are messages that belong to no row; `said` is what stands below, to be read."""

    columns: tuple[GridColumn, ...]
    rows: tuple[GridRow, ...]
    loose: tuple[Message, ...] = ()
    said: SaidContent | None = None

    @property
    def has_last_year(self) -> bool:
        """Whether any cell has a figure of the same period last year beside it."""
        return any(cell.last_year for row in self.rows for cell in row.cells)

    @property
    def has_changes(self) -> bool:
        """Whether anything differs from the version before."""
        cells = any(cell.before is not None for row in self.rows for cell in row.cells)
        return cells or (self.said is not None and self.said.has_changes)


def entry_grid(
    form: FormTemplate,
    texts: Mapping[str, Mapping[str, str]],
    *,
    language: Language,
    previous: Figures | None = None,
    last_year: Figures | None = None,
    faults: Sequence[Fault] = (),
    hints: Mapping[CellRef, CellHint] = MappingProxyType({}),
    words: Words = MappingProxyType({}),
) -> Grid:
    """The sheet to be typed in: fields hold the text as typed, derived cells what comes of it."""
    sheet = _typed_sheet(form, texts, words=words)
    typed_cells = frozenset(form.input_cells) - form.fed_cells.keys()
    compared = None if previous is None else complete(form, previous)
    a_year_ago = None if last_year is None else complete(form, last_year)
    messages = [message_of(fault) for fault in faults if fault.blocks]
    kinds = {(each.row, each.column): each.kind for each in reversed(messages)}

    def cell(row: Row, column: Column) -> GridCell:
        reference = CellRef(row.code, column.code)
        if reference in form.word_cells:
            kind = kinds.get((row.code, column.code), "")
            return _word_cell(form, reference, words=words, kind=kind, language=language)
        typed = reference in typed_cells
        raw = texts.get(row.code, {}).get(column.code, "")
        hint = hints.get(reference, NO_HINT)
        return GridCell(
            row=row.code,
            column=column.code,
            text=raw if typed else shown(sheet, row, column),
            typed=typed,
            previous=shown(compared, row, column),
            last_year=shown(a_year_ago, row, column),
            kind=kinds.get((row.code, column.code), ""),
            hint=hint,
            is_taken=bool(raw) and raw == hint.taken,
            is_unusual=bool(raw) and hint.is_unusual(sheet.value(reference)),
            is_closed=reference in form.locked,
        )

    rows = tuple(
        _row(row, [cell(row, each) for each in form.columns], messages=messages, language=language)
        for row in form.rows
    )
    loose = tuple(each for each in messages if each.row not in form.row_by_code)
    return Grid(columns=_columns(form, language), rows=rows, loose=loose)


def _typed_sheet(
    form: FormTemplate, texts: Mapping[str, Mapping[str, str]], *, words: Words
) -> Sheet:
    content, _ = read_content(form, words)
    return validate(form, with_fed_figures(form, texts, content)).sheet


def _row(
    row: Row, cells: Sequence[GridCell], *, messages: Sequence[Message], language: Language
) -> GridRow:
    return GridRow(
        code=row.code,
        number=row.number,
        label=part_label(row, language),
        is_total=row.is_derived,
        is_sum=row.sum_of_children,
        cells=tuple(cells),
        messages=tuple(each for each in messages if each.row == row.code),
    )


def _word_cell(
    form: FormTemplate, cell: CellRef, *, words: Words, kind: str, language: Language
) -> GridCell:
    row, column = form.row_by_code[cell.row], form.column_by_code[cell.column]
    label = f"{part_label(row, language)}, {part_label(column, language)}"
    return GridCell(
        row=cell.row,
        column=cell.column,
        text="",
        typed=False,
        previous="",
        kind=kind,
        field=word_field(form, cell, words, label=label, language=language),
        is_word=True,
    )


def reading_grid(
    form: FormTemplate,
    figures: Figures,
    *,
    language: Language,
    previous: Figures | None = None,
    before: Figures | None = None,
    content: Content = NOTHING,
    content_before: Content | None = None,
) -> Grid:
    """The sheet to be read: `previous` is another period, `before` the version it replaced."""
    sheet = complete(form, figures)
    compared = None if previous is None else complete(form, previous)
    replaced = None if before is None else complete(form, before)

    def cell(row: Row, column: Column) -> GridCell:
        reference = CellRef(row.code, column.code)
        if reference in form.word_cells:
            text = shown_word(form, reference, content, language=language)
            old_content = content if content_before is None else content_before
            old = shown_word(form, reference, old_content, language=language)
        else:
            text = shown(sheet, row, column)
            old = text if replaced is None else shown(replaced, row, column)
        return GridCell(
            row=row.code,
            column=column.code,
            text=text,
            typed=False,
            previous=shown(compared, row, column),
            before=None if old == text else old,
            is_word=reference in form.word_cells,
            is_closed=reference in form.locked,
        )

    rows = tuple(
        _row(row, [cell(row, each) for each in form.columns], messages=(), language=language)
        for row in form.rows
    )
    said = None
    if form.has_content:
        said = said_content(form, content, before=content_before, language=language)
    return Grid(columns=_columns(form, language), rows=rows, said=said)


def message_of(fault: Fault) -> Message:
    """A fault in its place."""
    kind = WARNING if fault.severity is Severity.SOFT else FAULT
    return Message(kind=kind, text=fault.detail, row=fault.row, column=fault.column)


def shown(sheet: Sheet | None, row: Row, column: Column) -> str:
    """A figure as it is shown, "" where there is none."""
    value: Decimal | None = sheet.value(CellRef(row.code, column.code)) if sheet else None
    return "" if value is None else vietnamese_figure(value)


def part_label(part: Row | Column, language: Language) -> str:
    """The heading of a row or a column; Vietnamese where it has no other."""
    return (part.label_en if language is Language.EN else None) or part.label


def _columns(form: FormTemplate, language: Language) -> tuple[GridColumn, ...]:
    return tuple(
        GridColumn(
            code=column.code,
            number=column.number,
            label=part_label(column, language),
            formula="" if column.formula is None else _printed(formula_text(column.formula)),
            unit=column.unit,
        )
        for column in form.columns
    )


def _printed(formula: str) -> str:
    """`(4) + (5) + (6)`, as the printed form has it."""
    return formula.replace("[", "(").replace("]", ")")
