"""Reads a stored message for the mailbox page."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern


@dataclass(frozen=True, slots=True)
class ReadableMail:
    sender: str
    recipient: str
    subject: str
    message_id: str
    text: str
    html: str


def read_mail(source: bytes) -> ReadableMail:
    """The parts of a message (RFC 5322) that a reader sees."""
    message = message_from_bytes(source, policy=modern)
    return ReadableMail(
        sender=str(message["From"] or ""),
        recipient=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        message_id=str(message["Message-ID"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return "" if part is None else str(part.get_content())
