"""Bình Phước on the eve of the communes' deadline, with intake on a real PostgreSQL.

Tests that share a world each take a commune of their own, so they do not meet.
"""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.intake.accounts.service import open_accounts
from services.intake.app import create_app
from services.intake.obligations.use_cases import keep_obligations
from services.intake.service import Intake, build
from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.catalogue.packs import read_packs, shipped_packs
from shared.catalogue.store import CatalogueChange, load_packs
from shared.clock import FixedClock
from shared.db.engine import create_engine, read_json, transaction
from shared.domain.organizations import OrganizationVersion
from shared.events.envelope import NewEvent
from shared.events.payloads import CatalogueChangedV1
from shared.events.topics import EventType
from shared.messaging.outbox import append_events
from shared.settings import Settings
from shared.web.authentication import authenticator, token_sha256

EVE = datetime(2025, 6, 16, 1, tzinfo=UTC)
FORM = "II.06a/VPCP/KSTT"
PERIOD = "2025-Q2"
CSRF = "csrf-of-the-tests"
PACKS = ("organizations/binh-phuoc-2025", "calendars/vietnam", "regimes/vpcp-kstt-ii06a")
JSON_COLUMNS = {"data", "figures", "explanations", "response"}
LOG_TABLES = ("report", "report_version", "report_act", "event", "obligation", "obligation_act")


