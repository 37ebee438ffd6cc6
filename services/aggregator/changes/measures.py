"""The numbers whose change is asked about: an indicator, or a cell of the form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.aggregator.changes.walk import Values
from services.aggregator.reading.figures import why_blank
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.errors import UnknownIndicator
from shared.domain.combinations import PeriodFigures, why_missing
from shared.domain.expressions import (
    ArithmeticOperator,
    Binary,
    Cell,
    Expression,
    Function,
    FunctionName,
    Number,
    cells_of,
    parts_of,
)
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.identifiers import IndicatorCode
from shared.domain.indicators import cell_places, value
from shared.domain.measures import Unavailable
from shared.domain.operators import TreeOperator
from shared.domain.sheets import Sheet


@dataclass(frozen=True, slots=True)
class Nature:
    """`adds`: parts are the acts' own differences. `reason` says why there is no value."""

    adds: bool
    reason: Unavailable | None


@dataclass(frozen=True, slots=True)
class IndicatorMeasure:
    """By the method that the catalogue has for the period; missing where it has none."""

    code: IndicatorCode

    def value(self, sheet: Sheet, *, catalogue: Catalogue, cutoff: date) -> Decimal | None:
        try:
            indicator = catalogue.indicator(self.code, on=cutoff)
        except UnknownIndicator:
            return None
        return value(indicator, sheet)

    def nature(self, sheet: Sheet, *, lone: bool, catalogue: Catalogue, cutoff: date) -> Nature:
        try:
            indicator = catalogue.indicator(self.code, on=cutoff)
        except UnknownIndicator:
            return Nature(adds=False, reason=Unavailable.PERIOD_NOT_ASKED)
        places = cell_places(indicator, sheet.form)
        adds = is_linear(indicator.expression) and all(
            _adds(sheet.form, cell) for cell in places.values()
        )
        if value(indicator, sheet) is not None:
            return Nature(adds, None)
        found = PeriodFigures(indicator, sheet, reported=True, lone=lone)
        return Nature(adds, why_missing(found))


@dataclass(frozen=True, slots=True)
class CellMeasure:
    """Typed or derived; missing where the form has no such cell."""

    cell: CellRef

    def value(self, sheet: Sheet, *, catalogue: Catalogue, cutoff: date) -> Decimal | None:  # noqa: ARG002
        return sheet.value(self.cell) if has_cell(sheet.form, self.cell) else None

    def nature(self, sheet: Sheet, *, lone: bool, catalogue: Catalogue, cutoff: date) -> Nature:  # noqa: ARG002
        form, cell = sheet.form, self.cell
        if not has_cell(form, cell):
            return Nature(adds=False, reason=Unavailable.PERIOD_NOT_ASKED)
        if sheet.value(cell) is not None:
            return Nature(_adds(form, cell), None)
        return Nature(_adds(form, cell), why_blank(sheet, cell, lone=lone))


Measure = IndicatorMeasure | CellMeasure


@dataclass(frozen=True, slots=True)
class Method:
    """How the numbers are computed: by one catalogue, for a period cut off on `cutoff`."""

    measures: Sequence[Measure]
    catalogue: Catalogue
    cutoff: date

    def values(self, sheet: Sheet) -> Values:
        return tuple(
            each.value(sheet, catalogue=self.catalogue, cutoff=self.cutoff)
            for each in self.measures
        )

    def natures(self, sheet: Sheet, *, lone: bool) -> tuple[Nature, ...]:
        return tuple(
            each.nature(sheet, lone=lone, catalogue=self.catalogue, cutoff=self.cutoff)
            for each in self.measures
        )


def is_linear(expression: Expression) -> bool:
    """Whether what is added to its cells is added to it: sums and differences, times constants."""
    if isinstance(expression, Number | Cell):
        return True
    if isinstance(expression, Function) and expression.name is not FunctionName.SUM:
        return False
    if isinstance(expression, Binary):
        divided = expression.operator is ArithmeticOperator.DIVIDE
        times = expression.operator is ArithmeticOperator.MULTIPLY
        scales = [expression.right] if divided else [expression.left, expression.right]
        if (divided or times) and all(cells_of(each) for each in scales):
            return False
    return all(map(is_linear, parts_of(expression)))


def _adds(form: FormTemplate, cell: CellRef) -> bool:
    """Whether figures of organizations are added, all the way from what is typed."""
    derivation = form.derivations.get(cell)
    if derivation is None:
        return form.measures[cell].tree_operator is TreeOperator.SUM
    formula = derivation.formula
    parts = all(_adds(form, part) for part in derivation.parts)
    return parts and (formula is None or is_linear(formula))


def has_cell(form: FormTemplate, cell: CellRef) -> bool:
    return cell.row in form.row_by_code and cell.column in form.column_by_code
