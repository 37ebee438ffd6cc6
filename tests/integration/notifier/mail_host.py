"""A real SMTP server on loopback that treats each mail as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from enum import Enum, auto

from aiosmtpd.smtp import SMTP, Envelope, Session

LOOPBACK = "127.0.0.1"


class Treatment(Enum):
    """What the server does with a mail."""

    ACCEPT = auto()
    REFUSE = auto()
    REFUSE_CONTENT = auto()
    BUSY = auto()
    ACCEPT_AND_DROP = auto()
    """Keeps the mail, and breaks the line instead of saying so."""
    LOSE_AND_DROP = auto()
    """Breaks the line after the data, and keeps nothing."""
    HOLD = auto()
    """Keeps the mail, and says nothing until the other side is gone."""


@dataclass
class MailHost:
    """What came in, and what to do with the next mails (the last treatment goes on for ever)."""

    port: int = 0
    treatments: list[Treatment] = field(default_factory=lambda: [Treatment.ACCEPT])
    received: list[EmailMessage] = field(default_factory=list)
    holding: asyncio.Event = field(default_factory=asyncio.Event)
    _now: Treatment = Treatment.ACCEPT

    def treat(self, *treatments: Treatment) -> None:
        self.treatments = list(treatments)

    def to(self, recipient: str | None) -> list[EmailMessage]:
        return [each for each in self.received if each["To"] == recipient]

    async def handle_MAIL(  # noqa: N802 (the name is aiosmtpd's)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._now = self.treatments[0] if len(self.treatments) == 1 else self.treatments.pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._now is Treatment.REFUSE:
            return "550 5.1.1 No such mailbox"
        if self._now is Treatment.BUSY:
            return "451 4.3.2 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self._now is Treatment.REFUSE_CONTENT:
            return "554 5.6.0 Not this"
        if self._now is not Treatment.LOSE_AND_DROP:
            source = envelope.original_content or b""
            self.received.append(message_from_bytes(source, policy=modern))
        if self._now in (Treatment.ACCEPT_AND_DROP, Treatment.LOSE_AND_DROP):
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if self._now is Treatment.HOLD:
            self.holding.set()
            await asyncio.Event().wait()
        return "250 OK"


@asynccontextmanager
async def mail_host() -> AsyncIterator[MailHost]:
    """The server, listening until the end of the block."""
    host, loop = MailHost(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(host, hostname="localhost", loop=loop), host=LOOPBACK, port=0
    )
    host.port = server.sockets[0].getsockname()[1]
    try:
        yield host
    finally:
        server.close()
