"""Signs off what the first quarter's approved reports add up to, as districts and province did."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.upkeep.rebuild import rebuild
from services.demo.history import FIRST_QUARTER
from services.demo.year.placing import place_events
from services.intake.aggregates.use_cases import (
    SigningDuty,
    read_aggregate,
    read_signing_duties,
    sign_off,
)
from services.intake.service import Intake
from shared.clock import FixedClock
from shared.domain.identifiers import AccountId
from shared.domain.organizations import OrganizationVersion
from shared.domain.time import VIETNAM
from shared.web.principals import Principal, Role

DISTRICTS_SIGN = datetime(2025, 3, 19, 9, 0, tzinfo=VIETNAM)
"""The day of their deadline: all communes were approved by the evening before."""

PROVINCE_SIGNS = datetime(2025, 3, 21, 10, 0, tzinfo=VIETNAM)
BETWEEN_DISTRICTS = timedelta(minutes=25)


async def sign_off_first_quarter(
    engine: AsyncEngine, intake: Intake, clock: FixedClock, *, actor_id: AccountId
) -> None:
    """Every aggregate of the quarter; none of the log's events may be placed yet.

    The sums are made here from the log, for the aggregator has not heard of it; it will count the
    same events once more, which changes nothing.
    """
    await place_events(engine)
    known = await intake.catalogue.current()
    await rebuild(engine, catalogue=known)
    units = known.tree(clock.today()).organizations.values()
    districts = sorted((each for each in units if each.level == "district"), key=_by_code)
    for number, district in enumerate(districts):
        clock.move_to(DISTRICTS_SIGN + number * BETWEEN_DISTRICTS)
        await _sign(intake, district, actor_id=actor_id)
    clock.move_to(PROVINCE_SIGNS)
    await _sign(intake, known.tree(clock.today()).get(districts[0].province_id), actor_id=actor_id)


async def _sign(intake: Intake, unit: OrganizationVersion, *, actor_id: AccountId) -> None:
    signer = Principal(
        account_id=actor_id,
        username="mo-phong",
        display_name=f"Lãnh đạo {unit.name} (mô phỏng)",
        organization_id=unit.id,
        roles=frozenset({Role.REVIEWER}),
    )
    for found in await read_signing_duties(intake, signer):
        if _is_of_first_quarter(found):
            slug, period = found.duty.form.slug, found.duty.period.code
            aggregate = await read_aggregate(intake, signer, slug=slug, period=period)
            await sign_off(
                intake, signer, slug=slug, period=period, seen=aggregate.sha256, reason=None
            )


def _is_of_first_quarter(found: SigningDuty) -> bool:
    return found.duty.period.code == FIRST_QUARTER


def _by_code(unit: OrganizationVersion) -> str:
    return unit.code
