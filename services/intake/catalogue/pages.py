"""/calendar: what is due when, and which days are worked. /regimes: who owes what to whom."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.intake.catalogue.use_cases import calendar_of, due_periods
from services.intake.dependencies import IntakeDep
from shared.web.access import SignedIn
from shared.web.pages import PagesDep

LOOKING_BACK = timedelta(days=62)
LOOKING_AHEAD = timedelta(days=185)
"""Cut-offs from two months ago, whose deadlines may be near, to half a year ahead."""

router = APIRouter(include_in_schema=False)


@router.get("/calendar")
async def calendar(
    request: Request,
    pages: PagesDep,
    _: SignedIn,
    intake: IntakeDep,
    *,
    year: Annotated[int | None, Query(ge=2000, le=2199)] = None,
) -> Response:
    """Lịch báo cáo và ngày làm việc."""
    known, today = await intake.catalogue.current(), intake.clock.today()
    coming = due_periods(known, first=today - LOOKING_BACK, last=today + LOOKING_AHEAD)
    whole = calendar_of(known, year or today.year)
    periods = whole.periods if year else [each for each in coming if each.last_day >= today]
    return pages.render(
        request,
        "catalogue/calendar.html",
        today=today,
        periods=periods,
        crowded=[(each, each.crowded) for each in periods if each.crowded],
        year=year,
        calendar=whole,
        years=sorted({day.year for day in known.calendar.days_off}),
    )
