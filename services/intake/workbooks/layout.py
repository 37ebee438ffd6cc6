"""Where everything of a form stands on the sheet of its workbook.

Nothing is merged and nothing is hidden on that sheet, so that what is read back has one place.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from services.intake.workbooks.addresses import Spot
from shared.domain.forms import CellRef, Column, FormTemplate, Row

FIGURES_SHEET = "Số liệu"
GUIDE_SHEET = "Hướng dẫn"
FAULTS_SHEET = "Lỗi cần sửa"

OFFICE = Spot(0, 0)
TITLE = Spot(1, 0)
FACTS = Spot(2, 0)
NOTICE = Spot(3, 0)
NOTHING_LABEL = Spot(4, 1)
NOTHING_CHOICE = Spot(4, 2)
HEAD_ROW = 5
NUMBER_ROW = 6
FIRST_ROW = 7

NUMBER_COLUMN = 0
LABEL_COLUMN = 1
UNIT_COLUMN = 2

YES = "Có"
NO = "Không"


class Use(StrEnum):
    """FIGURE and WORD are typed, DERIVED and FED computed; CLOSED is not asked of the unit."""

    FIGURE = "figure"
    WORD = "word"
    DERIVED = "derived"
    FED = "fed"
    CLOSED = "closed"


# No slots: cached_property keeps the places in the instance.
@dataclass(frozen=True)
class Layout:
    """The places of one version of a form. Rows and columns stand in printed order."""

    form: FormTemplate

    @property
    def has_units(self) -> bool:
        """Whether rows have units of their own, which then stand in a column."""
        return any(row.unit is not None for row in self.form.rows)

    @property
    def first_column(self) -> int:
        return UNIT_COLUMN + (1 if self.has_units else 0)

    @property
    def last(self) -> Spot:
        """The lowest, rightmost cell of the form."""
        return Spot(
            FIRST_ROW + len(self.form.rows) - 1, self.first_column + len(self.form.columns) - 1
        )

    @cached_property
    def spots(self) -> dict[CellRef, Spot]:
        return {
            CellRef(row.code, column.code): Spot(FIRST_ROW + down, self.first_column + right)
            for down, row in enumerate(self.form.rows)
            for right, column in enumerate(self.form.columns)
        }

    @cached_property
    def cells(self) -> dict[Spot, CellRef]:
        return {spot: cell for cell, spot in self.spots.items()}

    def address(self, row: str | None, column: str | None) -> str | None:
        """The address of a cell that a fault names by codes; of its row's name without a column."""
        down = next((at for each, at in self.row_spots() if each.code == row), None)
        if down is None:
            return None
        columns = (at for each, at in self.column_spots() if each.code == column)
        return Spot(down, next(columns, LABEL_COLUMN)).address

    def row_spots(self) -> list[tuple[Row, int]]:
        """Each row of the form with its row on the sheet."""
        return [(row, FIRST_ROW + down) for down, row in enumerate(self.form.rows)]

    def column_spots(self) -> list[tuple[Column, int]]:
        """Each column of the form with its column on the sheet."""
        return [
            (column, self.first_column + right) for right, column in enumerate(self.form.columns)
        ]

    def use_of(self, cell: CellRef) -> Use:
        """What is done in a cell."""
        row, column = self.form.row_by_code[cell.row], self.form.column_by_code[cell.column]
        if row.is_derived or column.is_derived:
            return Use.DERIVED if self.form.is_figure(cell) else Use.CLOSED
        if cell in self.form.locked:
            return Use.CLOSED
        if cell in self.form.fed_cells:
            return Use.FED
        return Use.FIGURE if self.form.is_figure(cell) else Use.WORD

    def is_marked(self, cell: CellRef) -> bool:
        """Whether it must be filled in, where not every cell must."""
        by_itself = not self.form.blank_is_zero and self.form.is_figure(cell)
        return self.form.is_required(cell) and not by_itself
