"""Answers requests for a new password by mail.

The token is made when the mail is handed over and goes into the mail only: the database holds its
hash, the ledger the mail without it. Each attempt has a token of its own, since nobody can know
whether the one before has arrived; the first that is used ends all of them.
"""

from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.abouts import About, MailKind
from services.notifier.reminders.mails import Letter, MailText, MailWriter
from services.notifier.reminders.repository import Reminder
from services.notifier.resets import repository
from services.notifier.resets.repository import OpenRequest
from shared.labels.labels import Labels, Language
from shared.web.authentication import new_token, token_sha256

STAGE = "requested"
PAGE = "/reset-password"
HIDDEN = "…"
"""What the ledger shows in place of the token."""


class ResetMails:
    """Writes the mails, and lets their links in."""

    def __init__(self, *, writer: MailWriter, labels: Labels) -> None:
        self._writer = writer
        self._labels = labels

    async def take_in(self, connection: AsyncConnection, *, now: datetime) -> None:
        """Requests that came since fall due at once."""
        await repository.take_in(connection, stage=STAGE, now=now)

    async def reminders(
        self, connection: AsyncConnection, abouts: Collection[About], *, now: datetime
    ) -> dict[About, Reminder]:
        """The mails to those of the requests that are still open."""
        ids = [each.id for each in abouts if each.kind is MailKind.PASSWORD_RESET]
        if not ids:
            return {}
        found = await repository.open_requests(connection, ids)
        reminders = [self._reminder(each, now=now) for each in found]
        return {each.about: each for each in reminders}

    async def letter(self, connection: AsyncConnection, about: About) -> Letter | None:
        """The mail with a link that works once; None if the request is not open any more."""
        found = await repository.open_requests(connection, [about.id])
        if not found:
            return None
        [request] = found
        token = new_token()
        await repository.add_token(connection, request.id, token_sha256=token_sha256(token))
        return Letter(
            sent=self._text(request, token=token),
            kept=self._text(request, token=HIDDEN),
            language=Language(request.language),
        )

    def _reminder(self, request: OpenRequest, *, now: datetime) -> Reminder:
        return Reminder(
            about=About(MailKind.PASSWORD_RESET, request.id),
            organization_id=request.organization_id,
            stage=STAGE,
            recipient=request.email,
            message_id=self._writer.new_message_id(),
            text=self._text(request, token=HIDDEN),
            decided_at=now,
        )

    def _text(self, request: OpenRequest, *, token: str) -> MailText:
        language = Language(request.language)
        words = {
            "name": request.display_name,
            "username": request.username,
            "minutes": request.minutes_left,
            "link": self._writer.link(f"{PAGE}?{urlencode({'token': token})}"),
        }
        subject = self._labels.text("account.reset.mail_subject", language)
        return self._writer.render(f"password_reset_{language}", words, subject=subject)
