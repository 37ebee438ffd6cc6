"""Rollups as they are read: one statement, inside the caller's snapshot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.aggregator.shapes import Node
from services.aggregator.tracks import Track
from shared.db.engine import driver
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode
from shared.domain.rollups import NO_COVERAGE, Coverage
from shared.domain.sheets import Sheet, sheet_of_values

_READ = """
SELECT rollup.*
FROM aggregator.rollup
JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS asked (form, period, node_id)
    USING (form, period, node_id)
WHERE track = $4
"""

_POSITION = """
SELECT coalesce(max(position), 0)
FROM aggregator.rollup
JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS asked (form, period, node_id)
    USING (form, period, node_id)
"""

_RECORDED_AT = "SELECT recorded_at FROM log.event WHERE position = $1"


@dataclass(frozen=True, slots=True)
class Rollup:
    """What a node adds up to. Arrays follow the form's input cells; None is missing, not zero.

    `position` is that of the newest event at the node or below it that has been applied.
    """

    totals: Sequence[Decimal | None]
    counts: Sequence[int]
    minima: Sequence[Decimal | None]
    maxima: Sequence[Decimal | None]
    coverage: Coverage
    position: int


@dataclass(frozen=True, slots=True)
class AsOf:
    """Up to which event an answer has everything, and when that event was recorded."""

    position: int
    recorded_at: datetime | None


async def read_rollups(
    connection: AsyncConnection, nodes: Iterable[Node], *, track: Track
) -> dict[Node, Rollup]:
    """The rollups of the nodes that have one."""
    native = await driver(connection)
    rows = await native.fetch(_READ, *_columns(nodes), track.value)
    return {_node(row): _rollup(row) for row in rows}


async def read_position(connection: AsyncConnection, nodes: Iterable[Node]) -> int:
    """The newest event that any of the nodes shows; 0 if none."""
    native = await driver(connection)
    position: int = await native.fetchval(_POSITION, *_columns(nodes))
    return position


async def read_as_of(connection: AsyncConnection, position: int) -> AsOf:
    """The position with its instant."""
    native = await driver(connection)
    return AsOf(position, await native.fetchval(_RECORDED_AT, position))


def sheet_of(rollup: Rollup | None, *, form: FormTemplate) -> Sheet:
    """Every cell, derived ones included, from the summed parts; all missing without a rollup."""
    values = rollup.totals if rollup else [None] * len(form.input_cells)
    return sheet_of_values(form, values)


def coverage_of(rollup: Rollup | None) -> Coverage:
    return rollup.coverage if rollup else NO_COVERAGE


def _columns(nodes: Iterable[Node]) -> tuple[list[str], list[str], list[int]]:
    known = list(nodes)
    return (
        [node.form for node in known],
        [node.period for node in known],
        [node.organization_id for node in known],
    )


def _node(row: Mapping[str, Any]) -> Node:
    return Node(FormCode(row["form"]), PeriodCode(row["period"]), OrganizationId(row["node_id"]))


def _rollup(row: Mapping[str, Any]) -> Rollup:
    return Rollup(
        totals=row["totals"],
        counts=row["counts"],
        minima=row["minima"],
        maxima=row["maxima"],
        coverage=Coverage(row["expected"], row["reported"], row["on_time"]),
        position=row["position"],
    )
