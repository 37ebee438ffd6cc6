"""What an administrator does to accounts of the own subtree. Each use case commits."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.accounts import administration, repository, resets
from services.intake.accounts.errors import NoMailAddress, OwnAccount, UsernameTaken
from services.intake.accounts.passwords import generate_password
from services.intake.accounts.records import Account, Actor
from services.intake.accounts.rules import EMAIL_PATTERN, LONGEST_NAME, USERNAME_PATTERN
from services.intake.accounts.service import Accounts
from services.intake.accounts.use_cases import username_key
from services.intake.service import Intake, current_scope
from shared.db.engine import snapshot, transaction
from shared.domain.identifiers import AccountId, OrganizationId
from shared.domain.names import search_key
from shared.domain.organizations import OrganizationVersion
from shared.web.principals import Principal, Role
from shared.web.problems import NotFound

PAGE = 50


@dataclass(frozen=True, slots=True)
class Management:
    """The administrator, and what the service has for the work."""

    accounts: Accounts
    intake: Intake
    principal: Principal

    @property
    def actor(self) -> Actor:
        return Actor(account_id=self.principal.account_id)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the accounts that match; `names` of their organizations."""

    accounts: tuple[Account, ...]
    names: Mapping[OrganizationId, str]
    matching: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.matching // PAGE))


@dataclass(frozen=True, slots=True)
class Wanted:
    """The fields of the form for a new account, as they were typed."""

    username: str = ""
    name: str = ""
    organization: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()


@dataclass(slots=True)
class FormRefused(Exception):
    """`faults` is the label of the fault of each field."""

    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OneTimePassword:
    """Shown once, and to be changed at the first sign-in."""

    account: Account
    password: str


async def search_accounts(management: Management, *, words: str, page: int) -> Found:
    """Those whose names or organization hold every word, diacritics folded."""
    names = await _organization_names(management)
    scope = await current_scope(management.intake, management.principal)
    async with snapshot(management.intake.engine) as connection:
        listed = await repository.list_accounts_of(connection, scope.subtree)
    wanted = search_key(words).split()
    matching = [each for each in listed if _matches(each, wanted, names=names)]
    first = (page - 1) * PAGE
    return Found(tuple(matching[first : first + PAGE]), names, len(matching), page)


def _matches(
    account: Account, words: Iterable[str], *, names: Mapping[OrganizationId, str]
) -> bool:
    place = names.get(account.organization_id, "")
    text = search_key(f"{account.username} {account.display_name} {place}")
    return all(word in text for word in words)


async def _organization_names(management: Management) -> dict[OrganizationId, str]:
    known = await management.intake.catalogue.current()
    return {each.id: each.name for each in known.organizations}


async def read_account(management: Management, account_id: int) -> tuple[Account, str]:
    """The account and the name of its organization; raises NotFound outside the subtree."""
    async with snapshot(management.intake.engine) as connection:
        account = await _require(management, connection, account_id)
    names = await _organization_names(management)
    return account, names.get(account.organization_id, "")


async def create(management: Management, wanted: Wanted) -> OneTimePassword:
    """A new account of the subtree.

    Raises:
        FormRefused: with the fault of every field.
    """
    organization = await _check(management, wanted)
    password = generate_password()
    accounts = management.accounts
    password_hash = await accounts.passwords.hash(password)
    try:
        async with transaction(accounts.engine) as connection:
            made = await administration.create_account(
                connection,
                username=wanted.username,
                display_name=wanted.name,
                organization_id=organization.id,
                roles=[Role(role) for role in wanted.roles],
                email=wanted.email or None,
                password_hash=password_hash,
                now=accounts.clock.now(),
                by=management.actor,
            )
    except UsernameTaken:
        raise FormRefused({"username": "accounts.error.username_taken"}) from None
    return OneTimePassword(made, password)


