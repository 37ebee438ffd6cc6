"""Signs off what the province's reports of past periods added up to, and so sent upward."""

from datetime import datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from services.demo.year.placing import instant_of
from services.intake import service as intake_service
from services.intake.aggregates.use_cases import read_aggregate, read_signing_duties, sign_off
from shared.catalogue.catalogue import CatalogueReader
from shared.clock import FixedClock
from shared.domain.calendars import WorkingCalendar
from shared.domain.identifiers import AccountId, OrganizationCode
from shared.domain.time import instant_at, vietnam_date
from shared.web.principals import Principal, Role

REASON = "Đã chờ bổ sung mà vẫn còn đơn vị chưa gửi; tỉnh gửi số đã có, sẽ bổ sung khi nhận đủ."
SIGNING_HOUR = time(10, 0)
SHORTLY_BEFORE = timedelta(minutes=15)


async def sign_off_past(
    engine: AsyncEngine, *, actor_id: AccountId, province: OrganizationCode, now: datetime
) -> None:
    """Sign off every aggregate of the province whose deadline is over, once it stood still."""
    clock = FixedClock(now)
    intake = intake_service.build(
        engine=engine, catalogue=CatalogueReader(engine), clock=clock, hint=lambda: None
    )
    known = await intake.catalogue.current()
    unit = known.organization_by_code(province, on=clock.today(), level="province")
    signer = Principal(
        account_id=actor_id,
        username="mo-phong",
        display_name=f"Lãnh đạo {unit.name} (mô phỏng)",
        organization_id=unit.id,
        roles=frozenset({Role.REVIEWER}),
    )
    for found in await read_signing_duties(intake, signer):
        if found.duty.deadline > now:
            continue
        slug, period = found.duty.form.slug, found.duty.period.code
        aggregate = await read_aggregate(intake, signer, slug=slug, period=period)
        settled = await instant_of(engine, aggregate.rolled.position)
        clock.move_to(min(_morning_after(settled, known.calendar), now - SHORTLY_BEFORE))
        await sign_off(
            intake, signer, slug=slug, period=period, seen=aggregate.sha256, reason=REASON
        )
        clock.move_to(now)


def _morning_after(instant: datetime, calendar: WorkingCalendar) -> datetime:
    return instant_at(calendar.add_working_days(vietnam_date(instant), 1), SIGNING_HOUR)
