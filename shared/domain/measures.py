"""Figures over the tree: each typed cell by its own operator, and why there is a value or none.

What is derived is computed anew from the cells put together so, and only where formulas hold of
such: of plain sums.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from shared.domain.expressions import exact, simplified
from shared.domain.forms import CellRef, FormTemplate, Measure
from shared.domain.indicators import Indicator, cell_places
from shared.domain.operations import Rational
from shared.domain.operators import (
    TreeOperator,
    ValueKind,
)
from shared.domain.plans import plan_of
from shared.domain.rollups import CellSummary
from shared.domain.sheets import Sheet, sheet_of_values

FORMS_KEPT = 256


class Unavailable(StrEnum):
    """Why there is no value."""

    NOT_COMBINED = "not_combined"
    PARTS_NOT_ADDITIVE = "parts_not_additive"
    FIGURE_MISSING = "figure_missing"
    NOT_COMPUTABLE = "not_computable"
    METHOD_CHANGED = "method_changed"
    PERIOD_NOT_ASKED = "period_not_asked"
    ORGANIZATION_ABSENT = "organization_absent"
    TERRITORY_CHANGED = "territory_changed"
    DIVISION_UNKNOWN = "division_unknown"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class WeighedSum:
    """Figures times their weights, and the weights, over the reports that have both."""

    product: Fraction
    weight: Fraction

    @classmethod
    def of(cls, value: Decimal, *, weight: Decimal) -> "WeighedSum":
        return cls(Fraction(value) * Fraction(weight), Fraction(weight))

    def combine(self, other: "WeighedSum") -> "WeighedSum":
        return WeighedSum(self.product + other.product, self.weight + other.weight)

    def times(self, share: Fraction) -> "WeighedSum":
        return WeighedSum(self.product * share, self.weight * share)

    @property
    def average(self) -> Rational | None:
        """None where nothing weighs anything."""
        return simplified(self.product / self.weight) if self.weight else None


@lru_cache(maxsize=FORMS_KEPT)
def cells_behind(form: FormTemplate) -> Mapping[CellRef, frozenset[CellRef]]:
    """Of every cell: itself, and all of this period that it is computed from."""
    found: dict[CellRef, frozenset[CellRef]] = {
        cell: frozenset([cell]) for cell in form.input_cells
    }
    for cell, derivation in form.derivations.items():
        found[cell] = frozenset([cell]).union(*(found[part] for part in derivation.parts))
    return found


@lru_cache(maxsize=FORMS_KEPT)
def is_summed(form: FormTemplate) -> bool:
    """Whether every typed cell is a plain sum over the tree."""
    return not any(_is_special(form.measures[cell]) for cell in form.input_cells)


@lru_cache(maxsize=FORMS_KEPT)
def weighted_cells(form: FormTemplate) -> tuple[tuple[CellRef, CellRef], ...]:
    """The typed cells that are weighted averages over the tree, each with its weight."""
    measures = ((cell, form.measures[cell]) for cell in form.input_cells)
    return tuple(
        (cell, each.weight)
        for cell, each in measures
        if each.tree_operator is TreeOperator.WEIGHTED_AVERAGE and each.weight is not None
    )


def over_tree(summary: CellSummary, operator: TreeOperator) -> Rational | None:
    """A cell over the reports that have it.

    None for NONE, and for WEIGHTED_AVERAGE, which is made of `WeighedSum` figures.
    """
    if operator is TreeOperator.SUM:
        return exact(summary.total)
    if operator is TreeOperator.AVERAGE:
        return simplified(Fraction(summary.total) / summary.count)
    if operator is TreeOperator.MIN:
        return exact(summary.minimum)
    if operator is TreeOperator.MAX:
        return exact(summary.maximum)
    return summary.count if operator is TreeOperator.COUNT else None


def sheet_over_tree(
    form: FormTemplate,
    summaries: Sequence[CellSummary | None],
    *,
    lone: bool,
    weighed: Mapping[CellRef, WeighedSum],
) -> Sheet:
    """Every cell at a node; `summaries` are in the order of `form.input_cells`.

    `lone`: at most one report is expected, whose figures stand as they are, but are counted. A
    derived cell whose parts are not fit for it is missing: see `tree_refusal`.
    """
    values = [
        None
        if summary is None
        else _at_node(form.measures[cell], summary, lone=lone, weighed=weighed.get(cell))
        for cell, summary in zip(form.input_cells, summaries, strict=True)
    ]
    sheet = sheet_of_values(form, values)
    return _without(sheet, _refused(form, lone=lone))


def operators_behind(form: FormTemplate, *cells: CellRef) -> set[TreeOperator]:
    """Of the typed cells behind some cells, and of derived ones that say none."""
    behind = frozenset().union(*(cells_behind(form)[cell] for cell in cells))
    derived = frozenset(form.derivations)
    found = {form.measures[each].tree_operator for each in behind - derived}
    refused = {form.measures[each].tree_operator for each in behind & derived}
    return found | (refused & {TreeOperator.NONE})


def tree_refusal(
    operators: AbstractSet[TreeOperator], *, lone: bool, derived: bool
) -> Unavailable | None:
    """Why a value cannot be put together over the tree from cells with these operators."""
    if TreeOperator.NONE in operators and not lone:
        return Unavailable.NOT_COMBINED
    unfit = operators & {TreeOperator.COUNT} if lone else operators - {TreeOperator.SUM}
    return Unavailable.PARTS_NOT_ADDITIVE if derived and unfit else None


def kind_of(indicator: Indicator, form: FormTemplate) -> ValueKind:
    """What its cells are if they are all of one kind; else it speaks of the world as it is."""
    kinds = {form.measures[place].value_kind for place in cell_places(indicator, form).values()}
    return kinds.pop() if len(kinds) == 1 else ValueKind.ACTUAL


def _is_special(measure: Measure) -> bool:
    return measure.tree_operator is not TreeOperator.SUM


@lru_cache(maxsize=FORMS_KEPT)
def _refused(form: FormTemplate, *, lone: bool) -> frozenset[CellRef]:
    """The derived cells that cannot be computed at a node."""
    return frozenset(
        cell
        for cell in form.derivations
        if tree_refusal(operators_behind(form, cell), lone=lone, derived=True)
    )


def _at_node(
    measure: Measure, summary: CellSummary, *, lone: bool, weighed: WeighedSum | None
) -> Rational | None:
    if lone and measure.tree_operator is not TreeOperator.COUNT:
        return exact(summary.total)
    if measure.tree_operator is TreeOperator.WEIGHTED_AVERAGE:
        return None if weighed is None else weighed.average
    return over_tree(summary, measure.tree_operator)


def _without(sheet: Sheet, cells: frozenset[CellRef]) -> Sheet:
    if not cells:
        return sheet
    plan = plan_of(sheet.form)
    hidden = {plan.position(cell) for cell in cells}
    kept = (None if place in hidden else value for place, value in enumerate(sheet.exact))
    return Sheet(sheet.form, tuple(kept))
