"""A form made ready: every formula and check compiled once, so that a report costs microseconds.

A grid is one flat list: the sheet of this period, then the sheet of the previous period, then that
of the same period last year, each row by row in printed order, derived cells included; and at its
end 1 if the previous period is of the same year, else None.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
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
from shared.domain.form_faults import placeholder_of
from shared.domain.forms import CellRef, CrossCheck, Derivation, FormTemplate, Row
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.operations import Evaluator, Rational

Grid = list[Rational | None]
Positions = Mapping[RowCode, Mapping[ColumnCode, int]]
Step = tuple[int, Evaluator[Grid]]
"""A derived position, and what computes it."""

SHEETS = {
    ReferencePeriod.CURRENT: 0,
    ReferencePeriod.PREVIOUS: 1,
    ReferencePeriod.PREVIOUS_IN_YEAR: 1,
    ReferencePeriod.SAME_PERIOD_LAST_YEAR: 2,
}
"""Which sheet of a grid a reference looks at."""

SAME_YEAR = -1
"""Where a grid says whether the previous period is of the same year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledCheck:
    """A check applied to one row.

    ``needs`` are the input positions that it depends on; ``anchor`` is the cell where people are
    told; ``decimals`` is the finest of the cells named, to show values with. It ``holds_untouched``
    if it looks at nothing but its own row of this period, and holds where nothing is typed there.
    """

    check: CrossCheck
    row: Row
    anchor: CellRef
    needs: frozenset[int]
    decimals: int
    judge: Evaluator[Grid]
    placeholders: Mapping[str, Evaluator[Grid]]
    holds_untouched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPlan:
    """``steps`` compute the derived positions in an order in which each finds what it needs.

    ``within`` are those of them that look at nothing but their own row of this period, by row, and
    ``across`` the others. ``typed`` is the positions of the input cells only, in printed order, and
    ``blank`` the sheet on which nothing was typed, derived as far as ``within`` goes.
    """

    form: FormTemplate
    size: int
    positions: Positions
    inputs: tuple[int, ...]
    typed: Positions
    required: Mapping[int, CellRef]
    blank: tuple[Rational | None, ...]
    steps: tuple[Step, ...]
    within: Mapping[RowCode, tuple[Step, ...]]
    across: tuple[Step, ...]
    needs: Mapping[int, frozenset[int]]
    checks: tuple[CompiledCheck, ...]

    def position(self, cell: CellRef) -> int:
        return self.positions[cell.row][cell.column]

    def derive(self, grid: Grid) -> Grid:
        """Fill the derived cells of this period in place; gives the same grid back."""
        return _run(self.steps, grid)

    def complete(self, grid: Grid, *, rows: Iterable[RowCode]) -> Grid:
        """The same for a grid that is ``blank`` but for those rows."""
        for row in rows:
            _run(self.within.get(row, ()), grid)
        return _run(self.across, grid)


def _run(steps: Iterable[Step], grid: Grid) -> Grid:
    for position, evaluate in steps:
        grid[position] = evaluate(grid)
    return grid


