"""Signed files, as they came. They are only added."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from services.intake.connections import Connection
from shared.domain.identifiers import ObligationId, OrganizationId
from shared.web.principals import Principal

STORE = """
INSERT INTO log.attachment (
    obligation_id, sha256, file_name, content, organization_id, uploaded_by, uploaded_by_name,
    uploaded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (obligation_id, sha256) DO NOTHING
"""

READ = """
SELECT a.file_name, a.content
FROM log.attachment a JOIN log.obligation o ON o.id = a.obligation_id
WHERE a.obligation_id = $1 AND a.sha256 = $2
  AND (a.organization_id = $3 OR o.organization_id = ANY($4::bigint[]) AND EXISTS (
      SELECT FROM log.report r JOIN log.report_version v ON v.report_id = r.id
      WHERE r.obligation_id = o.id AND (
          v.document ->> 'attachment_sha256' = a.sha256
          OR jsonb_path_exists(v.content, '$.files.*[*].sha256 ? (@ == $sha256)',
                               jsonb_build_object('sha256', a.sha256)))))
"""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A signed or supporting file; `sha256` is that of its bytes."""

    sha256: str
    file_name: str
    content: bytes


async def store(
    connection: Connection,
    obligation_id: ObligationId,
    *,
    attachment: Attachment,
    principal: Principal,
    at: datetime,
) -> None:
    """Keeps the file; the same file again changes nothing."""
    await connection.execute(
        STORE,
        obligation_id,
        attachment.sha256,
        attachment.file_name,
        attachment.content,
        principal.organization_id,
        principal.account_id,
        principal.display_name,
        at,
    )


async def read(
    connection: Connection,
    obligation_id: ObligationId,
    *,
    sha256: str,
    own: OrganizationId,
    readable: Collection[OrganizationId],
) -> Attachment | None:
    """The file, for who uploaded it, and for who may read a version that was sent with it."""
    row = await connection.fetchrow(READ, obligation_id, sha256, own, list(readable))
    return None if row is None else Attachment(sha256, row["file_name"], row["content"])
