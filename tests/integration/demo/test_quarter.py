"""The demonstration of one quarter begins with nothing left over from the quarter before."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.demo.history import DEMO_START, FIRST_QUARTER, SECOND_QUARTER
from services.demo.seeding import load_world, seed
from services.intake import service as intake_service
from services.intake.aggregates.use_cases import read_signing_duties
from shared.catalogue.catalogue import CatalogueReader
from shared.clock import FixedClock
from shared.domain.aggregates import AggregateStanding
from shared.domain.identifiers import AccountId
from shared.web.principals import Principal, Role


@pytest.fixture(scope="module")
async def told(module_engine: AsyncEngine) -> AsyncEngine:
    await load_world(module_engine)
    await seed(module_engine, actor_id=AccountId(1), progress=lambda *_, **__: None)
    return module_engine


@pytest.mark.parametrize("code", ["70", "688", "695"])
async def test_the_first_quarter_is_signed_off_in_time_and_the_second_is_due(
    told: AsyncEngine, code: str
) -> None:
    intake = intake_service.build(
        engine=told,
        catalogue=CatalogueReader(told),
        clock=FixedClock(DEMO_START),
        hint=lambda: None,
    )
    known = await intake.catalogue.current()
    unit = next(each for each in known.organizations if each.code == code)
    signer = Principal(
        account_id=AccountId(1),
        username="mo-phong",
        display_name="Lãnh đạo",
        organization_id=unit.id,
        roles=frozenset({Role.REVIEWER}),
    )

    duties = await read_signing_duties(intake, signer)

    assert {each.duty.period.code: each.standing(DEMO_START) for each in duties} == {
        SECOND_QUARTER: AggregateStanding.DUE,
        FIRST_QUARTER: AggregateStanding.SIGNED_ON_TIME,
    }


async def test_what_was_signed_off_is_all_that_the_communes_sent(told: AsyncEngine) -> None:
    async with told.connect() as connection:
        rows = (
            await connection.execute(
                text("SELECT expected, reported, signed_at FROM log.aggregate_signoff ORDER BY id")
            )
        ).all()

    assert len(rows) == 12
    assert all(row.expected == row.reported for row in rows)
    assert rows[-1].reported == 111
    assert all(a.signed_at + timedelta(minutes=1) < b.signed_at for a, b in pairwise(rows))
