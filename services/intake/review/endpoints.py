"""GET /api/v1/review."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.intake.dependencies import LARGEST_ID, IntakeDep
from services.intake.review import use_cases
from services.intake.review.schemas import QueueModel, queue_json
from services.intake.review.use_cases import QueueFilter
from shared.domain.reports import ReportState
from shared.web.access import require
from shared.web.conditional import next_page
from shared.web.json import json_response
from shared.web.principals import Principal, Role

router = APIRouter(prefix="/api/v1", tags=["review"])

ReviewerDep = Annotated[Principal, require(Role.REVIEWER)]


@router.get("/review", summary="List what waits for review", responses={200: {"model": QueueModel}})
async def read_queue(
    request: Request,
    principal: ReviewerDep,
    intake: IntakeDep,
    *,
    state: ReportState = ReportState.SUBMITTED,
    period: Annotated[str | None, Query(max_length=64)] = None,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """The reports sent to the caller's organization; those that wait, unless asked otherwise."""
    wanted = QueueFilter(state=state, period=period, after=after, limit=limit)
    queue = await use_cases.read_queue(intake, principal, wanted)
    known = await intake.catalogue.current()
    last = queue.waiting[-1].filed.report.id if len(queue.waiting) == limit else None
    return json_response(
        queue_json(queue, known, last=last), headers=next_page(request, after=last)
    )
