"""GET /api/v1/regimes."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.intake.dependencies import IntakeDep
from services.intake.regimes.schemas import RegimesModel, regime_json
from services.intake.regimes.use_cases import duties_on
from shared.domain.time import EARLIEST_DAY, LATEST_DAY
from shared.web.access import SignedIn
from shared.web.conditional import next_page
from shared.web.json import json_response
from shared.web.languages import language_of
from shared.web.paging import LimitQuery, OffsetQuery, page_of

router = APIRouter(prefix="/api/v1", tags=["catalogue"])

On = Annotated[
    date | None,
    Query(
        ge=EARLIEST_DAY,
        le=LATEST_DAY,
        description="The day asked about, today if none is given.",
    ),
]


@router.get(
    "/regimes",
    summary="List reporting regimes",
    responses={200: {"model": RegimesModel}},
)
async def list_regimes(
    request: Request,
    _: SignedIn,
    intake: IntakeDep,
    *,
    on: On = None,
    offset: OffsetQuery = 0,
    limit: LimitQuery = 100,
) -> Response:
    """The reporting regimes in force on a day: who owes which form to whom, how often, by when."""
    known, day = await intake.catalogue.current(), on or intake.clock.today()
    language = language_of(request)
    items = [regime_json(each, language=language) for each in duties_on(known, day)]
    page = page_of(items, offset=offset, limit=limit)
    return json_response(page.as_json(), headers=next_page(request, offset=page.next))
