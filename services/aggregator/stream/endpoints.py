"""GET /api/v1/stream: server-sent events (HTML Living Standard, section 9.2).

A message carries a position, never a figure: whoever hears it asks again and is judged again. The
committed position is polled, so it does not matter which process applied the event.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import StreamingResponse

from services.aggregator.dependencies import AggregatorDep, OrganizationQuery, PeriodCodeQuery
from services.aggregator.reading.questions import Question, ask
from services.aggregator.service import Aggregator
from services.aggregator.stream.open_streams import CountedStream
from services.aggregator.stream.use_cases import StreamOptions, messages
from shared.web.access import SignedIn
from shared.web.authentication import read_credential
from shared.web.identifiers import LARGEST_ID
from shared.web.principals import Principal
from shared.web.problems import ProblemError

EVENT: dict[str, Any] = {
    "type": "object",
    "description": "One event: `position` when figures moved on, `closed` when the caller may hear "
    "no more of them.",
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]+$"},
        "event": {"enum": ["position", "closed"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}
"""Of a stream, OpenAPI 3.1 describes each event."""

router = APIRouter(prefix="/api/v1", tags=["stream"])


@router.get(
    "/stream",
    summary="Hear when figures move on",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": EVENT}}}},
)
async def open_stream(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    *,
    period: PeriodCodeQuery,
    organization: OrganizationQuery,
    form: Annotated[str | None, Query(max_length=64)] = None,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """A message each time that the figures of an organization move on; then ask for them anew."""
    question = await _question(
        aggregator, principal, period=period, organization=organization, form=form
    )
    resumed = _position_named(last_event_id, after=after)

    async def ask_again() -> Question | None:
        """None when the session has ended or the organization has left the caller's scope."""
        credential = read_credential(request)
        caller = credential and await request.app.state.authenticate(credential.sha256)
        if not caller:
            return None
        try:
            return await _question(
                aggregator, caller, period=period, organization=organization, form=form
            )
        except ProblemError:
            return None

    aggregator.streams.begin(principal.account_id)
    return CountedStream(
        messages(aggregator, question, after=resumed, ask_again=ask_again, options=StreamOptions()),
        streams=aggregator.streams,
        account_id=principal.account_id,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _position_named(last_event_id: str | None, *, after: int) -> int:
    """The last one heard; `after`, where the header names no position that could be."""
    text = last_event_id or ""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_ID))):
        return after
    return int(text)


async def _question(
    aggregator: Aggregator,
    principal: Principal,
    *,
    period: str,
    organization: str,
    form: str | None,
) -> Question:
    known = await aggregator.catalogue.current()
    scope = aggregator.scope(principal, known=known)
    return ask(known, period=period, organization=organization, form=form, scope=scope)
