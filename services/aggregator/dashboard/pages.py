"""/dashboard, and the part of it that is fetched anew when figures move on."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.aggregator.dashboard.use_cases import (
    change_of,
    deadline_day,
    read_overview,
    share_of,
)
from services.aggregator.dependencies import AggregatorDep
from services.aggregator.reading.choices import Choice, choose
from services.aggregator.reading.pages import AskedDep, common_context
from services.aggregator.service import Aggregator
from services.aggregator.urging.pages import ToldDep
from services.aggregator.urging.use_cases import read_urging
from shared.web.access import SignedIn
from shared.web.pages import PagesDep
from shared.web.principals import Principal

router = APIRouter(include_in_schema=False)


@router.get("/dashboard")
async def show_dashboard(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    pages: PagesDep,
    *,
    asked: AskedDep,
    told: ToldDep,
) -> HTMLResponse:
    """The overview of a province, district or commune."""
    choice = await choose(aggregator, principal, asked)
    context = await _context(aggregator, principal, choice)
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
    asked: AskedDep,
) -> HTMLResponse:
    """The figures alone, for the page that is open already."""
    choice = await choose(aggregator, principal, asked)
    context = await _context(aggregator, principal, choice)
    answer = pages.render(request, "aggregator/_overview.html", **context)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


async def _context(aggregator: Aggregator, principal: Principal, choice: Choice) -> dict[str, Any]:
    overview = await read_overview(aggregator, choice)
    missing = overview.completeness.missing
    return {
        **common_context(choice, as_of=overview.as_of),
        "overview": overview,
        "urging": await read_urging(aggregator, principal, choice, missing),
        "change_of": change_of,
        "share_of": share_of,
        "deadline_day": deadline_day,
    }
