"""The port to the outside's mail, and its adapter for SMTP (RFC 5321).

MailError
├── MailRefused      the server said no for good (5yz): sending again will not help
├── MailUnavailable  not reachable or busy (4yz): try again later, nothing was accepted
└── OutcomeUnknown   the line broke after the message was handed over: it may have been accepted
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.charset import QP, Charset
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from typing import Protocol

import aiosmtplib

from shared.labels.labels import Language

SMTP_TIMEOUT_SECONDS = 20
QUIT_TIMEOUT_SECONDS = 1
PERMANENT_FAILURE = 500


class MailError(Exception):
    """A mail was not accepted, as far as anybody knows."""


class MailRefused(MailError):
    """The server refuses this mail for good; its words are the message."""


class MailUnavailable(MailError):
    """The server cannot take the mail now; its words, or the fault of the line, are the message."""


class OutcomeUnknown(MailError):
    """The whole mail went out, and no answer came back."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one address; `written_at` is its date."""

    recipient: str
    message_id: str
    subject: str
    body_text: str
    body_html: str
    written_at: datetime
    language: Language = Language.VI


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Hand `mail` over and return once the server has accepted it.

        Raises:
            MailRefused, MailUnavailable: it was certainly not accepted.
            OutcomeUnknown: nobody can know.
        """


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mails are handed over, and as whom. `use_tls` is from the first byte."""

    host: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = None
    use_tls: bool = False
    start_tls: bool = False


class SmtpMailer:
    """Sends each mail over a connection of its own: mails are few and far between."""

    def __init__(
        self, server: SmtpServer, *, timeout_seconds: float = SMTP_TIMEOUT_SECONDS
    ) -> None:
        self._server = server
        self._timeout_seconds = timeout_seconds

    async def send(self, mail: Mail) -> None:
        message = message_bytes(mail, sender=self._server.sender)
        client = self._client()
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as fault:
            raise MailUnavailable(_words(fault)) from fault
        try:
            await self._open_envelope(client, mail)
            await _hand_over(client, message)
            await _take_leave(client)
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.use_tls,
            start_tls=server.start_tls,
            timeout=self._timeout_seconds,
        )

    async def _open_envelope(self, client: aiosmtplib.SMTP, mail: Mail) -> None:
        """Until DATA nothing can have been accepted, however the line breaks."""
        try:
            await client.mail(self._server.sender)
            await client.rcpt(mail.recipient)
        except aiosmtplib.SMTPRecipientRefused as fault:
            raise _refusal(fault) from fault
        except (aiosmtplib.SMTPException, OSError) as fault:
            raise MailUnavailable(_words(fault)) from fault


async def _hand_over(client: aiosmtplib.SMTP, message: bytes) -> None:
    try:
        await client.data(message)
    except aiosmtplib.SMTPDataError as fault:
        raise _refusal(fault) from fault
    except (aiosmtplib.SMTPException, OSError) as fault:
        raise OutcomeUnknown(_words(fault)) from fault


async def _take_leave(client: aiosmtplib.SMTP) -> None:
    """The mail is accepted: however the server answers now, or not at all, changes nothing."""
    with suppress(aiosmtplib.SMTPException, OSError):
        await client.quit(timeout=QUIT_TIMEOUT_SECONDS)


def _refusal(fault: aiosmtplib.SMTPResponseException) -> MailError:
    kind = MailRefused if fault.code >= PERMANENT_FAILURE else MailUnavailable
    return kind(_words(fault))


def _words(fault: Exception) -> str:
    if isinstance(fault, aiosmtplib.SMTPResponseException):
        return f"{fault.code} {fault.message}"
    return str(fault) or type(fault).__name__


def message_bytes(mail: Mail, *, sender: str) -> bytes:
    """The mail as it goes over the line: all in ASCII, whatever the server can take.

    The subject is one run of encoded words (RFC 2047): email.policy's own folding loses spaces
    between words that need encoding and words that do not.

    Raises:
        MailRefused: no mail can be written to that address.
    """
    message = MIMEMultipart("alternative")
    message["From"] = formataddr(("tonghop", sender))
    message["To"] = _plain_address(mail.recipient)
    message["Subject"] = Header(mail.subject, "utf-8", header_name="Subject").encode()
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = mail.language.value
    message.attach(_part(mail.body_text, "plain"))
    message.attach(_part(mail.body_html, "html"))
    return message.as_bytes()


def _part(text: str, kind: str) -> MIMEText:
    charset = Charset("utf-8")
    charset.body_encoding = QP
    return MIMEText(text, kind, charset)  # type: ignore[arg-type] # the stub knows names only


def _plain_address(address: str) -> str:
    try:
        address.encode("ascii")
        return str(Address(addr_spec=address))
    except (MessageError, ValueError, IndexError) as fault:
        raise MailRefused(f"not an address that mail can be sent to: {address!r}") from fault
