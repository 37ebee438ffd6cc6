"""Days of Vietnam and instants in UTC."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import EmptyValidity
from shared.domain.time import (
    VIETNAM,
    day_before,
    end_of_day,
    in_force,
    require_some_day,
    rfc3339,
    vietnam_date,
)


def test_a_day_in_vietnam_ends_at_seventeen_hours_utc() -> None:
    assert end_of_day(date(2025, 6, 17)) == datetime(2025, 6, 17, 17, tzinfo=UTC)


def test_the_last_day_of_a_deadline_is_the_day_that_ends_with_it() -> None:
    assert day_before(end_of_day(date(2025, 6, 17))) == date(2025, 6, 17)


def test_an_instant_late_in_the_utc_evening_is_the_next_day_in_vietnam() -> None:
    assert vietnam_date(datetime(2025, 6, 16, 16, 59, tzinfo=UTC)) == date(2025, 6, 16)
    assert vietnam_date(datetime(2025, 6, 16, 17, 0, tzinfo=UTC)) == date(2025, 6, 17)


@given(st.dates(min_value=date(1980, 1, 1), max_value=date(2199, 12, 30)))
def test_the_end_of_a_day_is_the_first_instant_of_the_next(day: date) -> None:
    assert vietnam_date(end_of_day(day)) == day + timedelta(days=1)
    assert vietnam_date(end_of_day(day) - timedelta(microseconds=1)) == day


def test_a_naive_datetime_is_refused_because_it_names_no_instant() -> None:
    with pytest.raises(ValueError, match="naive"):
        vietnam_date(datetime(2025, 6, 16, 8))  # noqa: DTZ001 - the naive one is the subject


def test_programs_are_told_every_instant_in_utc() -> None:
    morning = datetime(2025, 6, 16, 8, tzinfo=VIETNAM)

    assert rfc3339(morning) == "2025-06-16T01:00:00Z"
    assert rfc3339(morning.replace(microsecond=500)) == "2025-06-16T01:00:00.000500Z"


def test_instants_are_given_in_utc() -> None:
    assert end_of_day(date(2025, 6, 17)).tzinfo is UTC
    assert end_of_day(date(2025, 6, 17)).astimezone(VIETNAM).utcoffset() == timedelta(hours=7)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2025, 6, 30), False, id="the day before it starts"),
        pytest.param(date(2025, 7, 1), True, id="the day it starts"),
        pytest.param(date(2026, 4, 29), True, id="the last day"),
        pytest.param(date(2026, 4, 30), False, id="the day it ends"),
    ],
)
def test_validity_is_half_open(day: date, *, expected: bool) -> None:
    validity = {"valid_from": date(2025, 7, 1), "valid_to": date(2026, 4, 30)}

    assert in_force(day, **validity) is expected


def test_validity_without_an_end_lasts() -> None:
    assert in_force(date(2199, 1, 1), valid_from=date(2025, 7, 1), valid_to=None)


def test_validity_must_hold_a_day() -> None:
    require_some_day(valid_from=date(2025, 7, 1), valid_to=date(2025, 7, 2))
    with pytest.raises(EmptyValidity, match="01/07/2025"):
        require_some_day(valid_from=date(2025, 7, 1), valid_to=date(2025, 7, 1))
