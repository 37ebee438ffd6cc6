"""What is known already and need not be asked again: cells filled in from figures that were sent.

A cell is filled in by the formula of its row or column over other periods of the same form, or
from another form of the same organization in which exactly one cell asks for the same concept.
Nothing is estimated: what would have to be rounded, or covers other days, is left blank.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from shared.domain.expressions import (
    Cell,
    Expression,
    ReferencePeriod,
    cells_of,
    evaluate,
    exact,
)
from shared.domain.figures import Figures, rounded
from shared.domain.forms import CellRef, Column, FormTemplate, Measure, Precedence, Row, in_column
from shared.domain.identifiers import FormCode, RowCode
from shared.domain.operations import Rational
from shared.domain.operators import TimeOperator, over_time
from shared.domain.sheets import Sheet, complete
from shared.domain.windows import ONE_DAY, DataWindow

EXACT_OVER_TIME = frozenset(
    {TimeOperator.SUM, TimeOperator.FIRST, TimeOperator.LAST, TimeOperator.MIN, TimeOperator.MAX}
)
"""What the parts of a period say of the whole of it."""

Concept = frozenset[str]
"""The indicators that row and column of a cell name."""


@dataclass(frozen=True, slots=True)
class Past:
    """What was reported for a period, by its code."""

    period: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class OtherReport:
    """What another form holds for a period, with the days that it covers."""

    period: str
    window: DataWindow
    figures: Figures


@dataclass(frozen=True, slots=True)
class OtherForm:
    """A form of the same organization, with what was reported on it, earliest first."""

    form: FormTemplate
    reports: tuple[OtherReport, ...]


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A figure that is known, and the periods and the form that it was taken from."""

    figure: Decimal
    form: FormCode
    periods: tuple[str, ...]


Prefills = Mapping[CellRef, Prefilled]


def prefilled_by_formula(
    form: FormTemplate, *, previous: Past | None, last_year: Past | None, same_year: bool
) -> Prefills:
    """The cells whose form says which figure of another period they start from."""
    periods = {
        ReferencePeriod.PREVIOUS: previous,
        ReferencePeriod.PREVIOUS_IN_YEAR: previous if same_year else None,
        ReferencePeriod.SAME_PERIOD_LAST_YEAR: last_year,
    }
    known = {name: past for name, past in periods.items() if past is not None}
    sheets = {name: complete(form, past.figures) for name, past in known.items()}
    found: dict[CellRef, Prefilled] = {}
    for cell, formula in _formulas(form):
        figure = _as_typed(form, cell, _value(formula, sheets, row=cell.row))
        if figure is not None:
            used = (each.period for each in cells_of(formula) if each.period in known)
            periods_used = dict.fromkeys(known[name].period for name in used)
            found[cell] = Prefilled(figure, form.code, tuple(periods_used))
    return found


def prefilled_from_others(
    form: FormTemplate, *, window: DataWindow, others: Sequence[OtherForm]
) -> Prefills:
    """The cells whose concept another form has asked for, over just the days of this period.

    Of several forms the first that has the figure is taken.
    """
    typed = _typed(form)
    wanted = {concept: cell for concept, cell in concepts(form).items() if cell in typed}
    found: dict[CellRef, Prefilled] = {}
    for other in others:
        if _covers(other.reports, window):
            for cell, filled in _from_other(form, other, wanted=wanted):
                found.setdefault(cell, filled)
    return found


def _from_other(
    form: FormTemplate, other: OtherForm, *, wanted: Mapping[Concept, CellRef]
) -> Iterator[tuple[CellRef, Prefilled]]:
    sheets = [complete(other.form, report.figures) for report in other.reports]
    periods = tuple(report.period for report in other.reports)
    for concept, source in concepts(other.form).items():
        cell = wanted.get(concept)
        if cell is None or not _same_measure(form.measures[cell], other.form.measures[source]):
            continue
        values = [sheet.exact_value(source) for sheet in sheets]
        value = _over_time(values, form.measures[cell].time_operator)
        figure = _as_typed(form, cell, value)
        if figure is not None:
            yield cell, Prefilled(figure, other.form.code, periods)


def _same_measure(one: Measure, other: Measure) -> bool:
    """A plan is not what was done, and thousands are not units."""
    return (one.unit, one.value_kind) == (other.unit, other.value_kind)


def _over_time(values: Sequence[Rational | None], operator: TimeOperator) -> Rational | None:
    """One figure for the whole period; None where the operator cannot say it of its parts."""
    if len(values) == 1:
        return values[0]
    return over_time(values, operator) if operator in EXACT_OVER_TIME else None


def concepts(form: FormTemplate) -> Mapping[Concept, CellRef]:
    """The cell that asks for each concept; a concept that several cells ask for is left out."""
    cells: dict[Concept, list[CellRef]] = {}
    for row in form.rows:
        for column in form.columns:
            concept = frozenset(filter(None, (row.indicator, column.indicator)))
            cells.setdefault(concept, []).append(CellRef(row.code, column.code))
    return {key: found[0] for key, found in cells.items() if key and len(found) == 1}


def _typed(form: FormTemplate) -> AbstractSet[CellRef]:
    """The cells that this unit types: neither closed, nor filled in by a list."""
    return set(form.input_cells) - form.fed_cells.keys()


def _formulas(form: FormTemplate) -> Iterator[tuple[CellRef, Expression]]:
    typed = _typed(form)
    for row in form.input_rows:
        for column in form.input_columns:
            cell, formula = CellRef(row.code, column.code), _formula_of(form, row, column)
            if formula is not None and cell in typed:
                yield cell, formula


def _formula_of(form: FormTemplate, row: Row, column: Column) -> Expression | None:
    of_row = None if row.prefill is None else in_column(row.prefill, column.code)
    if form.precedence is Precedence.ROW:
        return of_row or column.prefill
    return column.prefill or of_row


def _value(
    formula: Expression, sheets: Mapping[ReferencePeriod, Sheet], *, row: RowCode
) -> Rational | None:
    def lookup(cell: Cell) -> Rational | None:
        sheet = sheets.get(cell.period)
        return None if sheet is None else sheet.exact_value(CellRef(cell.row or row, cell.column))

    value = evaluate(formula, lookup)
    # A form whose formula is no number is refused, so it is never a truth here.
    return None if value is None else Fraction(value)


def _as_typed(form: FormTemplate, cell: CellRef, value: Rational | None) -> Decimal | None:
    """The figure as an officer would type it; None where nobody would."""
    if value is None or value < 0 or (form.blank_is_zero and value == 0):
        return None
    figure = rounded(value, form.measures[cell].decimals)
    return figure if exact(figure) == value else None


def _covers(reports: Sequence[OtherReport], window: DataWindow) -> bool:
    """Whether the reports follow each other from the first day of the window to its last."""
    if not reports or reports[0].window.first != window.first:
        return False
    gapless = all(one.window.last + ONE_DAY == two.window.first for one, two in pairwise(reports))
    return gapless and reports[-1].window.last == window.last
