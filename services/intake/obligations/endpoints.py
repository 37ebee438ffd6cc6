"""GET /api/v1/obligations."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from services.intake.dependencies import IntakeDep, versioned_answer
from services.intake.obligations import use_cases
from services.intake.obligations.schemas import ObligationModel, ObligationsModel, duty_json
from services.intake.obligations.use_cases import DutyFilter
from shared.domain.identifiers import ObligationId
from shared.domain.obligations import ObligationState
from shared.web.access import SignedIn
from shared.web.conditional import next_page
from shared.web.identifiers import LARGEST_ID
from shared.web.json import json_response

LONGEST_PAGE = 500

router = APIRouter(prefix="/api/v1", tags=["obligations"])

Code = Annotated[str | None, Query(max_length=64)]


@router.get(
    "/obligations", summary="List obligations", responses={200: {"model": ObligationsModel}}
)
async def list_obligations(
    request: Request,
    principal: SignedIn,
    intake: IntakeDep,
    *,
    period: Code = None,
    form: Code = None,
    organization: Code = None,
    state: ObligationState | None = None,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 100,
) -> Response:
    """The obligations within the caller's scope, in order of id; `next` leads to the rest."""
    wanted = DutyFilter(
        period=period,
        form=form,
        organization=organization,
        state=state.value if state else None,
        after=after,
        limit=limit,
    )
    duties = await use_cases.read_duties(intake, principal, wanted)
    known, now = await intake.catalogue.current(), intake.clock.now()
    last = duties[-1].obligation.id if len(duties) == limit else None
    return json_response(
        {"items": [duty_json(duty, known, now=now) for duty in duties], "next": last},
        headers=next_page(request, after=last),
    )


@router.get(
    "/obligations/{obligation_id}",
    summary="Read an obligation",
    responses={200: {"model": ObligationModel}},
)
async def read_obligation(
    request: Request,
    obligation_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    principal: SignedIn,
    intake: IntakeDep,
) -> Response:
    """One obligation, with the report that answers it; If-Match of an act names its ETag."""
    duty = await use_cases.read_duty(intake, principal, ObligationId(obligation_id))
    known = await intake.catalogue.current()
    document = duty_json(duty, known, now=intake.clock.now())
    return versioned_answer(request, document, version=duty.obligation.sequence)
