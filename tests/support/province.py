"""Bình Phước with an account at every organization, and calls to an application that serves it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.demo.seeding import load_world
from services.intake import service as intake_service
from services.intake.obligations.use_cases import keep_obligations
from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.clock import FixedClock
from shared.db.engine import transaction
from shared.domain.organizations import OrganizationVersion
from shared.web.authentication import token_sha256

EVE = datetime(2025, 6, 16, 1, tzinfo=UTC)
"""Monday 08:00 in Vietnam, the day before the communes' deadline."""

DEADLINE = datetime(2025, 6, 17, 17, tzinfo=UTC)
FORM = "II.06a/VPCP/KSTT"
PERIOD = "2025-Q2"
SENDER_ROLES = ("preparer", "signer")
_ROLES = {"commune": SENDER_ROLES, "district": ("reviewer",), "province": ("analyst", "reviewer")}

_ACCOUNTS = text("""
WITH given AS (
    SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:codes AS text[]), CAST(:levels AS text[]),
                         CAST(:hashes AS bytea[])) AS given (id, code, level, hash)
), account AS (
    INSERT INTO identity.account (username, display_name, organization_id, roles, created_at)
    SELECT level || '-' || code, 'Cán bộ ' || code, id,
           CASE level WHEN 'commune' THEN CAST(:commune AS text[])
                      WHEN 'district' THEN CAST(:district AS text[])
                      ELSE CAST(:province AS text[]) END, :now
    FROM given RETURNING id, username
)
INSERT INTO identity.api_token (token_sha256, account_id, name, created_at, expires_at)
SELECT hash, account.id, 'test', :now, :until
FROM given JOIN account ON account.username = level || '-' || code
""")


@dataclass(frozen=True)
class Province:
    """The units on the eve of the deadline, and a bearer token of each by its code."""

    known: Catalogue
    province: OrganizationVersion
    districts: Sequence[OrganizationVersion]
    communes: Sequence[OrganizationVersion]
    tokens: Mapping[str, str]

    def district_of(self, commune: OrganizationVersion) -> OrganizationVersion:
        return next(each for each in self.districts if each.id == commune.parent_id)

    def communes_of(self, unit: OrganizationVersion) -> list[OrganizationVersion]:
        """Those that the unit adds up."""
        return [each for each in self.communes if unit.id in (each.parent_id, self.province.id)]


async def found_province(owner: AsyncEngine) -> Province:
    """Loads the catalogue, opens the obligations as of EVE, gives every unit an account."""
    await load_world(owner)
    intake = intake_service.build(
        engine=owner, catalogue=CatalogueReader(owner), clock=FixedClock(EVE), hint=lambda: None
    )
    await keep_obligations(intake)
    known = await intake.catalogue.current()
    units = sorted(known.tree(EVE.date()).organizations.values(), key=lambda each: each.code)
    return Province(
        known=known,
        province=next(each for each in units if each.level == "province"),
        districts=[each for each in units if each.level == "district"],
        communes=[each for each in units if each.level == "commune"],
        tokens=await _give_accounts(owner, units),
    )


async def _give_accounts(
    owner: AsyncEngine, units: Sequence[OrganizationVersion]
) -> dict[str, str]:
    tokens = {str(unit.code): secrets.token_urlsafe(32) for unit in units}
    now = datetime.now(UTC)
    async with transaction(owner) as connection:
        await connection.execute(
            _ACCOUNTS,
            {
                "ids": [unit.id for unit in units],
                "codes": [unit.code for unit in units],
                "levels": [unit.level for unit in units],
                "hashes": [token_sha256(tokens[unit.code]) for unit in units],
                **{level: list(roles) for level, roles in _ROLES.items()},
                "now": now,
                "until": now + timedelta(days=1),
            },
        )
    return tokens


@dataclass(frozen=True)
class Caller:
    """Somebody with a token, at the address that `client` knows."""

    client: httpx.AsyncClient
    token: str

    async def call(
        self, method: str, path: str, *, body: Any = None, **headers: str
    ) -> httpx.Response:
        return await self.client.request(
            method, path, json=body, headers={**self._authorization, **_named(headers)}
        )

    async def get(self, path: str, **query: str) -> Any:
        """The JSON of an answer that must be good."""
        answer = await self.client.get(path, params=query, headers=self._authorization)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, raw: bytes, *, key: str, **headers: str) -> httpx.Response:
        """A report, with exactly these bytes as its body."""
        return await self.client.post(
            "/api/v1/submissions",
            content=raw,
            headers={
                "content-type": "application/json",
                "idempotency-key": key,
                **self._authorization,
                **_named(headers),
            },
        )

    async def act(
        self, report_id: int, verb: str, *, sequence: int, reason: str | None = None
    ) -> httpx.Response:
        """Withdraw, return or approve the report as it stood at `sequence`."""
        body = {} if reason is None else {"reason": reason}
        path = f"/api/v1/reports/{report_id}/{verb}"
        return await self.call("POST", path, body=body, if_match=f'"{sequence}"')

    @property
    def _authorization(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
