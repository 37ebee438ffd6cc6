"""Somebody who calls the API and the pages of the aggregator, over the small province."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.app import STATIC, TEMPLATES, routers
from services.aggregator.service import Aggregator
from services.aggregator.service import build as build_aggregator
from shared.clock import FixedClock
from shared.domain.identifiers import AccountId, OrganizationId
from shared.labels.labels import Language
from shared.web.authentication import SESSION_COOKIE
from shared.web.json import exact_json
from shared.web.principals import Principal, Role
from tests.integration.aggregator.catalogues import CatalogueInMemory
from tests.integration.aggregator.world import PROVINCE, Q2
from tests.support.web import client_of, web_app

BEFORE_DEADLINE = datetime(2025, 6, 16, 1, tzinfo=UTC)


@dataclass
class Desk:
    """A client, who sits at it, and what time it is."""

    client: httpx.AsyncClient
    aggregator: Aggregator
    clock: FixedClock
    catalogue: CatalogueInMemory
    principal: Principal

    def sit_down(
        self,
        organization_id: OrganizationId,
        *,
        language: Language = Language.VI,
        roles: frozenset[Role] = frozenset({Role.LEADER}),
    ) -> None:
        self.principal = Principal(
            account_id=AccountId(1),
            username="someone",
            display_name="Ai đó",
            organization_id=organization_id,
            roles=roles,
            language=language,
            csrf_token="token",
        )

    async def get(self, path: str, **parameters: str) -> httpx.Response:
        return await self.client.get(path, params={"period": Q2, "organization": "1", **parameters})

    async def json(self, path: str, **parameters: str) -> dict:
        answer = await self.get(path, **parameters)
        assert answer.status_code == 200, answer.text
        return exact_json(answer.content)


@asynccontextmanager
async def desk_at(engine: AsyncEngine, *, simulated: bool = False) -> AsyncIterator[Desk]:
    """Somebody of the province, before the deadline."""
    clock, catalogue = FixedClock(BEFORE_DEADLINE), CatalogueInMemory()
    aggregator = build_aggregator(
        engine=engine, catalogue=catalogue, clock=clock, simulated=simulated
    )

    async def authenticate(_: bytes) -> Principal:
        return desk.principal

    app = web_app(
        *routers(),
        authenticate=authenticate,
        state={"aggregator": aggregator},
        template_folders=[TEMPLATES],
        static_folders=[STATIC],
        clock=clock,
    )
    async with client_of(app) as client:
        client.cookies.set(SESSION_COOKIE, "session")
        desk = Desk(client, aggregator, clock, catalogue, principal=None)
        desk.sit_down(PROVINCE)
        yield desk
