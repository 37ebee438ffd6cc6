"""GET /api/v1/stream: server-sent events (HTML Living Standard, section 9.2).

A message carries a position, never a figure: whoever hears it asks again and is judged again. The
committed position is polled, so it does not matter which process applied the event.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import StreamingResponse

from services.aggregator.dependencies import AggregatorDep, OrganizationQuery, PeriodCodeQuery
from services.aggregator.reading.questions import Question, ask
from services.aggregator.reading.repository import read_position
from services.aggregator.service import Aggregator
from shared.db.engine import snapshot
from shared.web.access import SignedIn
from shared.web.authentication import read_credential
from shared.web.principals import Principal
from shared.web.problems import ProblemError

POLL_SECONDS = 0.5
HEARTBEAT_SECONDS = 15.0
LIFETIME_SECONDS = 300.0
"""A browser opens a new stream by itself; proxies and servers need not keep one for ever."""

RETRY_MILLISECONDS = 2000
LARGEST_POSITION = 2**63 - 1

router = APIRouter(prefix="/api/v1", tags=["stream"])


@router.get("/stream")
async def open_stream(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    *,
    period: PeriodCodeQuery,
    organization: OrganizationQuery,
    form: Annotated[str | None, Query(max_length=64)] = None,
    after: Annotated[int, Query(ge=0, le=LARGEST_POSITION)] = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """A message each time that the figures of an organization move on; then ask for them anew."""
    question = await _question(
        aggregator, principal, period=period, organization=organization, form=form
    )
    resumed = int(last_event_id) if last_event_id and last_event_id.isdecimal() else after

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

    return StreamingResponse(
        _messages(aggregator, question, after=resumed, ask_again=ask_again),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


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


async def _messages(
    aggregator: Aggregator,
    question: Question,
    *,
    after: int,
    ask_again: Callable[[], Awaitable[Question | None]],
) -> AsyncIterator[str]:
    clock = asyncio.get_running_loop().time
    ends_at, heard_at, shown = clock() + LIFETIME_SECONDS, clock(), after
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    while clock() < ends_at:
        position = await _position(aggregator, question)
        if position > shown:
            allowed = await ask_again()
            if allowed is None:
                yield "event: closed\ndata: {}\n\n"
                return
            question, shown, heard_at = allowed, position, clock()
            yield f'id: {position}\nevent: position\ndata: {{"position":{position}}}\n\n'
        elif clock() - heard_at >= HEARTBEAT_SECONDS:
            heard_at = clock()
            yield ": heartbeat\n\n"
        await asyncio.sleep(POLL_SECONDS)


async def _position(aggregator: Aggregator, question: Question) -> int:
    nodes = [topic.node(question.organization.id) for topic in question.topics]
    async with snapshot(aggregator.engine) as connection:
        return await read_position(connection, nodes)
