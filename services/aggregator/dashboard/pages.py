"""/dashboard, and the part of it that is fetched anew when figures move on."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.aggregator.dashboard.use_cases import (
    Overview,
    change_of,
    deadline_day,
    read_overview,
    share_of,
)
from services.aggregator.dependencies import AggregatorDep
from services.aggregator.reading.choices import Choice, choose
from services.aggregator.reading.pages import AskedDep, common_context
from shared.web.access import SignedIn
from shared.web.pages import PagesDep

router = APIRouter(include_in_schema=False)


@router.get("/dashboard")
async def show_dashboard(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    pages: PagesDep,
    asked: AskedDep,
) -> HTMLResponse:
    """The overview of a province, district or commune."""
    choice = await choose(aggregator, principal, asked)
    overview = await read_overview(aggregator, choice)
    return pages.render(request, "aggregator/dashboard.html", **_context(choice, overview))


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
    overview = await read_overview(aggregator, choice)
    answer = pages.render(request, "aggregator/_overview.html", **_context(choice, overview))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _context(choice: Choice, overview: Overview) -> dict[str, Any]:
    return {
        **common_context(choice, as_of=overview.as_of),
        "overview": overview,
        "change_of": change_of,
        "share_of": share_of,
        "deadline_day": deadline_day,
    }
