"""A report's sheet: completed from what was typed, checked, and read from what was sent.

Nothing here raises for bad input: whatever was sent, the answer is a list with every fault.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from shared.domain import faults as say
from shared.domain.expressions import exact
from shared.domain.faults import Fault
from shared.domain.figures import (
    Figures,
    InvalidFigure,
    figure_text,
    is_blank,
    parse_figure,
    plain_whole,
    rounded,
)
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.operations import Rational
from shared.domain.plans import FormPlan, Grid, plan_of

Explanations = Mapping[tuple[str, RowCode], str]
"""What the sender says about a soft rule: (code of the check, judged row) to text."""

MAX_FAULTS = 2_000
"""More than any form has cells; only garbage reaches it, and the answer to garbage stays small."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Every cell of a form, typed and derived; ``exact`` is row by row in printed order."""

    form: FormTemplate
    exact: tuple[Rational | None, ...]

    def exact_value(self, cell: CellRef) -> Rational | None:
        """Not rounded: what further calculation starts from."""
        return self.exact[plan_of(self.form).position(cell)]

    def value(self, cell: CellRef) -> Decimal | None:
        """Rounded once, to the decimals of its measure."""
        value = self.exact_value(cell)
        if value is None:
            return None
        return rounded(value, self.form.measures[cell].decimals)

    def row(self, row: RowCode) -> dict[ColumnCode, Decimal | None]:
        return {column.code: self.value(CellRef(row, column.code)) for column in self.form.columns}

    def as_mapping(self) -> dict[RowCode, dict[ColumnCode, Decimal | None]]:
        return {row.code: self.row(row.code) for row in self.form.rows}


@dataclass(frozen=True, slots=True)
class Validation:
    """``figures`` are those that could be read, zeros and blanks as they were typed."""

    figures: Figures
    sheet: Sheet
    faults: tuple[Fault, ...]

    @property
    def blocks(self) -> bool:
        return any(fault.blocks for fault in self.faults)


@dataclass(slots=True)
class _Reading:
    """What reading found so far; a fault keeps the place in the input where it was found."""

    form: FormTemplate
    figures: dict[RowCode, dict[ColumnCode, Decimal]] = field(default_factory=dict)
    typed_derived: list[tuple[int, CellRef, Decimal]] = field(default_factory=list)
    invalid: set[int] = field(default_factory=set)
    faults: list[tuple[int, Fault]] = field(default_factory=list)
    place: int = 0

    def reject(self, fault: Fault) -> None:
        self.faults.append((self.place, fault))


def complete(
    form: FormTemplate,
    figures: Figures,
    *,
    previous: Figures | None = None,
    same_period_last_year: Figures | None = None,
    same_year: bool = False,
) -> Sheet:
    """The whole sheet. A cell that cannot be computed is None; a blank is 0 if the form says so.

    ``same_year`` says that the previous period belongs to the same year; without it, what a formula
    asks by ``previous_in_year`` is missing.
    """
    plan = plan_of(form)
    grid = _grid(
        plan,
        figures,
        previous=previous,
        same_period_last_year=same_period_last_year,
        same_year=same_year,
    )
    return _sheet(plan, grid)


def check(
    form: FormTemplate,
    figures: Figures,
    *,
    previous: Figures | None = None,
    same_period_last_year: Figures | None = None,
    same_year: bool = False,
    explanations: Explanations | None = None,
) -> tuple[Fault, ...]:
    """Every rule that fails, hard and soft, by row in printed order.

    A rule over what is missing is not judged; without a report of another period, neither is a
    rule that compares with it.
    """
    plan = plan_of(form)
    grid = _grid(
        plan,
        figures,
        previous=previous,
        same_period_last_year=same_period_last_year,
        same_year=same_year,
    )
    failed = _failed_checks(
        plan, grid, touched=figures, invalid=frozenset(), explanations=explanations or {}
    )
    return tuple(failed)


