"""A handful of made-up people, one for each role and level, and tokens for programs."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.intake.accounts.administration import create_account, disable_account
from services.intake.accounts.passwords import Passwords
from services.intake.accounts.records import Account
from services.intake.accounts.repository import find_account, insert_token
from services.intake.accounts.service import LONGEST_TOKEN_LIFE
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import transaction
from shared.domain.identifiers import AccountId, OrganizationCode
from shared.web.authentication import new_token, token_sha256
from shared.web.principals import Role

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a visitor may be; `token` is the file of an API token, if there is one."""

    username: str
    display_name: str
    organization: str
    level: str
    roles: frozenset[Role]
    token: str | None = None


PEOPLE: Sequence[Person] = (
    Person(
        "xa.tanlap",
        "Nguyễn Thị Hoa",
        "25381",
        "commune",
        frozenset({Role.PREPARER, Role.SIGNER}),
        token="commune",  # noqa: S106 (the name of a file)
    ),
    Person(
        "xa.tanloi",
        "Trần Văn Bình",
        "25378",
        "commune",
        frozenset({Role.PREPARER, Role.SIGNER}),
    ),
    Person(
        "huyen.dongphu",
        "Lê Minh Đức",
        "695",
        "district",
        frozenset({Role.REVIEWER}),
        token="district",  # noqa: S106
    ),
    Person(
        "tinh.tonghop",
        "Phạm Thu Hà",
        "70",
        "province",
        frozenset({Role.ANALYST, Role.REVIEWER}),
        token="province",  # noqa: S106
    ),
    Person("tinh.lanhdao", "Võ Quốc Khánh", "70", "province", frozenset({Role.LEADER})),
    Person("tinh.quantri", "Đỗ Anh Tuấn", "70", "province", frozenset({Role.ADMINISTRATOR})),
)
SEEDER = Person("mo-phong", "Số liệu mô phỏng", "70", "province", frozenset({Role.SERVICE}))


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the demonstration's folder keeps: one password for all, and tokens by file name."""

    password: str
    tokens: Mapping[str, str]


async def create_people(engine: AsyncEngine, known: Catalogue, *, on: date) -> Secrets:
    """Create PEOPLE, their tokens, and the account that the history is told under."""
    password = new_password()
    password_hash = await Passwords().hash(password)
    tokens: dict[str, str] = {}
    async with transaction(engine) as connection:
        for person in PEOPLE:
            account = await _create(
                connection, person, known=known, on=on, password_hash=password_hash
            )
            if person.token is not None:
                tokens[person.token] = await _create_token(connection, account.id)
        await _create(connection, SEEDER, known=known, on=on)
        await disable_account(connection, SEEDER.username, now=datetime.now(UTC))
    return Secrets(password, tokens)


async def seeder_id(engine: AsyncEngine) -> AccountId:
    async with transaction(engine) as connection:
        seeder = await find_account(connection, SEEDER.username)
    if seeder is None:
        raise LookupError("the demonstration has no account for its history")
    return seeder.id


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


def new_password() -> str:
    """For people to type: three groups of four, without letters that look alike."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
