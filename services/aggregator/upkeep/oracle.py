"""What the rollups of a sheaf must be, computed from the log in plain Python.

Shares nothing with the path that writes them but the form and the tree: it reads log.report and
log.report_version, not events, and adds up with `shared.domain.rollups`, not SQL.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.aggregator.shapes import Shape
from services.aggregator.tracks import Track
from shared.domain.figures import Figures
from shared.domain.forms import CellRef
from shared.domain.identifiers import OrganizationId
from shared.domain.rollups import (
    CellSummaries,
    Coverage,
    roll_up,
    roll_up_coverage,
)
from shared.domain.sheets import stored_values


@dataclass(frozen=True, slots=True)
class LoggedReport:
    """One duty that is not excluded, and what stands for it in the log."""

    organization_id: OrganizationId
    deadline: datetime
    first_submitted_at: datetime | None
    figures: Mapping[Track, Figures]

    def coverage(self, track: Track) -> Coverage:
        if track not in self.figures:
            return Coverage(1, 0, 0)
        first = self.first_submitted_at
        return Coverage(1, 1, int(first is not None and first <= self.deadline))


@dataclass(frozen=True, slots=True)
class RollupValues:
    """A rollup in the form in which two of them are compared; arrays follow the input cells."""

    totals: tuple[Decimal | None, ...]
    counts: tuple[int, ...]
    minima: tuple[Decimal | None, ...]
    maxima: tuple[Decimal | None, ...]
    coverage: Coverage


def expected_rollups(
    reports: Iterable[LoggedReport], *, shape: Shape
) -> Iterator[tuple[OrganizationId, Track, RollupValues]]:
    """The rollup of every organization that owes a report or has one below it that does."""
    known = [each for each in reports if each.organization_id in shape.tree.organizations]
    for track in Track:
        cells = roll_up(shape.tree, _own_cells(known, track=track, shape=shape), form=shape.form)
        coverage = roll_up_coverage(
            shape.tree, {each.organization_id: each.coverage(track) for each in known}
        )
        for node in shape.tree.organizations:
            yield node, track, _values(cells[node], coverage=coverage[node], shape=shape)


def _own_cells(
    reports: Iterable[LoggedReport], *, track: Track, shape: Shape
) -> dict[OrganizationId, dict[CellRef, Decimal]]:
    return {
        each.organization_id: {
            cell: value
            for cell, value in zip(
                shape.form.input_cells,
                stored_values(shape.form, each.figures[track]),
                strict=True,
            )
            if value is not None
        }
        for each in reports
        if track in each.figures
    }


def _values(cells: CellSummaries, *, coverage: Coverage, shape: Shape) -> RollupValues:
    summaries = [cells.get(cell) for cell in shape.form.input_cells]
    return RollupValues(
        totals=tuple(each.total if each else None for each in summaries),
        counts=tuple(each.count if each else 0 for each in summaries),
        minima=tuple(each.minimum if each else None for each in summaries),
        maxima=tuple(each.maximum if each else None for each in summaries),
        coverage=coverage,
    )
