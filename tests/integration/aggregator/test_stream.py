"""The stream that tells an open page that its figures have moved on."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.reading.questions import Question, ask
from services.aggregator.service import build
from services.aggregator.stream.use_cases import CLOSED, HEARTBEAT, StreamOptions, messages
from shared.clock import FixedClock
from shared.web.scope import Scope
from tests.integration.aggregator.catalogues import CatalogueInMemory
from tests.integration.aggregator.conftest import Deliver
from tests.integration.aggregator.world import (
    COMMUNES,
    DISTRICTS,
    PROVINCE,
    Q2,
    START,
    SUMMED,
    History,
    make_catalogue,
)

FIRST = COMMUNES[DISTRICTS[0]][0]


def open_stream(
    engine: AsyncEngine, *, after: int = 0, allowed: bool = True, options: StreamOptions
) -> AsyncIterator[str]:
    aggregator = build(engine=engine, catalogue=CatalogueInMemory(), clock=FixedClock(START))
    scope = Scope(PROVINCE, frozenset({PROVINCE}))
    question = ask(make_catalogue(), period=Q2, organization="1", form=SUMMED, scope=scope)

    async def ask_again() -> Question | None:
        return question if allowed else None

    return messages(aggregator, question, after=after, ask_again=ask_again, options=options)


@pytest.fixture
def quick() -> StreamOptions:
    return StreamOptions(poll_seconds=0.01)


async def test_each_new_position_is_one_message(
    history: History, deliver: Deliver, engine: AsyncEngine, quick: StreamOptions
) -> None:
    await deliver(history.events)
    stream = open_stream(engine, after=len(history.events), options=quick)
    assert (await anext(stream)).startswith("retry: ")
    event = history.submit((FIRST, SUMMED, Q2), R1={"a": 1})
    await deliver([event])
    assert f'data: {{"position":{event.position}}}' in await anext(stream)


async def test_what_was_missed_while_away_is_told_at_once(
    history: History, deliver: Deliver, engine: AsyncEngine, quick: StreamOptions
) -> None:
    await deliver(history.events)
    stream = open_stream(engine, after=0, options=quick)
    await anext(stream)
    assert "event: position" in await anext(stream)


async def test_the_stream_ends_before_a_message_that_may_not_be_heard_any_more(
    history: History, deliver: Deliver, engine: AsyncEngine, quick: StreamOptions
) -> None:
    await deliver(history.events)
    stream = open_stream(engine, allowed=False, options=quick)
    await anext(stream)
    assert [each async for each in stream] == [CLOSED]


async def test_a_quiet_stream_beats_and_then_ends(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    await deliver(history.events)
    options = StreamOptions(poll_seconds=0.01, heartbeat_seconds=0.0, lifetime_seconds=0.2)
    stream = open_stream(engine, after=10_000, options=options)
    _, *rest = [each async for each in stream]
    assert set(rest) == {HEARTBEAT}
