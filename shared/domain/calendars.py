"""Working days: versioned data from the yearly notices, not a rule (Nghị định 09/2019, art. 8.5).

A notice names the days off and the weekend days worked to make up for them. A year for which no
notice has come yet is an estimate and is marked so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from shared.domain.errors import ContradictoryCalendar

SATURDAY = 5
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Monday to Friday, less `days_off`, plus `days_worked`.

    `estimated_years` are the years whose days off are not announced yet. Raises
    ContradictoryCalendar if a day is both off and worked.
    """

    days_off: frozenset[date]
    days_worked: frozenset[date]
    estimated_years: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        contradictions = self.days_off & self.days_worked
        if contradictions:
            raise ContradictoryCalendar(contradictions)

    def is_working_day(self, day: date) -> bool:
        if day in self.days_worked:
            return True
        return day.weekday() < SATURDAY and day not in self.days_off

    def is_estimated(self, day: date) -> bool:
        return day.year in self.estimated_years

    def next_working_day(self, day: date) -> date:
        """`day` itself if it is worked, else the first working day after it."""
        return next(self._working_days(day, step=ONE_DAY))

    def previous_working_day(self, day: date) -> date:
        """`day` itself if it is worked, else the last working day before it."""
        return next(self._working_days(day, step=-ONE_DAY))

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, or before it if negative; 0 is `day` itself.

        `day` is not counted, as art. 147 of the Bộ luật Dân sự 2015 has it for time limits.
        """
        if count == 0:
            return day
        step = ONE_DAY if count > 0 else -ONE_DAY
        return next(islice(self._working_days(day + step, step=step), abs(count) - 1, None))

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie in (start, end]; negative if `end` is before `start`."""
        if end < start:
            return -self.working_days_between(end, start)
        days = (start + ONE_DAY * number for number in range(1, (end - start).days + 1))
        return sum(map(self.is_working_day, days))

    def _working_days(self, day: date, *, step: timedelta) -> Iterator[date]:
        while True:
            if self.is_working_day(day):
                yield day
            day += step
