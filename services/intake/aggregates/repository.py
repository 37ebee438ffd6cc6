"""Sign-offs in the log, and the read-only port to the aggregator's published figures.

The port is the view `aggregator.published_rollup`: nothing else of that schema can be read here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.intake.connections import Connection
from services.intake.reports.rows import figures_of
from shared.db.engine import write_json
from shared.domain.figures import Figures, figure_text
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode, RegimeCode
from shared.domain.rollups import Coverage

READ_ROLLUP = """
SELECT totals, expected, reported, on_time, position FROM aggregator.published_rollup
WHERE (node_id, form, period) = ($1, $2, $3) AND track = 'official'
"""

SIGNOFF_COLUMNS = """
id, sequence, form, period, form_version, figures, expected, reported, on_time, position,
content_sha256, signed_by_name, signed_at, reason
"""

READ_LAST = f"""
SELECT {SIGNOFF_COLUMNS} FROM log.aggregate_signoff
WHERE (organization_id, form, period) = ($1, $2, $3) ORDER BY sequence DESC LIMIT 1
"""

READ_FIRST_INSTANTS = """
SELECT organization_id, form, period, min(signed_at) AS signed_at
FROM log.aggregate_signoff WHERE organization_id = ANY($1::bigint[])
GROUP BY organization_id, form, period
"""

READ_SHEAVES = """
SELECT DISTINCT province_id, regime, form, period FROM log.obligation
WHERE province_id = ANY($1::bigint[]) AND state = 'fixed'
"""

INSERT = """
INSERT INTO log.aggregate_signoff (
    organization_id, province_id, regime, form, period, sequence, form_version, figures, expected,
    reported, on_time, position, content_sha256, signed_by, signed_by_name, signed_at, reason,
    event_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Rolled:
    """The approved figures of a node; `position` is that of the newest event in them."""

    figures: Figures
    coverage: Coverage
    position: int


@dataclass(frozen=True, slots=True)
class SignOff:
    """An aggregate as it was sent upward. It never changes."""

    id: int
    sequence: int
    form_version: int
    figures: Figures
    coverage: Coverage
    position: int
    content_sha256: str
    signed_by_name: str
    signed_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class NewSignOff:
    """The row of a sign-off."""

    organization_id: int
    province_id: int
    regime: str
    form: str
    period: str
    sequence: int
    form_version: int
    rolled: Rolled
    content_sha256: str
    actor_id: int
    actor_name: str
    at: datetime
    reason: str | None
    event_id: UUID


@dataclass(frozen=True, slots=True)
class KnownSheaf:
    """A form that was asked for a period in a province."""

    province_id: OrganizationId
    regime: RegimeCode
    form: FormCode
    period: PeriodCode


async def read_rolled(
    connection: Connection,
    organization_id: OrganizationId,
    *,
    form: FormTemplate,
    period: PeriodCode,
) -> Rolled:
    """What the organization's approved reports add up to; nothing where none is known."""
    row = await connection.fetchrow(READ_ROLLUP, organization_id, form.code, period)
    if row is None:
        return Rolled(figures={}, coverage=Coverage(expected=0, reported=0, on_time=0), position=0)
    return Rolled(
        figures=_figures(form, row["totals"]), coverage=_coverage(row), position=row["position"]
    )


async def read_last(
    connection: Connection, organization_id: OrganizationId, *, form: FormCode, period: PeriodCode
) -> SignOff | None:
    """The newest sign-off, None if there is none."""
    row = await connection.fetchrow(READ_LAST, organization_id, form, period)
    if row is None:
        return None
    return SignOff(
        id=row["id"],
        sequence=row["sequence"],
        form_version=row["form_version"],
        figures=figures_of(row["figures"]),
        coverage=_coverage(row),
        position=row["position"],
        content_sha256=row["content_sha256"],
        signed_by_name=row["signed_by_name"],
        signed_at=row["signed_at"],
        reason=row["reason"],
    )


async def read_first_instants(
    connection: Connection, organization_ids: Collection[OrganizationId]
) -> dict[tuple[OrganizationId, str, str], datetime]:
    """When each organization signed off each form and period first."""
    rows = await connection.fetch(READ_FIRST_INSTANTS, list(organization_ids))
    return {(row["organization_id"], row["form"], row["period"]): row["signed_at"] for row in rows}


async def read_sheaves(
    connection: Connection, province_ids: Collection[OrganizationId]
) -> tuple[KnownSheaf, ...]:
    """What was asked in these provinces, as far as the cut-off has passed."""
    rows = await connection.fetch(READ_SHEAVES, list(province_ids))
    return tuple(KnownSheaf(**row) for row in rows)


async def insert(connection: Connection, new: NewSignOff) -> int:
    """The sign-off's id. Raises asyncpg.UniqueViolationError if somebody was quicker."""
    rolled = new.rolled
    stored: int = await connection.fetchval(
        INSERT,
        new.organization_id,
        new.province_id,
        new.regime,
        new.form,
        new.period,
        new.sequence,
        new.form_version,
        write_json(figure_texts(rolled.figures)),
        rolled.coverage.expected,
        rolled.coverage.reported,
        rolled.coverage.on_time,
        rolled.position,
        new.content_sha256,
        new.actor_id,
        new.actor_name,
        new.at,
        new.reason,
        new.event_id,
    )
    return stored


def figure_texts(figures: Figures) -> dict[str, dict[str, str]]:
    """Exact text of every figure."""
    return {
        row: {column: figure_text(value) for column, value in cells.items()}
        for row, cells in figures.items()
    }


def _figures(form: FormTemplate, totals: list[Decimal | None]) -> Figures:
    """The array follows the form's input cells; what is missing is left out."""
    figures: dict[Any, dict[Any, Decimal]] = {}
    for cell, total in zip(form.input_cells, totals, strict=False):
        if total is not None:
            figures.setdefault(cell.row, {})[cell.column] = total
    return figures


def _coverage(row: Mapping[str, Any]) -> Coverage:
    return Coverage(expected=row["expected"], reported=row["reported"], on_time=row["on_time"])
