"""The port to the outside's mail, and its adapter for SMTP (RFC 5321).

MailError
├── MailRefused      the server said no for good (5yz): sending again will not help
└── MailUnavailable  not reachable or busy (4yz): try again later, nothing was accepted
Any other failure after the message was handed over leaves the outcome unknown.
"""

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Protocol

import aiosmtplib

SMTP_TIMEOUT_SECONDS = 20
PERMANENT_FAILURE = 500


class MailError(Exception):
    """A mail was not accepted."""


class MailRefused(MailError):
    """The server refuses this mail for good; its words are the message."""


class MailUnavailable(MailError):
    """The server cannot take the mail now; its words, or the fault of the line, are the message."""


@dataclass(frozen=True, slots=True)
class Mail:
    recipient: str
    message_id: str
    subject: str
    body_text: str
    body_html: str


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Hand `mail` over and return once the server has accepted it.

        Raises MailRefused or MailUnavailable when it was certainly not accepted, and anything else
        (a broken line after the data) when nobody can know.
        """


@dataclass(frozen=True, slots=True)
class SmtpServer:
    host: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = None
    start_tls: bool | None = None


class SmtpMailer:
    """Sends each mail over a connection of its own: mails are few and far between."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def send(self, mail: Mail) -> None:
        client = self._client()
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as fault:
            raise MailUnavailable(str(fault)) from fault
        async with client:
            await self._transmit(client, mail)

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            start_tls=server.start_tls,
            timeout=SMTP_TIMEOUT_SECONDS,
        )

    async def _transmit(self, client: aiosmtplib.SMTP, mail: Mail) -> None:
        try:
            await client.send_message(_message(mail, sender=self._server.sender))
        except aiosmtplib.SMTPRecipientsRefused as fault:
            codes = [recipient.code for recipient in fault.recipients]
            raise _refusal(min(codes), str(fault)) from fault
        except aiosmtplib.SMTPResponseException as fault:
            raise _refusal(fault.code, fault.message) from fault


def _refusal(code: int, words: str) -> MailError:
    kind = MailRefused if code >= PERMANENT_FAILURE else MailUnavailable
    return kind(f"{code} {words}")


def _message(mail: Mail, *, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = Address("tonghop", addr_spec=sender)
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body_text)
    message.add_alternative(mail.body_html, subtype="html")
    return message