async def _check(management: Management, wanted: Wanted) -> OrganizationVersion:
    """The organization that the form names."""
    faults: dict[str, str] = {}
    if not USERNAME_PATTERN.fullmatch(username_key(wanted.username)):
        faults["username"] = "accounts.error.username"
    if not 0 < len(wanted.name) <= LONGEST_NAME:
        faults["name"] = "accounts.error.name"
    bearers = await _bearers(management, wanted.organization)
    if len(bearers) != 1:
        faults["organization"] = "accounts.error.organization"
    if wanted.email and not EMAIL_PATTERN.fullmatch(wanted.email):
        faults["email"] = "accounts.error.email"
    if not wanted.roles or not set(wanted.roles) <= set(Role):
        faults["roles"] = "accounts.error.roles"
    if faults:
        raise FormRefused(faults)
    return bearers[0]


async def _bearers(management: Management, code: str) -> list[OrganizationVersion]:
    """The organizations of the subtree that bear the code today."""
    intake = management.intake
    scope = await current_scope(intake, management.principal)
    tree = (await intake.catalogue.current()).tree(intake.clock.today())
    return [
        each
        for each in tree.organizations.values()
        if each.code == code and each.id in scope.subtree
    ]


async def reset_password(management: Management, account_id: int) -> OneTimePassword:
    """A new one-time password; sessions and tokens of the account end."""
    password = generate_password()
    password_hash = await management.accounts.passwords.hash(password)

    async def work(connection: AsyncConnection, account: Account) -> None:
        await administration.set_password(
            connection,
            account.username,
            password_hash=password_hash,
            now=management.accounts.clock.now(),
            by=management.actor,
        )

    return OneTimePassword(await _change(management, account_id, work), password)


async def mail_reset(management: Management, account_id: int) -> Account:
    """Has a link for a new password mailed to the account.

    Raises:
        NoMailAddress: the account has none.
    """

    async def work(connection: AsyncConnection, account: Account) -> None:
        if account.email is None or not account.active:
            raise NoMailAddress
        now = management.accounts.clock.now()
        await resets.mail_reset(connection, account, now=now, by=management.actor)

    return await _change(management, account_id, work)


async def set_active(management: Management, account_id: int, *, active: bool) -> Account:
    """Lets the account in, or nobody by it.

    Raises:
        OwnAccount: one's own.
    """
    act = administration.enable_account if active else administration.disable_account

    async def work(connection: AsyncConnection, account: Account) -> None:
        _require_another(management, account)
        now = management.accounts.clock.now()
        await act(connection, account.username, now=now, by=management.actor)

    return await _change(management, account_id, work)


async def change_roles(management: Management, account_id: int, *, roles: Iterable[str]) -> Account:
    """The account has exactly these roles from now on.

    Raises:
        FormRefused: none, or unknown ones.
        OwnAccount: one's own.
    """
    wanted = frozenset(roles)
    if not wanted or not wanted <= set(Role):
        raise FormRefused({"roles": "accounts.error.roles"})

    async def work(connection: AsyncConnection, account: Account) -> None:
        _require_another(management, account)
        await administration.change_roles(
            connection,
            account.username,
            roles=[Role(role) for role in wanted],
            now=management.accounts.clock.now(),
            by=management.actor,
        )

    return await _change(management, account_id, work)


async def _change(
    management: Management,
    account_id: int,
    work: Callable[[AsyncConnection, Account], Awaitable[None]],
) -> Account:
    async with transaction(management.accounts.engine) as connection:
        account = await _require(management, connection, account_id)
        await work(connection, account)
    return account


def _require_another(management: Management, account: Account) -> None:
    if account.id == management.principal.account_id:
        raise OwnAccount


async def _require(management: Management, connection: AsyncConnection, account_id: int) -> Account:
    account = await repository.get_account(connection, AccountId(account_id))
    scope = await current_scope(management.intake, management.principal)
    if account is None or account.organization_id not in scope.subtree:
        raise NotFound
    return account
