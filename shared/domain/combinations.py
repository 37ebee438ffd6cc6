"""Indicators over time: a value that is what it claims to be, or a reason.

Each typed cell was put together over the tree first (`shared.domain.measures`), and is now over the
periods, by its own operator. What is derived is computed anew from the cells put together so, and
only where formulas hold of such: sums, the first and the last. Nothing is put together of what is
missing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.domain.expressions import Cell
from shared.domain.figures import rounded
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.indicators import Indicator, cell_places, exact_value
from shared.domain.measures import Unavailable, cells_behind, operators_behind, tree_refusal
from shared.domain.operations import Rational
from shared.domain.operators import (
    ADDITIVE_OVER_TIME,
    TimeOperator,
    over_time,
)
from shared.domain.sheets import Sheet, sheet_of_values


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """What a node has in one period, by that period's own method.

    `reported`: some report is in, so that a blank is no figure to wait for. `lone`: at most one
    report is expected, so that nothing was put together over the tree.
    """

    indicator: Indicator
    sheet: Sheet
    reported: bool
    lone: bool

    @property
    def form(self) -> FormTemplate:
        return self.sheet.form


@dataclass(frozen=True, slots=True)
class PartOperator:
    """How one of the typed cells behind a value is put together over time."""

    cell: CellRef
    operator: TimeOperator
    weight: CellRef | None


@dataclass(frozen=True, slots=True)
class Combined:
    """An indicator over periods. `value` is None for the `reason`, and published rounded once.

    `operator` is None where the value is computed anew from `parts`; `used` are the places of the
    periods that were looked at.
    """

    value: Decimal | None
    reason: Unavailable | None
    operator: TimeOperator | None
    parts: tuple[PartOperator, ...] = ()
    used: range = range(0)


def why_missing(figures: PeriodFigures) -> Unavailable:
    """Why an indicator that has no value in a period has none."""
    needed = _needed(figures)
    refusal = _tree_refusal(figures, needed)
    if refusal is not None:
        return refusal
    blank = any(figures.sheet.exact_value(cell) is None for cell in needed.typed)
    return Unavailable.FIGURE_MISSING if blank else Unavailable.NOT_COMPUTABLE


def combined(figures: Sequence[PeriodFigures | Unavailable]) -> Combined:
    """The indicator over periods in their order, by the method of the last.

    A period without figures is the reason for that; it matters only where it is needed: the last
    figure of a year needs no other. What was not entered in a period that has reports adds nothing.
    """
    known = [each for each in figures if isinstance(each, PeriodFigures)]
    if not known:
        return Combined(None, _first_reason(figures), None, used=range(len(figures)))
    last = known[-1]
    needed = _needed(last)
    operator, parts = _operators(last, needed)
    places = _ends(len(figures), operators={operator or each.operator for each in parts})
    used = [figures[place] for place in places]
    result = _Result(last, operator, parts, used=places)
    others = (each for each in used if isinstance(each, PeriodFigures) and each is not last)
    if any(_differs(each, last) for each in others):
        return result.without(Unavailable.METHOD_CHANGED)
    if last.indicator.time_operator is not None:
        return result.of(*_of_values(used, last.indicator.time_operator))
    refusal = _refusal(last, needed, parts if len(figures) > 1 else ())
    if refusal is not None:
        return result.without(refusal)
    return result.of(*_of_parts(used, last=last, needed=needed, parts=parts))


@dataclass(frozen=True, slots=True)
class _Needed:
    """The cells behind an indicator. `is_plain`: it is one typed cell as it stands."""

    cells: frozenset[CellRef]
    typed: tuple[CellRef, ...]
    is_plain: bool


@dataclass(frozen=True, slots=True)
class _Result:
    last: PeriodFigures
    operator: TimeOperator | None
    parts: tuple[PartOperator, ...]
    used: range

    def without(self, reason: Unavailable) -> Combined:
        return self._answer(None, reason)

    def of(self, value: Rational | None, reason: Unavailable | None) -> Combined:
        if value is None:
            return self.without(reason or Unavailable.NOT_COMPUTABLE)
        return self._answer(rounded(value, self.last.indicator.decimals), None)

    def _answer(self, value: Decimal | None, reason: Unavailable | None) -> Combined:
        parts = () if self.operator else self.parts
        return Combined(value, reason, self.operator, parts, self.used)


def _tree_refusal(figures: PeriodFigures, needed: _Needed) -> Unavailable | None:
    operators = operators_behind(figures.form, *needed.cells)
    return tree_refusal(operators, lone=figures.lone, derived=not needed.is_plain)


def _needed(figures: PeriodFigures) -> _Needed:
    indicator, form = figures.indicator, figures.form
    behind = cells_behind(form)
    places = cell_places(indicator, form)
    cells: frozenset[CellRef] = frozenset().union(*(behind[place] for place in places.values()))
    typed = tuple(cell for cell in form.input_cells if cell in cells)
    plain = isinstance(indicator.expression, Cell) and set(places.values()) == set(typed)
    return _Needed(cells, typed, plain)


def _operators(
    last: PeriodFigures, needed: _Needed
) -> tuple[TimeOperator | None, tuple[PartOperator, ...]]:
    measures = last.form.measures
    parts = tuple(
        PartOperator(cell, measures[cell].time_operator, measures[cell].weight)
        for cell in needed.typed
    )
    own = last.indicator.time_operator
    return own or (parts[0].operator if needed.is_plain else None), parts


def _ends(count: int, *, operators: Iterable[TimeOperator]) -> range:
    """The places of those periods only that the operators look at."""
    wanted = set(operators)
    if wanted == {TimeOperator.LAST}:
        return range(count)[-1:]
    return range(count)[:1] if wanted == {TimeOperator.FIRST} else range(count)


def _refusal(
    last: PeriodFigures, needed: _Needed, parts: Sequence[PartOperator]
) -> Unavailable | None:
    """Why what the indicator is made of cannot be put together, with `parts` also over time."""
    refusal = _tree_refusal(last, needed)
    if refusal is not None:
        return refusal
    derived = needed.cells.difference(needed.typed) if parts else ()
    operators = {each.operator for each in parts}
    operators |= {last.form.measures[cell].time_operator for cell in derived} & _NONE
    if operators & _NONE:
        return Unavailable.NOT_COMBINED
    additive = needed.is_plain or operators <= ADDITIVE_OVER_TIME
    return None if additive else Unavailable.PARTS_NOT_ADDITIVE


_NONE = frozenset({TimeOperator.NONE})


def _of_values(
    figures: Sequence[PeriodFigures | Unavailable], operator: TimeOperator
) -> tuple[Rational | None, Unavailable | None]:
    """Of the values of the periods themselves, as the indicator asks."""
    values = [
        exact_value(each.indicator, each.sheet) if isinstance(each, PeriodFigures) else None
        for each in figures
    ]
    if operator is TimeOperator.NONE and len(figures) > 1:
        return None, Unavailable.NOT_COMBINED
    value = over_time(values, operator)
    return value, None if value is not None else _reason(figures)


def _of_parts(
    figures: Sequence[PeriodFigures | Unavailable],
    *,
    last: PeriodFigures,
    needed: _Needed,
    parts: Sequence[PartOperator],
) -> tuple[Rational | None, Unavailable | None]:
    put_together = {each.cell: _part_over_time(figures, each) for each in parts}
    for cell, value in put_together.items():
        if value is None and _is_wanted(cell, figures):
            return None, _reason(figures)
    if needed.is_plain:
        [value] = put_together.values()
        return value, None if value is not None else _reason(figures)
    values = [put_together.get(cell) for cell in last.form.input_cells]
    value = exact_value(last.indicator, sheet_of_values(last.form, values))
    missing = None in put_together.values()
    return value, Unavailable.FIGURE_MISSING if missing else Unavailable.NOT_COMPUTABLE


def _part_over_time(
    figures: Sequence[PeriodFigures | Unavailable], part: PartOperator
) -> Rational | None:
    values = [_cell(each, part.cell) for each in figures]
    if part.operator is TimeOperator.SUM and any(value is not None for value in values):
        values = [
            0 if value is None and isinstance(each, PeriodFigures) and each.reported else value
            for value, each in zip(values, figures, strict=True)
        ]
    weight = part.weight
    weights = [] if weight is None else [_cell(each, weight) for each in figures]
    operator = part.operator
    # Of a single period nothing has to be put together.
    as_it_is = len(values) == 1 and operator is not TimeOperator.COUNT
    return values[0] if as_it_is else over_time(values, operator, weights=weights)


def _is_wanted(cell: CellRef, figures: Sequence[PeriodFigures | Unavailable]) -> bool:
    """Some period has it or is unknown: what is blank in every report is left to the formula."""
    return any(
        isinstance(each, Unavailable) or not each.reported or _cell(each, cell) is not None
        for each in figures
    )


def _reason(figures: Sequence[PeriodFigures | Unavailable]) -> Unavailable:
    """The first of those that have one; else why the first period without a value has none."""
    for each in figures:
        if isinstance(each, Unavailable):
            return each
    blank = (
        each
        for each in figures
        if isinstance(each, PeriodFigures) and exact_value(each.indicator, each.sheet) is None
    )
    found = next(blank, None)
    return Unavailable.FIGURE_MISSING if found is None else why_missing(found)


def _first_reason(figures: Sequence[PeriodFigures | Unavailable]) -> Unavailable:
    reasons = (each for each in figures if isinstance(each, Unavailable))
    return next(reasons, Unavailable.NOT_YET)


def _differs(one: PeriodFigures, other: PeriodFigures) -> bool:
    same = one.form is other.form and one.indicator is other.indicator
    return not same and _method(one) != _method(other)


def _method(figures: PeriodFigures) -> object:
    """What must be the same in all periods: the formula, and what its cells are."""
    form, indicator = figures.form, figures.indicator
    needed = _needed(figures)
    derived = needed.cells.difference(needed.typed)
    return (
        indicator.expression,
        indicator.unit,
        indicator.time_operator,
        {cell: form.measures[cell] for cell in needed.cells},
        {cell: form.derivations[cell] for cell in derived},
    )


def _cell(figures: PeriodFigures | Unavailable, cell: CellRef) -> Rational | None:
    return None if isinstance(figures, Unavailable) else figures.sheet.exact_value(cell)
