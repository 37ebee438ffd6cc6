"""Where the figures of an answer come from, and what they look like when they arrive."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from services.aggregator.shapes import Node, Sheaf
from services.aggregator.tracks import Track
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.geography import Composition, Exactness
from shared.domain.identifiers import OrganizationId, PeriodCode, RegimeCode
from shared.domain.measures import (
    Unavailable,
    WeighedSum,
    cells_behind,
    is_summed,
    operators_behind,
    sheet_over_tree,
    tree_refusal,
)
from shared.domain.operators import TreeOperator
from shared.domain.rollups import NO_COVERAGE, CellSummary, Coverage
from shared.domain.sheets import Sheet, sheet_of_values


@dataclass(frozen=True, slots=True)
class Rollup:
    """What a node adds up to. Arrays follow the form's input cells; None is missing, not zero.

    `position` is that of the newest event at the node or below it that the figures contain;
    `made_of` are the units that were put together in another tree than theirs, None as reported;
    `weighed` is what weighted averages are made of, for the forms that ask for such.
    """

    totals: Sequence[Decimal | None]
    counts: Sequence[int]
    minima: Sequence[Decimal | None]
    maxima: Sequence[Decimal | None]
    coverage: Coverage
    position: int
    made_of: Composition | None = None
    weighed: Mapping[CellRef, WeighedSum] = field(default_factory=dict)

    @property
    def is_lone(self) -> bool:
        """Whether at most one report is expected, so that nothing was put together."""
        return self.coverage.expected <= 1 and max(self.counts, default=0) <= 1


@dataclass(frozen=True, slots=True)
class AsOf:
    """Up to which event an answer has everything, and when that event was recorded.

    `release` is the number of the release that the answer is from, if it is from one.
    """

    position: int
    recorded_at: datetime | None
    release: str | None = None


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One unit's duty. `report_state` is None as long as it has never sent.

    `deadline` is the one in force; `original_deadline` that of the rules, None unless extended.
    """

    obligation_id: int
    organization_id: OrganizationId
    deadline: datetime
    original_deadline: datetime | None
    report_state: str | None
    first_submitted_at: datetime | None
    nothing_to_report: bool
    is_in: bool

    def is_overdue(self, now: datetime) -> bool:
        return not self.is_in and now > self.deadline

    @property
    def is_late(self) -> bool:
        return self.is_in and not self._came_by(self.deadline)

    @property
    def is_late_by_rule(self) -> bool:
        """Whether it would be late had its deadline not been extended."""
        return self.is_in and not self._came_by(self.original_deadline or self.deadline)

    def _came_by(self, deadline: datetime) -> bool:
        return self.first_submitted_at is not None and self.first_submitted_at <= deadline


@dataclass(frozen=True, slots=True)
class StandingReport:
    """The version of a report that stands in a track."""

    report_id: int
    version: int
    submitted_at: datetime


class FigureSource(Protocol):
    """One point of view on the figures, in one snapshot: all its answers belong together.

    Any node may be asked of it; one that it knows nothing of is left out. It only reads, waits for
    the database alone, and lets the errors of the connection through.
    """

    async def rollups(self, nodes: Iterable[Node], *, track: Track) -> dict[Node, Rollup]:
        """What the nodes add up to."""

    async def position(self, nodes: Iterable[Node]) -> int:
        """Up to which event the nodes have everything; 0 if nothing is known of them."""

    async def as_of(self, position: int) -> AsOf:
        """The position with its instant."""

    async def duties(
        self, sheaf: Sheaf, *, organization_ids: Sequence[OrganizationId]
    ) -> dict[OrganizationId, DutyRow]:
        """Who of these owes a report, and how it stands; excluded duties are left out."""

    async def exclusions(
        self, sheaf: Sheaf, *, organization_ids: Sequence[OrganizationId]
    ) -> dict[OrganizationId, str]:
        """Who of these was excluded, and why."""

    async def closed_at(
        self, regime: RegimeCode, period: PeriodCode, *, province_id: OrganizationId
    ) -> datetime | None:
        """When the period was closed in the province; None while it is open."""

    async def reports(
        self, sheaf: Sheaf, *, organization_ids: Sequence[OrganizationId], track: Track
    ) -> Mapping[OrganizationId, StandingReport]:
        """The versions that stand in the track, of those that have one."""

    async def last_deadline_passed(self, sheaf: Sheaf, *, now: datetime) -> datetime | None:
        """The newest deadline before `now`: what is overdue changes only when this does."""


def sheet_of(rollup: Rollup | None, *, form: FormTemplate) -> Sheet:
    """Every cell by its operator over the tree; all missing without a rollup."""
    if rollup is None or is_summed(form):
        return sheet_of_values(form, rollup.totals if rollup else [None] * len(form.input_cells))
    summaries = [_summary(rollup, place, form=form) for place in range(len(form.input_cells))]
    return sheet_over_tree(form, summaries, lone=rollup.is_lone, weighed=rollup.weighed)


def _summary(rollup: Rollup, place: int, *, form: FormTemplate) -> CellSummary | None:
    """None where nobody reported the cell, or an estimate does not know what the operator needs."""
    total, count = rollup.totals[place], rollup.counts[place]
    minimum, maximum = rollup.minima[place], rollup.maxima[place]
    operator = form.measures[form.input_cells[place]].tree_operator
    estimated = rollup.made_of is not None and rollup.made_of.exactness is Exactness.ESTIMATED
    if total is None or (estimated and operator not in _ESTIMABLE):
        return None
    unknown = minimum is None or maximum is None
    if unknown and operator in EXTREMES:
        return None
    lowest, highest = (total if each is None else each for each in (minimum, maximum))
    return CellSummary(total, count, lowest, highest)


_ESTIMABLE = {TreeOperator.SUM, TreeOperator.WEIGHTED_AVERAGE}
EXTREMES = {TreeOperator.MIN, TreeOperator.MAX}


def cell_reason(sheet: Sheet, cell: CellRef, *, rollup: Rollup | None) -> Unavailable | None:
    """Why a cell of the sheet that was made of the rollup has no value; None where it has one."""
    if sheet.value(cell) is not None:
        return None
    if not sheet.form.is_figure(cell):
        return Unavailable.NOT_COMBINED
    if rollup is None:
        return Unavailable.FIGURE_MISSING
    if rollup.made_of is not None and rollup.made_of.exactness is Exactness.REFUSED:
        return Unavailable.DIVISION_UNKNOWN
    return why_blank(sheet, cell, lone=rollup.is_lone)


def why_blank(sheet: Sheet, cell: CellRef, *, lone: bool) -> Unavailable:
    """Why a cell without a value has none; `lone` as of a rollup."""
    form = sheet.form
    operators = operators_behind(form, cell)
    refusal = tree_refusal(operators, lone=lone, derived=cell in form.derivations)
    if refusal is not None:
        return refusal
    typed = cells_behind(form)[cell].difference(form.derivations)
    blank = any(sheet.exact_value(each) is None for each in typed)
    return Unavailable.FIGURE_MISSING if blank else Unavailable.NOT_COMPUTABLE


def coverage_of(rollup: Rollup | None) -> Coverage:
    return rollup.coverage if rollup else NO_COVERAGE


def made_of(rollup: Rollup | None) -> Composition | None:
    return rollup.made_of if rollup else None
