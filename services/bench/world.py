"""The world of the measurements: Bình Phước, 111 communes that each hold a token, nothing sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.demo.history import DEMO_START, SECOND_QUARTER
from services.demo.seeding import FORM, load_world
from services.intake import service as intake_service
from services.intake.accounts.administration import create_account
from services.intake.accounts.repository import insert_token
from services.intake.obligations.use_cases import keep_obligations
from shared.catalogue.catalogue import CatalogueReader
from shared.clock import FixedClock
from shared.db.engine import create_engine, transaction
from shared.db.migrations import upgrade_async
from shared.domain.identifiers import AccountId
from shared.domain.organizations import OrganizationVersion
from shared.web.authentication import new_token, token_sha256
from shared.web.principals import Role

PERIOD = SECOND_QUARTER
PROVINCE = "70"
TOKEN_LIFE = timedelta(days=2)

__all__ = ["FORM", "PERIOD", "PROVINCE", "Caller", "World", "make_world"]


@dataclass(frozen=True, slots=True)
class Caller:
    """An organization with an account and a token of it."""

    organization: OrganizationVersion
    account_id: AccountId
    token: str

    @property
    def code(self) -> str:
        return self.organization.code


@dataclass(frozen=True, slots=True)
class World:
    """`communes` owe a report for PERIOD; `province` reads."""

    communes: Sequence[Caller]
    province: Caller


async def make_world(dsn: str) -> World:
    """Fill an empty database; the only connections to it are closed again."""
    await upgrade_async(dsn)
    engine = create_engine(dsn, pool_size=2)
    try:
        await load_world(engine)
        catalogue, clock = CatalogueReader(engine), FixedClock(DEMO_START)
        intake = intake_service.build(
            engine=engine, catalogue=catalogue, clock=clock, hint=lambda: None
        )
        await keep_obligations(intake)
        units = (await catalogue.current()).tree(DEMO_START.date()).organizations.values()
        async with transaction(engine) as connection:
            senders = [
                await _caller(connection, unit, role=Role.SERVICE)
                for unit in units
                if unit.level == "commune"
            ]
            province = next(unit for unit in units if unit.code == PROVINCE)
            return World(senders, await _caller(connection, province, role=Role.ANALYST))
    finally:
        await engine.dispose()


async def _caller(
    connection: AsyncConnection, organization: OrganizationVersion, *, role: Role
) -> Caller:
    now, token = datetime.now(UTC), new_token()
    account = await create_account(
        connection,
        username=f"bench.{organization.id}",
        display_name=f"Máy đo {organization.name}",
        organization_id=organization.id,
        roles={role},
        now=now,
        must_change_password=False,
    )
    await insert_token(
        connection,
        token_sha256=token_sha256(token),
        account_id=account.id,
        name="bench",
        created_at=now,
        expires_at=now + TOKEN_LIFE,
    )
    return Caller(organization, account.id, token)
