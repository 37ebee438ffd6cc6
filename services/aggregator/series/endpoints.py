"""GET /api/v1/indicators/{code}/series and /children."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from services.aggregator.combining.children import nodes_asked, read_asked_children
from services.aggregator.combining.questions import (
    CombinedSpan,
    TogetherDep,
    ask_of_children,
    asked_series,
)
from services.aggregator.combining.series import read_asked_series
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
from services.aggregator.reading.opening import figures_seen
from services.aggregator.series.schemas import (
    ChildrenModel,
    SeriesModel,
    children_json,
    series_json,
)
from services.aggregator.series.sorting import ChildOrder, in_order
from services.aggregator.tracks import Track
from shared.domain.identifiers import IndicatorCode
from shared.web.access import SignedIn
from shared.web.conditional import holds, next_page
from shared.web.json import json_response
from shared.web.languages import language_of
from shared.web.paging import LONGEST_PAGE, LimitQuery, OffsetQuery, page_of

router = APIRouter(prefix="/api/v1", tags=["indicators"])

CodeInPath = Annotated[str, Path(max_length=64, description="II06A.ON_TIME_RATE")]
FirstQuery = Annotated[
    str | None,
    Query(alias="from", max_length=24, description="First period; twelve periods without it."),
]
LastQuery = Annotated[
    str | None,
    Query(alias="to", max_length=24, description="Last period; the last one cut off without it."),
]


@router.get(
    "/indicators/{code}/series",
    summary="Read an indicator over the periods",
    responses={200: {"model": SeriesModel}},
)
async def get_series(
    request: Request,
    code: CodeInPath,
    principal: SignedIn,
    aggregator: AggregatorDep,
    *,
    organization: OrganizationQuery,
    first: FirstQuery = None,
    last: LastQuery = None,
    track: TrackQuery = Track.LIVE,
    together: TogetherDep,
    when: WhenDep,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """An indicator over the periods, at most 120, each by its own method, form and tree.

    With `combine` or `cumulative`, each point is put together of several periods.
    """
    view, language = await viewpoint(aggregator, principal, when), language_of(request)
    wanted = asked_series(
        view.catalogue,
        by=together.by,
        code=code,
        organization=organization,
        scope=view.scope,
        geography=view.geography,
        today=view.today,
        track=view.track(track),
        first=first,
        last=last,
    )
    question = wanted.question
    view.require(wanted.base)
    async with figures_seen(aggregator, view) as source:
        position = await source.position(wanted.nodes())
        tag = entity_tag(request.url, question.period.code, position, language, *view.marks)
        if holds(if_none_match, tag):
            return not_modified(tag)
        series = await read_asked_series(source, wanted, position=position)
    document = series_json(series, question=question, language=language)
    return json_response(document, headers=answer_headers(tag))


@router.get(
    "/indicators/{code}/children",
    summary="Compare an indicator between organizations",
    responses={200: {"model": ChildrenModel}},
)
async def get_children(
    request: Request,
    code: CodeInPath,
    principal: SignedIn,
    aggregator: AggregatorDep,
    *,
    period: PeriodCodeQuery,
    organization: OrganizationQuery,
    track: TrackQuery = Track.LIVE,
    sort: Annotated[ChildOrder, Query(description="What is missing comes last.")] = ChildOrder.NAME,
    offset: OffsetQuery = 0,
    limit: LimitQuery = LONGEST_PAGE,
    together: TogetherDep,
    when: WhenDep,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """An indicator at each organization directly below a node, with changes and coverage.

    With `combine` or `cumulative`: put together over the periods of a longer one, or of the year so
    far, up to `period`.
    """
    view, language = await viewpoint(aggregator, principal, when), language_of(request)
    wanted = ask_of_children(
        view.catalogue,
        by=together.by,
        code=code,
        period=period,
        organization=organization,
        track=view.track(track),
        scope=view.scope,
        geography=view.geography,
        today=view.today,
    )
    view.require(wanted.base if isinstance(wanted, CombinedSpan) else wanted)
    async with figures_seen(aggregator, view) as source:
        position = await source.position(nodes_asked(wanted))
        tag = entity_tag(request.url, position, language, *view.marks)
        if holds(if_none_match, tag):
            return not_modified(tag)
        children = await read_asked_children(
            source, wanted, code=IndicatorCode(code), position=position
        )
    page = page_of(in_order(children.items, sort), offset=offset, limit=limit)
    shown = replace(children, items=tuple(page.items))
    document = children_json(shown, language=language, following=page.next)
    headers = answer_headers(tag) | next_page(request, offset=page.next)
    return json_response(document, headers=headers)
