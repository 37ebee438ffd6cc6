"""GET /api/v1/changes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.aggregator.changes.questions import measures_of, span_of, then_of, track_of
from services.aggregator.changes.schemas import ChangesModel, changes_json
from services.aggregator.changes.use_cases import LISTED_BY_DEFAULT, Wanted, read_changes
from services.aggregator.dependencies import (
    AggregatorDep,
    FormQuery,
    OrganizationQuery,
    PeriodCodeQuery,
    TrackQuery,
)
from services.aggregator.reading.questions import ask
from services.aggregator.tracks import Track
from shared.db.engine import driver, snapshot
from shared.web.access import SignedIn
from shared.web.as_of import EXAMPLE, LONGEST
from shared.web.identifiers import LARGEST_ID
from shared.web.json import json_response
from shared.web.languages import language_of

MOST_LISTED = 500

router = APIRouter(prefix="/api/v1", tags=["changes"])

MomentQuery = Annotated[
    str | None,
    Query(max_length=LONGEST, description=f"An instant ({EXAMPLE}), or a position of the log."),
]
CodeQuery = Annotated[str | None, Query(max_length=64)]
ReleaseQuery = Annotated[
    int | None,
    Query(ge=1, le=LARGEST_ID, description="From what was released, instead of `since`."),
]
LimitQuery = Annotated[
    int, Query(ge=0, le=MOST_LISTED, description="How many acts are told one by one; the newest.")
]


@router.get(
    "/changes", summary="Tell why a figure changed", responses={200: {"model": ChangesModel}}
)
async def get_changes(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    *,
    form: FormQuery,
    period: PeriodCodeQuery,
    organization: OrganizationQuery,
    track: TrackQuery = Track.LIVE,
    since: MomentQuery = None,
    release: ReleaseQuery = None,
    until: MomentQuery = None,
    indicator: CodeQuery = None,
    row: CodeQuery = None,
    column: CodeQuery = None,
    limit: LimitQuery = LISTED_BY_DEFAULT,
) -> Response:
    """Every act between two moments, or since a release, with its cells and its contribution.

    Of an indicator, of a cell (`row` and `column`), or of every indicator of the form.
    """
    known = await aggregator.catalogue.current()
    scope = aggregator.scope(principal, known=known)
    span = await span_of(aggregator, since=since, release=release, until=until, scope=scope)
    question = ask(
        span.until.catalogue,
        period=period,
        organization=organization,
        form=form,
        track=track_of(span, track),
        scope=scope,
    )
    wanted = Wanted(
        question=question,
        since=then_of(span.since, question),
        until=then_of(span.until, question),
        measures=measures_of(question, indicator=indicator, row=row, column=column),
        readable=scope.readable,
        limit=limit,
    )
    async with snapshot(aggregator.engine) as connection:
        changes = await read_changes(await driver(connection), wanted)
    return json_response(changes_json(changes, language=language_of(request)))