@lru_cache(maxsize=256)
def plan_of(form: FormTemplate) -> FormPlan:
    """The plan of a form; made once for each form in use."""
    compiler = _Compiler(form, _positions_of(form))
    steps = tuple(compiler.steps())
    needs = compiler.needs()
    within = compiler.within(dict(steps))
    local = {position for each in within.values() for position, _ in each}
    blank = _run([step for each in within.values() for step in each], list(compiler.blank()))
    return FormPlan(
        form=form,
        size=compiler.size,
        positions=compiler.positions,
        inputs=tuple(compiler.position(cell) for cell in form.input_cells),
        typed=compiler.typed(),
        required=compiler.required(),
        blank=tuple(blank),
        steps=steps,
        within=within,
        across=tuple(step for step in steps if step[0] not in local),
        needs=needs,
        checks=tuple(compiler.checks(needs, blank=[*blank, *[None] * (2 * compiler.size + 1)])),
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

    def typed(self) -> Positions:
        found: dict[RowCode, dict[ColumnCode, int]] = {}
        for cell in self.form.input_cells:
            found.setdefault(cell.row, {})[cell.column] = self.position(cell)
        return found

    def required(self) -> dict[int, CellRef]:
        return {
            self.position(cell): cell
            for cell in self.form.input_cells
            if self.form.is_required(cell)
        }

    def blank(self) -> tuple[Rational | None, ...]:
        zeros: set[int] = set()
        if self.form.blank_is_zero:
            zeros = set(map(self.position, self.form.input_cells)) - set(self.required())
        return tuple(0 if position in zeros else None for position in range(self.size))

    def steps(self) -> Iterator[tuple[int, Evaluator[Grid]]]:
        for cell, derivation in self.form.derivations.items():
            formula = derivation.formula
            evaluator = (
                self.compile(formula, row=self.form.row_by_code[cell.row])
                if formula is not None
                else self.sum_of(derivation)
            )
            yield self.position(cell), evaluator

    def within(self, evaluators: Mapping[int, Evaluator[Grid]]) -> dict[RowCode, tuple[Step, ...]]:
        """The steps, in their order, whose every part lies in their own row of this period."""
        found: dict[RowCode, list[Step]] = {}
        local: set[CellRef] = {*self.form.input_cells, *self.form.locked}
        for cell, derivation in self.form.derivations.items():
            formula = derivation.formula
            named = cells_of(formula) if formula is not None else ()
            is_current = all(each.period is ReferencePeriod.CURRENT for each in named)
            if is_current and all(
                part.row == cell.row and part in local for part in derivation.parts
            ):
                local.add(cell)
                position = self.position(cell)
                found.setdefault(cell.row, []).append((position, evaluators[position]))
        return {row: tuple(steps) for row, steps in found.items()}

    def position(self, cell: CellRef) -> int:
        return self.positions[cell.row][cell.column]

    def positions_of(self, cells: Iterable[CellRef]) -> tuple[int, ...]:
        return tuple(map(self.position, cells))

    def sum_of(self, derivation: Derivation) -> Evaluator[Grid]:
        if not derivation.skipped:
            return _sum_of(self.positions_of(derivation.parts))
        needed = [part for part in derivation.parts if part not in derivation.skipped]
        skipped = self.positions_of(part for part in derivation.parts if part in derivation.skipped)
        return _sum_skipping(self.positions_of(needed), skipped)

    def compile(self, expression: Expression, *, row: Row) -> Evaluator[Grid]:
        return compile_expression(expression, locate=lambda cell: self.locate(cell, row=row))

    def locate(self, cell: Cell, *, row: Row) -> Callable[[Grid], Rational | None]:
        position = self.position(CellRef(cell.row or row.code, cell.column))
        take = itemgetter(SHEETS[cell.period] * self.size + position)
        if cell.period is not ReferencePeriod.PREVIOUS_IN_YEAR:
            return take
        return lambda grid: take(grid) if grid[SAME_YEAR] else None

    def needs(self) -> dict[int, frozenset[int]]:
        """For each position of this period, the input positions that its value depends on."""
        needs = {
            position: frozenset([position])
            for cells in self.positions.values()
            for position in cells.values()
        }
        for cell, derivation in self.form.derivations.items():
            needs[self.position(cell)] = _union(needs, self.positions_of(derivation.parts))
        return needs

    def current_positions(self, expression: Expression, *, row: Row) -> tuple[int, ...]:
        return tuple(
            self.positions[cell.row or row.code][cell.column]
            for cell in cells_of(expression)
            if cell.period is ReferencePeriod.CURRENT
        )

    def checks(
        self, needs: Mapping[int, frozenset[int]], *, blank: Grid
    ) -> Iterator[CompiledCheck]:
        for row, check in self.judgements():
            sources = self.current_positions(check.expression, row=row)
            judge = self.compile(check.expression, row=row)
            yield CompiledCheck(
                check=check,
                row=row,
                anchor=self.anchor(check, row=row),
                needs=_union(needs, sources),
                decimals=self.decimals(check, row=row),
                judge=judge,
                placeholders=self.placeholders(check.expression, row=row),
                holds_untouched=self.is_within(row, needs=_union(needs, sources))
                and all(
                    cell.period is ReferencePeriod.CURRENT for cell in cells_of(check.expression)
                )
                and judge(blank) is not False,
            )

    def is_within(self, row: Row, *, needs: frozenset[int]) -> bool:
        """Whether the input positions all lie in that row."""
        return needs <= set(self.positions[row.code].values())

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

    def decimals(self, check: CrossCheck, *, row: Row) -> int:
        named = (
            self.form.measures[CellRef(cell.row or row.code, cell.column)]
            for cell in cells_of(check.expression)
        )
        return max((measure.decimals for measure in named), default=0)

    def placeholders(self, expression: Expression, *, row: Row) -> dict[str, Evaluator[Grid]]:
        evaluators = {
            placeholder_of(cell): self.compile(cell, row=row) for cell in cells_of(expression)
        }
        if isinstance(expression, Comparison):
            evaluators["left"] = self.compile(expression.left, row=row)
            evaluators["right"] = self.compile(expression.right, row=row)
        return evaluators


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


def _sum_skipping(needed: tuple[int, ...], skipped: tuple[int, ...]) -> Evaluator[Grid]:
    """As `_sum_of`, without those of the ``skipped`` that are missing; None if nothing is left."""
    add_needed = _sum_of(needed)

    def run(grid: Grid) -> Rational | None:
        there = [value for value in map(grid.__getitem__, skipped) if value is not None]
        total: Rational | None = add_needed(grid)
        if total is None or not (there or needed):
            return None
        for value in there:
            total += value
        return total

    return run


def _union(needs: Mapping[int, frozenset[int]], sources: tuple[int, ...]) -> frozenset[int]:
    return frozenset().union(*(needs[source] for source in sources))
