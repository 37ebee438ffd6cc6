"""Business time: of the machine, standing still, or that of the demonstration."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from shared.clock import Clock, ClockMovedBack, DemoClock, FixedClock, SystemClock

START = datetime(2025, 6, 16, 8, tzinfo=timezone(timedelta(hours=7)))


class Seconds:
    """A source of seconds that a test turns by hand."""

    def __init__(self) -> None:
        self.passed = 1000.0

    def __call__(self) -> float:
        return self.passed


@pytest.mark.parametrize(
    "clock",
    [
        pytest.param(SystemClock(), id="system"),
        pytest.param(FixedClock(START), id="fixed"),
        pytest.param(DemoClock(START), id="demo"),
    ],
)
def test_every_clock_tells_utc_and_never_goes_back(clock: Clock) -> None:
    first, second = clock.now(), clock.now()

    assert first.tzinfo is UTC
    assert first <= second
    assert isinstance(clock.today(), date)


def test_today_is_the_day_in_vietnam() -> None:
    assert FixedClock(datetime(2025, 6, 16, 17, tzinfo=UTC)).today() == date(2025, 6, 17)


def test_a_fixed_clock_stands_until_it_is_moved_either_way() -> None:
    clock = FixedClock(START)

    assert clock.now() == clock.now() == START
    clock.move_to(START - timedelta(days=1))
    assert clock.now() == START - timedelta(days=1)


def test_the_demo_clock_ticks_from_its_start() -> None:
    seconds = Seconds()
    clock = DemoClock(START, seconds=seconds)

    assert clock.now() == START
    seconds.passed += 90.5
    assert clock.now() == START + timedelta(seconds=90.5)
    assert clock.today() == date(2025, 6, 16)


def test_the_demo_clock_goes_on_ticking_from_where_it_is_moved_to() -> None:
    seconds = Seconds()
    clock = DemoClock(START, seconds=seconds)
    seconds.passed += 60
    clock.advance_to(START + timedelta(days=2))
    seconds.passed += 1

    assert clock.now() == START + timedelta(days=2, seconds=1)
    assert clock.today() == date(2025, 6, 18)


def test_the_demo_clock_is_not_moved_back() -> None:
    seconds = Seconds()
    clock = DemoClock(START, seconds=seconds)
    seconds.passed += 60

    with pytest.raises(ClockMovedBack, match="08:00 16/06/2025") as raised:
        clock.advance_to(START)
    assert raised.value.now == clock.now() == START + timedelta(seconds=60)
    assert raised.value.asked == START


@pytest.mark.parametrize("make", [FixedClock, DemoClock])
def test_a_clock_is_not_set_to_a_naive_datetime(make: type[FixedClock] | type[DemoClock]) -> None:
    with pytest.raises(ValueError, match="naive"):
        make(datetime(2025, 6, 16, 8))  # noqa: DTZ001 - the naive one is the subject
