"""A form made ready: every formula and check compiled once, so that a report costs microseconds.

A grid is one flat list: the sheet of this period, then the sheet of the previous period, then that
of the same period last year, each row by row in printed order, derived cells included.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from shared.domain.expressions import (
    Cell,
    Comparison,
    Expression,
    ReferencePeriod,
    cells_of,
    compile_expression,
)
from shared.domain.forms import CellRef, Column, CrossCheck, FormTemplate, Row, placeholder_of
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.operations import Evaluator, Rational

Grid = list[Rational | None]
Positions = Mapping[RowCode, Mapping[ColumnCode, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledCheck:
    """A check applied to one row.

    ``needs`` are the input positions that it depends on; ``anchor`` is the cell where people are
    told; ``decimals`` is the finest of the columns named, to show values with.
    """

    check: CrossCheck
    row: Row
    anchor: CellRef
    needs: frozenset[int]
    decimals: int
    judge: Evaluator[Grid]
    placeholders: Mapping[str, Evaluator[Grid]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPlan:
    """``steps`` compute the derived positions in an order in which each finds what it needs."""

    form: FormTemplate
    size: int
    positions: Positions
    inputs: tuple[int, ...]
    steps: tuple[tuple[int, Evaluator[Grid]], ...]
    needs: Mapping[int, frozenset[int]]
    checks: tuple[CompiledCheck, ...]

    def position(self, cell: CellRef) -> int:
        return self.positions[cell.row][cell.column]

    def derive(self, grid: Grid) -> Grid:
        """Fill the derived cells of this period in place; gives the same grid back."""
        for position, evaluate in self.steps:
            grid[position] = evaluate(grid)
        return grid


@lru_cache(maxsize=256)
def plan_of(form: FormTemplate) -> FormPlan:
    """The plan of a form; made once for each form in use."""
    compiler = _Compiler(form, _positions_of(form))
    steps = tuple(compiler.steps())
    needs = compiler.needs()
    return FormPlan(
        form=form,
        size=compiler.size,
        positions=compiler.positions,
        inputs=tuple(compiler.positions[cell.row][cell.column] for cell in form.input_cells),
        steps=steps,
        needs=needs,
        checks=tuple(compiler.checks(needs)),
    )


def _positions_of(form: FormTemplate) -> Positions:
    width = len(form.columns)
    return {
        row.code: {column.code: down * width + across for across, column in enumerate(form.columns)}
        for down, row in enumerate(form.rows)
    }


@dataclass(frozen=True, slots=True)
class _Compiler:
    form: FormTemplate
    positions: Positions

    @property
    def size(self) -> int:
        return len(self.form.rows) * len(self.form.columns)

    def derived_cells(self) -> Iterator[tuple[Row, Column]]:
        """Each after the cells that it is derived from."""
        for column in self.form.columns_by_dependency:
            for row in self.form.rows_by_dependency:
                if row.is_derived or column.is_derived:
                    yield row, column

    def steps(self) -> Iterator[tuple[int, Evaluator[Grid]]]:
        for row, column in self.derived_cells():
            formula = _formula_in(row, column)
            evaluator = (
                self.compile(formula, row=row)
                if formula is not None
                else _sum_of(self.child_positions(row, column))
            )
            yield self.positions[row.code][column.code], evaluator

    def child_positions(self, row: Row, column: Column) -> tuple[int, ...]:
        children = self.form.children_of(row.code)
        return tuple(self.positions[child.code][column.code] for child in children)

    def compile(self, expression: Expression, *, row: Row) -> Evaluator[Grid]:
        return compile_expression(expression, locate=lambda cell: self.locate(cell, row=row))

    def locate(self, cell: Cell, *, row: Row) -> Callable[[Grid], Rational | None]:
        offset = self.size * list(ReferencePeriod).index(cell.period)
        return itemgetter(offset + self.positions[cell.row or row.code][cell.column])

    def needs(self) -> dict[int, frozenset[int]]:
        """For each position of this period, the input positions that its value depends on."""
        needs = {
            position: frozenset([position])
            for cells in self.positions.values()
            for position in cells.values()
        }
        for row, column in self.derived_cells():
            formula = _formula_in(row, column)
            sources = (
                self.current_positions(formula, row=row)
                if formula is not None
                else self.child_positions(row, column)
            )
            needs[self.positions[row.code][column.code]] = _union(needs, sources)
        return needs

    def current_positions(self, expression: Expression, *, row: Row) -> tuple[int, ...]:
        return tuple(
            self.positions[cell.row or row.code][cell.column]
            for cell in cells_of(expression)
            if cell.period is ReferencePeriod.CURRENT
        )

    def checks(self, needs: Mapping[int, frozenset[int]]) -> Iterator[CompiledCheck]:
        for row, check in self.judgements():
            sources = self.current_positions(check.expression, row=row)
            yield CompiledCheck(
                check=check,
                row=row,
                anchor=self.anchor(check, row=row),
                needs=_union(needs, sources),
                decimals=self.decimals(check),
                judge=self.compile(check.expression, row=row),
                placeholders=self.placeholders(check.expression, row=row),
            )

    def judgements(self) -> Iterator[tuple[Row, CrossCheck]]:
        """By row in printed order, then in the order of the form's checks."""
        judged = [(check, self.form.judged_rows(check)) for check in self.form.checks]
        for row in self.form.rows:
            for check, rows in judged:
                if row in rows:
                    yield row, check

    def anchor(self, check: CrossCheck, *, row: Row) -> CellRef:
        """The first cell of this period that the check names, else the start of the row."""
        for cell in cells_of(check.expression):
            if cell.period is ReferencePeriod.CURRENT:
                return CellRef(cell.row or row.code, cell.column)
        return CellRef(row.code, self.form.columns[0].code)

    def decimals(self, check: CrossCheck) -> int:
        named = (self.form.column_by_code[cell.column] for cell in cells_of(check.expression))
        return max((column.decimals for column in named), default=0)

    def placeholders(self, expression: Expression, *, row: Row) -> dict[str, Evaluator[Grid]]:
        evaluators = {
            placeholder_of(cell): self.compile(cell, row=row) for cell in cells_of(expression)
        }
        if isinstance(expression, Comparison):
            evaluators["left"] = self.compile(expression.left, row=row)
            evaluators["right"] = self.compile(expression.right, row=row)
        return evaluators


def _formula_in(row: Row, column: Column) -> Expression | None:
    """The formula that computes a derived cell; None where it is the sum of the child rows."""
    return column.formula if column.is_ratio or not row.is_derived else None


def _sum_of(positions: tuple[int, ...]) -> Evaluator[Grid]:
    """Missing if a row is missing: part of a total is no total, and a ratio over it would lie."""

    def run(grid: Grid) -> Rational | None:
        total: Rational = 0
        for position in positions:
            value = grid[position]
            if value is None:
                return None
            total += value
        return total

    return run


def _union(needs: Mapping[int, frozenset[int]], sources: tuple[int, ...]) -> frozenset[int]:
    return frozenset().union(*(needs[source] for source in sources))
