"""Statements on requests for a new password. None of them commits."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.accounts.records import OpenReset
from shared.domain.identifiers import AccountId

# People may share a mail address; each of their accounts gets a mail of its own.
ASK = text("""
    INSERT INTO identity.password_reset (account_id, requested_at, expires_at)
    SELECT account.id, :now, :expires_at FROM identity.account
    WHERE (username = :who OR lower(email) = :who)
      AND active AND email IS NOT NULL AND password_hash IS NOT NULL
      AND (SELECT count(*) FROM identity.password_reset earlier
           WHERE earlier.account_id = account.id
             AND earlier.requested_at > :since AND earlier.requested_at <= :now) < :most
    ORDER BY account.id LIMIT :most_accounts
    RETURNING account_id
""")
INSERT = text("""
    INSERT INTO identity.password_reset (account_id, requested_at, expires_at)
    VALUES (:account_id, :now, :expires_at)
""")
# A link that was asked for in the future was asked for before the clock was put back.
OPEN = """
    SELECT reset.id, account.id AS account_id, account.username
    FROM identity.password_reset_token token
    JOIN identity.password_reset reset ON reset.id = token.reset_id
    JOIN identity.account ON account.id = reset.account_id
    WHERE token.token_sha256 = :token_sha256
      AND reset.used_at IS NULL AND reset.expires_at > :now AND reset.requested_at <= :now
      AND account.active
"""
FIND = text(OPEN)
HOLD = text(f"{OPEN} FOR UPDATE OF reset")
# Whoever asked several times has one new password: the other links end with it.
USE = text("""
    UPDATE identity.password_reset SET used_at = :now
    WHERE account_id = :account_id AND used_at IS NULL
""")
FORGET = text("""
    DELETE FROM identity.password_reset_token token USING identity.password_reset reset
    WHERE reset.id = token.reset_id AND reset.account_id = :account_id
""")


async def ask_for_reset(
    connection: AsyncConnection,
    who: str,
    *,
    now: datetime,
    expires_at: datetime,
    since: datetime,
    most: int,
    most_accounts: int,
) -> tuple[AccountId, ...]:
    """Enters a request for each account that bears the name or the mail address `who`.

    An account that asked `most` times after `since` gets no more for now.
    """
    values = {
        "who": who,
        "now": now,
        "expires_at": expires_at,
        "since": since,
        "most": most,
        "most_accounts": most_accounts,
    }
    return tuple((await connection.execute(ASK, values)).scalars())


async def insert_reset(
    connection: AsyncConnection, account_id: AccountId, *, now: datetime, expires_at: datetime
) -> None:
    """Enters a request of an administrator."""
    values = {"account_id": account_id, "now": now, "expires_at": expires_at}
    await connection.execute(INSERT, values)


async def find_reset(
    connection: AsyncConnection, token_sha256: bytes, *, now: datetime, hold: bool = False
) -> OpenReset | None:
    """What the link leads to; None when it was used, is too old, or never was."""
    found = await connection.execute(
        HOLD if hold else FIND, {"token_sha256": token_sha256, "now": now}
    )
    row = found.one_or_none()
    return None if row is None else OpenReset(AccountId(row.account_id), row.username)


async def end_resets(connection: AsyncConnection, account_id: AccountId, *, now: datetime) -> None:
    """No link of the account works any more."""
    await connection.execute(USE, {"account_id": account_id, "now": now})
    await connection.execute(FORGET, {"account_id": account_id})
