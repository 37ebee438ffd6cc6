"""GET /api/v1/obligations/{obligation_id}/history and /api/v1/reports/{report_id}/history."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from services.intake.dependencies import IntakeDep
from services.intake.history.schemas import StoryModel, story_json
from services.intake.history.use_cases import Story, read_story
from services.intake.reports.use_cases import read_history
from shared.domain.identifiers import ObligationId, ReportId
from shared.web.access import SignedIn
from shared.web.conditional import next_page
from shared.web.identifiers import LARGEST_ID
from shared.web.json import json_response
from shared.web.paging import LimitQuery, OffsetQuery, page_of

router = APIRouter(prefix="/api/v1", tags=["reports"])

Number = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get(
    "/obligations/{obligation_id}/history",
    tags=["obligations"],
    summary="Read everything that was done with an obligation",
    responses={200: {"model": StoryModel}},
)
async def of_obligation(
    request: Request,
    obligation_id: Number,
    principal: SignedIn,
    intake: IntakeDep,
    *,
    offset: OffsetQuery = 0,
    limit: LimitQuery = 100,
) -> Response:
    """Who did what, when and why: the duty, its drafts, papers and report, cell by cell."""
    story = await read_story(intake, principal, ObligationId(obligation_id))
    return _answer(request, story, offset=offset, limit=limit)


@router.get(
    "/reports/{report_id}/history",
    summary="Read the whole history of a report",
    responses={200: {"model": StoryModel}},
)
async def of_report(
    request: Request,
    report_id: Number,
    principal: SignedIn,
    intake: IntakeDep,
    *,
    offset: OffsetQuery = 0,
    limit: LimitQuery = 100,
) -> Response:
    """Every version and act: who, when, what changed cell by cell, and why."""
    found = await read_history(intake, principal, ReportId(report_id))
    if found.filed.obligation.id is None:
        raise LookupError("a stored obligation has an id")
    story = await read_story(intake, principal, found.filed.obligation.id)
    return _answer(request, story, offset=offset, limit=limit)


def _answer(request: Request, story: Story, *, offset: int, limit: int) -> Response:
    page = page_of(story.entries, offset=offset, limit=limit)
    headers = next_page(request, offset=page.next)
    return json_response(story_json(story, page), headers=headers)
