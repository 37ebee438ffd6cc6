"""SQL of requests for a new password, as far as the notifier may see them.

The view `identity.password_reset_mail` holds those that can be answered by mail now; of the links,
the notifier may only add hashes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_TAKE_IN = text("""
INSERT INTO notifier.timer (kind, about_id, stage, due_at, state)
SELECT 'password_reset', id, :stage, :now, 'waiting' FROM identity.password_reset_mail
ON CONFLICT (kind, about_id, stage) DO NOTHING
""")

_OPEN = text("""
SELECT id, organization_id, username, display_name, email, language, minutes_left
FROM identity.password_reset_mail WHERE id = ANY(CAST(:ids AS bigint[]))
""")

_ADD_TOKEN = text("""
INSERT INTO identity.password_reset_token (token_sha256, reset_id, created_at)
VALUES (:token_sha256, :reset_id, clock_timestamp())
""")


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that is not used and not too old; `minutes_left` of real time, at least 1."""

    id: int
    organization_id: int
    username: str
    display_name: str
    email: str
    language: str
    minutes_left: int


async def take_in(connection: AsyncConnection, *, stage: str, now: datetime) -> None:
    """Let every request that is new fall due now."""
    await connection.execute(_TAKE_IN, {"stage": stage, "now": now})


async def open_requests(
    connection: AsyncConnection, ids: Collection[int]
) -> tuple[OpenRequest, ...]:
    rows = await connection.execute(_OPEN, {"ids": list(ids)})
    return tuple(OpenRequest(**row) for row in rows.mappings())


async def add_token(connection: AsyncConnection, reset_id: int, *, token_sha256: bytes) -> None:
    """Let the link whose token has this hash lead to the new password."""
    await connection.execute(_ADD_TOKEN, {"token_sha256": token_sha256, "reset_id": reset_id})
