"""An application with the shared edge, a client that speaks to it, and people who are signed in."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.accounts import repository
from services.intake.accounts.administration import create_account
from services.intake.accounts.passwords import Passwords
from services.intake.accounts.records import Account
from shared.clock import Clock
from shared.db.engine import transaction
from shared.domain.identifiers import OrganizationId
from shared.web.application import create_web_app
from shared.web.authentication import (
    SESSION_COOKIE,
    Authenticator,
    authenticator,
    new_token,
    token_sha256,
)
from shared.web.principals import Principal, Role

BASE_URL = "http://127.0.0.1:8000"
LOCAL = ("127.0.0.1", 50_000)
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """What `create_web_app` asks of the settings."""

    demo: bool = False
    base_url: str = BASE_URL
    body_limit_bytes: int = 1_048_576
    import_limit_bytes: int = 33_554_432
    attachment_limit_bytes: int = 10_485_760
    workbook_limit_bytes: int = 5_242_880
    requests_per_minute_of_account: int = 0
    requests_per_minute_of_address: int = 0


async def nobody(_: bytes) -> Principal | None:
    """An authenticator that knows no one."""
    return None


def quick_passwords() -> Passwords:
    """Argon2 with the least work, so that tests do not wait for it."""
    return Passwords(QUICK_HASHER)


def web_app(
    *routers: APIRouter,
    engine: AsyncEngine | None = None,
    authenticate: Authenticator | None = None,
    state: Mapping[str, object] | None = None,
    template_folders: Sequence[Path] = (),
    static_folders: Sequence[Path] = (),
    settings: EdgeSettings | None = None,
    clock: Clock | None = None,
) -> FastAPI:
    """With `engine`, people are asked for in its database; without, nobody is known."""
    known = authenticator(engine) if engine is not None else nobody
    return create_web_app(
        title="test",
        settings=settings or EdgeSettings(),
        authenticate=authenticate or known,
        routers=routers,
        state=state or {},
        template_folders=template_folders,
        static_folders=static_folders,
        clock=clock,
    )


@asynccontextmanager
async def client_of(
    app: FastAPI, *, base_url: str = BASE_URL, address: tuple[str, int] = LOCAL
) -> AsyncIterator[httpx.AsyncClient]:
    """A client within the application's lifespan; it does not follow redirects."""
    transport = httpx.ASGITransport(app, client=address)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=base_url) as client,
    ):
        yield client


async def add_account(
    engine: AsyncEngine,
    *,
    roles: Iterable[Role] = (Role.PREPARER,),
    organization_id: int = 1,
    username: str | None = None,
    password: str | None = None,
    **values: Any,
) -> Account:
    """An account that need not change its password. `engine` acts as owner or intake."""
    name = username or f"person{next(_numbers)}"
    values = {"display_name": name, "must_change_password": False, **values}
    async with transaction(engine) as connection:
        return await create_account(
            connection,
            username=name,
            organization_id=OrganizationId(organization_id),
            roles=roles,
            now=datetime.now(UTC),
            password_hash=QUICK_HASHER.hash(password) if password else None,
            **values,
        )


async def sign_in_as(client: httpx.AsyncClient, engine: AsyncEngine, account: Account) -> str:
    """Gives the client a session of the account; its CSRF token goes with every request.

    The token is returned too, for pages that have it in a form.
    """
    token, csrf_token, now = new_token(), new_token(), datetime.now(UTC)
    async with transaction(engine) as connection:
        await repository.insert_session(
            connection,
            token_sha256=token_sha256(token),
            account_id=account.id,
            csrf_token=csrf_token,
            created_at=now,
            expires_at=now + timedelta(hours=1),
        )
    client.cookies.set(SESSION_COOKIE, token)
    client.headers["X-CSRF-Token"] = csrf_token
    return csrf_token


async def bearer_token(engine: AsyncEngine, account: Account) -> str:
    """An API token of the account, for the header Authorization."""
    token, now = new_token(), datetime.now(UTC)
    async with transaction(engine) as connection:
        await repository.insert_token(
            connection,
            token_sha256=token_sha256(token),
            account_id=account.id,
            name="test",
            created_at=now,
            expires_at=now + timedelta(hours=1),
        )
    return token
