"""Signing in and out, and passwords. Each use case commits before it returns."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.accounts import repository, reset_repository
from services.intake.accounts.errors import PasswordRefused, SignInRefused
from services.intake.accounts.passwords import Passwords, normalized, require_good_password
from services.intake.accounts.records import Account, Action, Session
from services.intake.accounts.service import ATTEMPTS_BEFORE_LOCK, LOCK_DURATION, Accounts
from shared.db.engine import transaction
from shared.domain.identifiers import AccountId
from shared.web.authentication import new_token, token_sha256
from shared.web.principals import Principal
from shared.web.problems import TooManyRequests


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from, for the audit and for the brake."""

    address: str

    def as_details(self) -> dict[str, Any]:
        return {"address": self.address}


async def sign_in(accounts: Accounts, *, username: str, password: str, caller: Caller) -> Session:
    """A new session for the account of that name and password.

    Raises:
        SignInRefused: not told whether the name or the password is wrong, or the account locked.
        TooManyRequests: too many failures from the caller's address.
    """
    wait = accounts.brake.seconds_to_wait(caller.address)
    if wait:
        raise TooManyRequests(retry_after_seconds=wait)
    account = await _count_attempt(accounts, username)
    password_hash = account.password_hash if account else None
    if not await accounts.passwords.verify(password, password_hash) or account is None:
        accounts.brake.record_failure(caller.address)
        await _record_failure(accounts, account, caller=caller)
        raise SignInRefused
    stronger = await _stronger_hash(accounts.passwords, account, password)
    return await _start_session(accounts, account, caller=caller, new_hash=stronger)


async def _count_attempt(accounts: Accounts, username: str) -> Account | None:
    now = accounts.clock.now()
    async with transaction(accounts.engine) as connection:
        return await repository.count_attempt(
            connection,
            username_key(username),
            now=now,
            most=ATTEMPTS_BEFORE_LOCK,
            until=now + LOCK_DURATION,
        )


async def _record_failure(accounts: Accounts, account: Account | None, *, caller: Caller) -> None:
    """The name is not recorded: people type their password there by mistake."""
    now, account_id = accounts.clock.now(), account.id if account else None
    locked = account is not None and account.failed_attempts >= ATTEMPTS_BEFORE_LOCK
    async with transaction(accounts.engine) as connection:
        for action in (Action.SIGN_IN_FAILED, *([Action.ACCOUNT_LOCKED] if locked else [])):
            await repository.record(
                connection, action, at=now, account_id=account_id, details=caller.as_details()
            )


async def _stronger_hash(passwords: Passwords, account: Account, password: str) -> str | None:
    if account.password_hash is None or not passwords.is_outdated(account.password_hash):
        return None
    return await passwords.hash(password)


async def sign_in_without_password(accounts: Accounts, *, username: str, caller: Caller) -> Session:
    """For the demonstration, where the accounts are made up; its page guards who may ask.

    Raises:
        SignInRefused: there is no such account.
    """
    async with transaction(accounts.engine) as connection:
        account = await repository.find_account(connection, username_key(username))
    if account is None or not account.active:
        raise SignInRefused
    return await _start_session(accounts, account, caller=caller)


async def _start_session(
    accounts: Accounts, account: Account, *, caller: Caller, new_hash: str | None = None
) -> Session:
    now = accounts.clock.now()
    async with transaction(accounts.engine) as connection:
        await repository.clear_attempts(connection, account.id)
        if new_hash is not None:
            await repository.set_password_hash(
                connection,
                account.id,
                password_hash=new_hash,
                must_change=account.must_change_password,
            )
        await repository.delete_sessions(connection, account.id, ended_before=now)
        session = await open_session(accounts, connection, account.id, now=now)
        await repository.record(
            connection,
            Action.SIGNED_IN,
            at=now,
            account_id=account.id,
            details=caller.as_details(),
        )
    return session


async def open_session(
    accounts: Accounts, connection: AsyncConnection, account_id: AccountId, *, now: datetime
) -> Session:
    session = Session(
        token=new_token(), csrf_token=new_token(), expires_at=now + accounts.session_life
    )
    await repository.insert_session(
        connection,
        token_sha256=token_sha256(session.token),
        account_id=account_id,
        csrf_token=session.csrf_token,
        created_at=now,
        expires_at=session.expires_at,
    )
    return session


async def sign_out(accounts: Accounts, token: str, *, caller: Caller) -> None:
    """Ends the session of that token, if there is one."""
    async with transaction(accounts.engine) as connection:
        account_id = await repository.delete_session(connection, token_sha256(token))
        if account_id is not None:
            await repository.record(
                connection,
                Action.SIGNED_OUT,
                at=accounts.clock.now(),
                account_id=account_id,
                details=caller.as_details(),
            )


async def change_password(
    accounts: Accounts, principal: Principal, *, current: str, new: str, caller: Caller
) -> Session:
    """Ends all sessions and mailed links of the account and gives a new session.

    Raises:
        PasswordRefused: `reason` is wrong_current, unchanged, or one of require_good_password.
    """
    await _require_current(accounts, principal, current, caller=caller)
    require_good_password(new, username=principal.username)
    if normalized(current) == normalized(new):
        raise PasswordRefused("unchanged")
    password_hash = await accounts.passwords.hash(new)
    now = accounts.clock.now()
    async with transaction(accounts.engine) as connection:
        await repository.set_password_hash(
            connection, principal.account_id, password_hash=password_hash, must_change=False
        )
        await repository.delete_sessions(connection, principal.account_id)
        await reset_repository.end_resets(connection, principal.account_id, now=now)
        await repository.record(
            connection,
            Action.PASSWORD_CHANGED,
            at=now,
            account_id=principal.account_id,
            details=caller.as_details(),
        )
        return await open_session(accounts, connection, principal.account_id, now=now)


async def _require_current(
    accounts: Accounts, principal: Principal, current: str, *, caller: Caller
) -> None:
    """Wrong ones count as failed sign-ins: a stolen session must not be a way to guess."""
    account = await _count_attempt(accounts, principal.username)
    password_hash = account.password_hash if account else None
    if not await accounts.passwords.verify(current, password_hash):
        await _record_failure(accounts, account, caller=caller)
        raise PasswordRefused("wrong_current")


def username_key(username: str) -> str:
    """Names are stored in lower case and compared so."""
    return normalized(username).strip().lower()
