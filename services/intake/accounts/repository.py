"""Statements on the schema `identity`. None of them commits."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.accounts.records import Account, Action, Actor, ApiToken
from shared.domain.identifiers import AccountId, OrganizationId
from shared.labels.labels import Language
from shared.web.principals import Role

ACCOUNT = (
    "id, username, display_name, organization_id, roles, language, active, must_change_password, "
    "password_hash, failed_attempts, locked_until, email"
)
# A lock that would last longer than any does was set before the clock was put back: it is over. The
# minute is for attempts at once, of which one that looked at the clock earlier may come later.
COUNT_ATTEMPT = text(f"""
    UPDATE identity.account
    SET failed_attempts = attempts.number,
        locked_until = CASE WHEN attempts.number >= :most THEN CAST(:until AS timestamptz) END
    FROM (SELECT id, CASE WHEN locked_until IS NULL THEN failed_attempts + 1 ELSE 1 END AS number
          FROM identity.account
          WHERE username = :username AND active AND password_hash IS NOT NULL
            AND (locked_until IS NULL OR locked_until <= :now
                 OR locked_until > CAST(:until AS timestamptz) + interval '1 minute')
          FOR UPDATE) attempts
    WHERE account.id = attempts.id
    RETURNING account.{ACCOUNT.replace(", ", ", account.")}
""")
INSERT_ACCOUNT = text(f"""
    INSERT INTO identity.account (username, password_hash, display_name, email, organization_id,
        roles, language, must_change_password, created_at)
    VALUES (:username, :password_hash, :display_name, :email, :organization_id,
        :roles, :language, :must_change_password, :now)
    ON CONFLICT (username) DO NOTHING
    RETURNING {ACCOUNT}
""")
INSERT_AUDIT = text("""
    INSERT INTO identity.audit (at, account_id, actor_id, action, details)
    VALUES (:at, :account_id, :actor_id, :action, :details)
