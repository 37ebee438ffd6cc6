"""Periods and their data windows (Nghị định 09/2019/NĐ-CP, art. 12)."""

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
    parse_period,
    periods_between,
    periods_in_year,
    starts_year,
    weeks_in_year,
)
from shared.domain.windows import DataWindow

ADMINISTRATIVE = PeriodCalendar.ADMINISTRATIVE
YEARLY = [each for each in Frequency if each is not Frequency.ONCE]
TILING = [each for each in YEARLY if each is not Frequency.NINE_MONTHS]

calendars = st.sampled_from([PeriodCalendar.ADMINISTRATIVE, PeriodCalendar.CALENDAR])
days = st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 12, 31))


@st.composite
def any_period(draw: st.DrawFn) -> Period:
    frequency = draw(st.sampled_from(YEARLY))
    year = draw(st.integers(FIRST_YEAR + 1, LAST_YEAR - 1))
    ordinal = draw(st.integers(1, periods_in_year(frequency)))
    return Period(frequency, draw(calendars), year=year, ordinal=ordinal)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        pytest.param("2026-Q1", "2025-12-15", "2026-03-14", id="first quarter"),
        pytest.param("2025-Q2", "2025-03-15", "2025-06-14", id="second quarter"),
        pytest.param("2025-06", "2025-05-15", "2025-06-14", id="month"),
        pytest.param("2025-01", "2024-12-15", "2025-01-14", id="January"),
        pytest.param("2025-H1", "2024-12-15", "2025-06-14", id="first half"),
        pytest.param("2025-H2", "2025-06-15", "2025-12-14", id="second half"),
        pytest.param("2025-9M", "2024-12-15", "2025-09-14", id="nine months"),
        pytest.param("2025", "2024-12-15", "2025-12-14", id="year"),
    ],
)
def test_administrative_windows_run_from_the_15th_to_the_14th(
    code: str, first: str, last: str
) -> None:
    window = parse_period(code, calendar=ADMINISTRATIVE).window

    assert window == DataWindow(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        pytest.param("2024-02", "2024-02-01", "2024-02-29", id="leap February"),
        pytest.param("2025-Q4", "2025-10-01", "2025-12-31", id="fourth quarter"),
        pytest.param("2025", "2025-01-01", "2025-12-31", id="year"),
    ],
)
def test_statistical_windows_are_whole_calendar_months(code: str, first: str, last: str) -> None:
    window = parse_period(code, calendar=PeriodCalendar.CALENDAR).window

    assert window == DataWindow(date.fromisoformat(first), date.fromisoformat(last))


def test_figures_are_cut_off_on_the_last_day_of_the_window() -> None:
    period = parse_period("2025-Q2", calendar=ADMINISTRATIVE)

    assert period.cutoff_date == date(2025, 6, 14)
    assert period.cutoff_date in period.window
    assert date(2025, 6, 15) not in period.window


@pytest.mark.parametrize(
    ("code", "first"),
    [("2025-01", True), ("2025-02", False), ("2025-Q1", True), ("2025-H2", False), ("2025", True)],
)
def test_what_is_cumulative_starts_again_with_the_first_period_of_a_year(
    code: str, *, first: bool
) -> None:
    assert starts_year(code) is first


@given(any_period())
def test_a_code_names_its_period(period: Period) -> None:
    assert parse_period(period.code, calendar=period.calendar) == period


@given(any_period())
def test_previous_and_next_undo_each_other(period: Period) -> None:
    assert period.next().previous() == period
    assert period.previous().next() == period


@given(any_period().filter(lambda period: period.frequency is not Frequency.WEEK))
def test_the_same_period_last_year_is_a_year_of_periods_back(period: Period) -> None:
    back = period
    for _ in range(periods_in_year(period.frequency)):
        back = back.previous()

    assert period.same_period_last_year() == back


