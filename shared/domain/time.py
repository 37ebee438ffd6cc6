"""Dates and instants. Instants are aware and kept in UTC; dates are those of Vietnam."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.domain.errors import EmptyValidity

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
SMALLEST_INSTANT = timedelta(microseconds=1)
EARLIEST_DAY, LATEST_DAY = date(2000, 1, 1), date(2199, 12, 31)
"""Whoever names a day outside mistyped it; reckoning with it could leave the calendar."""


def instant_at(day: date, at: time) -> datetime:
    """The instant of the wall-clock time `at` in Vietnam on `day`, in UTC."""
    return datetime.combine(day, at, tzinfo=VIETNAM).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """24:00 of `day` in Vietnam: where a counted limit ends (Bộ luật Dân sự 2015, art. 148.4)."""
    return instant_at(day + timedelta(days=1), time.min)


def day_before(instant: datetime) -> date:
    """The day in Vietnam that ends at an instant: the last day of a deadline."""
    return vietnam_date(instant - SMALLEST_INSTANT)


def vietnam_date(instant: datetime) -> date:
    """The date in Vietnam at an aware `instant`; a naive one is refused with ValueError."""
    return in_vietnam(instant).date()


def in_vietnam(instant: datetime) -> datetime:
    """The same aware `instant` on the wall clock of Vietnam; a naive one is a ValueError."""
    if instant.tzinfo is None:
        raise ValueError(f"a naive datetime is not an instant: {instant.isoformat()}")
    return instant.astimezone(VIETNAM)


def rfc3339(instant: datetime) -> str:
    """An aware instant in UTC, the one way in which programs are told: 2025-06-16T01:00:00Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def in_force(on: date, *, valid_from: date, valid_to: date | None) -> bool:
    """Whether `on` lies in the half-open [valid_from, valid_to); None is without end."""
    return valid_from <= on and (valid_to is None or on < valid_to)


def require_some_day(*, valid_from: date, valid_to: date | None) -> None:
    """Raise EmptyValidity unless [valid_from, valid_to) holds at least one day."""
    if valid_to is not None and valid_to <= valid_from:
        raise EmptyValidity(valid_from=valid_from, valid_to=valid_to)
