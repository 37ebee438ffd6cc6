"""The file that was uploaded last for a duty, with what came of it. Kept for a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.intake.connections import Connection
from services.intake.workbooks.outcomes import Outcome, outcome_json, outcome_of
from shared.db.engine import read_json, write_json
from shared.domain.identifiers import ObligationId, OrganizationId
from shared.web.principals import Principal

KEPT_FOR = timedelta(days=1)

KEEP = """
INSERT INTO intake.workbook (
    obligation_id, organization_id, file_name, content, outcome, uploaded_by, uploaded_at)
VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7)
ON CONFLICT (obligation_id, organization_id) DO UPDATE SET
    file_name = EXCLUDED.file_name, content = EXCLUDED.content, outcome = EXCLUDED.outcome,
    uploaded_by = EXCLUDED.uploaded_by, uploaded_at = EXCLUDED.uploaded_at
"""

FORGET_OLD = "DELETE FROM intake.workbook WHERE uploaded_at < $1"

READ_OUTCOME = """
SELECT file_name, outcome, uploaded_at FROM intake.workbook
WHERE obligation_id = $1 AND organization_id = $2
"""

READ_CONTENT = """
SELECT content FROM intake.workbook WHERE obligation_id = $1 AND organization_id = $2
"""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody of the organization uploaded, and what came of it."""

    file_name: str
    outcome: Outcome
    uploaded_at: datetime


async def keep(
    connection: Connection,
    obligation_id: ObligationId,
    *,
    upload: Upload,
    content: bytes,
    principal: Principal,
) -> None:
    """Keeps the file in the place of the one before, and forgets what is a day old."""
    await connection.execute(FORGET_OLD, upload.uploaded_at - KEPT_FOR)
    await connection.execute(
        KEEP,
        obligation_id,
        principal.organization_id,
        upload.file_name,
        content,
        write_json(outcome_json(upload.outcome)),
        principal.account_id,
        upload.uploaded_at,
    )


async def read(
    connection: Connection, obligation_id: ObligationId, *, by: OrganizationId
) -> Upload | None:
    """What the organization uploaded last, None if nothing is kept."""
    row = await connection.fetchrow(READ_OUTCOME, obligation_id, by)
    if row is None:
        return None
    return Upload(row["file_name"], outcome_of(read_json(row["outcome"])), row["uploaded_at"])


async def read_content(
    connection: Connection, obligation_id: ObligationId, *, by: OrganizationId
) -> bytes | None:
    """The file itself."""
    content: bytes | None = await connection.fetchval(READ_CONTENT, obligation_id, by)
    return content
