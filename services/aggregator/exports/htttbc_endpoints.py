"""GET /api/v1/exports/htttbc, and the JSON Schema that it keeps to."""

from fastapi import APIRouter, Request, Response

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
from services.aggregator.exports.htttbc import (
    assignments_json,
    head_json,
    objects_json,
    rows_json,
)
from services.aggregator.exports.htttbc_schemas import HtttbcExport, SchemaDocument, schema_text
from services.aggregator.exports.use_cases import nodes_below
from services.aggregator.history.viewpoints import WhenDep, viewpoint
from services.aggregator.reading.opening import figures_seen
from services.aggregator.reading.questions import ask
from services.aggregator.reading.schemas import as_of_json
from services.aggregator.tracks import Track
from shared.web.access import SignedIn
from shared.web.conditional import holds
from shared.web.json import JSON_MEDIA_TYPE, json_response

router = APIRouter(prefix="/api/v1/exports", tags=["exports"])


@router.get(
    "/htttbc",
    summary="Export figures for the Government's reporting system",
    responses={200: {"model": HtttbcExport}},
)
async def export_htttbc(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    *,
    form: FormQuery,
    period: PeriodCodeQuery,
    organization: OrganizationQuery,
    track: TrackQuery = Track.OFFICIAL,
    when: WhenDep,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """A form for a period, from a unit down: program, units, duties and figures."""
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
    head = head_json(question, simulated=request.app.state.demo)
    nodes = nodes_below(question)
    units = [node.organization_id for node in nodes]
    async with figures_seen(aggregator, view) as source:
        position = await source.position([question.node])
        tag = entity_tag(request.url, position, *view.marks)
        if holds(if_none_match, tag):
            return not_modified(tag)
        rollups = await source.rollups(nodes, track=question.track)
        duties = await source.duties(question.topic.sheaf, organization_ids=units)
        as_of = await source.as_of(position)
    document = {
        **head,
        "as_of": as_of_json(as_of),
        "objects": objects_json(question, nodes),
        "assignments": assignments_json(question, duties),
        "rows": list(rows_json(question, nodes, rollups=rollups)),
    }
    return json_response(document, headers=answer_headers(tag))


@router.get(
    "/htttbc/schema",
    summary="Read the JSON Schema of that export",
    response_class=Response,
    responses={200: {"model": SchemaDocument}},
)
async def get_htttbc_schema(principal: SignedIn, if_none_match: IfNoneMatch = None) -> Response:
    """JSON Schema 2020-12; the same file is in the repository."""
    del principal
    text = schema_text()
    tag = entity_tag(text)
    if holds(if_none_match, tag):
        return not_modified(tag)
    return Response(text, media_type=JSON_MEDIA_TYPE, headers=answer_headers(tag))
