"""Reads the mails of the demonstration, within the scope of the reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.mailbox import repository
from services.notifier.mailbox.repository import StoredMail
from services.notifier.service import Notifier, current_scope
from shared.db.engine import snapshot
from shared.web.principals import Principal
from shared.web.problems import NotFound

PAGE_MAILS = 50


@dataclass(frozen=True, slots=True)
class ReadableMail:
    """The parts of a message that a reader sees; `addressee` is an organization or a person."""

    id: int
    received_at: datetime
    addressee: str
    sender: str
    recipient: str
    subject: str
    message_id: str
    text: str
    html: str

    @property
    def opening(self) -> str:
        """Its first line."""
        return self.text.strip().partition("\n")[0]


async def read_mailbox(
    notifier: Notifier, principal: Principal, *, before_id: int | None = None
) -> tuple[ReadableMail, ...]:
    """A page of mails to the organizations within the caller's scope, and to their people."""
    async with snapshot(notifier.engine) as connection:
        addressees = await _addressees(notifier, principal, connection)
        mails = await repository.newest_mails(
            connection, addressees.keys(), before_id=before_id, limit=PAGE_MAILS
        )
    return tuple(read_mail(mail, addressee=addressees[mail.recipient]) for mail in mails)


async def read_one_mail(notifier: Notifier, principal: Principal, *, mail_id: int) -> ReadableMail:
    """Raises NotFound, also for what lies outside the caller's scope."""
    async with snapshot(notifier.engine) as connection:
        addressees = await _addressees(notifier, principal, connection)
        mail = await repository.find_mail(connection, mail_id)
    if mail is None or mail.recipient not in addressees:
        raise NotFound
    return read_mail(mail, addressee=addressees[mail.recipient])


async def _addressees(
    notifier: Notifier, principal: Principal, connection: AsyncConnection
) -> Mapping[str, str]:
    """Address → name, of every organization within the caller's scope today and of its people."""
    scope = await current_scope(notifier, principal)
    organizations = (await notifier.catalogue.current()).tree(notifier.clock.today()).organizations
    found = (organizations.get(each) for each in scope.readable)
    units = {each.email: each.name for each in found if each is not None and each.email}
    return {**await repository.people(connection, scope.readable), **units}


def read_mail(mail: StoredMail, *, addressee: str) -> ReadableMail:
    message = message_from_bytes(mail.source, policy=modern)
    return ReadableMail(
        id=mail.id,
        received_at=mail.received_at,
        addressee=addressee,
        sender=str(message["From"] or ""),
        recipient=mail.recipient,
        subject=str(message["Subject"] or ""),
        message_id=str(message["Message-ID"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return "" if part is None else str(part.get_content())
