"""The demonstration's mail server: what it takes on loopback, the mailbox page shows."""

import asyncio
from email import message_from_bytes
from email.policy import default as modern

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notifier.mailbox.repository import save_mail
from shared.clock import Clock
from shared.db.engine import transaction

LOOPBACK = "127.0.0.1"


class _Inbox:
    """What aiosmtpd calls for each message; the name of the method is its protocol."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def handle_DATA(  # noqa: N802 (the name is aiosmtpd's)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        source = bytes(envelope.content or b"")
        message = message_from_bytes(source, policy=modern)
        async with transaction(self._engine) as connection:
            for recipient in envelope.rcpt_tos:
                await save_mail(
                    connection,
                    received_at=self._clock.now(),
                    recipient=recipient,
                    subject=str(message["Subject"] or ""),
                    message_id=str(message["Message-ID"] or ""),
                    source=source,
                )
        return "250 2.0.0 OK"


async def open_mail_server(
    engine: AsyncEngine, clock: Clock, *, port: int = 0
) -> tuple[asyncio.Server, int]:
    """Listen on loopback; returns the server and its port (a free one for 0)."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(_Inbox(engine, clock), hostname="localhost", enable_SMTPUTF8=True, loop=loop),
        host=LOOPBACK,
        port=port,
    )
    return server, server.sockets[0].getsockname()[1]