def validate(
    form: FormTemplate,
    raw: object,
    *,
    previous: Figures | None = None,
    same_period_last_year: Figures | None = None,
    same_year: bool = False,
    explanations: Explanations | None = None,
) -> Validation:
    """Read, complete and check in one pass: every fault at once.

    A rule that depends on a cell which could not be read is left for the next attempt.
    """
    plan = plan_of(form)
    reading = _read(form, raw)
    grid = _grid(
        plan,
        reading.figures,
        previous=previous,
        same_period_last_year=same_period_last_year,
        same_year=same_year,
        unknown=reading.invalid,
    )
    found = [
        *_reading_faults(plan, reading, grid),
        *_failed_checks(
            plan,
            grid,
            touched=plan.positions if reading.invalid else reading.figures,
            invalid=frozenset(reading.invalid),
            explanations=explanations or {},
        ),
    ]
    return Validation(reading.figures, _sheet(plan, grid), _limited(found))


def canonical_figures(form: FormTemplate, figures: Figures) -> dict[str, dict[str, str]]:
    """Exact text in printed order, whatever the order of entry: what is stored and hashed."""
    result: dict[str, dict[str, str]] = {}
    for row, columns in plan_of(form).typed.items():
        cells = figures.get(row)
        if cells:
            texts: dict[str, str] = {
                each: figure_text(cells[each]) for each in columns if each in cells
            }
            if texts:
                result[row] = texts
    return result


def stored_values(form: FormTemplate, figures: Figures) -> tuple[Decimal | None, ...]:
    """One value for each of ``form.input_cells``, blanks turned into 0 if the form says so."""
    blank = Decimal(0) if form.blank_is_zero else None
    return tuple(figures.get(cell.row, {}).get(cell.column, blank) for cell in form.input_cells)


def sheet_of_values(form: FormTemplate, values: Sequence[Decimal | Rational | None]) -> Sheet:
    """The sheet of an array in the order of ``form.input_cells``, such as sums over a tree.

    None stays missing even where a blank would be 0: nobody has reported it.
    """
    plan = plan_of(form)
    grid: Grid = [None] * (3 * plan.size + 1)
    for position, value in zip(plan.inputs, values, strict=True):
        grid[position] = None if value is None else exact(value)
    return _sheet(plan, plan.derive(grid))


def _sheet(plan: FormPlan, grid: Grid) -> Sheet:
    return Sheet(plan.form, tuple(grid[: plan.size]))


def _grid(
    plan: FormPlan,
    figures: Figures,
    *,
    previous: Figures | None = None,
    same_period_last_year: Figures | None = None,
    same_year: bool = False,
    unknown: Collection[int] = (),
) -> Grid:
    grid = [
        *_typed(plan, figures),
        *_other_period(plan, previous),
        *_other_period(plan, same_period_last_year),
        1 if same_year else None,
    ]
    if not unknown:
        return plan.complete(grid, rows=figures)
    for position in unknown:
        grid[position] = None
    return plan.derive(grid)


def _other_period(plan: FormPlan, figures: Figures | None) -> Grid:
    nothing: Grid = [None] * plan.size
    if figures is None:
        return nothing
    grid = [*_typed(plan, figures), *nothing, *nothing, None]
    return plan.complete(grid, rows=figures)[: plan.size]


def _typed(plan: FormPlan, figures: Figures) -> Grid:
    grid: Grid = list(plan.blank)
    for row, cells in figures.items():
        positions = plan.typed.get(row, {})
        for column, value in cells.items():
            position = positions.get(column)
            if position is not None:
                grid[position] = exact(value)
    return grid


def _read(form: FormTemplate, raw: object) -> _Reading:
    reading = _Reading(form)
    if not isinstance(raw, Mapping):
        reading.reject(say.not_an_object())
        return reading
    for row, cells in raw.items():
        reading.place += 1
        if row not in form.row_by_code:
            reading.reject(say.unknown_row(str(row)))
        elif not isinstance(cells, Mapping):
            _read_odd_row(reading, row, cells)
        else:
            _read_row(reading, row, cells)
    return reading


def _read_odd_row(reading: _Reading, row: RowCode, cells: object) -> None:
    if cells is not None:
        reading.reject(say.not_an_object(row))


