"""What was done with a duty, its draft, its papers and its report, as the log keeps it."""

from dataclasses import dataclass
from datetime import datetime

from services.intake.connections import Connection
from shared.domain.identifiers import ObligationId, OrganizationId

READ_DUTY_ACTS = """
SELECT sequence, verb, state, receiver_id, deadline, original_deadline, actor_name, at, reason
FROM log.obligation_act WHERE obligation_id = $1 ORDER BY sequence
"""

# A paper that no version names is the sender's own business, as its drafts are.
READ_PAPERS = """
SELECT a.sha256, a.file_name, a.uploaded_by_name, a.uploaded_at, a.organization_id
FROM log.attachment a
WHERE a.obligation_id = $1
  AND (a.organization_id = $2 OR EXISTS (
      SELECT FROM log.report r JOIN log.report_version v ON v.report_id = r.id
      WHERE r.obligation_id = a.obligation_id AND v.document ->> 'attachment_sha256' = a.sha256))
ORDER BY a.uploaded_at
"""


@dataclass(frozen=True, slots=True)
class RecordedDutyAct:
    """A change of the duty; `actor_name` is None where the program made it."""

    sequence: int
    verb: str
    state: str
    receiver_id: OrganizationId | None
    deadline: datetime
    original_deadline: datetime | None
    actor_name: str | None
    at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class RecordedPaper:
    """A file as it came."""

    sha256: str
    file_name: str
    uploaded_by_name: str
    uploaded_at: datetime
    organization_id: OrganizationId


async def read_duty_acts(
    connection: Connection, obligation_id: ObligationId
) -> tuple[RecordedDutyAct, ...]:
    """Every change of the duty, oldest first."""
    rows = await connection.fetch(READ_DUTY_ACTS, obligation_id)
    return tuple(RecordedDutyAct(**row) for row in rows)


async def read_papers(
    connection: Connection, obligation_id: ObligationId, *, reader: OrganizationId
) -> tuple[RecordedPaper, ...]:
    """The files that a version names, and all that the reader's organization uploaded."""
    rows = await connection.fetch(READ_PAPERS, obligation_id, reader)
    return tuple(RecordedPaper(**row) for row in rows)
