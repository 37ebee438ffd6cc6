"""Work in processes of their own, bounded in time, memory and number."""

import asyncio

import pytest

from shared.children import MEGABYTE, ChildFailed, Children, Work
from tests.support import child_work

HERE = child_work.__name__


def _work(name: str, *, seconds: float = 10.0, megabytes: int = 512) -> Work:
    return Work(f"{HERE}:{name}", seconds=seconds, memory_bytes=megabytes * MEGABYTE)


async def test_a_child_answers_bytes_with_bytes() -> None:
    answer = await Children().run(_work("reverse"), b"abc\n\x00\xff", ending="!")

    assert answer == b"\xff\x00\ncba!"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("never_end", "slow", id="time"),
        pytest.param("fill_memory", "broken", id="memory"),
        pytest.param("fail", "broken", id="error"),
        pytest.param("vanish", "broken", id="killed"),
    ],
)
async def test_what_goes_wrong_in_a_child_ends_with_it(name: str, reason: str) -> None:
    with pytest.raises(ChildFailed) as caught:
        await Children().run(_work(name, seconds=3.0), b"")

    assert caught.value.reason == reason


async def test_a_child_knows_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")

    names = (await Children().run(_work("environment"), b"")).decode().split()

    assert "DATABASE_URL" not in names
    assert "PATH" in names


async def test_no_more_than_so_many_run_at_once_and_the_loop_goes_on() -> None:
    children, ticks = Children(at_once=1), 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.01)

    ticking = asyncio.create_task(tick())
    spans = await asyncio.gather(*(children.run(_work("span"), b"") for _ in range(2)))
    ticking.cancel()

    (first_from, first_to), (second_from, second_to) = sorted(
        tuple(map(float, span.decode().split())) for span in spans
    )
    assert first_from < first_to <= second_from < second_to
    assert ticks > 5
