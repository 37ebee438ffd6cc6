"""GET /api/v1/review."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.intake.dependencies import LARGEST_ID, IntakeDep
from services.intake.places import place_of
from services.intake.reports.schemas import filed_json
from services.intake.review import use_cases
from services.intake.review.repository import Waiting
from services.intake.review.use_cases import QueueFilter
from shared.catalogue.catalogue import Catalogue
from shared.domain.reports import ReportState
from shared.web.access import require
from shared.web.conditional import next_page
from shared.web.json import json_response
from shared.web.principals import Principal, Role

router = APIRouter(prefix="/api/v1", tags=["review"])

ReviewerDep = Annotated[Principal, require(Role.REVIEWER)]


@router.get("/review")
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
        {
            "items": [_waiting_json(waiting, known) for waiting in queue.waiting],
            "counts": queue.counts,
            "next": last,
        },
        headers=next_page(request, after=last),
    )


def _waiting_json(waiting: Waiting, known: Catalogue) -> dict[str, Any]:
    return filed_json(waiting.filed, place_of(known, waiting.filed.obligation)) | {
        "submitted_at": waiting.submitted_at,
        "nothing_to_report": waiting.nothing_to_report,
        "explanations": waiting.explanations,
    }
