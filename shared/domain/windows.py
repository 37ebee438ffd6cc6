"""The days that a period covers: whole months, months that begin on another day, days of a year."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

LAST_FIRST_DAY = 28
"""A month that began later would not exist in February."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DataWindow:
    """The days whose figures a period covers, both ends included, in Vietnam's zone."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def touches(self, first: date, last: date) -> bool:
        """Whether the window shares a day with first…last, both ends included."""
        return first <= self.last and self.first <= last and first <= last

    def moved(self, days: int) -> "DataWindow":
        """So many days later; negative is earlier."""
        step = timedelta(days=days)
        return DataWindow(self.first + step, self.last + step)

    def a_year_before(self) -> "DataWindow":
        """The same days of the year before."""
        first, last = (
            DayOfYear(day.month, day.day).in_year(day.year - 1) for day in (self.first, self.last)
        )
        return DataWindow(first, last)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day of any year; one that the month lacks is its last: 31/02 is 28 or 29 February."""

    month: int
    day: int

    def in_year(self, year: int) -> date:
        return date(year, self.month, min(self.day, monthrange(year, self.month)[1]))


@dataclass(frozen=True, slots=True)
class YearlyWindow:
    """Days that every year has: from 01/01 to 31/10, say. The year is that of the last day."""

    first: DayOfYear
    last: DayOfYear

    def in_year(self, year: int) -> DataWindow:
        last = self.last.in_year(year)
        first = self.first.in_year(year)
        return DataWindow(first if first <= last else self.first.in_year(year - 1), last)


def run_of_months(year: int, *, first_month: int, last_month: int, first_day: int) -> DataWindow:
    """Whole months, or those that begin on `first_day` of the month before."""
    if first_day == 1:
        last = date(year, last_month, monthrange(year, last_month)[1])
        return DataWindow(first=date(year, first_month, 1), last=last)
    eve = date(year, first_month, 1) - ONE_DAY
    return DataWindow(
        first=eve.replace(day=first_day), last=date(year, last_month, first_day) - ONE_DAY
    )
