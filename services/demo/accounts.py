"""Accounts for the made-up people of a world, and tokens for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.demo.people import Person
from services.intake.accounts.administration import create_account, disable_account
from services.intake.accounts.passwords import Passwords, generate_password
from services.intake.accounts.records import Account
from services.intake.accounts.repository import find_account, insert_token
from services.intake.accounts.service import LONGEST_TOKEN_LIFE
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import transaction
from shared.domain.identifiers import AccountId, OrganizationCode
from shared.web.authentication import new_token, token_sha256

MAIL_DOMAIN = "canbo.example"
"""Under a top-level domain that leads nowhere (RFC 2606)."""

PASSWORD_GROUPS = 3
"""Enough for accounts that only this machine reaches."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the demonstration's folder keeps: one password for all, and tokens by file name."""

    password: str
    tokens: Mapping[str, str]


async def create_people(
    engine: AsyncEngine, known: Catalogue, *, people: Sequence[Person], narrator: Person, on: date
) -> Secrets:
    """Create the people, their tokens, and `narrator`, under whom the history is told."""
    password = generate_password(groups=PASSWORD_GROUPS)
    password_hash = await Passwords().hash(password)
    tokens: dict[str, str] = {}
    async with transaction(engine) as connection:
        for person in people:
            day = person.until or on
            account = await _create(
                connection, person, known=known, on=day, password_hash=password_hash
            )
            if person.until is not None:
                await disable_account(connection, person.username, now=datetime.now(UTC))
            if person.token is not None:
                tokens[person.token] = await _create_token(connection, account.id)
        await _create(connection, narrator, known=known, on=on)
        await disable_account(connection, narrator.username, now=datetime.now(UTC))
    return Secrets(password, tokens)


async def narrator_id(engine: AsyncEngine, narrator: Person) -> AccountId:
    """The account of that name; raises LookupError if create_people did not make it."""
    async with transaction(engine) as connection:
        found = await find_account(connection, narrator.username)
    if found is None:
        raise LookupError("the demonstration has no account for its history")
    return found.id


async def _create(
    connection: AsyncConnection,
    person: Person,
    *,
    known: Catalogue,
    on: date,
    password_hash: str | None = None,
) -> Account:
    """Without a password nobody signs in."""
    code = OrganizationCode(person.organization)
    return await create_account(
        connection,
        username=person.username,
        display_name=person.display_name,
        organization_id=known.organization_by_code(code, on=on, level=person.level).id,
        roles=person.roles,
        now=datetime.now(UTC),
        password_hash=password_hash,
        must_change_password=False,
        email=f"{person.username}@{MAIL_DOMAIN}",
    )


async def _create_token(connection: AsyncConnection, account_id: AccountId) -> str:
    secret, now = new_token(), datetime.now(UTC)
    await insert_token(
        connection,
        token_sha256=token_sha256(secret),
        account_id=account_id,
        name="demo",
        created_at=now,
        expires_at=now + LONGEST_TOKEN_LIFE,
    )
    return secret
