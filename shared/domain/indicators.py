"""Indicators: named figures computed from a form's sheet, at any node of the tree."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from shared.domain.errors import CatalogueError
from shared.domain.expressions import (
    Cell,
    Expression,
    Kind,
    ReferencePeriod,
    cells_of,
    evaluate,
)
from shared.domain.figures import rounded
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.identifiers import FormCode, IndicatorCode, RowCode
from shared.domain.operations import Rational
from shared.domain.operators import TimeOperator
from shared.domain.sheets import Sheet


class Direction(StrEnum):
    """Which way is better; NEUTRAL is only a size."""

    HIGHER_IS_BETTER = "higher_is_better"
    LOWER_IS_BETTER = "lower_is_better"
    NEUTRAL = "neutral"


class InvalidIndicator(CatalogueError):
    code = "invalid_indicator"

    def __init__(self, indicator: IndicatorCode, *, detail: str) -> None:
        self.indicator = indicator
        super().__init__(f"Chỉ tiêu {indicator}: {detail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """``expression`` names columns of the form's total row, or cells with their row.

    Ratios are computed from the summed parts of the sheet, never averaged. ``target`` is in
    ``unit``; ``decimals`` is how many digits after the mark are published.

    Over time it is put together from its cells, each by its own operator, unless ``time_operator``
    asks for that of its own values. ``plan`` and ``estimate`` are the indicators that say how large
    it is meant, or expected, to be.
    """

    code: IndicatorCode
    name: str
    unit: str
    form: FormCode
    expression: Expression
    decimals: int = 0
    direction: Direction = Direction.NEUTRAL
    target: Decimal | None = None
    name_en: str | None = None
    time_operator: TimeOperator | None = None
    plan: IndicatorCode | None = None
    estimate: IndicatorCode | None = None

    def __post_init__(self) -> None:
        if self.expression.kind is not Kind.NUMBER:
            raise InvalidIndicator(self.code, detail="công thức phải cho ra một số.")
        if any(_is_of_another_period(cell) for cell in cells_of(self.expression)):
            raise InvalidIndicator(self.code, detail="công thức chỉ được dùng số liệu trong kỳ.")
        if self.time_operator is TimeOperator.WEIGHTED_AVERAGE:
            raise InvalidIndicator(
                self.code, detail="bình quân gia quyền chỉ đặt được cho dòng, cột của biểu mẫu."
            )


def cell_places(indicator: Indicator, form: FormTemplate) -> dict[Cell, CellRef]:
    """Where the form has each cell that the indicator names.

    Raises InvalidIndicator for a cell that the form lacks.
    """
    return {
        cell: _place_of(cell, indicator=indicator, form=form)
        for cell in cells_of(indicator.expression)
    }


def _place_of(cell: Cell, *, indicator: Indicator, form: FormTemplate) -> CellRef:
    row = cell.row or _total_row_of(form)
    if row is None:
        raise InvalidIndicator(
            indicator.code, detail="biểu mẫu không có dòng tổng; hãy nêu dòng, ví dụ [LV01, 4]."
        )
    if cell.column not in form.column_by_code or row not in form.row_by_code:
        raise InvalidIndicator(
            indicator.code, detail=f"biểu mẫu không có ô ở dòng {row}, cột {cell.column}."
        )
    return CellRef(row, cell.column)


def value(indicator: Indicator, sheet: Sheet) -> Decimal | None:
    """The published value, rounded once; None where a part is missing or a divisor is zero."""
    result = exact_value(indicator, sheet)
    return None if result is None else rounded(result, indicator.decimals)


def exact_value(indicator: Indicator, sheet: Sheet) -> Rational | None:
    """Not rounded: for comparisons with a target or with another period."""
    places = cell_places(indicator, sheet.form)
    return evaluate(indicator.expression, lambda cell: sheet.exact_value(places[cell]))


def _total_row_of(form: FormTemplate) -> RowCode | None:
    return form.total_row.code if form.total_row else None


def _is_of_another_period(cell: Cell) -> bool:
    return cell.period is not ReferencePeriod.CURRENT
