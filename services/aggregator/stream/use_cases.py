"""Watches the committed position of what was asked about."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from services.aggregator.history.moments import Moment
from services.aggregator.reading.opening import figures_of
from services.aggregator.reading.questions import Question
from services.aggregator.service import Aggregator

RETRY_MILLISECONDS = 2000
CLOSED = "event: closed\ndata: {}\n\n"
HEARTBEAT = ": heartbeat\n\n"

AskAgain = Callable[[], Awaitable[Question | None]]
"""The same question for the same caller, judged now; None when it may not be asked any more."""


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """A browser opens a new stream when one ends; servers need not keep one for ever."""

    poll_seconds: float = 0.5
    heartbeat_seconds: float = 15.0
    lifetime_seconds: float = 300.0


async def messages(
    aggregator: Aggregator,
    question: Question,
    *,
    after: int,
    ask_again: AskAgain,
    options: StreamOptions,
) -> AsyncIterator[str]:
    """One message for each position seen that is higher than those before it, and `after`."""
    clock = asyncio.get_running_loop().time
    ends_at, heard_at, shown = clock() + options.lifetime_seconds, clock(), after
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    while clock() < ends_at:
        position = await _position(aggregator, question)
        if position > shown:
            allowed = await ask_again()
            if allowed is None:
                yield CLOSED
                return
            question, shown, heard_at = allowed, position, clock()
            yield f'id: {position}\nevent: position\ndata: {{"position":{position}}}\n\n'
        elif clock() - heard_at >= options.heartbeat_seconds:
            heard_at = clock()
            yield HEARTBEAT
        await asyncio.sleep(options.poll_seconds)


async def _position(aggregator: Aggregator, question: Question) -> int:
    nodes = [topic.node(question.organization.id) for topic in question.topics]
    async with figures_of(aggregator, Moment(question.catalogue)) as source:
        return await source.position(nodes)
