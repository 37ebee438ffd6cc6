"""Accounts, tokens and what is recorded of them, as the features pass them around."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.identifiers import AccountId, OrganizationId
from shared.labels.labels import Language
from shared.web.principals import Role


class Action(StrEnum):
    """What the audit records about accounts and their rights."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    ACCOUNT_LOCKED = "account_locked"
    SIGNED_OUT = "signed_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_SET = "password_set"  # noqa: S105
    PASSWORD_RESET_ASKED = "password_reset_asked"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    ACCOUNT_CREATED = "account_created"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ROLES_CHANGED = "roles_changed"
    TOKEN_CREATED = "token_created"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    CATALOGUE_LOADED = "catalogue_loaded"
    ATTACHMENT_KEPT = "attachment_kept"
    BACKUP_MADE = "backup_made"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes an account: another account, or a person at the command line.

    `operator` is the name that the operating system knows that person by. Neither: the account
    itself, or a program that makes up data.
    """

    account_id: AccountId | None = None
    operator: str | None = None

    def as_details(self) -> dict[str, str]:
        return {"operator": self.operator} if self.operator else {}


@dataclass(frozen=True, slots=True)
class Account:
    """`password_hash` None: nobody can sign in with a password."""

    id: AccountId
    username: str
    display_name: str
    organization_id: OrganizationId
    roles: frozenset[Role]
    language: Language
    active: bool
    must_change_password: bool
    password_hash: str | None
    failed_attempts: int
    locked_until: datetime | None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class OpenReset:
    """Whose new password a link leads to."""

    account_id: AccountId
    username: str


@dataclass(frozen=True, slots=True)
class Session:
    """`token` goes into the cookie and is kept nowhere else."""

    token: str
    csrf_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token without its secret."""

    id: int
    name: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewApiToken:
    """`secret` is shown once."""

    token: ApiToken
    secret: str
