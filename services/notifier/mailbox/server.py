"""The demonstration's mail server: what it takes on loopback, the mailbox page shows."""

import asyncio
from email import message_from_bytes
from email.policy import default as modern

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notifier.delivery.mailer import Mail, Mailer, MailUnavailable, SmtpMailer, SmtpServer
from services.notifier.mailbox.repository import save_mail
from shared.clock import Clock
from shared.db.engine import transaction

LOOPBACK = "127.0.0.1"
ACCEPTED = "250 2.0.0 OK"
TRY_AGAIN = "451 4.3.0 The mailbox cannot be written now"

log = structlog.get_logger(__name__)


class _Inbox:
    """What aiosmtpd calls; the names of the methods are its protocol."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def handle_DATA(  # noqa: N802 (the name is aiosmtpd's)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        source = envelope.original_content or b""
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
        return ACCEPTED

    async def handle_exception(self, error: Exception) -> str:
        """A mail that could not be kept is not refused for good: it may come again."""
        log.warning("demo_mail_not_kept", error=repr(error))
        return TRY_AGAIN


class DemoMailServer:
    """Listens on loopback, on a free port, for as long as it runs."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._inbox = _Inbox(engine, clock)
        self._port: int | None = None

    @property
    def port(self) -> int | None:
        """None while it does not listen."""
        return self._port

    def mailer(self, sender: str) -> Mailer:
        """Hands mails over to this server, over SMTP as to any other."""
        return _LoopbackMailer(self, sender)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._protocol, host=LOOPBACK, port=0)
        self._port = server.sockets[0].getsockname()[1]
        log.info("demo_mail_server_listens", port=self._port)
        try:
            await stop.wait()
        finally:
            self._port = None
            server.close()

    def _protocol(self) -> SMTP:
        return SMTP(self._inbox, hostname="localhost", loop=asyncio.get_running_loop())


class _LoopbackMailer:
    """A `Mailer` to whatever port the demonstration's server has."""

    def __init__(self, server: DemoMailServer, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        if self._server.port is None:
            raise MailUnavailable("the demonstration's mail server does not listen")
        at = SmtpServer(host=LOOPBACK, port=self._server.port, sender=self._sender)
        await SmtpMailer(at).send(mail)
