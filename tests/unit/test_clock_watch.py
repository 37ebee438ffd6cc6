"""A clock that jumps is named in the log; one that only runs a little wrong is not."""

import asyncio

import pytest
from structlog.testing import capture_logs

from shared.clock_watch import JUMP_SECONDS, LOOK_SECONDS, ClockWatch, seconds_since_boot

HOUR, DAY = 3_600.0, 86_400.0
START = 1_758_159_000.0
"""18/09/2025 08:30 in Vietnam."""


class Machine:
    """A clock that tells, and time that passes."""

    def __init__(self) -> None:
        self.told, self.passed = START, 1_000.0
        self.watch = ClockWatch(told=lambda: self.told, passed=lambda: self.passed)

    def wait(self, seconds: float = LOOK_SECONDS, *, jump: float = 0.0) -> float:
        """Time passes, the clock may jump besides; what a look then finds."""
        self.told += seconds + jump
        self.passed += seconds
        return self.watch.look()


@pytest.mark.parametrize("jump", [DAY, -HOUR, JUMP_SECONDS], ids=["ahead", "back", "least"])
def test_a_jump_is_named_once_with_its_seconds_and_where_the_clock_should_stand(
    jump: float,
) -> None:
    machine = Machine()
    with capture_logs() as lines:
        machine.wait()
        assert machine.wait(jump=jump) == pytest.approx(jump)
        machine.wait()
    (line,) = lines
    assert (line["event"], line["log_level"]) == ("clock_jumped", "warning")
    assert line["seconds"] == pytest.approx(jump)
    assert line["expected"].timestamp() == pytest.approx(START + 2 * LOOK_SECONDS)


def test_a_clock_that_is_put_right_is_named_again() -> None:
    machine = Machine()
    with capture_logs() as lines:
        machine.wait(jump=DAY)
        machine.wait(jump=-DAY)
    assert [line["seconds"] for line in lines] == [DAY, -DAY]


def test_a_clock_that_is_put_right_little_by_little_is_not_named() -> None:
    machine = Machine()
    with capture_logs() as lines:
        for _ in range(100):
            machine.wait(jump=0.5)
    assert lines == []


def test_a_machine_that_slept_has_not_jumped() -> None:
    assert Machine().wait(8 * HOUR) == 0


async def test_the_watch_ends_when_it_is_told_to() -> None:
    stop = asyncio.Event()
    stop.set()
    await ClockWatch().run(stop)
    assert seconds_since_boot() > 0
