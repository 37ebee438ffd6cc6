"""From one total to another, act by act, so that the parts add up to the difference.

Totals are walked through in the order in which the log recorded the acts. What an act contributes
is the published value after it less that before it: for a sum that is the act's own difference, for
a rate, an average or an extreme it is what the act did to it as it then stood, and would be other
in another order. Whatever the operator, the formula and its rounding, the contributions add up to
the whole difference exactly; a missing value counts as nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from services.aggregator.reading.figures import EXTREMES, Rollup
from services.aggregator.reading.weighing import weighed_over
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.identifiers import OrganizationId
from shared.domain.measures import is_summed, sheet_over_tree
from shared.domain.rollups import CellSummary
from shared.domain.sheets import Sheet, sheet_of_values

NOTHING = Decimal(0)
Counted = Mapping[CellRef, Decimal]
"""The figures of one organization that are added; empty while none of its reports counts."""

Values = tuple[Decimal | None, ...]
"""One published value for each number that is asked about; None is missing."""


class CauseKind(StrEnum):
    """`CATALOGUE`: the tree, the form or a formula became known otherwise. `RECOMPUTED`: the
    figures before it no longer add up to what was frozen then, without any later act.
    """

    REPORT = "report"
    DUTY = "duty"
    CATALOGUE = "catalogue"
    RECOMPUTED = "recomputed"


@dataclass(frozen=True, slots=True)
class Cause:
    """What was done, by whom, when and why. `version` is the one that the act was about."""

    kind: CauseKind
    position: int
    recorded_at: datetime | None
    verb: str | None = None
    report_id: int | None = None
    version: int | None = None
    actor_name: str | None = None
    at: datetime | None = None
    reason: str | None = None
    catalogue_number: int | None = None


@dataclass(frozen=True, slots=True)
class CellMove:
    """A cell of one organization's report that counts otherwise than before."""

    cell: CellRef
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class Move:
    """What one act did to the figures of one organization that are counted.

    `owing`: by how many the reports that are expected grew. `restands`: another version counts
    than before, or none does.
    """

    organization_id: OrganizationId
    cause: Cause
    before: Counted
    after: Counted
    owing: int = 0
    restands: bool = True

    def cells(self, form: FormTemplate) -> tuple[CellMove, ...]:
        """In printed order."""
        changed = (
            cell for cell in form.input_cells if self.before.get(cell) != self.after.get(cell)
        )
        return tuple(
            CellMove(each, self.before.get(each), self.after.get(each)) for each in changed
        )


@dataclass(frozen=True, slots=True)
class Stretch:
    """A number before and after something."""

    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal:
        return (self.after or NOTHING) - (self.before or NOTHING)


@dataclass(frozen=True, slots=True)
class Step:
    """An act with what it moved. `stretches`: one for each number asked about, at the node."""

    organization_id: OrganizationId | None
    cause: Cause
    cells: tuple[CellMove, ...]
    stretches: tuple[Stretch, ...]


@dataclass(slots=True)
class Totals:
    """Sums over organizations, with how many reported each cell: missing is not zero.

    `units` are what each organization has, where the form is not made of plain sums: extremes and
    weighted averages follow from no sum.
    """

    form: FormTemplate
    sums: dict[CellRef, Decimal] = field(default_factory=dict)
    counts: dict[CellRef, int] = field(default_factory=dict)
    expected: int = 0
    units: dict[OrganizationId, Counted] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        rollup: Rollup | None,
        *,
        form: FormTemplate,
        units: Mapping[OrganizationId, Counted],
    ) -> "Totals":
        totals = cls(form, units=dict(units))
        if rollup is not None:
            totals.expected = rollup.coverage.expected
            summed = zip(form.input_cells, rollup.totals, rollup.counts, strict=True)
            for cell, total, count in summed:
                if total is not None:
                    totals.sums[cell], totals.counts[cell] = total, count
        return totals

    @property
    def is_lone(self) -> bool:
        """As of a `Rollup`."""
        return self.expected <= 1 and max(self.counts.values(), default=0) <= 1

    def move(self, move: Move) -> None:
        self.expected += move.owing
        self.units[move.organization_id] = move.after
        for cell, figure in move.before.items():
            self._add(cell, -figure, count=-1)
        for cell, figure in move.after.items():
            self._add(cell, figure, count=1)

    def sheet(self) -> Sheet:
        """Every cell by its operator over the tree."""
        cells = self.form.input_cells
        if is_summed(self.form):
            return sheet_of_values(
                self.form, [self.sums[each] if self.counts.get(each) else None for each in cells]
            )
        return sheet_over_tree(
            self.form,
            [self._summary(each) for each in cells],
            lone=self.is_lone,
            weighed=weighed_over(self.form, self.units.values()),
        )

    def _summary(self, cell: CellRef) -> CellSummary | None:
        """Extremes only where they are asked for: they need a look at every organization."""
        count = self.counts.get(cell, 0)
        if not count:
            return None
        total = self.sums[cell]
        if self.form.measures[cell].tree_operator not in EXTREMES:
            return CellSummary(total, count, total, total)
        figures = [each[cell] for each in self.units.values() if cell in each]
        return CellSummary(total, count, min(figures), max(figures))

    def _add(self, cell: CellRef, figure: Decimal, *, count: int) -> None:
        self.sums[cell] = self.sums.get(cell, NOTHING) + figure
        self.counts[cell] = self.counts.get(cell, 0) + count


Judge = Callable[[Totals], Values]
"""Computes the published values of the totals, by the methods of one catalogue."""


def steps_of(totals: Totals, moves: Sequence[Move], *, judge: Judge) -> Iterable[Step]:
    """One step a move that did something; `totals` end up after the last of them."""
    before = judge(totals)
    for move in moves:
        totals.move(move)
        after = judge(totals)
        if move.restands or before != after:
            cells, stretches = move.cells(totals.form), stretched(before, after)
            yield Step(move.organization_id, move.cause, cells, stretches)
        before = after


def stretched(before: Values, after: Values) -> tuple[Stretch, ...]:
    return tuple(Stretch(*pair) for pair in zip(before, after, strict=True))
