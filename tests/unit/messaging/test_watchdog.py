"""The watchdog ends what is stuck, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.messaging.errors import ConsumerStalled, LogUnavailable
from shared.messaging.watchdog import Watchdog

LIMIT_SECONDS = 0.08


class Lag:
    """Counts how often it was asked."""

    def __init__(self, *answers: int | Exception) -> None:
        self._answers = answers
        self.asked = 0

    async def __call__(self) -> int:
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


@asynccontextmanager
async def watching(watchdog: Watchdog, lag: Lag) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(watchdog.run(lag))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def asked(lag: Lag, times: int) -> None:
    async with asyncio.timeout(10):
        while lag.asked < times:  # noqa: ASYNC110 - what is waited for is a count
            await asyncio.sleep(0.001)


async def test_work_that_waits_with_nothing_noted_ends_the_consumer() -> None:
    watchdog = Watchdog(group="aggregator", seconds=LIMIT_SECONDS)
    with pytest.raises(ConsumerStalled, match="5 events wait"):
        await watchdog.run(Lag(5))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(0, id="nothing waits"),
        pytest.param(LogUnavailable(action="be read", reason="away"), id="log away"),
        pytest.param(ConnectionRefusedError(), id="database away"),
    ],
)
async def test_a_known_reason_is_waited_out(answer: int | Exception) -> None:
    lag = Lag(answer)
    async with watching(Watchdog(group="aggregator", seconds=LIMIT_SECONDS), lag) as task:
        await asked(lag, 12)
        assert not task.done()


async def test_work_that_has_only_just_come_is_given_its_time() -> None:
    lag = Lag(*[0] * 11, 1, 0)
    async with watching(Watchdog(group="aggregator", seconds=LIMIT_SECONDS), lag) as task:
        await asked(lag, 16)
        assert not task.done()


class NotingLag(Lag):
    """Work is done between one look and the next."""

    def __init__(self, watchdog: Watchdog) -> None:
        super().__init__(5)
        self._watchdog = watchdog

    async def __call__(self) -> int:
        self._watchdog.note()
        return await super().__call__()


async def test_a_consumer_that_is_behind_but_works_is_left_alone() -> None:
    watchdog = Watchdog(group="aggregator", seconds=LIMIT_SECONDS)
    lag = NotingLag(watchdog)
    async with watching(watchdog, lag) as task:
        await asked(lag, 12)
        assert not task.done()
