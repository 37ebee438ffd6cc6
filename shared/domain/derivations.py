"""How the cells of a form come about: what each holds, and what a derived one is computed from.

A cell that is closed for some is skipped by what adds it up: a sum over the others stands. What
multiplies or divides by it is missing, as is a sum of which all is.
"""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from fractions import Fraction
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from shared.domain.cells import CellRef, Derivation, Measure
from shared.domain.expressions import (
    ArithmeticOperator,
    Binary,
    Cell,
    Expression,
    Function,
    FunctionName,
    Negate,
    Number,
    ReferencePeriod,
    cells_of,
    parts_of,
    with_cells,
)
from shared.domain.identifiers import ColumnCode, RowCode

if TYPE_CHECKING:
    from shared.domain.forms import Column, FormTemplate, Row

Derivations = Mapping[CellRef, Derivation]
_ADDING = {ArithmeticOperator.ADD, ArithmeticOperator.SUBTRACT}


def measure_of(row: "Row", column: "Column", *, by_column: bool) -> Measure:
    """The row's own words, else the column's; ``by_column``: the column's formula computes it."""
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
    if by_column:
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


def derivations_of(form: "FormTemplate") -> Derivations:
    """Every derived cell, after the cells that it is computed from."""
    found = form.derivations_as_printed
    order = TopologicalSorter({cell: each.parts for cell, each in found.items()}).static_order()
    ordered = {cell: found[cell] for cell in order if cell in found}
    closable = form.closable_cells
    return _skipping(ordered, closable) if closable else ordered


def derivation_of(row: "Row", column: "Column", *, form: "FormTemplate") -> Derivation:
    """How one derived cell is computed, when nothing is closed."""
    formula = _formula_in(row, column, by_row=form.prefers_rows)
    if formula is None:
        children = (CellRef(each.code, column.code) for each in form.children_of(row.code))
        return Derivation(None, tuple(each for each in children if form.is_figure(each)))
    parts = (
        CellRef(cell.row or row.code, cell.column)
        for cell in cells_of(formula)
        if cell.period is ReferencePeriod.CURRENT
    )
    return Derivation(formula, tuple(parts))


def in_column(formula: Expression, column: ColumnCode) -> Expression:
    """A row's formula as one of the cell's: ``[DTC01]`` is that row, this column."""
    return with_cells(
        formula,
        lambda cell: cell if cell.row else Cell(column, RowCode(cell.column), cell.period),
    )


def _formula_in(row: "Row", column: "Column", *, by_row: bool) -> Expression | None:
    """The formula that computes a derived cell; None where it is the sum of the child rows."""
    if row.formula is not None and (by_row or not column.is_derived):
        return in_column(row.formula, column.code)
    return None if row.sum_of_children and not column.is_ratio else column.formula


def _skipping(ordered: Derivations, closable: Iterable[CellRef]) -> Derivations:
    """What adds up nothing but what may be closed, may be closed itself."""
    absent = set(closable)
    found: dict[CellRef, Derivation] = {}
    for cell, derivation in ordered.items():
        skipped = frozenset(absent.intersection(derivation.parts))
        found[cell] = derivation
        if not skipped:
            continue

        may_miss = _among(skipped, row=cell.row)
        formula = derivation.formula
        if formula is not None:
            formula = skip_absent(formula, may_miss)
        found[cell] = Derivation(formula, derivation.parts, skipped)
        adds = derivation.formula is None or _is_absent(derivation.formula, may_miss)
        if adds and absent.issuperset(derivation.parts):
            absent.add(cell)
    return found


def _among(skipped: AbstractSet[CellRef], *, row: RowCode) -> Callable[[Cell], bool]:
    """What another period lacks may be its whole report, which no sum goes on without."""

    def may_miss(cell: Cell) -> bool:
        is_current = cell.period is ReferencePeriod.CURRENT
        return is_current and CellRef(cell.row or row, cell.column) in skipped

    return may_miss


def skip_absent(formula: Expression, may_miss: Callable[[Cell], bool]) -> Expression:
    """The same formula, in which additions and subtractions go on without the cells that may be
    absent. The value is the same wherever none is.
    """
    if isinstance(formula, Binary) and formula.operator in _ADDING:
        left, right = (skip_absent(each, may_miss) for each in (formula.left, formula.right))
        left_absent, right_absent = (_is_absent(each, may_miss) for each in parts_of(formula))
        if left_absent and right_absent:
            subtracts = formula.operator is ArithmeticOperator.SUBTRACT
            return Function(FunctionName.SUM, (left, Negate(right) if subtracts else right))
        return replace(
            formula,
            left=_or_nothing(left) if left_absent else left,
            right=_or_nothing(right) if right_absent else right,
        )
    if isinstance(formula, Negate):
        return Negate(skip_absent(formula.operand, may_miss))
    if isinstance(formula, Binary):
        left, right = (skip_absent(each, may_miss) for each in (formula.left, formula.right))
        return replace(formula, left=left, right=right)
    return formula


def _is_absent(formula: Expression, may_miss: Callable[[Cell], bool]) -> bool:
    """Whether it has no value just where all its cells are closed; a division has other reasons."""
    if isinstance(formula, Cell):
        return may_miss(formula)
    adds = isinstance(formula, Binary) and formula.operator in _ADDING
    sums = isinstance(formula, Function) and formula.name is FunctionName.SUM
    if not (adds or sums or isinstance(formula, Negate)):
        return False
    return all(_is_absent(each, may_miss) for each in parts_of(formula))


def _or_nothing(formula: Expression) -> Expression:
    there = Function(FunctionName.FILLED, (formula,))
    return Function(FunctionName.IF, (there, formula, Number(Fraction(0))))
