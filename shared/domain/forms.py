"""Form templates: printed rows and columns, what is typed, what is derived, what must hold.

A cell is (organization, period, row, column). In a row that sums its children, a percentage or
another ratio is computed by its column's formula from the summed parts, never added or averaged;
every other column is the sum of the child rows, missing if one of them is. Derived cells are never
typed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Literal, NamedTuple, TypeVar

from shared.domain.errors import CatalogueError
from shared.domain.expressions import (
    Cell,
    Comparison,
    Expression,
    Kind,
    ReferencePeriod,
    cells_of,
    has_division,
)
from shared.domain.identifiers import ColumnCode, FormCode, RowCode
from shared.domain.time import in_force, require_some_day

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SIDES = ("left", "right", "difference")
"""Placeholders of a check that is one comparison: its sides, and how far apart they are."""


class ColumnType(StrEnum):
    COUNT = "count"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"


class TimeOperator(StrEnum):
    """How the periods of a longer period are put together; a stock is LAST, a flow is SUM."""

    SUM = "sum"
    AVERAGE = "average"
    LAST = "last"
    MIN = "min"
    MAX = "max"
    NONE = "none"


class Severity(StrEnum):
    """HARD blocks sending; SOFT lets through what is explained."""

    HARD = "hard"
    SOFT = "soft"


class CellRef(NamedTuple):
    row: RowCode
    column: ColumnCode


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
    """``number`` is what is printed in the head; ``decimals`` the most digits after the mark."""

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
    code: RowCode
    label: str
    number: str
    parent: RowCode | None = None
    sum_of_children: bool = False
    label_en: str | None = None

    @property
    def is_derived(self) -> bool:
        return self.sum_of_children


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
    may be in both. ``slug`` stands for the code in addresses. Raises InvalidForm with every fault.
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

    def __post_init__(self) -> None:
        require_some_day(valid_from=self.valid_from, valid_to=self.valid_to)
        faults = tuple(_faults_of(self))
        if faults:
            raise InvalidForm(self.code, faults=faults)

    def __hash__(self) -> int:
        return hash((self.code, self.version))

    def is_in_force(self, on: date) -> bool:
        return in_force(on, valid_from=self.valid_from, valid_to=self.valid_to)

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
    def columns_by_dependency(self) -> tuple[Column, ...]:
        """Every column after those that its formula needs."""
        order = TopologicalSorter(_dependencies(self.columns)).static_order()
        return tuple(self.column_by_code[code] for code in order)

    @cached_property
    def rows_by_dependency(self) -> tuple[Row, ...]:
        """Every row after those that it sums."""
        order = TopologicalSorter(_child_rows(self.rows)).static_order()
        return tuple(self.row_by_code[code] for code in order)

    def judged_rows(self, check: CrossCheck) -> tuple[Row, ...]:
        """The rows that a check is applied to, in printed order."""
        if check.rows == "every":
            return self.input_rows
        if check.rows == "total":
            return (self.total_row,) if self.total_row else ()
        return tuple(row for row in self.rows if row.code in check.rows)


def placeholder_of(cell: Cell) -> str:
    """What stands for a cell in a check's message."""
    prefix = {
        ReferencePeriod.CURRENT: "" if cell.row else "col_",
        ReferencePeriod.PREVIOUS: "previous_",
        ReferencePeriod.SAME_PERIOD_LAST_YEAR: "last_year_",
    }[cell.period]
    return f"{prefix}{cell.row}_{cell.column}" if cell.row else f"{prefix}{cell.column}"


Code = TypeVar("Code", bound=str)


def _faults_of(form: FormTemplate) -> Iterator[str]:
    yield from _repeated("dòng", (row.code for row in form.rows))
    yield from _repeated("cột", (column.code for column in form.columns))
    yield from _repeated("kiểm tra", (check.code for check in form.checks))
    yield from _structure_faults(form)
    for column in form.columns:
        if column.formula is not None:
            yield from _formula_faults(column.formula, form=form, column=column)
    for check in form.checks:
        yield from _check_faults(check, form=form)


def _repeated(what: str, codes: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            yield f"Mã {what} {code} bị trùng."
        seen.add(code)


def _structure_faults(form: FormTemplate) -> Iterator[str]:
    rows, columns = form.row_by_code, form.column_by_code
    for row in form.rows:
        if row.parent is not None and row.parent not in rows:
            yield f"Dòng {row.code} thuộc dòng {row.parent} mà mẫu không có."
        if row.sum_of_children and not form.children_of(row.code):
            yield f"Dòng tổng {row.code} không có dòng con để cộng."
    for column in form.columns:
        if column.parent is not None and column.parent not in columns:
            yield f"Cột {column.code} thuộc cột {column.parent} mà mẫu không có."
    if _has_cycle({row.code: [row.parent] for row in form.rows if row.parent}):
        yield "Các dòng thuộc lẫn nhau thành vòng."
    if _has_cycle(_dependencies(form.columns)):
        yield "Công thức của các cột gọi lẫn nhau thành vòng."


def _dependencies(columns: tuple[Column, ...]) -> dict[ColumnCode, list[ColumnCode]]:
    """By column and not by cell: stricter, and a form stays readable from left to right."""
    return {
        column.code: [
            cell.column
            for cell in (cells_of(column.formula) if column.formula else ())
            if cell.period is ReferencePeriod.CURRENT
        ]
        for column in columns
    }


def _child_rows(rows: tuple[Row, ...]) -> dict[RowCode, list[RowCode]]:
    return {row.code: [child.code for child in rows if child.parent == row.code] for row in rows}


def _has_cycle(graph: dict[Code, list[Code]]) -> bool:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return True
    return False


def _formula_faults(formula: Expression, *, form: FormTemplate, column: Column) -> Iterator[str]:
    where = f"Công thức cột {column.code}"
    if formula.kind is not Kind.NUMBER:
        yield f"{where} phải cho ra một số."
    yield from _reference_faults(formula, form=form, where=where)


def _check_faults(check: CrossCheck, *, form: FormTemplate) -> Iterator[str]:
    where = f"Kiểm tra {check.code}"
    if check.expression.kind is not Kind.TRUTH:
        yield f"{where} phải là một điều kiện."
    if check.rows == "total" and form.total_row is None:
        yield f"{where} áp dụng cho dòng tổng, nhưng mẫu không có một dòng tổng chung."
    if not isinstance(check.rows, str):
        for code in check.rows:
            if code not in form.row_by_code:
                yield f"{where} áp dụng cho dòng {code} mà mẫu không có."
    yield from _reference_faults(check.expression, form=form, where=where)
    known = {"row", *(placeholder_of(cell) for cell in cells_of(check.expression))}
    if isinstance(check.expression, Comparison):
        known.update(SIDES)
    for message in filter(None, (check.message, check.message_en)):
        for name in PLACEHOLDER.findall(message):
            if name not in known:
                yield f"{where}: thông báo dùng “{{{name}}}”, chỉ được dùng {sorted(known)}."


def _reference_faults(expression: Expression, *, form: FormTemplate, where: str) -> Iterator[str]:
    for cell in cells_of(expression):
        if cell.column not in form.column_by_code:
            yield f"{where} gọi cột {cell.column} mà mẫu không có."
        if cell.row is not None and cell.row not in form.row_by_code:
            yield f"{where} gọi dòng {cell.row} mà mẫu không có."
