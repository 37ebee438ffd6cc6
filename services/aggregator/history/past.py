"""The figures as they stood at a position of the log, computed from the log alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING, Any

from services.aggregator.history import statements
from services.aggregator.history.members import Division, Part, divide
from services.aggregator.reading.figures import AsOf, DutyRow, Rollup, StandingReport
from services.aggregator.reading.live import duty_of, standing_of
from services.aggregator.shapes import Node, Sheaf
from services.aggregator.tracks import Track
from shared.catalogue.catalogue import Catalogue
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.identifiers import ColumnCode, OrganizationId, PeriodCode, RegimeCode, RowCode
from shared.domain.rollups import (
    NO_COVERAGE,
    CellSummaries,
    CellSummary,
    Coverage,
    combine_cells,
)
from shared.events.topics import period_subject
from shared.messaging.positions import LogPlace

if TYPE_CHECKING:
    import asyncpg


class PastFigures:
    """The `FigureSource` of what was known at `place`, by the catalogue known then."""

    def __init__(
        self, connection: "asyncpg.Connection[Any]", *, catalogue: Catalogue, place: LogPlace
    ) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._place = place
        self._set_aside: list[str] | None = None

    async def rollups(self, nodes: Iterable[Node], *, track: Track) -> dict[Node, Rollup]:
        division = divide(nodes, catalogue=self._catalogue)
        rows = await self._connection.fetch(
            statements.SUMS, *await self._members(division.parts), track.value
        )
        return _added_up(division, rows, position=self._place.position)

    async def position(self, nodes: Iterable[Node]) -> int:  # noqa: ARG002 (the same for all)
        return self._place.position

    async def as_of(self, position: int) -> AsOf:
        return AsOf(position, self._place.recorded_at)

    async def duties(
        self, sheaf: Sheaf, *, organization_ids: Sequence[OrganizationId]
    ) -> dict[OrganizationId, DutyRow]:
        rows = await self._of_units(statements.DUTIES, sheaf, organization_ids)
        return {OrganizationId(row["organization_id"]): duty_of(row) for row in rows}

    async def exclusions(
        self, sheaf: Sheaf, *, organization_ids: Sequence[OrganizationId]
    ) -> dict[OrganizationId, str]:
        rows = await self._of_units(statements.EXCLUSIONS, sheaf, organization_ids)
        return {OrganizationId(row["organization_id"]): row["reason"] for row in rows}

    async def closed_at(
        self, regime: RegimeCode, period: PeriodCode, *, province_id: OrganizationId
    ) -> datetime | None:
        at: datetime | None = await self._connection.fetchval(
            statements.CLOSED_AT,
            period_subject(regime, period, province_id=province_id),
            self._place.position,
            await self._events_set_aside(),
        )
        return at

    async def reports(
        self, sheaf: Sheaf, *, organization_ids: Sequence[OrganizationId], track: Track
    ) -> dict[OrganizationId, StandingReport]:
        rows = await self._connection.fetch(
            statements.REPORTS,
            *sheaf,
            list(organization_ids),
            self._place.position,
            await self._events_set_aside(),
            track.value,
        )
        return {OrganizationId(row["organization_id"]): standing_of(row) for row in rows}

    async def last_deadline_passed(
        self,
        sheaf: Sheaf,
        *,
        now: datetime,
    ) -> None:
        """What was overdue then stays so."""

    async def _of_units(
        self, statement: str, sheaf: Sheaf, organization_ids: Sequence[OrganizationId]
    ) -> Sequence[Mapping[str, Any]]:
        whole = Part(sheaf, adds=False, organization_ids=tuple(organization_ids), nodes=())
        rows: list[Mapping[str, Any]]
        rows = await self._connection.fetch(statement, *await self._members([whole]))
        return rows

    async def _members(self, parts: Sequence[Part]) -> tuple[Sequence[Any], ...]:
        rows = [
            (part.sheaf.form, part.sheaf.period, organization_id, number, part.adds)
            for number, part in enumerate(parts)
            for organization_id in part.organization_ids
        ]
        columns = list(zip(*rows, strict=True)) if rows else [()] * 5
        return (*columns, self._place.position, await self._events_set_aside())

    async def _events_set_aside(self) -> list[str]:
        if self._set_aside is None:
            rows = await self._connection.fetch(statements.SET_ASIDE)
            self._set_aside = [row["event_id"] for row in rows]
        return self._set_aside


def _added_up(
    division: Division, rows: Iterable[Mapping[str, Any]], *, position: int
) -> dict[Node, Rollup]:
    """Part by part into the nodes that contain it."""
    found: dict[Node, list[tuple[CellSummaries, Coverage]]] = {}
    for row in rows:
        part = division.parts[row["part"]]
        cells = _cells(row, form=division.shapes[part.sheaf].form)
        coverage = Coverage(row["expected"], row["reported"], row["on_time"])
        for node, adds in part.nodes:
            found.setdefault(node, []).append((cells if adds else {}, coverage))
    return {
        node: _rollup(pieces, form=division.shapes[node.sheaf].form, position=position)
        for node, pieces in found.items()
    }


def _cells(row: Mapping[str, Any], *, form: FormTemplate) -> CellSummaries:
    """A blank counts as 0 where the form says so: as many as have reported without the cell."""
    named = zip(row["rows"] or (), row["columns"] or (), strict=True)
    values = zip(
        row["totals"] or (), row["counts"] or (), row["minima"] or (), row["maxima"] or (),
        strict=True,
    )  # fmt: skip
    cells = {
        CellRef(RowCode(code), ColumnCode(column)): CellSummary(*value)
        for (code, column), value in zip(named, values, strict=True)
    }
    if not form.blank_is_zero or not row["reported"]:
        return cells
    return {cell: _with_blanks(cells.get(cell), row["reported"]) for cell in form.input_cells}


def _with_blanks(summary: CellSummary | None, reported: int) -> CellSummary:
    blanks = reported - (summary.count if summary else 0)
    if not blanks:
        return summary or CellSummary.of(Decimal(0))
    zeros = CellSummary(Decimal(0), blanks, Decimal(0), Decimal(0))
    return summary.combine(zeros) if summary else zeros


def _rollup(
    pieces: Sequence[tuple[CellSummaries, Coverage]], *, form: FormTemplate, position: int
) -> Rollup:
    nothing: CellSummaries = {}
    cells = reduce(combine_cells, (each for each, _ in pieces), nothing)
    summaries = [cells.get(cell) for cell in form.input_cells]
    return Rollup(
        totals=[each.total if each else None for each in summaries],
        counts=[each.count if each else 0 for each in summaries],
        minima=[each.minimum if each else None for each in summaries],
        maxima=[each.maximum if each else None for each in summaries],
        coverage=reduce(Coverage.combine, (each for _, each in pieces), NO_COVERAGE),
        position=position,
    )
