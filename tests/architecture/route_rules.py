"""What a line of the table of routes says: who may call, and what keeps strangers out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.web.principals import Role

ANYONE = "anyone"
NEWCOMERS = "signed in, even before the first change of password"
SIGNED_IN = "signed in"
SENDERS = frozenset({Role.PREPARER, Role.SIGNER})
SENDERS_AND_PROGRAMS = SENDERS | {Role.SERVICE}
REVIEWERS = frozenset({Role.REVIEWER})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
FORM_READERS = REVIEWERS | ADMINISTRATORS | {Role.ANALYST}
RECEIVERS = REVIEWERS | ADMINISTRATORS
"""For which obligations, is judged one by one."""
TYPISTS = SENDERS | REVIEWERS
"""Reviewers enter for a sender whose report they receive (nhập thay)."""
TYPISTS_AND_PROGRAMS = SENDERS_AND_PROGRAMS | REVIEWERS
PREPARERS = frozenset({Role.PREPARER})
SIGNERS = frozenset({Role.SIGNER})

Access = str | frozenset[Role]


@dataclass(frozen=True)
class Foreign:
    """The call names something of one organization: whoever is outside is refused.

    Words in braces are ids and codes of a commune whose report was sent; `holder` is who may.
    """

    holder: str = "commune"
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | Sequence[object] | None = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    file: bytes | None = None
    """Sent as the field `file` of a form in parts."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Where a word of the path means something else than in other routes."""


@dataclass(frozen=True)
class Own:
    """The call names nobody: what it answers is the caller's own, and shows nothing of others."""

    query: Mapping[str, str] = field(default_factory=dict)


NOBODYS = None
"""Nothing of any organization is read or written, but for the caller's own account."""

Guard = Foreign | Own | None


@dataclass(frozen=True)
class Route:
    """One line of the table."""

    method: str
    path: str
    access: Access
    guard: Guard = NOBODYS

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
