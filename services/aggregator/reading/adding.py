"""Rollups put together anew: of whole units exactly, of parts by weight, of what is left."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import reduce

from services.aggregator.reading.figures import Rollup
from shared.domain.figures import rounded
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.geography import Composition
from shared.domain.measures import WeighedSum
from shared.domain.rollups import NO_COVERAGE, Coverage, exact_sum

Cells = Sequence[Decimal | None]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A unit's own figures, and the share of them that counts."""

    rollup: Rollup
    weight: Fraction


def added(rollups: Sequence[Rollup], *, width: int, made_of: Composition | None = None) -> Rollup:
    """The sum of whole units. A cell that nobody has reported stays missing."""
    return Rollup(
        totals=_each(width, [each.totals for each in rollups], combine=exact_sum),
        counts=[sum(column) for column in zip(*(e.counts for e in rollups), strict=True)]
        or [0] * width,
        minima=_each(width, [each.minima for each in rollups], combine=min),
        maxima=_each(width, [each.maxima for each in rollups], combine=max),
        coverage=_coverage(rollups),
        position=max((each.position for each in rollups), default=0),
        made_of=made_of,
        weighed=_weighed(each.weighed for each in rollups),
    )


def own(rollup: Rollup, *, below: Sequence[Rollup], sums: bool) -> Rollup:
    """What a node reported itself: its rollup without those below it, if it added them.

    Extremes cannot be taken apart, so they are missing.
    """
    lower = added(below, width=len(rollup.totals))
    counts = [
        ours - theirs if sums else ours
        for ours, theirs in zip(rollup.counts, lower.counts, strict=True)
    ]
    expected, reported, on_time = (
        getattr(rollup.coverage, name) - getattr(lower.coverage, name)
        for name in ("expected", "reported", "on_time")
    )
    unknown: Cells = [None] * len(counts)
    return Rollup(
        totals=[
            _less(ours, theirs if sums else None) if count else None
            for ours, theirs, count in zip(rollup.totals, lower.totals, counts, strict=True)
        ],
        counts=counts,
        minima=unknown if below else rollup.minima,
        maxima=unknown if below else rollup.maxima,
        coverage=Coverage(expected, reported, on_time),
        position=rollup.position,
        weighed=_weighed([rollup.weighed, *(_times(each.weighed, -1) for each in below if sums)]),
    )


def estimated(
    whole: Rollup, parts: Sequence[Weighed], *, form: FormTemplate, made_of: Composition
) -> Rollup:
    """Whole units and weighed parts, rounded once to the digits of each cell."""
    columns = zip(*(each.rollup.totals for each in parts), strict=True)
    totals = [
        _estimate(total, column, weights=[each.weight for each in parts], decimals=decimals)
        for total, column, decimals in zip(
            whole.totals,
            columns,
            (form.measures[cell].decimals for cell in form.input_cells),
            strict=True,
        )
    ]
    everybody = added([whole, *(each.rollup for each in parts)], width=len(totals))
    unknown: Cells = [None] * len(totals)
    return Rollup(
        totals=totals,
        counts=everybody.counts,
        minima=unknown,
        maxima=unknown,
        coverage=everybody.coverage,
        position=everybody.position,
        made_of=made_of,
        weighed=_weighed(
            [whole.weighed, *(_times(each.rollup.weighed, each.weight) for each in parts)]
        ),
    )


def refused(rollups: Sequence[Rollup], *, width: int, made_of: Composition) -> Rollup:
    """No figure at all, but how far the reports of the units inside have come."""
    return Rollup(
        totals=[None] * width,
        counts=[0] * width,
        minima=[None] * width,
        maxima=[None] * width,
        coverage=_coverage(rollups),
        position=max((each.position for each in rollups), default=0),
        made_of=made_of,
    )


def _weighed(parts: Iterable[Mapping[CellRef, WeighedSum]]) -> dict[CellRef, WeighedSum]:
    """What weighted averages are made of, over all the parts."""
    together: dict[CellRef, WeighedSum] = {}
    for part in parts:
        for cell, weighed in part.items():
            held = together.get(cell)
            together[cell] = weighed if held is None else held.combine(weighed)
    return together


def _times(
    weighed: Mapping[CellRef, WeighedSum], share: Fraction | int
) -> dict[CellRef, WeighedSum]:
    return {cell: each.times(Fraction(share)) for cell, each in weighed.items()}


def _each(
    width: int, arrays: Sequence[Cells], *, combine: Callable[[list[Decimal]], Decimal]
) -> list[Decimal | None]:
    if len(arrays) == 1:
        return list(arrays[0])
    known = ([value for value in cells if value is not None] for cells in zip(*arrays, strict=True))
    return [combine(values) if values else None for values in known] or [None] * width


def _coverage(rollups: Iterable[Rollup]) -> Coverage:
    return reduce(Coverage.combine, (each.coverage for each in rollups), NO_COVERAGE)


def _less(ours: Decimal | None, theirs: Decimal | None) -> Decimal | None:
    if ours is None or theirs is None:
        return ours
    return exact_sum([ours, theirs.copy_negate()])


def _estimate(
    whole: Decimal | None,
    parts: Iterable[Decimal | None],
    *,
    weights: Sequence[Fraction],
    decimals: int,
) -> Decimal | None:
    shares = [
        Fraction(value) * weight
        for value, weight in zip(parts, weights, strict=True)
        if value is not None
    ]
    if whole is None and not shares:
        return None
    return rounded(Fraction(whole or 0) + sum(shares, Fraction(0)), decimals)