@given(any_period().filter(lambda period: period.frequency is Frequency.WEEK))
def test_the_same_week_last_year_has_its_number_or_is_the_last(week: Period) -> None:
    before = week.same_period_last_year()

    assert before.year == week.year - 1
    assert before.ordinal == min(week.ordinal, weeks_in_year(before.year))


@given(any_period().filter(lambda period: period.frequency in TILING))
def test_windows_of_a_frequency_tile_the_time_line(period: Period) -> None:
    assert period.next().window.first == period.window.last + timedelta(days=1)
    assert period.window.first <= period.window.last


@given(st.sampled_from([each for each in TILING if each is not Frequency.WEEK]), calendars, days)
def test_every_day_lies_in_exactly_one_period(
    frequency: Frequency, calendar: PeriodCalendar, day: date
) -> None:
    (period,) = periods_between(frequency, calendar=calendar, first=day, last=day)

    assert day in period.window


@given(
    st.sampled_from([each for each in YEARLY if each is not Frequency.WEEK]),
    calendars,
    days,
    st.integers(0, 800),
)
def test_periods_between_two_days_follow_each_other_and_touch_the_range(
    frequency: Frequency, calendar: PeriodCalendar, first: date, length: int
) -> None:
    last = first + timedelta(days=length)
    periods = periods_between(frequency, calendar=calendar, first=first, last=last)

    assert all(earlier.next() == later for earlier, later in pairwise(periods))
    assert all(each.window.touches(first, last) for each in periods)
    if periods:
        assert not periods[0].previous().window.touches(first, last)
        assert not periods[-1].next().window.touches(first, last)


@given(st.sampled_from([Frequency.QUARTER, Frequency.HALF_YEAR, Frequency.YEAR]), calendars)
def test_a_longer_period_is_a_run_of_whole_months(
    frequency: Frequency, calendar: PeriodCalendar
) -> None:
    longer = Period(frequency, calendar, year=2025, ordinal=1)
    window = longer.window
    months = periods_between(
        Frequency.MONTH, calendar=calendar, first=window.first, last=window.last
    )

    assert len(months) == 12 // periods_in_year(frequency)
    assert months[0].window.first == window.first
    assert months[-1].window.last == window.last


def test_a_range_without_days_has_no_periods() -> None:
    periods = periods_between(
        Frequency.MONTH, calendar=ADMINISTRATIVE, first=date(2025, 6, 2), last=date(2025, 6, 1)
    )

    assert periods == ()


@pytest.mark.parametrize(
    "code",
    [
        "",
        "20252",
        "2025-Q5",
        "2025-Q0",
        "2025-13",
        "2025-6",
        "2025-H3",
        "2025-9m",
        "2025-Q2 ",
        "2025-Q2\n",
        "1899",
        "2200-Q1",
        "٢٠٢٥",
        "2025-q2",
    ],
)
def test_a_code_of_no_period_is_refused(code: str) -> None:
    with pytest.raises(UnknownPeriodCode, match="2025-Q2") as raised:
        parse_period(code, calendar=ADMINISTRATIVE)
    assert raised.value.period_code == code


@pytest.mark.parametrize(
    ("frequency", "year", "ordinal"),
    [
        pytest.param(Frequency.QUARTER, 2025, 5, id="a fifth quarter"),
        pytest.param(Frequency.NINE_MONTHS, 2025, 2, id="second nine months"),
        pytest.param(Frequency.YEAR, 2025, 0, id="no ordinal"),
        pytest.param(Frequency.MONTH, 1899, 12, id="before the first year"),
        pytest.param(Frequency.MONTH, 2200, 1, id="after the last year"),
    ],
)
def test_a_period_that_does_not_exist_cannot_be_made(
    frequency: Frequency, year: int, ordinal: int
) -> None:
    with pytest.raises(InvalidPeriod) as raised:
        Period(frequency, ADMINISTRATIVE, year=year, ordinal=ordinal)
    assert (raised.value.frequency, raised.value.year, raised.value.ordinal) == (
        frequency,
        year,
        ordinal,
    )
