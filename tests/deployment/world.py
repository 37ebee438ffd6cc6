"""The province that the deployed services serve: Đồng Nai just before the deadline of IV/2025.

Obligations are opened by a clock set to that time; the services then run in real time, so what is
sent is late, and accepted all the same.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.catalogue_events import announce_change
from services.intake.accounts.administration import create_account
from services.intake.accounts.repository import insert_token
from services.intake.obligations.use_cases import keep_obligations
from services.intake.service import build
from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.catalogue.packs import read_packs, shipped_packs
from shared.catalogue.store import load_packs
from shared.clock import FixedClock
from shared.db.engine import create_engine, transaction
from shared.domain.identifiers import OrganizationCode
from shared.domain.organizations import OrganizationVersion
from shared.web.authentication import new_token, token_sha256
from shared.web.principals import Role

EVE = datetime(2025, 12, 16, 1, tzinfo=UTC)
PACKS = (
    "organizations/binh-phuoc-2025",
    "organizations/dong-nai-until-2025",
    "organizations/dong-nai-2025",
    "calendars/vietnam",
    "regimes/vpcp-kstt-ii06a",
)
FORM, PERIOD, PROVINCE = "II.06a/VPCP/KSTT", "2025-Q4", "75"
TOTAL = "II06A.RECEIVED"
REPORTED = 10
"""Received per report, all in column 4; the total row and column are worked out."""

RETRY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Sender:
    """A commune and the token of its preparer."""

    organization: str
    token: str


@dataclass
class Province:
    """Those who send, and the one who reads the province's total."""

    senders: list[Sender]
    reader_token: str
    acknowledged: list[str] = field(default_factory=list)

    @property
    def expected(self) -> Decimal:
        return Decimal(REPORTED * len(self.acknowledged))

    def take(self, count: int) -> Sequence[Sender]:
        """Communes that have not reported."""
        taken, self.senders = self.senders[:count], self.senders[count:]
        return taken

    async def send(self, sender: Sender, *, to: str) -> None:
        """Again and again until it is acknowledged, as a careful program does."""
        key = secrets.token_hex(8)
        async with httpx.AsyncClient(base_url=to) as client:
            while (receipt := await _try_to_send(client, sender, key=key)) is None:  # noqa: ASYNC110
                await asyncio.sleep(RETRY_SECONDS)
        self.acknowledged.append(receipt)

    async def total(self, *, at: str) -> Decimal | None:
        """What the aggregator says the province has received; None while it says nothing."""
        async with httpx.AsyncClient(base_url=at) as client:
            answer = await client.get(
                "/api/v1/indicators",
                params={"period": PERIOD, "organization": PROVINCE},
                headers={"Authorization": f"Bearer {self.reader_token}"},
            )
        answer.raise_for_status()
        values = {each["code"]: each["value"] for each in answer.json()["indicators"]}
        return None if values[TOTAL] is None else Decimal(values[TOTAL])


async def _try_to_send(client: httpx.AsyncClient, sender: Sender, *, key: str) -> str | None:
    """The receipt's number; None when no answer came, or one that says to try again."""
    body: dict[str, Any] = {
        "organization": sender.organization,
        "form": FORM,
        "period": PERIOD,
        "figures": {"LV01": {"4": REPORTED, "12": REPORTED}},
    }
    headers = {"Authorization": f"Bearer {sender.token}", "Idempotency-Key": key}
    try:
        answer = await client.post("/api/v1/submissions", json=body, headers=headers)
    except httpx.TransportError:
        return None
    if answer.is_server_error or answer.status_code == httpx.codes.CONFLICT:
        return None
    assert answer.status_code == httpx.codes.CREATED, answer.text
    number: str = answer.json()["receipt_number"]
    return number


async def receipts(engine: AsyncEngine) -> set[str]:
    """The numbers of everything that was ever taken in."""
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT receipt_number FROM log.report_version"))
        return set(rows.scalars())


async def make_province(database_url: str) -> Province:
    """Loads the catalogue, opens what is owed, and lets every commune in."""
    owner = create_engine(database_url, pool_size=1)
    clock = FixedClock(EVE)
    async with transaction(owner) as connection:
        packs = read_packs(shipped_packs(*PACKS))
        await load_packs(connection, packs, clock=clock, announce=announce_change)
    intake_engine = create_engine(database_url, role="tonghop_intake")
    reader = CatalogueReader(intake_engine)
    await keep_obligations(
        build(engine=intake_engine, catalogue=reader, clock=clock, hint=lambda: None)
    )
    known = await reader.current()
    async with transaction(owner) as connection:
        province = await _people(connection, known)
    await intake_engine.dispose()
    await owner.dispose()
    return province


async def _people(connection: AsyncConnection, known: Catalogue) -> Province:
    today = EVE.date()
    top = known.organization_by_code(OrganizationCode(PROVINCE), on=today, level="province")
    communes = [
        each for each in known.tree(today).organizations.values() if each.level == "commune"
    ]
    senders = [
        Sender(each.code, await _token(connection, each, role=Role.SIGNER)) for each in communes
    ]
    return Province(senders, await _token(connection, top, role=Role.ANALYST))


async def _token(connection: AsyncConnection, of: OrganizationVersion, *, role: Role) -> str:
    now, secret = datetime.now(UTC), new_token()
    account = await create_account(
        connection,
        username=f"{role}.{of.id}",
        display_name=f"Cán bộ {of.name}",
        organization_id=of.id,
        roles=[role],
        must_change_password=False,
        now=now,
    )
    await insert_token(
        connection,
        token_sha256=token_sha256(secret),
        account_id=account.id,
        name="test",
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    return secret
