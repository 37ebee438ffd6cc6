"""Reporting periods and the data window of each (Nghị định 09/2019/NĐ-CP, art. 12).

A period is named by its year and ordinal. What days its figures cover depends on the calendar of
the regime: *administrative* months run from the 15th of the month before to the 14th, statistical
regimes use *calendar* months. Every longer period is a run of whole months, so the same rule gives
all windows. The cut-off date is the last day of the window.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shared.domain.errors import InvalidPeriod, UnknownPeriodCode
from shared.domain.identifiers import PeriodCode

FIRST_YEAR = 1900
LAST_YEAR = 2199

ADMINISTRATIVE_FIRST_DAY = 15
ADMINISTRATIVE_LAST_DAY = 14


class Frequency(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    NINE_MONTHS = "nine_months"
    YEAR = "year"


class PeriodCalendar(StrEnum):
    ADMINISTRATIVE = "administrative"
    CALENDAR = "calendar"


MONTHS_IN = {
    Frequency.MONTH: 1,
    Frequency.QUARTER: 3,
    Frequency.HALF_YEAR: 6,
    Frequency.NINE_MONTHS: 9,
    Frequency.YEAR: 12,
}

CODE_PATTERN = re.compile(
    r"(?P<year>[0-9]{4})"
    r"(?:-(?:(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<nine>9M)))?"
)


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


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a year, ordinal from 1. Raises InvalidPeriod for one that does not exist.

    The nine months of a year exist once: its previous period is the nine months of last year.
    """

    frequency: Frequency
    calendar: PeriodCalendar
    year: int
    ordinal: int

    def __post_init__(self) -> None:
        known_year = FIRST_YEAR <= self.year <= LAST_YEAR
        if not known_year or not 1 <= self.ordinal <= periods_in_year(self.frequency):
            raise InvalidPeriod(frequency=self.frequency, year=self.year, ordinal=self.ordinal)

    @property
    def code(self) -> PeriodCode:
        """`2025-06`, `2025-Q2`, `2025-H1`, `2025-9M`, `2025`."""
        suffix = {
            Frequency.MONTH: f"-{self.ordinal:02d}",
            Frequency.QUARTER: f"-Q{self.ordinal}",
            Frequency.HALF_YEAR: f"-H{self.ordinal}",
            Frequency.NINE_MONTHS: "-9M",
            Frequency.YEAR: "",
        }
        return PeriodCode(f"{self.year:04d}{suffix[self.frequency]}")

    @property
    def window(self) -> DataWindow:
        months = MONTHS_IN[self.frequency]
        last_month = self.ordinal * months
        first_month = last_month - months + 1
        if self.calendar is PeriodCalendar.CALENDAR:
            last_day = monthrange(self.year, last_month)[1]
            return DataWindow(
                first=date(self.year, first_month, 1), last=date(self.year, last_month, last_day)
            )
        eve = date(self.year, first_month, 1) - timedelta(days=1)
        return DataWindow(
            first=eve.replace(day=ADMINISTRATIVE_FIRST_DAY),
            last=date(self.year, last_month, ADMINISTRATIVE_LAST_DAY),
        )

    @property
    def cutoff_date(self) -> date:
        return self.window.last

    @property
    def starts_year(self) -> bool:
        """What is counted from the start of the year starts again with it."""
        return self.ordinal == 1

    def previous(self) -> "Period":
        return self._moved(-1)

    def next(self) -> "Period":
        return self._moved(1)

    def same_period_last_year(self) -> "Period":
        return Period(self.frequency, self.calendar, year=self.year - 1, ordinal=self.ordinal)

    def _moved(self, steps: int) -> "Period":
        per_year = periods_in_year(self.frequency)
        year, index = divmod(self.year * per_year + self.ordinal - 1 + steps, per_year)
        return Period(self.frequency, self.calendar, year=year, ordinal=index + 1)


def periods_in_year(frequency: Frequency) -> int:
    """How many periods of this frequency start in one year."""
    return 12 // MONTHS_IN[frequency]


def parse_period(code: str, *, calendar: PeriodCalendar) -> Period:
    """The period that `code` names; raises UnknownPeriodCode.

    The calendar is the regime's: a code does not tell it.
    """
    match = CODE_PATTERN.fullmatch(code)
    if match is None:
        raise UnknownPeriodCode(code)
    frequency, ordinal = _frequency_and_ordinal(match)
    try:
        return Period(frequency, calendar, year=int(match["year"]), ordinal=ordinal)
    except InvalidPeriod as error:
        raise UnknownPeriodCode(code) from error


def starts_year(code: str) -> bool:
    """Whether a period is the first of its year, in either calendar; raises UnknownPeriodCode."""
    return parse_period(code, calendar=PeriodCalendar.CALENDAR).starts_year


def periods_between(
    frequency: Frequency, *, calendar: PeriodCalendar, first: date, last: date
) -> tuple[Period, ...]:
    """The periods, in order, whose window shares a day with first…last (both ends included)."""
    years = range(max(first.year, FIRST_YEAR), min(last.year + 1, LAST_YEAR) + 1)
    ordinals = range(1, periods_in_year(frequency) + 1)
    periods = (Period(frequency, calendar, year, ordinal) for year in years for ordinal in ordinals)
    return tuple(period for period in periods if period.window.touches(first, last))


def _frequency_and_ordinal(match: re.Match[str]) -> tuple[Frequency, int]:
    if match["month"]:
        return Frequency.MONTH, int(match["month"])
    if match["quarter"]:
        return Frequency.QUARTER, int(match["quarter"])
    if match["half"]:
        return Frequency.HALF_YEAR, int(match["half"])
    return (Frequency.NINE_MONTHS if match["nine"] else Frequency.YEAR), 1
