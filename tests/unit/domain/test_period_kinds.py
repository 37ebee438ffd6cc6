"""Kinds of period beside those of the decree: weeks, other first days, windows and dates."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import InvalidPeriod, UnknownPeriodCode
from shared.domain.periods import (
    FIRST_YEAR,
    LAST_YEAR,
    Frequency,
    Period,
    PeriodCalendar,
    PeriodKind,
    parse_period,
    starts_year,
)
from shared.domain.windows import DataWindow, DayOfYear, YearlyWindow

CALENDAR, CUSTOM = PeriodCalendar.CALENDAR, PeriodCalendar.CUSTOM
FRIDAY = 5

WEEKLY = PeriodKind(Frequency.WEEK, CALENDAR)
FRIDAY_TO_THURSDAY = PeriodKind(Frequency.WEEK, CUSTOM, week_starts_on=FRIDAY)
FROM_THE_20TH = PeriodKind(Frequency.MONTH, CUSTOM, first_day=20)
TEN_MONTHS = PeriodKind(
    Frequency.YEAR, CUSTOM, windows=(YearlyWindow(DayOfYear(1, 1), DayOfYear(10, 31)),)
)
TWO_SEASONS = PeriodKind(
    Frequency.YEAR,
    CUSTOM,
    windows=(
        YearlyWindow(DayOfYear(11, 1), DayOfYear(4, 30)),
        YearlyWindow(DayOfYear(5, 1), DayOfYear(10, 31)),
    ),
)
SPRING = DataWindow(date(2025, 1, 1), date(2025, 3, 31))
AUTUMN = DataWindow(date(2025, 9, 1), date(2025, 10, 15))
TWICE = PeriodKind(Frequency.ONCE, CUSTOM, dates=(SPRING, AUTUMN))
ON_REQUEST = PeriodKind(Frequency.ONCE, CUSTOM)

REPEATING = [WEEKLY, FRIDAY_TO_THURSDAY, FROM_THE_20TH, TWO_SEASONS]
kinds = st.sampled_from(REPEATING)
days = st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 12, 31))


def window(first: str, last: str) -> DataWindow:
    return DataWindow(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("kind", "code", "covers"),
    [
        pytest.param(WEEKLY, "2025-W26", window("2025-06-23", "2025-06-29"), id="week"),
        pytest.param(WEEKLY, "2026-W01", window("2025-12-29", "2026-01-04"), id="first week"),
        pytest.param(WEEKLY, "2026-W53", window("2026-12-28", "2027-01-03"), id="week 53"),
        pytest.param(
            FRIDAY_TO_THURSDAY, "2025-W26", window("2025-06-20", "2025-06-26"), id="from Friday"
        ),
        pytest.param(
            FROM_THE_20TH, "2025-03", window("2025-02-20", "2025-03-19"), id="from the 20th"
        ),
        pytest.param(
            TEN_MONTHS,
            "2025-01-01--2025-10-31",
            window("2025-01-01", "2025-10-31"),
            id="ten months",
        ),
        pytest.param(
            TWO_SEASONS,
            "2024-11-01--2025-04-30",
            window("2024-11-01", "2025-04-30"),
            id="over the new year",
        ),
        pytest.param(TWICE, "2025-09-01--2025-10-15", AUTUMN, id="once"),
        pytest.param(ON_REQUEST, "2025-06-01--2025-06-20", window("2025-06-01", "2025-06-20")),
    ],
)
def test_a_code_names_a_window(kind: PeriodKind, code: str, covers: DataWindow) -> None:
    period = kind.parse(code)

    assert (period.code, period.window, period.cutoff_date) == (code, covers, covers.last)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        pytest.param(WEEKLY, "2025-W53", id="no such week"),
        pytest.param(WEEKLY, "2025-W00", id="week zero"),
        pytest.param(WEEKLY, "2025-06", id="a month is no week"),
        pytest.param(FROM_THE_20TH, "2025-Q1", id="a quarter is no month"),
        pytest.param(TEN_MONTHS, "2025", id="a whole year is not ten months"),
        pytest.param(TEN_MONTHS, "2025-01-01--2025-10-30", id="other days"),
        pytest.param(TWICE, "2025-01-01--2025-03-30", id="dates that nobody asked for"),
        pytest.param(TWICE, "2025", id="a year is no date"),
        pytest.param(ON_REQUEST, "2025-06-20--2025-06-01", id="backwards"),
        pytest.param(ON_REQUEST, "2025-06-31--2025-07-01", id="no such day"),
        pytest.param(ON_REQUEST, "1890-01-01--1890-02-01", id="long ago"),
        pytest.param(ON_REQUEST, "2025-06-01--20250620xx", id="no date at all"),
    ],
)
def test_a_code_of_another_kind_is_refused(kind: PeriodKind, code: str) -> None:
    with pytest.raises(UnknownPeriodCode, match=code):
        kind.parse(code)


def test_dates_can_be_read_without_knowing_who_asks() -> None:
    period = parse_period("2025-01-01--2025-10-31", calendar=CALENDAR)

    assert (period.frequency, period.window.last) == (Frequency.ONCE, date(2025, 10, 31))
    assert starts_year("2025-01-01--2025-10-31")
    assert not starts_year("2025-W26")


@given(st.dates(), st.dates())
def test_what_can_be_asked_can_be_read_again(one: date, other: date) -> None:
    window = DataWindow(min(one, other), max(one, other))
    try:
        period = ON_REQUEST.of_dates(window)
    except InvalidPeriod:
        assert window.first.year < FIRST_YEAR or window.last.year > LAST_YEAR
        return

    assert period is not None
    assert ON_REQUEST.parse(period.code) == period
    assert starts_year(period.code) is period.starts_year


@given(kinds, days)
def test_every_day_lies_in_exactly_one_period(kind: PeriodKind, day: date) -> None:
    (period,) = kind.between(day, day)

    assert day in period.window
    assert kind.parse(period.code) == period


@given(kinds, days, st.integers(0, 800))
def test_periods_follow_each_other(kind: PeriodKind, first: date, length: int) -> None:
    periods = kind.between(first, first + timedelta(days=length))

    for earlier, later in pairwise(periods):
        assert earlier.next() == later
        assert later.previous() == earlier
        assert later.window.first == earlier.window.last + timedelta(days=1)


def test_the_decrees_own_kinds_are_as_they_were() -> None:
    quarterly = PeriodKind(Frequency.QUARTER, PeriodCalendar.ADMINISTRATIVE)
    second = Period(Frequency.QUARTER, PeriodCalendar.ADMINISTRATIVE, 2025, 2)

    assert quarterly.parse("2025-Q2") == second
    assert second in quarterly.between(date(2025, 6, 1), date(2025, 6, 1))


def test_the_same_window_a_year_before() -> None:
    assert TEN_MONTHS.parse("2025-01-01--2025-10-31").same_period_last_year().code == (
        "2024-01-01--2024-10-31"
    )
    assert ON_REQUEST.parse("2024-02-01--2024-02-29").same_period_last_year().code == (
        "2023-02-01--2023-02-28"
    )


def test_before_dates_of_their_own_lie_as_many_days() -> None:
    asked = ON_REQUEST.parse("2025-06-11--2025-06-20")

    assert asked.previous().code == "2025-06-01--2025-06-10"
    assert asked.next().code == "2025-06-21--2025-06-30"


def test_what_is_asked_some_times_has_its_own_order() -> None:
    spring, autumn = TWICE.between(date(2025, 1, 1), date(2025, 12, 31))

    assert (spring.next(), autumn.previous()) == (autumn, spring)
    assert spring.previous().window == window("2024-10-03", "2024-12-31")
    assert (spring.starts_year, autumn.starts_year) == (True, False)


def test_what_is_asked_on_request_has_no_periods_before_somebody_asks() -> None:
    assert ON_REQUEST.is_on_request
    assert not TWICE.is_on_request
    assert ON_REQUEST.between(date(2025, 1, 1), date(2025, 12, 31)) == ()


def test_a_year_has_no_more_windows_than_its_kind() -> None:
    with pytest.raises(InvalidPeriod):
        TEN_MONTHS.period(2025, ordinal=2)


def test_a_day_that_a_month_lacks_is_its_last() -> None:
    leap = PeriodKind(
        Frequency.YEAR, CUSTOM, windows=(YearlyWindow(DayOfYear(1, 1), DayOfYear(2, 31)),)
    )

    assert leap.period(2024, ordinal=1).cutoff_date == date(2024, 2, 29)
    assert leap.period(2025, ordinal=1).cutoff_date == date(2025, 2, 28)