@dataclass
class World:
    """Everything that a test of intake needs."""

    owner: AsyncEngine
    intake: Intake
    clock: FixedClock
    known: Catalogue
    app: FastAPI
    client: httpx.AsyncClient
    communes: list[OrganizationVersion]
    hints: list[None] = field(default_factory=list)
    tokens: dict[tuple[int, tuple[str, ...]], str] = field(default_factory=dict)

    def next_commune(self) -> OrganizationVersion:
        return self.communes.pop(0)

    async def open_previous_quarter(self) -> None:
        """Gives every commune a first quarter to report too."""
        await keep_obligations(self.intake, since=date(2025, 3, 1))

    def parent(self, organization: OrganizationVersion) -> OrganizationVersion:
        assert organization.parent_id is not None
        return self.known.tree(self.clock.today()).get(organization.parent_id)

    async def token(self, organization: OrganizationVersion, *roles: str) -> str:
        """A bearer token of an account of the organization; the same for the same roles."""
        key = (organization.id, roles)
        if key not in self.tokens:
            self.tokens[key] = await self._new_token(organization, roles)
        return self.tokens[key]

    async def session(self, organization: OrganizationVersion, *roles: str) -> str:
        """The cookie of a session of that account, whose CSRF token is `CSRF`."""
        await self.token(organization, *roles)
        cookie = secrets.token_urlsafe(32)
        async with transaction(self.owner) as connection:
            await connection.execute(
                text(
                    "INSERT INTO identity.session"
                    " (token_sha256, account_id, csrf_token, created_at, expires_at)"
                    " SELECT :hash, id, :csrf, :now, :until FROM identity.account"
                    " WHERE username = :username"
                ),
                {
                    "hash": token_sha256(cookie),
                    "csrf": CSRF,
                    "username": f"u{organization.id}-{'-'.join(roles)}",
                    "now": datetime.now(UTC),
                    "until": datetime.now(UTC) + timedelta(hours=8),
                },
            )
        return cookie

    async def _new_token(self, organization: OrganizationVersion, roles: tuple[str, ...]) -> str:
        token = secrets.token_urlsafe(32)
        async with transaction(self.owner) as connection:
            account = await connection.scalar(
                text(
                    "INSERT INTO identity.account"
                    " (username, display_name, organization_id, roles, created_at)"
                    " VALUES (:username, :name, :organization, :roles, :now) RETURNING id"
                ),
                {
                    "username": f"u{organization.id}-{'-'.join(roles)}",
                    "name": f"Cán bộ {organization.name}",
                    "organization": organization.id,
                    "roles": list(roles),
                    "now": EVE,
                },
            )
            await connection.execute(
                text(
                    "INSERT INTO identity.api_token"
                    " (token_sha256, account_id, name, created_at, expires_at)"
                    " VALUES (:hash, :account, 'test', :now, :until)"
                ),
                {
                    "hash": token_sha256(token),
                    "account": account,
                    "now": datetime.now(UTC),
                    "until": datetime.now(UTC) + timedelta(days=1),
                },
            )
        return token

    async def as_sender(self, organization: OrganizationVersion) -> "Caller":
        return Caller(self, organization, await self.token(organization, "preparer", "signer"))

    async def as_reviewer(self, organization: OrganizationVersion) -> "Caller":
        return Caller(self, organization, await self.token(organization, "reviewer"))

    async def rows(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        async with self.owner.connect() as connection:
            result = await connection.execute(text(statement), values)
            return [
                {
                    name: read_json(value) if name in JSON_COLUMNS else value
                    for name, value in row.items()
                }
                for row in result.mappings()
            ]

    async def log_counts(self) -> dict[str, int]:
        """How many rows each table of the log holds."""
        counted = {
            table: (await self.rows(f"SELECT count(*) AS n FROM log.{table}"))[0]["n"]
            for table in LOG_TABLES
        }
        heads = await self.rows("SELECT coalesce(sum(sequence), 0) AS n FROM log.report")
        return {**counted, "sequences": heads[0]["n"]}


@dataclass
class Caller:
    """Somebody who calls the API with a token."""

    world: World
    organization: OrganizationVersion
    token: str

    async def send(
        self, body: dict[str, Any] | bytes, *, key: str | None = None, **headers: str
    ) -> httpx.Response:
        """POST /api/v1/submissions, with a new Idempotency-Key unless one is given."""
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        return await self.world.client.post(
            "/api/v1/submissions",
            headers={
                "authorization": f"Bearer {self.token}",
                "idempotency-key": key or secrets.token_hex(8),
                "content-type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
            **content,  # type: ignore[arg-type]
        )

    async def call(
        self, method: str, path: str, *, body: Any = None, **headers: str
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.world.client.request(
            method, path, headers={"Authorization": f"Bearer {self.token}", **named}, json=body
        )

    def body(self, **changes: Any) -> dict[str, Any]:
        """A report without a fault, unless `changes` bring one in."""
        return submission_of(self.organization, **changes)


def submission_of(sender: OrganizationVersion, **changes: Any) -> dict[str, Any]:
    figures = {"LV01": {"4": 30, "5": 10, "6": 2, "8": 20, "9": 15, "10": 1, "12": 5, "13": 1}}
    return {
        "organization": sender.code,
        "form": FORM,
        "period": PERIOD,
        "figures": figures,
        **changes,
    }


async def announce(connection: AsyncConnection, change: CatalogueChange) -> None:
    event = NewEvent(
        type=EventType.CATALOGUE_CHANGED,
        subject=f"catalogue/{change.number}",
        province_id=None,
        catalogue_number=change.number,
        data=CatalogueChangedV1(number=change.number, summary=change.summary),
        occurred_at=change.recorded_at,
    )
    await append_events(connection, [event])


@asynccontextmanager
async def intake_world(
    owner: AsyncEngine,
    database_url: str,
    *,
    starts_at: datetime = EVE,
    packs: Sequence[str] = PACKS,
) -> AsyncIterator[World]:
    """The catalogue loaded, the obligations kept, the application ready to be called."""
    clock = FixedClock(starts_at)
    async with transaction(owner) as connection:
        read = read_packs(shipped_packs(*packs))
        await load_packs(connection, read, clock=clock, announce=announce)
    engine = create_engine(database_url, pool_size=20, role="tonghop_intake")
    hints: list[None] = []
    reader = CatalogueReader(engine)
    intake = build(engine=engine, catalogue=reader, clock=clock, hint=lambda: hints.append(None))
    await keep_obligations(intake)
    app = create_app(
        intake,
        open_accounts(engine, session_hours=8),
        settings=Settings(demo=True),
        authenticate=authenticator(engine),
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    known = await reader.current()
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as client:
        yield World(
            owner=owner,
            intake=intake,
            clock=clock,
            known=known,
            app=app,
            client=client,
            communes=[
                o for o in known.tree(clock.today()).organizations.values() if o.level == "commune"
            ],
            hints=hints,
        )
    await engine.dispose()
