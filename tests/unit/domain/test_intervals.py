"""Which periods make up a longer one, or the year so far."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.intervals import Longer, longer_period, parts_of, year_so_far
from shared.domain.periods import Frequency, Period, PeriodCalendar, PeriodKind
from shared.domain.windows import ONE_DAY, DayOfYear, YearlyWindow

ADMINISTRATIVE, CALENDAR = PeriodCalendar.ADMINISTRATIVE, PeriodCalendar.CALENDAR
MONTHS = PeriodKind(Frequency.MONTH, ADMINISTRATIVE)
FROM_THE_20TH = PeriodKind(Frequency.MONTH, PeriodCalendar.CUSTOM, first_day=20)
QUARTERS = PeriodKind(Frequency.QUARTER, CALENDAR)
WEEKS = PeriodKind(Frequency.WEEK, CALENDAR)
HALVES = PeriodKind(
    Frequency.YEAR,
    PeriodCalendar.CUSTOM,
    windows=(
        YearlyWindow(DayOfYear(1, 1), DayOfYear(5, 31)),
        YearlyWindow(DayOfYear(6, 1), DayOfYear(12, 31)),
    ),
)
kinds = st.sampled_from([MONTHS, FROM_THE_20TH, QUARTERS, HALVES])


@pytest.mark.parametrize(
    ("kind", "code", "longer", "parts"),
    [
        (MONTHS, "2025-05", Longer.QUARTER, ["2025-Q2", "2025-04", "2025-05", "2025-06"]),
        (QUARTERS, "2025-Q3", Longer.HALF_YEAR, ["2025-H2", "2025-Q3", "2025-Q4"]),
        (QUARTERS, "2025-Q3", Longer.NINE_MONTHS, ["2025-9M", "2025-Q1", "2025-Q2", "2025-Q3"]),
        (FROM_THE_20TH, "2025-01", Longer.QUARTER, ["2025-Q1", "2025-01", "2025-02", "2025-03"]),
        (
            HALVES,
            "2025-06-01--2025-12-31",
            Longer.YEAR,
            ["2025", "2025-01-01--2025-05-31", "2025-06-01--2025-12-31"],
        ),
    ],
)
def test_a_longer_period_is_made_of_its_parts(
    kind: PeriodKind, code: str, longer: Longer, parts: list[str]
) -> None:
    found = longer_period(kind.parse(code), longer.frequency)
    assert found is not None

    assert [found.code, *(each.code for each in parts_of(found, kind))] == parts


@given(kinds, st.integers(1990, 2100), st.integers(1, 12), st.sampled_from(Longer))
def test_parts_cover_a_longer_period_day_by_day(
    kind: PeriodKind, year: int, ordinal: int, longer: Longer
) -> None:
    period = kind.period(year, ordinal=min(ordinal, kind.per_year))
    found = longer_period(period, longer.frequency)
    if found is None:
        return
    parts = parts_of(found, kind)

    if parts:
        windows = [each.window for each in parts]
        assert period in parts
        assert (windows[0].first, windows[-1].last) == (found.window.first, found.window.last)
        assert all(one.last + ONE_DAY == other.first for one, other in pairwise(windows))


def test_weeks_make_up_no_year() -> None:
    week = WEEKS.period(2025, ordinal=20)
    year = longer_period(week, Frequency.YEAR)
    assert year is not None

    assert year.code == "2025"
    assert parts_of(year, WEEKS) == ()


@pytest.mark.parametrize(
    ("period", "longer"),
    [
        pytest.param(Period(Frequency.MONTH, ADMINISTRATIVE, 2025, 11), Longer.NINE_MONTHS),
        pytest.param(Period(Frequency.YEAR, ADMINISTRATIVE, 2025, 1), Longer.YEAR),
        pytest.param(Period(Frequency.YEAR, ADMINISTRATIVE, 2025, 1), Longer.QUARTER),
        pytest.param(Period(Frequency.WEEK, CALENDAR, 2026, 1), Longer.YEAR),
    ],
)
def test_not_every_period_is_part_of_a_longer_one(period: Period, longer: Longer) -> None:
    assert longer_period(period, longer.frequency) is None


def test_the_year_so_far_ends_with_the_period_itself() -> None:
    may = Period(Frequency.MONTH, ADMINISTRATIVE, 2025, 5)
    autumn = HALVES.period(2025, ordinal=2)

    assert [each.code for each in year_so_far(may)] == [f"2025-0{each}" for each in range(1, 6)]
    assert year_so_far(autumn) == (HALVES.period(2025, ordinal=1), autumn)


def test_what_is_asked_once_has_no_year_so_far() -> None:
    once = PeriodKind(Frequency.ONCE, PeriodCalendar.CUSTOM).parse("2025-06-01--2025-06-20")

    assert year_so_far(once) == (once,)
