"""SQL of the demonstration's mailbox."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_INSERT = text("""
INSERT INTO notifier.demo_mail (received_at, recipient, subject, message_id, source)
VALUES (:received_at, :recipient, :subject, :message_id, :source)
""")
_NEWEST = text("""
SELECT id, received_at, recipient, subject FROM notifier.demo_mail
WHERE CAST(:recipient AS text) IS NULL OR recipient = :recipient
ORDER BY id DESC LIMIT :limit
""")
_ONE = text("SELECT source FROM notifier.demo_mail WHERE id = :id")


@dataclass(frozen=True, slots=True)
class MailLine:
    id: int
    received_at: datetime
    recipient: str
    subject: str


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
    connection: AsyncConnection, *, recipient: str | None, limit: int
) -> tuple[MailLine, ...]:
    rows = await connection.execute(_NEWEST, {"recipient": recipient, "limit": limit})
    return tuple(MailLine(**row) for row in rows.mappings())


async def mail_source(connection: AsyncConnection, mail_id: int) -> bytes | None:
    """The whole message (RFC 5322), or None if there is none of this id."""
    source: bytes | None = await connection.scalar(_ONE, {"id": mail_id})
    return source