""").bindparams(bindparam("details", type_=JSONB))


async def count_attempt(
    connection: AsyncConnection, username: str, *, now: datetime, most: int, until: datetime
) -> Account | None:
    """Counts an attempt before it is judged, so that attempts at once are all counted.

    None when nobody may sign in by that name now: unknown, ended, or locked.
    """
    values = {"username": username, "now": now, "most": most, "until": until}
    return _account(await connection.execute(COUNT_ATTEMPT, values))


async def clear_attempts(connection: AsyncConnection, account_id: AccountId) -> None:
    statement = (
        "UPDATE identity.account SET failed_attempts = 0, locked_until = NULL WHERE id = :id"
    )
    await connection.execute(text(statement), {"id": account_id})


async def find_account(connection: AsyncConnection, username: str) -> Account | None:
    statement = text(f"SELECT {ACCOUNT} FROM identity.account WHERE username = :username")
    return _account(await connection.execute(statement, {"username": username}))


async def get_account(connection: AsyncConnection, account_id: AccountId) -> Account | None:
    statement = text(f"SELECT {ACCOUNT} FROM identity.account WHERE id = :id")
    return _account(await connection.execute(statement, {"id": account_id}))


async def list_accounts(connection: AsyncConnection) -> tuple[Account, ...]:
    """All accounts, in the order in which they were made."""
    rows = await connection.execute(text(f"SELECT {ACCOUNT} FROM identity.account ORDER BY id"))
    return tuple(_of(row) for row in rows)


async def list_accounts_of(
    connection: AsyncConnection, organization_ids: Iterable[OrganizationId]
) -> tuple[Account, ...]:
    """The accounts of those organizations, by name."""
    statement = text(
        f"SELECT {ACCOUNT} FROM identity.account WHERE organization_id = ANY(:ids)"
        " ORDER BY username"
    )
    rows = await connection.execute(statement, {"ids": sorted(organization_ids)})
    return tuple(_of(row) for row in rows)


async def insert_account(
    connection: AsyncConnection, *, roles: Iterable[Role], **values: Any
) -> Account | None:
    """None when the name is taken."""
    values["roles"] = sorted(roles)
    return _account(await connection.execute(INSERT_ACCOUNT, values))


async def set_password_hash(
    connection: AsyncConnection, account_id: AccountId, *, password_hash: str, must_change: bool
) -> None:
    statement = text("""
        UPDATE identity.account
        SET password_hash = :password_hash, must_change_password = :must_change,
            failed_attempts = 0, locked_until = NULL
        WHERE id = :id
    """)
    values = {"id": account_id, "password_hash": password_hash, "must_change": must_change}
    await connection.execute(statement, values)


async def set_active(connection: AsyncConnection, account_id: AccountId, *, active: bool) -> None:
    statement = text("""
        UPDATE identity.account SET active = :active, failed_attempts = 0, locked_until = NULL
        WHERE id = :id
    """)
    await connection.execute(statement, {"id": account_id, "active": active})


async def set_roles(
    connection: AsyncConnection, account_id: AccountId, *, roles: Iterable[Role]
) -> None:
    statement = text("UPDATE identity.account SET roles = :roles WHERE id = :id")
    await connection.execute(statement, {"id": account_id, "roles": sorted(roles)})


async def has_administrator(connection: AsyncConnection) -> bool:
    """Whether anybody may administer accounts. Waits for others who make an administrator."""
    await connection.execute(text("LOCK TABLE identity.account IN SHARE ROW EXCLUSIVE MODE"))
    statement = text(
        "SELECT EXISTS (SELECT FROM identity.account WHERE active AND 'administrator' = ANY(roles))"
    )
    found: bool = (await connection.execute(statement)).scalar_one()
    return found


async def taken_usernames(connection: AsyncConnection, usernames: Iterable[str]) -> frozenset[str]:
    """Which of the names an account has already."""
    statement = text("SELECT username FROM identity.account WHERE username = ANY(:usernames)")
    rows = await connection.execute(statement, {"usernames": sorted(usernames)})
    return frozenset(rows.scalars())


async def insert_session(connection: AsyncConnection, **values: Any) -> None:
    """`token_sha256`, `account_id`, `csrf_token`, `created_at`, `expires_at`."""
    statement = text("""
        INSERT INTO identity.session (token_sha256, account_id, csrf_token, created_at, expires_at)
        VALUES (:token_sha256, :account_id, :csrf_token, :created_at, :expires_at)
    """)
    await connection.execute(statement, values)


async def delete_session(connection: AsyncConnection, token_sha256: bytes) -> AccountId | None:
    """Whose session it was; None when there was none."""
    statement = text(
        "DELETE FROM identity.session WHERE token_sha256 = :token_sha256 RETURNING account_id"
    )
    found = await connection.execute(statement, {"token_sha256": token_sha256})
    return found.scalar_one_or_none()


async def delete_sessions(
    connection: AsyncConnection, account_id: AccountId, *, ended_before: datetime | None = None
) -> None:
    """All sessions of the account, or only those that ended before an instant."""
    statement = text("""
        DELETE FROM identity.session
        WHERE account_id = :account_id
          AND (CAST(:ended_before AS timestamptz) IS NULL OR expires_at < :ended_before)
    """)
    await connection.execute(statement, {"account_id": account_id, "ended_before": ended_before})


async def insert_token(connection: AsyncConnection, **values: Any) -> ApiToken:
    """`token_sha256`, `account_id`, `name`, `created_at`, `expires_at`."""
    statement = text("""
        INSERT INTO identity.api_token (token_sha256, account_id, name, created_at, expires_at)
        VALUES (:token_sha256, :account_id, :name, :created_at, :expires_at)
        RETURNING id, name, created_at, expires_at
    """)
    return ApiToken(*(await connection.execute(statement, values)).one())


async def list_tokens(
    connection: AsyncConnection, account_id: AccountId, *, now: datetime
) -> tuple[ApiToken, ...]:
    """Those that can be used now, newest first."""
    statement = text("""
        SELECT id, name, created_at, expires_at FROM identity.api_token
        WHERE account_id = :account_id AND revoked_at IS NULL AND expires_at > :now
        ORDER BY id DESC
    """)
    rows = await connection.execute(statement, {"account_id": account_id, "now": now})
    return tuple(ApiToken(*row) for row in rows)


async def revoke_tokens(
    connection: AsyncConnection,
    account_id: AccountId,
    *,
    now: datetime,
    token_id: int | None = None,
) -> int:
    """Revokes one token of the account, or all; how many were revoked."""
    statement = text("""
        UPDATE identity.api_token SET revoked_at = :now
        WHERE account_id = :account_id AND revoked_at IS NULL
          AND (CAST(:token_id AS bigint) IS NULL OR id = :token_id)
    """)
    values = {"account_id": account_id, "now": now, "token_id": token_id}
    return (await connection.execute(statement, values)).rowcount


async def record(
    connection: AsyncConnection,
    action: Action,
    *,
    at: datetime,
    account_id: AccountId | None,
    details: Mapping[str, Any] | None = None,
    by: Actor | None = None,
) -> None:
    """Adds a line to the audit. Without `by`, the account itself has acted."""
    actor = by or Actor()
    values = {
        "at": at,
        "account_id": account_id,
        "actor_id": actor.account_id,
        "action": action,
        "details": {**(details or {}), **actor.as_details()},
    }
    await connection.execute(INSERT_AUDIT, values)


def _account(result: "sqlalchemy.CursorResult[Any]") -> Account | None:
    row = result.one_or_none()
    return None if row is None else _of(row)


def _of(row: "sqlalchemy.Row[Any]") -> Account:
    return Account(
        id=AccountId(row.id),
        username=row.username,
        display_name=row.display_name,
        organization_id=OrganizationId(row.organization_id),
        roles=frozenset(Role(role) for role in row.roles),
        language=Language(row.language),
        active=row.active,
        must_change_password=row.must_change_password,
        password_hash=row.password_hash,
        failed_attempts=row.failed_attempts,
        locked_until=row.locked_until,
        email=row.email,
    )