def _read_row(reading: _Reading, row: RowCode, cells: Mapping[str, object]) -> None:
    inputs = plan_of(reading.form).typed.get(row, {})
    typed: dict[ColumnCode, Decimal] = {}
    for code, raw in cells.items():
        reading.place += 1
        column = ColumnCode(code)
        figure = plain_whole(raw) if column in inputs else None
        if figure is None:
            figure = _read_odd_cell(reading, row, column, raw=raw)
        if figure is not None:
            typed[column] = figure
    if typed:
        reading.figures[row] = typed


def _read_odd_cell(
    reading: _Reading, row: RowCode, code: ColumnCode, *, raw: object
) -> Decimal | None:
    """A figure that is typed; None for what is blank, wrong, or to be compared later."""
    column = reading.form.column_by_code.get(code)
    if column is None:
        reading.reject(say.unknown_column(row, str(code)))
        return None
    cell = CellRef(row, column.code)
    if cell in reading.form.locked or not reading.form.is_figure(cell):
        if not is_blank(raw):
            reading.reject(say.misplaced(cell, form=reading.form))
        return None
    figure = _read_cell(reading, cell, raw=raw)
    if figure is None or not (reading.form.row_by_code[row].is_derived or column.is_derived):
        return figure
    reading.typed_derived.append((reading.place, cell, figure))
    return None


def _read_cell(reading: _Reading, cell: CellRef, *, raw: object) -> Decimal | None:
    if is_blank(raw):
        return None
    measure = reading.form.measures[cell]
    try:
        return parse_figure(raw, column_type=measure.type, decimals=measure.decimals)
    except InvalidFigure as error:
        reading.reject(say.invalid_figure(cell, error))
        reading.invalid.add(plan_of(reading.form).position(cell))
        return None


def _reading_faults(plan: FormPlan, reading: _Reading, grid: Grid) -> list[Fault]:
    unsettled = reading.invalid | _missing(plan, grid) if reading.typed_derived else set()
    derived = [
        (place, fault)
        for place, cell, typed in reading.typed_derived
        for fault in _derived_faults(plan, grid, cell=cell, typed=typed, unsettled=unsettled)
    ]
    in_order = sorted([*reading.faults, *derived], key=lambda each: each[0])
    found = [fault for _, fault in in_order]
    return [*found, *_missing_faults(plan, reading, grid, other_faults=bool(found))]


def _derived_faults(
    plan: FormPlan, grid: Grid, *, cell: CellRef, typed: Decimal, unsettled: set[int]
) -> Iterator[Fault]:
    position = plan.position(cell)
    if plan.needs[position] & unsettled:
        return
    computed = grid[position]
    decimals = plan.form.measures[cell].decimals
    if computed is None:
        yield say.not_derivable(cell)
    elif typed != computed and typed != rounded(computed, decimals):
        yield say.total_mismatch(cell, typed=exact(typed), computed=computed, decimals=decimals)


def _missing(plan: FormPlan, grid: Grid) -> set[int]:
    return {position for position in plan.inputs if grid[position] is None}


def _missing_faults(
    plan: FormPlan, reading: _Reading, grid: Grid, *, other_faults: bool
) -> list[Fault]:
    missing = [
        say.missing_cell(cell)
        for position, cell in plan.required.items()
        if grid[position] is None and position not in reading.invalid
    ]
    if missing or reading.figures or other_faults or not plan.form.blank_is_zero:
        return missing
    return [say.nothing_entered()]


def _failed_checks(
    plan: FormPlan,
    grid: Grid,
    *,
    touched: Collection[RowCode],
    invalid: frozenset[int],
    explanations: Explanations,
) -> Iterator[Fault]:
    for compiled in plan.checks:
        if compiled.holds_untouched and compiled.row.code not in touched:
            continue
        # sum(), filled() and or can judge without a cell that was sent but could not be read.
        if compiled.judge(grid) is not False or compiled.needs & invalid:
            continue
        explanation = explanations.get((compiled.check.code, compiled.row.code), "").strip()
        yield say.failed_check(compiled, grid, explanation=explanation or None)


def _limited(found: list[Fault]) -> tuple[Fault, ...]:
    if len(found) <= MAX_FAULTS:
        return tuple(found)
    return (*found[:MAX_FAULTS], say.too_many_faults(MAX_FAULTS))
