"""Reminders: around the deadline, in working time only."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.calendars import WorkingCalendar
from shared.domain.errors import InvalidRule
from shared.domain.reminders import (
    ReminderPolicy,
    ReminderStage,
    WorkingHours,
    next_working_instant,
    schedule,
)
from shared.domain.time import VIETNAM, end_of_day, instant_at

hours_of_day = st.times(min_value=time(1), max_value=time(23)).map(
    lambda found: found.replace(second=0, microsecond=0)
)
working_hours = (
    st.tuples(hours_of_day, hours_of_day)
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: WorkingHours(*sorted(pair)))
)
instants = st.datetimes(
    min_value=datetime(2024, 12, 1),  # noqa: DTZ001 - the strategy adds the zone itself
    max_value=datetime(2027, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, VIETNAM]),
)
deadline_dates = st.dates(min_value=date(2025, 1, 10), max_value=date(2026, 12, 20))


def in_working_time(instant: datetime, *, hours: WorkingHours, calendar: WorkingCalendar) -> bool:
    local = instant.astimezone(VIETNAM)
    return calendar.is_working_day(local.date()) and hours.start <= local.time() < hours.end


def test_a_commune_is_reminded_the_morning_before_and_the_morning_after(
    calendar: WorkingCalendar,
) -> None:
    found = schedule(ReminderPolicy(), deadline_date=date(2025, 6, 17), calendar=calendar)

    assert found == {
        ReminderStage.DUE_SOON: datetime(2025, 6, 16, 1, tzinfo=UTC),
        ReminderStage.OVERDUE: datetime(2025, 6, 18, 1, tzinfo=UTC),
    }


def test_weekends_lie_between_a_stage_and_its_deadline(calendar: WorkingCalendar) -> None:
    policy = ReminderPolicy(due_soon_working_days_before=2, overdue_working_days_after=5)
    found = schedule(policy, deadline_date=date(2025, 6, 23), calendar=calendar)

    assert found[ReminderStage.DUE_SOON] == instant_at(date(2025, 6, 19), time(8))
    assert found[ReminderStage.OVERDUE] == instant_at(date(2025, 6, 30), time(8))


@pytest.mark.parametrize(
    ("deadline_date", "expected"),
    [
        pytest.param(date(2025, 6, 17), date(2025, 6, 17), id="a working day"),
        pytest.param(date(2025, 6, 22), date(2025, 6, 20), id="a Sunday"),
    ],
)
def test_the_day_of_the_deadline_itself_can_be_the_reminder(
    calendar: WorkingCalendar, deadline_date: date, expected: date
) -> None:
    policy = ReminderPolicy(due_soon_working_days_before=0)
    found = schedule(policy, deadline_date=deadline_date, calendar=calendar)

    assert found[ReminderStage.DUE_SOON] == instant_at(expected, time(8))


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        pytest.param("2025-06-16T08:00", "2025-06-16T08:00", id="the first minute"),
        pytest.param("2025-06-16T16:59", "2025-06-16T16:59", id="the last minute"),
        pytest.param("2025-06-16T07:59", "2025-06-16T08:00", id="before work"),
        pytest.param("2025-06-16T17:00", "2025-06-17T08:00", id="after work"),
        pytest.param("2025-06-20T18:00", "2025-06-23T08:00", id="Friday evening"),
        pytest.param("2025-06-21T10:00", "2025-06-23T08:00", id="Saturday"),
        pytest.param("2025-04-26T10:00", "2025-04-26T10:00", id="a Saturday worked"),
        pytest.param("2026-02-13T20:00", "2026-02-23T08:00", id="the eve of Tết"),
    ],
)
def test_what_falls_outside_working_time_waits(
    calendar: WorkingCalendar, instant: str, expected: str
) -> None:
    found = next_working_instant(
        datetime.fromisoformat(f"{instant}+07:00"), hours=WorkingHours(), calendar=calendar
    )

    assert found == datetime.fromisoformat(f"{expected}+07:00")
    assert found.tzinfo is UTC


@given(before=st.integers(0, 10), after=st.integers(1, 10), hours=working_hours, day=deadline_dates)
def test_stages_lie_in_working_time_on_their_side_of_the_deadline(
    calendar: WorkingCalendar, before: int, after: int, hours: WorkingHours, day: date
) -> None:
    policy = ReminderPolicy(before, after, hours=hours)
    found = schedule(policy, deadline_date=day, calendar=calendar)

    assert found[ReminderStage.DUE_SOON] < end_of_day(day) < found[ReminderStage.OVERDUE]
    assert all(in_working_time(each, hours=hours, calendar=calendar) for each in found.values())


@given(instant=instants, hours=working_hours)
def test_the_next_working_instant_is_in_working_time_and_skips_none(
    calendar: WorkingCalendar, instant: datetime, hours: WorkingHours
) -> None:
    found = next_working_instant(instant, hours=hours, calendar=calendar)

    assert in_working_time(found, hours=hours, calendar=calendar)
    assert found >= instant
    assert next_working_instant(found, hours=hours, calendar=calendar) == found
    if in_working_time(instant, hours=hours, calendar=calendar):
        assert found == instant
    else:
        just_before = found - timedelta(microseconds=1)
        assert not in_working_time(just_before, hours=hours, calendar=calendar)
        assert found.astimezone(VIETNAM).time() == hours.start


def test_working_hours_end_after_they_start() -> None:
    with pytest.raises(InvalidRule, match="hours"):
        WorkingHours(time(17), time(8))


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        pytest.param((-1, 1), "due_soon_working_days_before", id="due soon after the deadline"),
        pytest.param((1, 0), "overdue_working_days_after", id="overdue on the last day"),
    ],
)
def test_a_policy_reminds_before_and_urges_after(policy: tuple[int, int], field: str) -> None:
    with pytest.raises(InvalidRule, match=field):
        ReminderPolicy(*policy)
