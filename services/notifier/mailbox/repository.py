"""SQL of the demonstration's mailbox."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_INSERT = text("""
INSERT INTO notifier.demo_mail (received_at, recipient, subject, message_id, source)
VALUES (:received_at, :recipient, :subject, :message_id, :source)
""")
_NEWEST = text("""
SELECT id, received_at, recipient, source FROM notifier.demo_mail
WHERE recipient = ANY(CAST(:recipients AS text[]))
  AND (CAST(:before_id AS bigint) IS NULL OR id < :before_id)
ORDER BY id DESC LIMIT :limit
""")
_PEOPLE = text("""
SELECT email, display_name FROM identity.account_public
WHERE organization_id = ANY(CAST(:organization_ids AS bigint[])) AND email IS NOT NULL
""")
_ONE = text("SELECT id, received_at, recipient, source FROM notifier.demo_mail WHERE id = :id")


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail as it came in; `source` is the whole message (RFC 5322)."""

    id: int
    received_at: datetime
    recipient: str
    source: bytes


async def save_mail(
    connection: AsyncConnection,
    *,
    received_at: datetime,
    recipient: str,
    subject: str,
    message_id: str,
    source: bytes,
) -> None:
    await connection.execute(
        _INSERT,
        {
            "received_at": received_at,
            "recipient": recipient,
            "subject": subject,
            "message_id": message_id,
            "source": source,
        },
    )


async def newest_mails(
    connection: AsyncConnection,
    recipients: Collection[str],
    *,
    before_id: int | None = None,
    limit: int,
) -> tuple[StoredMail, ...]:
    """The mails to these addresses, newest first: those after `before_id`, at most `limit`."""
    rows = await connection.execute(
        _NEWEST, {"recipients": list(recipients), "before_id": before_id, "limit": limit}
    )
    return tuple(StoredMail(**row) for row in rows.mappings())


async def people(connection: AsyncConnection, organization_ids: Collection[int]) -> dict[str, str]:
    """Address → name, of everybody who has an account at these organizations and an address."""
    rows = await connection.execute(_PEOPLE, {"organization_ids": list(organization_ids)})
    return {row.email: row.display_name for row in rows}


async def find_mail(connection: AsyncConnection, mail_id: int) -> StoredMail | None:
    row = (await connection.execute(_ONE, {"id": mail_id})).mappings().one_or_none()
    return StoredMail(**row) if row else None
