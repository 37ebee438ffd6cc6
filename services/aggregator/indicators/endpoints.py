"""GET /api/v1/indicators."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.aggregator.combining.questions import TogetherDep, ask_together
from services.aggregator.dependencies import (
    AggregatorDep,
    IfNoneMatch,
    OrganizationQuery,
    PeriodCodeQuery,
    TrackQuery,
    answer_headers,
    entity_tag,
    not_modified,
)
from services.aggregator.history.viewpoints import WhenDep, viewpoint
from services.aggregator.indicators.schemas import IndicatorsModel, answer_json
from services.aggregator.indicators.use_cases import nodes_shown, read_indicators, topics_asked
from services.aggregator.reading.opening import figures_seen
from services.aggregator.tracks import Track
from shared.web.access import SignedIn
from shared.web.conditional import holds
from shared.web.json import json_response
from shared.web.languages import language_of

router = APIRouter(prefix="/api/v1", tags=["indicators"])


@router.get(
    "/indicators",
    summary="Read the indicators of an organization",
    responses={200: {"model": IndicatorsModel}},
)
async def get_indicators(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    *,
    period: PeriodCodeQuery,
    organization: OrganizationQuery,
    track: TrackQuery = Track.LIVE,
    children: Annotated[bool, Query(description="With the organizations below.")] = False,
    together: TogetherDep,
    when: WhenDep,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The indicators of an organization for a period, as of one position of the log.

    With `combine` or `cumulative`: put together over the periods of a longer one, or of the year so
    far, up to `period`.
    """
    view, language = await viewpoint(aggregator, principal, when), language_of(request)
    question = ask_together(
        view.catalogue,
        by=together.by,
        today=view.today,
        period=period,
        organization=organization,
        track=view.track(track),
        scope=view.scope,
        geography=view.geography,
    )
    view.require(question)
    asked = topics_asked(question, by=together.by, today=view.today)
    async with figures_seen(aggregator, view) as source:
        position = await source.position(nodes_shown(question, asked))
        tag = entity_tag(request.url.query, position, language, *view.marks)
        if holds(if_none_match, tag):
            return not_modified(tag)
        answer = await read_indicators(
            source, question, asked, position=position, children=children
        )
    document = answer_json(answer, language=language, children=children)
    return json_response(document, headers=answer_headers(tag))
