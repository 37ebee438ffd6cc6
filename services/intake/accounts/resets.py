"""A new password for who forgot the old one: asked for, mailed by the notifier, used once.

Whoever asks gets the same answer in the same time, whether there is such an account or not.
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.accounts import repository, reset_repository
from services.intake.accounts.errors import ResetRefused
from services.intake.accounts.passwords import require_good_password
from services.intake.accounts.records import Account, Action, Actor, OpenReset
from services.intake.accounts.service import Accounts
from services.intake.accounts.use_cases import Caller, username_key
from shared.db.engine import transaction
from shared.web.authentication import token_sha256
from shared.web.problems import TooManyRequests

RESET_LIFE = timedelta(minutes=30)
RESETS_WINDOW = timedelta(hours=1)
RESETS_IN_WINDOW = 3
"""Of one account: enough for a mail that got lost, too few to flood a mailbox."""

ACCOUNTS_AT_AN_ADDRESS = 5


async def ask_for_reset(accounts: Accounts, *, who: str, caller: Caller) -> None:
    """Has a link mailed to each account of that name or mail address, if there is one.

    Raises:
        TooManyRequests: the caller's address asked too often, for whomever.
    """
    wait = accounts.reset_brake.seconds_to_wait(caller.address)
    if wait:
        raise TooManyRequests(retry_after_seconds=wait)
    accounts.reset_brake.record_failure(caller.address)
    now = accounts.clock.now()
    async with transaction(accounts.engine) as connection:
        asked = await reset_repository.ask_for_reset(
            connection,
            username_key(who),
            now=now,
            expires_at=now + RESET_LIFE,
            since=now - RESETS_WINDOW,
            most=RESETS_IN_WINDOW,
            most_accounts=ACCOUNTS_AT_AN_ADDRESS,
        )
        # What was typed is not recorded where no account bears it: it may be a password.
        for account_id in asked or (None,):
            await repository.record(
                connection,
                Action.PASSWORD_RESET_ASKED,
                at=now,
                account_id=account_id,
                details=caller.as_details(),
            )


async def mail_reset(
    connection: AsyncConnection, account: Account, *, now: datetime, by: Actor
) -> None:
    """An administrator has a link mailed to the account, and never learns the password."""
    await reset_repository.insert_reset(
        connection, account.id, now=now, expires_at=now + RESET_LIFE
    )
    await repository.record(
        connection, Action.PASSWORD_RESET_ASKED, at=now, account_id=account.id, by=by
    )


async def find_reset(accounts: Accounts, token: str) -> OpenReset | None:
    """What the link leads to; None when it cannot be used."""
    async with transaction(accounts.engine) as connection:
        return await reset_repository.find_reset(
            connection, token_sha256(token), now=accounts.clock.now()
        )


async def use_reset(accounts: Accounts, *, token: str, new: str, caller: Caller) -> None:
    """Sets the password; the link, all sessions and all API tokens of the account end.

    Raises:
        ResetRefused: the link was used, is too old, or never was.
        PasswordRefused: see `require_good_password`; the link still works.
    """
    found = await find_reset(accounts, token)
    if found is None:
        raise ResetRefused
    require_good_password(new, username=found.username)
    password_hash = await accounts.passwords.hash(new)
    now = accounts.clock.now()
    async with transaction(accounts.engine) as connection:
        reset = await reset_repository.find_reset(
            connection, token_sha256(token), now=now, hold=True
        )
        if reset is None:
            raise ResetRefused
        await _set_password(connection, reset, password_hash=password_hash, now=now)
        await repository.record(
            connection,
            Action.PASSWORD_RESET,
            at=now,
            account_id=reset.account_id,
            details=caller.as_details(),
        )


async def _set_password(
    connection: AsyncConnection, reset: OpenReset, *, password_hash: str, now: datetime
) -> None:
    await reset_repository.end_resets(connection, reset.account_id, now=now)
    await repository.set_password_hash(
        connection, reset.account_id, password_hash=password_hash, must_change=False
    )
    await repository.delete_sessions(connection, reset.account_id)
    await repository.revoke_tokens(connection, reset.account_id, now=now)
