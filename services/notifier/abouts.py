"""What a timer and a mail are about."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class MailKind(StrEnum):
    """A report that is owed, an aggregate that is to be signed off, a new password."""

    REPORT = "report"
    AGGREGATE = "aggregate"
    PASSWORD_RESET = "password_reset"  # noqa: S105


DUTIES = (MailKind.REPORT, MailKind.AGGREGATE)
"""What has a deadline; mails about it go out in working time only."""


@dataclass(frozen=True, slots=True, order=True)
class About:
    """`id` is that of the obligation, of the notifier's own aggregate duty, or of the request."""

    kind: MailKind
    id: int


class Owed(Protocol):
    """What an organization still has to do until a deadline, as the log holds it now."""

    @property
    def about(self) -> About: ...
    @property
    def organization_id(self) -> int: ...
    @property
    def met_by(self) -> int: ...
    @property
    def receiver_id(self) -> int | None: ...
    @property
    def form(self) -> str: ...
    @property
    def period(self) -> str: ...
    @property
    def cutoff_date(self) -> date: ...
    @property
    def deadline(self) -> datetime: ...
    @property
    def is_owed(self) -> bool: ...
