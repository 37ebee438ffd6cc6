"""Figures as numbers of Excel, as far as it keeps them exactly."""

from typing import Protocol

from xlsxwriter.worksheet import Worksheet

from services.intake.workbooks.addresses import Spot
from shared.domain.cells import ColumnType
from shared.domain.figures import InvalidFigure, canonical, parse_figure

LARGEST_EXACT_DIGITS = 15
"""Excel keeps so many digits of a number; longer ones are written as text."""


class Measured(Protocol):
    """What a place of figures takes."""

    @property
    def type(self) -> ColumnType: ...
    @property
    def decimals(self) -> int: ...


def write_figure(
    sheet: Worksheet, spot: Spot, text: str, *, measure: Measured, style: object
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
