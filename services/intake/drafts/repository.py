"""Drafts: what an officer has typed so far, as typed. One row for each obligation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.intake.connections import Connection
from shared.db.engine import read_json, write_json
from shared.domain.identifiers import AccountId, ObligationId

RawFigures = Mapping[str, Mapping[str, str]]
"""Row → column → the text of the cell as it was typed."""

NO_DRAFT = 0
"""The version to name when a first draft is saved."""

READ = """
SELECT version, figures, nothing_to_report, explanations, updated_at
FROM intake.draft WHERE obligation_id = $1
"""

CREATE = """
INSERT INTO intake.draft (
    obligation_id, version, figures, nothing_to_report, explanations, updated_by, updated_at)
VALUES ($1, 1, $2::jsonb, $3, $4::jsonb, $5, $6)
ON CONFLICT (obligation_id) DO NOTHING
RETURNING version
"""

REPLACE = """
UPDATE intake.draft
SET version = version + 1, figures = $2::jsonb, nothing_to_report = $3,
    explanations = $4::jsonb, updated_by = $5, updated_at = $6
WHERE obligation_id = $1 AND version = $7
RETURNING version
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is kept of a report before it is sent."""

    version: int
    figures: RawFigures
    nothing_to_report: bool
    explanations: Mapping[str, str]
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What an officer wants kept."""

    figures: RawFigures
    nothing_to_report: bool
    explanations: Mapping[str, str]


async def read_draft(connection: Connection, obligation_id: ObligationId) -> Draft | None:
    """The draft, None if nothing is kept."""
    row = await connection.fetchrow(READ, obligation_id)
    if row is None:
        return None
    return Draft(
        version=row["version"],
        figures=read_json(row["figures"]),
        nothing_to_report=row["nothing_to_report"],
        explanations=read_json(row["explanations"]),
        updated_at=row["updated_at"],
    )


async def save_draft(
    connection: Connection,
    obligation_id: ObligationId,
    *,
    content: DraftContent,
    replaces: int,
    by: AccountId,
    at: datetime,
) -> int | None:
    """The new version; None if the draft is no longer at version `replaces`."""
    values = (
        obligation_id,
        write_json(content.figures),
        content.nothing_to_report,
        write_json(dict(content.explanations)),
        by,
        at,
    )
    if replaces == NO_DRAFT:
        created: int | None = await connection.fetchval(CREATE, *values)
        return created
    replaced: int | None = await connection.fetchval(REPLACE, *values, replaces)
    return replaced


async def delete_draft(
    connection: Connection, obligation_id: ObligationId, *, version: int
) -> None:
    """Forgets the draft, unless somebody typed on meanwhile."""
    await connection.execute(
        "DELETE FROM intake.draft WHERE obligation_id = $1 AND version = $2",
        obligation_id,
        version,
    )
