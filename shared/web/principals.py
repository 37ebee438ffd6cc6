"""Who is calling, and what the call may do."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.identifiers import AccountId, OrganizationId
from shared.labels.labels import Language


class Role(StrEnum):
    """What an account may do, within its organization's scope."""

    PREPARER = "preparer"
    SIGNER = "signer"
    REVIEWER = "reviewer"
    LEADER = "leader"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Principal:
    """An account that proved who it is. `csrf_token` is None when it did so by a bearer token."""

    account_id: AccountId
    username: str
    display_name: str
    organization_id: OrganizationId
    roles: frozenset[Role]
    language: Language = Language.VI
    csrf_token: str | None = None
    must_change_password: bool = False

    def has_any(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)
