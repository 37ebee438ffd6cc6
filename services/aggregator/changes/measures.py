"""The numbers whose change is asked about: an indicator, or a cell of the form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.aggregator.changes.walk import Values
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.errors import UnknownIndicator
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.identifiers import IndicatorCode
from shared.domain.indicators import value
from shared.domain.sheets import Sheet


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


@dataclass(frozen=True, slots=True)
class CellMeasure:
    """Typed or derived; missing where the form has no such cell."""

    cell: CellRef

    def value(self, sheet: Sheet, *, catalogue: Catalogue, cutoff: date) -> Decimal | None:  # noqa: ARG002
        return sheet.value(self.cell) if has_cell(sheet.form, self.cell) else None


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


def has_cell(form: FormTemplate, cell: CellRef) -> bool:
    return cell.row in form.row_by_code and cell.column in form.column_by_code
