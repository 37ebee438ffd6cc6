"""GET /api/v1/rollups."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.aggregator.dependencies import (
    AggregatorDep,
    FormQuery,
    IfNoneMatch,
    OrganizationQuery,
    PeriodCodeQuery,
    TrackQuery,
    answer_headers,
    entity_tag,
    not_modified,
)
from services.aggregator.history.viewpoints import WhenDep, viewpoint
from services.aggregator.reading.opening import figures_seen
from services.aggregator.reading.questions import ask
from services.aggregator.rollups.schemas import CellsModel, cells_json
from services.aggregator.rollups.use_cases import read_cells
from services.aggregator.tracks import Track
from shared.web.access import SignedIn
from shared.web.conditional import holds
from shared.web.json import json_response

router = APIRouter(prefix="/api/v1", tags=["rollups"])


@router.get("/rollups", summary="Read the cells of a form", responses={200: {"model": CellsModel}})
async def get_rollups(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    *,
    form: FormQuery,
    period: PeriodCodeQuery,
    organization: OrganizationQuery,
    track: TrackQuery = Track.LIVE,
    children: Annotated[bool, Query(description="With each child's cells.")] = False,
    when: WhenDep,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Every cell of a form at an organization: total, count, minimum, maximum; derived ones too."""
    view = await viewpoint(aggregator, principal, when)
    question = ask(
        view.catalogue,
        period=period,
        organization=organization,
        form=form,
        track=view.track(track),
        scope=view.scope,
        geography=view.geography,
    )
    view.require(question)
    async with figures_seen(aggregator, view) as source:
        position = await source.position([question.node])
        tag = entity_tag(request.url.query, position, *view.marks)
        if holds(if_none_match, tag):
            return not_modified(tag)
        answer = await read_cells(source, question, position=position, parts=children)
    return json_response(cells_json(answer, parts=children), headers=answer_headers(tag))
