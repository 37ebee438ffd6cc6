"""Working days: laws of the arithmetic, and the announced days of 2025–2026."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.calendars import WorkingCalendar
from shared.domain.errors import ContradictoryCalendar

days = st.dates(min_value=date(2024, 6, 1), max_value=date(2027, 6, 1))
counts = st.integers(1, 60)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2025, 6, 16), True, id="a Monday"),
        pytest.param(date(2025, 6, 14), False, id="a Saturday"),
        pytest.param(date(2025, 6, 15), False, id="a Sunday"),
        pytest.param(date(2025, 5, 2), False, id="a Friday off"),
        pytest.param(date(2025, 4, 26), True, id="the Saturday worked for it"),
        pytest.param(date(2026, 11, 24), False, id="the new holiday of 2026"),
        pytest.param(date(2025, 11, 24), True, id="which was none in 2025"),
    ],
)
def test_working_days_are_those_of_the_notices(
    calendar: WorkingCalendar, day: date, *, expected: bool
) -> None:
    assert calendar.is_working_day(day) is expected


def test_tet_puts_nine_days_between_two_working_days(calendar: WorkingCalendar) -> None:
    assert calendar.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 23)
    assert calendar.add_working_days(date(2026, 2, 23), -1) == date(2026, 2, 13)


def test_a_year_without_a_notice_is_an_estimate(calendar: WorkingCalendar) -> None:
    assert calendar.is_estimated(date(2027, 1, 4))
    assert not calendar.is_estimated(date(2026, 12, 31))


def test_a_day_cannot_be_both_off_and_worked() -> None:
    day = date(2025, 4, 26)
    with pytest.raises(ContradictoryCalendar, match="26/04/2025") as raised:
        WorkingCalendar(days_off=frozenset({day}), days_worked=frozenset({day}))
    assert raised.value.days == (day,)


@given(day=days, count=counts)
def test_adding_counts_the_working_days_passed(
    calendar: WorkingCalendar, day: date, count: int
) -> None:
    later = calendar.add_working_days(day, count)

    assert calendar.is_working_day(later)
    assert calendar.working_days_between(day, later) == count


@given(day=days, count=counts)
def test_going_back_undoes_going_on_from_a_working_day(
    calendar: WorkingCalendar, day: date, count: int
) -> None:
    start = calendar.next_working_day(day)

    assert calendar.add_working_days(calendar.add_working_days(start, count), -count) == start
    assert calendar.add_working_days(calendar.add_working_days(start, -count), count) == start


@given(day=days, first=counts, second=counts)
def test_steps_add_up(calendar: WorkingCalendar, day: date, first: int, second: int) -> None:
    in_two = calendar.add_working_days(calendar.add_working_days(day, first), second)

    assert in_two == calendar.add_working_days(day, first + second)


@given(day=days)
def test_no_step_is_the_day_itself_even_if_it_is_off(calendar: WorkingCalendar, day: date) -> None:
    assert calendar.add_working_days(day, 0) == day


@given(one=days, other=days, third=days)
def test_counts_between_days_add_up_and_change_sign(
    calendar: WorkingCalendar, one: date, other: date, third: date
) -> None:
    between = calendar.working_days_between

    assert between(one, other) == -between(other, one)
    assert between(one, other) + between(other, third) == between(one, third)


@given(day=days)
def test_the_nearest_working_days_enclose_a_day_and_nothing_worked_lies_between(
    calendar: WorkingCalendar, day: date
) -> None:
    before, after = calendar.previous_working_day(day), calendar.next_working_day(day)

    assert before <= day <= after
    assert calendar.is_working_day(before)
    assert calendar.is_working_day(after)
    between = [before + timedelta(days=n) for n in range(1, (after - before).days)]
    assert not any(map(calendar.is_working_day, between))
    assert (before == day == after) is calendar.is_working_day(day)
