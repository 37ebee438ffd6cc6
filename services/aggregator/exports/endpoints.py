"""GET /api/v1/exports/figures and /exports/indicators."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.aggregator.combining.questions import TogetherDep, asked_series
from services.aggregator.combining.series import read_asked_series
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
from services.aggregator.exports.rows import (
    ExportFormat,
    Row,
    csv_pieces,
    file_name,
    json_pieces,
    said_of,
)
from services.aggregator.exports.schemas import FiguresExport, IndicatorsExport, file_of
from services.aggregator.exports.use_cases import (
    FIGURE_COLUMNS,
    INDICATOR_COLUMNS,
    figure_rows,
    indicator_rows,
    nodes_below,
)
from services.aggregator.history.viewpoints import WhenDep, viewpoint
from services.aggregator.reading.opening import figures_seen
from services.aggregator.reading.questions import ask
from services.aggregator.reading.schemas import as_of_json, question_json
from services.aggregator.series.endpoints import FirstQuery, LastQuery
from services.aggregator.tracks import Track
from shared.web.access import SignedIn
from shared.web.conditional import holds

router = APIRouter(prefix="/api/v1/exports", tags=["exports"])


@dataclass(frozen=True, slots=True)
class FileQuery:
    """How the file is written."""

    format: Annotated[ExportFormat, Query()] = ExportFormat.CSV
    bom: Annotated[bool, Query(description="Begin CSV with a mark that Excel needs.")] = False

    def answer(
        self,
        head: Mapping[str, Any],
        columns: Sequence[str],
        rows: Iterator[Row],
        *,
        name: str,
        tag: str,
        simulated: bool,
    ) -> Response:
        """The file, to be kept under `name`."""
        kept = f"{file_name(name, simulated=simulated)}.{self.format}"
        return StreamingResponse(
            _in_turns(self._pieces(head, columns, rows, simulated=simulated)),
            media_type=self.format.media_type,
            headers={
                **answer_headers(tag),
                "Content-Disposition": f'attachment; filename="{kept}"',
            },
        )

    def _pieces(
        self,
        head: Mapping[str, Any],
        columns: Sequence[str],
        rows: Iterator[Row],
        *,
        simulated: bool,
    ) -> Iterator[str]:
        if self.format is ExportFormat.CSV:
            return csv_pieces(columns, rows, byte_order_mark=self.bom, simulated=simulated)
        return json_pieces({**head, "simulated": said_of(simulated=simulated)}, columns, rows)


FileDep = Annotated[FileQuery, Depends()]
Indicators = Annotated[
    list[Annotated[str, Query(max_length=64)]],
    Query(alias="indicator", min_length=1, max_length=20, description="May be given repeatedly."),
]


@router.get(
    "/figures",
    response_class=Response,
    summary="Export figures",
    responses=file_of(FiguresExport),
)
async def export_figures(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    *,
    form: FormQuery,
    period: PeriodCodeQuery,
    organization: OrganizationQuery,
    track: TrackQuery = Track.LIVE,
    when: WhenDep,
    file: FileDep,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Every figure of an organization and of all below it, one a line, derived ones too."""
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
    nodes = nodes_below(question)
    async with figures_seen(aggregator, view) as source:
        position = await source.position([question.node])
        tag = entity_tag(request.url, position, *view.marks)
        if holds(if_none_match, tag):
            return not_modified(tag)
        rollups = await source.rollups(nodes, track=question.track)
        as_of = await source.as_of(position)
    name = "-".join(
        ("figures", question.topic.shape.form.slug, period, organization, view.track(track))
    )
    head = {**question_json(question), "as_of": as_of_json(as_of)}
    rows = figure_rows(question, nodes, rollups=rollups)
    return file.answer(
        head, FIGURE_COLUMNS, rows, name=name, tag=tag, simulated=aggregator.simulated
    )


@router.get(
    "/indicators",
    response_class=Response,
    summary="Export indicators",
    responses=file_of(IndicatorsExport),
)
async def export_indicators(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    *,
    indicator: Indicators,
    organization: OrganizationQuery,
    first: FirstQuery = None,
    last: LastQuery = None,
    track: TrackQuery = Track.LIVE,
    together: TogetherDep,
    when: WhenDep,
    file: FileDep,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Indicators of an organization over the periods, one value a line.

    With `combine` or `cumulative`, each value is put together of several periods.
    """
    view = await viewpoint(aggregator, principal, when)
    ask_for = partial(
        asked_series,
        view.catalogue,
        by=together.by,
        organization=organization,
        scope=view.scope,
        geography=view.geography,
        today=view.today,
        track=view.track(track),
        first=first,
        last=last,
    )
    spans = [ask_for(code=code) for code in dict.fromkeys(indicator)]
    for span in spans:
        view.require(span.base)
    async with figures_seen(aggregator, view) as source:
        position = await source.position([node for each in spans for node in each.nodes()])
        tag = entity_tag(request.url, spans[0].question.period.code, position, *view.marks)
        if holds(if_none_match, tag):
            return not_modified(tag)
        series = [await read_asked_series(source, span, position=position) for span in spans]
    head = {**question_json(spans[0].question), "as_of": as_of_json(series[0].as_of)}
    named = ("indicators", organization, view.track(track), *together.parameters().values())
    rows, simulated = indicator_rows(series), aggregator.simulated
    return file.answer(
        head, INDICATOR_COLUMNS, rows, name="-".join(named), tag=tag, simulated=simulated
    )


async def _in_turns(pieces: Iterator[str]) -> AsyncIterator[str]:
    """Piece by piece, other requests in between; a plain iterator would be sent to a thread."""
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)
