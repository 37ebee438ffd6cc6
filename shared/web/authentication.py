"""From a cookie or a bearer token to the hash that the database knows, and back to a principal.

The secret itself is never stored nor logged: the database holds its SHA-256, which is enough
because the secret is 256 random bits, not a password.
"""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import native
from shared.domain.identifiers import AccountId, OrganizationId
from shared.labels.labels import Language
from shared.web.principals import Principal, Role

SESSION_COOKIE = "tonghop_session"
API_PREFIX = "/api/"
TOKEN_BYTES = 32
LONGEST_TOKEN = 200

AUTHENTICATE = "SELECT * FROM identity.authenticate($1)"

Authenticator = Callable[[bytes], Awaitable[Principal | None]]
"""Gives the principal of a token's SHA-256, or None when it is unknown, ended or locked out."""


@dataclass(frozen=True, slots=True)
class Credential:
    sha256: bytes
    is_bearer: bool


def new_token() -> str:
    """256 random bits, as text that is safe in a cookie and a header."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_sha256(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def is_api(request: Request) -> bool:
    path: str = request.scope["path"]
    return path.startswith(API_PREFIX)


def read_credential(request: Request) -> Credential | None:
    """What the request shows to be known by. A bearer token goes before the cookie."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if is_api(request) and scheme.lower() == "bearer":
        return Credential(token_sha256(bearer.strip()[:LONGEST_TOKEN]), is_bearer=True)
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie:
        return Credential(token_sha256(cookie[:LONGEST_TOKEN]), is_bearer=False)
    return None


def authenticator(engine: AsyncEngine) -> Authenticator:
    """Asks `identity.authenticate` in one statement, outside any transaction.

    On asyncpg's own connection: every request asks, and SQLAlchemy's way to the same row takes
    four times the processor time. Nothing is kept, so that a token that is revoked ends at once.
    """

    async def authenticate(sha256: bytes) -> Principal | None:
        async with native(engine) as connection:
            row = await connection.fetchrow(AUTHENTICATE, sha256)
        return None if row is None else principal_of(row)

    return authenticate


def principal_of(row: Mapping[str, Any], *, organization_id: str = "organization_id") -> Principal:
    """The principal in a row of `identity.authenticate`; names a column that had to be renamed."""
    return Principal(
        account_id=AccountId(row["account_id"]),
        username=row["username"],
        display_name=row["display_name"],
        organization_id=OrganizationId(row[organization_id]),
        roles=_roles(tuple(row["roles"])),
        language=Language(row["language"]),
        csrf_token=row["csrf_token"],
        must_change_password=row["must_change_password"],
    )


@lru_cache(maxsize=1_000)
def _roles(names: tuple[str, ...]) -> frozenset[Role]:
    return frozenset(Role(name) for name in names)
