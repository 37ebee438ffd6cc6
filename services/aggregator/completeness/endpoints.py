"""GET /api/v1/completeness."""

from fastapi import APIRouter, Request, Response

from services.aggregator.completeness.schemas import CompletenessModel, completeness_json
from services.aggregator.completeness.use_cases import read_closed_at, read_completeness
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
from services.aggregator.tracks import Track
from shared.web.access import SignedIn
from shared.web.conditional import holds
from shared.web.json import json_response

router = APIRouter(prefix="/api/v1", tags=["completeness"])


@router.get(
    "/completeness",
    summary="Read how far the reports have come",
    responses={200: {"model": CompletenessModel}},
)
async def get_completeness(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    *,
    form: FormQuery,
    period: PeriodCodeQuery,
    organization: OrganizationQuery,
    track: TrackQuery = Track.LIVE,
    when: WhenDep,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Expected, reported, on time, late and overdue at an organization and below it."""
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
        passed = await source.last_deadline_passed(question.topic.sheaf, now=view.now)
        closed_at = await read_closed_at(source, question)
        tag = entity_tag(request.url.query, position, passed, closed_at, *view.marks)
        if holds(if_none_match, tag):
            return not_modified(tag)
        answer = await read_completeness(source, question, position=position, now=view.now)
    return json_response(completeness_json(answer), headers=answer_headers(tag))
