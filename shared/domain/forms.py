"""Form templates: printed rows and columns, what is typed, what is derived, what must hold.

A cell is (organization, period, row, column). Columns and rows may have formulas; where both do,
the form's precedence says which one computes the cell. In a row that sums its children, a
percentage or another ratio is computed by its column's formula from the summed parts, never added
or averaged; every other column is the sum of the child rows, missing if one of them is. Derived
cells are never typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Literal, NamedTuple

from shared.domain.errors import CatalogueError
from shared.domain.expressions import (
    Cell,
    Expression,
    ReferencePeriod,
    cells_of,
    has_division,
    with_cells,
)
from shared.domain.form_faults import faults_of
from shared.domain.identifiers import ColumnCode, FormCode, RowCode
from shared.domain.operators import TimeOperator, TreeOperator, ValueKind
from shared.domain.time import in_force, require_some_day


class ColumnType(StrEnum):
    COUNT = "count"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"


class Severity(StrEnum):
    """HARD blocks sending; SOFT lets through what is explained."""

    HARD = "hard"
    SOFT = "soft"


class Precedence(StrEnum):
    """Whose formula computes a cell where its row and its column both have one."""

    ROW = "row"
    COLUMN = "column"


class CellRef(NamedTuple):
    row: RowCode
    column: ColumnCode


class Measure(NamedTuple):
    """What the figure of a cell is; ``decimals`` is the most digits after the mark.

    ``weight`` is the cell that weighs it where an operator is a weighted average. Of a derived cell
    only the operator NONE says something: it is computed anew from its parts, or not at all.
    """

    type: ColumnType
    unit: str
    decimals: int
    time_operator: TimeOperator
    tree_operator: TreeOperator = TreeOperator.SUM
    weight: CellRef | None = None
    value_kind: ValueKind = ValueKind.ACTUAL


class Derivation(NamedTuple):
    """How a derived cell is computed; without a ``formula`` it is the sum of ``parts``.

    ``parts`` are the cells of this period that it is computed from.
    """

    formula: Expression | None
    parts: tuple[CellRef, ...]


class InvalidForm(CatalogueError):
    """A template that contradicts itself; ``faults`` lists all that must be mended."""

    code = "invalid_form"

    def __init__(self, form: FormCode, *, faults: tuple[str, ...]) -> None:
        self.form = form
        self.faults = faults
        super().__init__(f"Biểu mẫu {form} chưa đúng: " + " ".join(faults))


class UnknownCell(CatalogueError):
    code = "unknown_cell"

    def __init__(self, cell: CellRef, *, form: FormCode) -> None:
        self.cell = cell
        self.form = form
        super().__init__(
            f"Biểu mẫu {form} không có ô nhập ở dòng {cell.row}, cột {cell.column}. "
            "Hãy đối chiếu với mẫu."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``number`` is what is printed in the head; ``decimals`` the most digits after the mark.

    ``weight`` is the column that weighs a weighted average, row by row. ``prefill`` fills a typed
    cell in from other periods, ``indicator`` names the concept that it asks for.
    """

    code: ColumnCode
    label: str
    type: ColumnType
    unit: str
    number: str
    formula: Expression | None = None
    parent: ColumnCode | None = None
    time_operator: TimeOperator = TimeOperator.SUM
    decimals: int = 0
    label_en: str | None = None
    tree_operator: TreeOperator = TreeOperator.SUM
    weight: ColumnCode | None = None
    value_kind: ValueKind = ValueKind.ACTUAL
    prefill: Expression | None = None
    indicator: str | None = None

    @property
    def is_derived(self) -> bool:
        return self.formula is not None

    @property
    def is_ratio(self) -> bool:
        """Not additive: a total takes the formula over summed parts, not the sum of the rows."""
        return self.formula is not None and (
            self.type is ColumnType.PERCENT or has_division(self.formula)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """In ``formula``, a reference without a row, ``[DTC01]``, is that row in the same column.

    ``type``, ``unit``, ``decimals``, the operators and ``value_kind`` take the place of the
    column's, for forms whose rows are indicators of different units. ``weight`` is the row that
    weighs a weighted average, column by column. ``prefill`` and ``indicator`` are as of a column.
    """

    code: RowCode
    label: str
    number: str
    parent: RowCode | None = None
    sum_of_children: bool = False
    label_en: str | None = None
    formula: Expression | None = None
    type: ColumnType | None = None
    unit: str | None = None
    decimals: int | None = None
    time_operator: TimeOperator | None = None
    tree_operator: TreeOperator | None = None
    weight: RowCode | None = None
    value_kind: ValueKind | None = None
    prefill: Expression | None = None
    indicator: str | None = None

    @property
    def is_derived(self) -> bool:
        return self.sum_of_children or self.formula is not None

    @property
    def is_ratio(self) -> bool:
        """Not additive, so no total may sum it."""
        return self.formula is not None and (
            self.type is ColumnType.PERCENT or has_division(self.formula)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheck:
    """A condition that a report must meet, and what to tell people when it does not.

    ``rows`` says where it is judged: "every" row that is entered, the "total" row, or the rows
    named. ``message`` may hold placeholders: ``{col_3}`` the figure of column 3 in the judged row,
    ``{previous_11}`` and ``{last_year_11}`` the same of another period, ``{LV01_3}`` that of a
    named row, ``{row}`` the label of the judged row, and, if the check is one comparison,
    ``{left}``, ``{right}`` and ``{difference}``.
    """

    code: str
    severity: Severity
    expression: Expression
    message: str
    rows: Literal["every", "total"] | tuple[RowCode, ...] = "every"
    message_en: str | None = None


# No slots: cached_property keeps what is asked a thousand times a second in the instance.
@dataclass(frozen=True, kw_only=True)
class FormTemplate:
    """One version of a form, in force from ``valid_from`` until the day before ``valid_to``.

    ``entering_levels`` type their own figures; ``summing_levels`` add up their children; a level
    may be in both. ``slug`` stands for the code in addresses, ``short_name`` for the name where
    there is little room. Raises InvalidForm with every fault.
    """

    code: FormCode
    slug: str
    version: int
    name: str
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    checks: tuple[CrossCheck, ...]
    entering_levels: frozenset[str]
    summing_levels: frozenset[str]
    blank_is_zero: bool
    valid_from: date
    valid_to: date | None = None
    name_en: str | None = None
    short_name: str | None = None
    short_name_en: str | None = None
    precedence: Precedence = Precedence.COLUMN

    def __post_init__(self) -> None:
        require_some_day(valid_from=self.valid_from, valid_to=self.valid_to)
        faults = tuple(faults_of(self))
        if faults:
            raise InvalidForm(self.code, faults=faults)

    def __hash__(self) -> int:
        return hash((self.code, self.version))

    def is_in_force(self, on: date) -> bool:
        return in_force(on, valid_from=self.valid_from, valid_to=self.valid_to)

    @property
    def label(self) -> str:
        """What lists and the subjects of mails call it."""
        return self.short_name or self.name

    @property
    def label_en(self) -> str | None:
        return self.short_name_en or self.name_en

    @cached_property
    def row_by_code(self) -> dict[RowCode, Row]:
        return {row.code: row for row in self.rows}

    @cached_property
    def column_by_code(self) -> dict[ColumnCode, Column]:
        return {column.code: column for column in self.columns}

    @cached_property
    def input_rows(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if not row.is_derived)

    @cached_property
    def input_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if not column.is_derived)

    @cached_property
    def input_cells(self) -> tuple[CellRef, ...]:
        """Row by row in printed order. This order is the index of stored arrays."""
        return tuple(
            CellRef(row.code, column.code)
            for row in self.input_rows
            for column in self.input_columns
        )

    def cell_index(self, cell: CellRef) -> int:
        """The place of an input cell in stored arrays; raises UnknownCell."""
        try:
            return self._index_by_cell[cell]
        except KeyError:
            raise UnknownCell(cell, form=self.code) from None

    @cached_property
    def _index_by_cell(self) -> dict[CellRef, int]:
        return {cell: index for index, cell in enumerate(self.input_cells)}

    @cached_property
    def total_row(self) -> Row | None:
        """The one row that stands for the whole form; None if several rows stand side by side."""
        tops = [row for row in self.rows if row.parent is None]
        return tops[0] if len(tops) == 1 else None

    def children_of(self, row: RowCode) -> tuple[Row, ...]:
        return tuple(child for child in self.rows if child.parent == row)

    @cached_property
    def measures(self) -> dict[CellRef, Measure]:
        """What each cell holds: the row's own words, else the column's."""
        return {
            CellRef(row.code, column.code): self._measure(row, column)
            for row in self.rows
            for column in self.columns
        }

    def _measure(self, row: Row, column: Column) -> Measure:
        weight = None if column.weight is None else CellRef(row.code, column.weight)
        own = Measure(
            column.type,
            column.unit,
            column.decimals,
            column.time_operator,
            column.tree_operator,
            weight,
            column.value_kind,
        )
        if column.is_derived and row.is_derived and self.precedence is Precedence.COLUMN:
            return own
        return Measure(
            row.type or own.type,
            row.unit or own.unit,
            own.decimals if row.decimals is None else row.decimals,
            row.time_operator or own.time_operator,
            row.tree_operator or own.tree_operator,
            weight if row.weight is None else CellRef(row.weight, column.code),
            row.value_kind or own.value_kind,
        )

    @cached_property
    def derivations(self) -> Mapping[CellRef, Derivation]:
        """Every derived cell, after the cells that it is computed from."""
        found = self.derivations_as_printed
        order = TopologicalSorter({cell: each.parts for cell, each in found.items()}).static_order()
        return {cell: found[cell] for cell in order if cell in found}

    @cached_property
    def derivations_as_printed(self) -> Mapping[CellRef, Derivation]:
        """Every derived cell, row by row."""
        return {
            CellRef(row.code, column.code): self._derivation(row, column)
            for row in self.rows
            for column in self.columns
            if row.is_derived or column.is_derived
        }

    def _derivation(self, row: Row, column: Column) -> Derivation:
        formula = self._formula_in(row, column)
        if formula is None:
            children = self.children_of(row.code)
            return Derivation(None, tuple(CellRef(each.code, column.code) for each in children))
        parts = (
            CellRef(cell.row or row.code, cell.column)
            for cell in cells_of(formula)
            if cell.period is ReferencePeriod.CURRENT
        )
        return Derivation(formula, tuple(parts))

    def _formula_in(self, row: Row, column: Column) -> Expression | None:
        """The formula that computes a derived cell; None where it is the sum of the child rows."""
        by_row = self.precedence is Precedence.ROW or not column.is_derived
        if row.formula is not None and by_row:
            return in_column(row.formula, column.code)
        return None if row.sum_of_children and not column.is_ratio else column.formula

    def judged_rows(self, check: CrossCheck) -> tuple[Row, ...]:
        """The rows that a check is applied to, in printed order."""
        if check.rows == "every":
            return self.input_rows
        if check.rows == "total":
            return (self.total_row,) if self.total_row else ()
        return tuple(row for row in self.rows if row.code in check.rows)


def in_column(formula: Expression, column: ColumnCode) -> Expression:
    """A row's formula as one of the cell's: ``[DTC01]`` is that row, this column."""
    return with_cells(
        formula,
        lambda cell: cell if cell.row else Cell(column, RowCode(cell.column), cell.period),
    )
