"""/dashboard, and the part of it that is fetched anew when figures move on."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.aggregator.dashboard.charts import Charts
from services.aggregator.dashboard.use_cases import (
    change_of,
    deadline_day,
    read_overview,
    share_of,
)
from services.aggregator.dependencies import AggregatorDep
from services.aggregator.exports.addresses import figures_csv, indicator_csv
from services.aggregator.reading.choices import Choice, choose
from services.aggregator.reading.pages import AskedDep, common_context
from services.aggregator.service import Aggregator
from services.aggregator.urging.pages import ToldDep
from services.aggregator.urging.use_cases import read_urging
from shared.web.access import SignedIn
from shared.web.pages import PagesDep
from shared.web.principals import Principal

router = APIRouter(include_in_schema=False)

DrawnQuery = Annotated[str | None, Query(max_length=64)]


@router.get("/dashboard")
async def show_dashboard(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    pages: PagesDep,
    *,
    asked: AskedDep,
    told: ToldDep,
    indicator: DrawnQuery = None,
) -> HTMLResponse:
    """The overview of a province, district or commune."""
    choice = await choose(aggregator, principal, asked)
    context = await _context(aggregator, principal, choice, indicator=indicator)
    return pages.render(
        request,
        "aggregator/dashboard.html",
        **context,
        urged=told.urged,
        unaddressed=told.unaddressed,
    )


@router.get("/dashboard/fragment")
async def show_overview(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    pages: PagesDep,
    *,
    asked: AskedDep,
    indicator: DrawnQuery = None,
) -> HTMLResponse:
    """The figures alone, for the page that is open already."""
    choice = await choose(aggregator, principal, asked)
    context = await _context(aggregator, principal, choice, indicator=indicator)
    answer = pages.render(request, "aggregator/_overview.html", **context)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


async def _context(
    aggregator: Aggregator, principal: Principal, choice: Choice, *, indicator: str | None
) -> dict[str, Any]:
    overview = await read_overview(
        aggregator, choice, own=principal.organization_id, indicator=indicator
    )
    missing = overview.completeness.missing
    return {
        **common_context(choice, as_of=overview.as_of),
        "overview": overview,
        "received": overview.received,
        "urging": await read_urging(aggregator, principal, choice, missing),
        "change_of": change_of,
        "share_of": share_of,
        "deadline_day": deadline_day,
        "series_csv": partial(_series_csv, choice),
        "units_csv": figures_csv(choice),
        "drawn_code": overview.charts.indicator.code if overview.charts else "",
    }


def _series_csv(choice: Choice, charts: Charts) -> str:
    """What the course is drawn from."""
    points = charts.series.points
    first, last = points[0], points[-1]
    return indicator_csv(
        choice,
        code=charts.indicator.code,
        first=first.period.code,
        last=last.period.code,
        together={},
    )
