"""/dashboard/changes: why a number is not what it was, act by act."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from services.aggregator.changes.endpoints import CodeQuery, MomentQuery, ReleaseQuery
from services.aggregator.changes.questions import Span, measures_of, span_of, then_of, track_of
from services.aggregator.changes.schemas import measures_json
from services.aggregator.changes.use_cases import Changes, Wanted, read_changes
from services.aggregator.dependencies import AggregatorDep
from services.aggregator.reading.choices import Asked, Choice, choose
from services.aggregator.reading.figures import AsOf
from services.aggregator.reading.geography import REPORTED
from services.aggregator.reading.pages import common_context
from services.aggregator.service import Aggregator
from services.aggregator.tracks import Track
from shared.db.engine import driver, snapshot
from shared.domain.time import in_vietnam
from shared.web.access import SignedIn
from shared.web.languages import language_of
from shared.web.pages import PagesDep

router = APIRouter(include_in_schema=False)

PATH = "/dashboard/changes"
FROM_THE_START = "1"
"""The first position of the log."""

LISTED = 100


@dataclass(frozen=True, slots=True)
class ChangesAsked:
    """The parameters of the page's address; without `since` and `release`, from the beginning."""

    period: Annotated[str | None, Query(max_length=24)] = None
    organization: Annotated[str | None, Query(max_length=64)] = None
    form: CodeQuery = None
    track: Track = Track.LIVE
    since: MomentQuery = None
    release: ReleaseQuery = None
    indicator: CodeQuery = None
    row: CodeQuery = None
    column: CodeQuery = None

    @property
    def about(self) -> dict[str, str]:
        """Which number, as an address names it."""
        named = {"indicator": self.indicator, "row": self.row, "column": self.column}
        return {name: each for name, each in named.items() if each is not None}

    @property
    def start(self) -> str | None:
        """None where it is a release."""
        return None if self.release is not None else self.since or FROM_THE_START


@router.get(PATH)
async def show_changes(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    pages: PagesDep,
    asked: Annotated[ChangesAsked, Depends()],
) -> HTMLResponse:
    """An indicator, a cell, or every indicator of the form: what changed it, the newest first."""
    chosen = await choose(aggregator, principal, await _question(aggregator, asked))
    span = await span_of(
        aggregator,
        since=asked.start,
        release=asked.release,
        until=None,
        scope=chosen.view.scope,
        local=True,
    )
    choice = replace(chosen, kept=asked.about)
    changes = await _read(aggregator, choice, span, asked=asked)
    place = changes.wanted.until.place
    return pages.render(
        request,
        "aggregator/changes.html",
        **common_context(choice, as_of=AsOf(place.position, place.recorded_at)),
        **_context(changes, span, asked=asked),
        path_here=PATH,
        measures=measures_json(changes, language=language_of(request)),
    )


async def _question(aggregator: Aggregator, asked: ChangesAsked) -> Asked:
    """The form may be named by its code, as releases do."""
    known = await aggregator.catalogue.current()
    slug = next((each.slug for each in known.forms if each.code == asked.form), asked.form)
    return Asked(
        period=asked.period,
        organization=asked.organization,
        form=slug,
        track=asked.track,
        geography=REPORTED,
    )


async def _read(
    aggregator: Aggregator, choice: Choice, span: Span, *, asked: ChangesAsked
) -> Changes:
    question = replace(choice.question, track=track_of(span, choice.question.track))
    wanted = Wanted(
        question=question,
        since=then_of(span.since, question),
        until=then_of(span.until, question),
        measures=measures_of(
            question, indicator=asked.indicator, row=asked.row, column=asked.column
        ),
        readable=choice.view.scope.readable,
        limit=LISTED,
    )
    async with snapshot(aggregator.engine) as connection:
        return await read_changes(await driver(connection), wanted)


def _context(changes: Changes, span: Span, *, asked: ChangesAsked) -> dict[str, Any]:
    begins = changes.wanted.since.place.recorded_at
    return {
        "changes": changes,
        "steps": tuple(reversed(changes.steps)),
        "release": span.release,
        "since_field": f"{in_vietnam(begins):%Y-%m-%dT%H:%M}" if begins else "",
        "from_the_start": asked.start == FROM_THE_START,
        "shown_track": changes.wanted.question.track,
    }
