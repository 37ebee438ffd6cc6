"""What administrators do to accounts, on their page, from the command line, and in the demo.

The connection is the caller's, and so is the commit. Every change is one line of the audit.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.accounts import repository, reset_repository
from services.intake.accounts.errors import UnknownAccount, UsernameTaken
from services.intake.accounts.records import Account, Action, Actor
from services.intake.accounts.use_cases import username_key
from shared.domain.identifiers import OrganizationId
from shared.labels.labels import Language
from shared.web.principals import Role


async def create_account(
    connection: AsyncConnection,
    *,
    username: str,
    display_name: str,
    organization_id: OrganizationId,
    roles: Iterable[Role],
    now: datetime,
    password_hash: str | None = None,
    must_change_password: bool = True,
    email: str | None = None,
    language: Language = Language.VI,
    by: Actor | None = None,
) -> Account:
    """A new account. Without a hash nobody can sign in to it with a password.

    Raises:
        UsernameTaken: names are unique, also those of ended accounts.
    """
    account = await repository.insert_account(
        connection,
        username=username_key(username),
        password_hash=password_hash,
        display_name=display_name,
        email=email,
        organization_id=organization_id,
        roles=roles,
        language=language,
        must_change_password=must_change_password,
        now=now,
    )
    if account is None:
        raise UsernameTaken(username)
    details = {"roles": sorted(account.roles), "organization_id": organization_id}
    await repository.record(
        connection, Action.ACCOUNT_CREATED, at=now, account_id=account.id, details=details, by=by
    )
    return account


async def set_password(
    connection: AsyncConnection,
    username: str,
    *,
    password_hash: str,
    now: datetime,
    by: Actor | None = None,
) -> None:
    """Sets a password that must be changed at the next sign-in; ends sessions, tokens and links.

    Raises:
        UnknownAccount: no account has that name.
    """
    account = await require_account(connection, username)
    await repository.set_password_hash(
        connection, account.id, password_hash=password_hash, must_change=True
    )
    await _end_access(connection, account, now=now)
    await repository.record(connection, Action.PASSWORD_SET, at=now, account_id=account.id, by=by)


async def disable_account(
    connection: AsyncConnection, username: str, *, now: datetime, by: Actor | None = None
) -> None:
    """Nobody can use the account any more; what was done with it stays on record.

    Raises:
        UnknownAccount: no account has that name.
    """
    account = await require_account(connection, username)
    await repository.set_active(connection, account.id, active=False)
    await _end_access(connection, account, now=now)
    await repository.record(
        connection, Action.ACCOUNT_DISABLED, at=now, account_id=account.id, by=by
    )


async def enable_account(
    connection: AsyncConnection, username: str, *, now: datetime, by: Actor | None = None
) -> None:
    """The account can be used again, with the password it had.

    Raises:
        UnknownAccount: no account has that name.
    """
    account = await require_account(connection, username)
    await repository.set_active(connection, account.id, active=True)
    await repository.record(
        connection, Action.ACCOUNT_ENABLED, at=now, account_id=account.id, by=by
    )


async def change_roles(
    connection: AsyncConnection,
    username: str,
    *,
    roles: Iterable[Role],
    now: datetime,
    by: Actor | None = None,
) -> None:
    """The roles are in force from the next request on; nothing is written when they are the same.

    Raises:
        UnknownAccount: no account has that name.
    """
    account = await require_account(connection, username)
    wanted = frozenset(roles)
    if wanted == account.roles:
        return
    await repository.set_roles(connection, account.id, roles=wanted)
    details = {"from": sorted(account.roles), "to": sorted(wanted)}
    await repository.record(
        connection, Action.ROLES_CHANGED, at=now, account_id=account.id, details=details, by=by
    )


async def require_account(connection: AsyncConnection, username: str) -> Account:
    """The account of that name; raises UnknownAccount."""
    account = await repository.find_account(connection, username_key(username))
    if account is None:
        raise UnknownAccount(username)
    return account


async def _end_access(connection: AsyncConnection, account: Account, *, now: datetime) -> None:
    await repository.delete_sessions(connection, account.id)
    await repository.revoke_tokens(connection, account.id, now=now)
    await reset_repository.end_resets(connection, account.id, now=now)
