"""GET /api/v1/periods, /api/v1/periods/{period}; POST /api/v1/periods/close and /reopen."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from services.intake.closings import use_cases
from services.intake.closings.schemas import (
    PeriodBody,
    PeriodsModel,
    PeriodStoryModel,
    period_json,
    story_json,
)
from services.intake.closings.use_cases import CLOSING, Named, Wanted
from services.intake.dependencies import IfMatch, IntakeDep, entity_tag, version_named
from services.intake.service import Intake
from shared.domain.closings import PeriodAct
from shared.web.access import SignedIn, require
from shared.web.conditional import next_page
from shared.web.json import ExactRoute, json_response
from shared.web.paging import LimitQuery, OffsetQuery, page_of
from shared.web.principals import Principal

router = APIRouter(prefix="/api/v1", tags=["periods"], route_class=ExactRoute)

Code = Annotated[str, Query(min_length=1, max_length=64)]
MaybeCode = Annotated[str | None, Query(max_length=64)]
ClosingDep = Annotated[Principal, require(*CLOSING)]


@router.get("/periods", summary="List periods", responses={200: {"model": PeriodsModel}})
async def list_periods(
    request: Request,
    principal: SignedIn,
    intake: IntakeDep,
    *,
    regime: MaybeCode = None,
    offset: OffsetQuery = 0,
    limit: LimitQuery = 100,
) -> Response:
    """The periods in which anybody within the caller's scope owes a report, newest first."""
    found = await use_cases.read_periods(intake, principal, regime=regime)
    known = await intake.catalogue.current()
    page = page_of([period_json(each, known) for each in found], offset=offset, limit=limit)
    return json_response(page.as_json(), headers=next_page(request, offset=page.next))


@router.get(
    "/periods/{period}", summary="Read a period", responses={200: {"model": PeriodStoryModel}}
)
async def read_period(
    period: Annotated[str, Path(min_length=1, max_length=64)],
    principal: SignedIn,
    intake: IntakeDep,
    *,
    regime: Code,
    province: MaybeCode = None,
) -> Response:
    """One period with how far it is, and everything that was done with it."""
    story = await use_cases.read_period(intake, principal, Named(regime, period, province))
    return json_response(story_json(story, await intake.catalogue.current()))


@router.post(
    "/periods/close", summary="Close a period", responses={200: {"model": PeriodStoryModel}}
)
async def close(
    body: PeriodBody, principal: ClosingDep, intake: IntakeDep, if_match: IfMatch = None
) -> Response:
    """Close a period with all of its reports: only new versions with a reason are taken then.

    A reason is needed while something expected is not approved.
    """
    return await _act(intake, principal, body, verb=PeriodAct.CLOSE, if_match=if_match)


@router.post(
    "/periods/reopen", summary="Open a closed period", responses={200: {"model": PeriodStoryModel}}
)
async def reopen(
    body: PeriodBody, principal: ClosingDep, intake: IntakeDep, if_match: IfMatch = None
) -> Response:
    """Open a closed period again, with a reason: every report is as its last act left it."""
    return await _act(intake, principal, body, verb=PeriodAct.REOPEN, if_match=if_match)


async def _act(
    intake: Intake,
    principal: Principal,
    body: PeriodBody,
    *,
    verb: PeriodAct,
    if_match: str | None,
) -> Response:
    named = Named(body.regime, body.period, body.province)
    wanted = Wanted(named, verb, version_named(if_match), reason=body.reason)
    await use_cases.act(intake, principal, wanted)
    story = await use_cases.read_period(intake, principal, named)
    known = await intake.catalogue.current()
    headers = {"ETag": entity_tag(story.stored.period.sequence)}
    return json_response(story_json(story, known), headers=headers)
