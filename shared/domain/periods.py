"""Reporting periods and the data window of each (Nghị định 09/2019/NĐ-CP, art. 12).

What days the figures of a period cover depends on the kind of period, which is data of the regime.
*Administrative* months run from the 15th of the month before to the 14th, statistical regimes use
*calendar* months, others begin on a day of their own; every longer period is a run of such months.
Weeks are those of ISO 8601, or begin on another weekday. A year may have windows of its own (01/01
to 31/10), and a period may be asked for once, with dates of its own. The cut-off date is the last
day of the window.

A code names a month, a quarter and so on of a year, or a week; where the window has dates of its
own, the code is these dates: whoever reads it needs no catalogue to know what it covers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from shared.domain.errors import InvalidPeriod, UnknownPeriodCode
from shared.domain.identifiers import PeriodCode
from shared.domain.windows import DataWindow, YearlyWindow, run_of_months

FIRST_YEAR = 1900
LAST_YEAR = 2199

ADMINISTRATIVE_FIRST_DAY = 15
MONDAY = 1
SUNDAY = 7
DAYS_IN_WEEK = 7
WEEKS_IN_SHORT_YEAR = 52
LAST_WEEK_ALWAYS_HOLDS = (12, 28)
"""ISO 8601: the last week of a year is the one with 28 December in it."""


class Frequency(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    NINE_MONTHS = "nine_months"
    YEAR = "year"
    ONCE = "once"


class PeriodCalendar(StrEnum):
    ADMINISTRATIVE = "administrative"
    CALENDAR = "calendar"
    CUSTOM = "custom"


MONTHS_IN = {
    Frequency.MONTH: 1,
    Frequency.QUARTER: 3,
    Frequency.HALF_YEAR: 6,
    Frequency.NINE_MONTHS: 9,
    Frequency.YEAR: 12,
}

SUFFIXES = {
    Frequency.WEEK: "-W{:02d}",
    Frequency.MONTH: "-{:02d}",
    Frequency.QUARTER: "-Q{}",
    Frequency.HALF_YEAR: "-H{}",
    Frequency.NINE_MONTHS: "-9M",
    Frequency.YEAR: "",
}
"""What follows the year in a code, of the ordinal."""

CODE_PATTERN = re.compile(
    r"(?P<year>[0-9]{4})"
    r"(?:-(?:(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<nine>9M)"
    r"|W(?P<week>[0-5][0-9])))?"
)
SPAN_PATTERN = re.compile(r"(?P<first>[0-9]{4}-[0-9]{2}-[0-9]{2})--(?P<last>[0-9-]{10})")


@dataclass(frozen=True, slots=True)
class PeriodKind:
    """How a regime cuts time into periods.

    Of the custom calendar: `first_day` is that of a month (months and what is made of them),
    `week_starts_on` the first day of a week (1 is Monday), `windows` are those of each year in
    order. `dates` are the windows of what is asked for once or some times; without any, it is asked
    for on request, each time with dates of its own.
    """

    frequency: Frequency
    calendar: PeriodCalendar
    first_day: int = 1
    week_starts_on: int = MONDAY
    windows: tuple[YearlyWindow, ...] = ()
    dates: tuple[DataWindow, ...] = ()

    @property
    def is_on_request(self) -> bool:
        return self.frequency is Frequency.ONCE and not self.dates

    def parse(self, code: str) -> "Period":
        """The period of this kind that `code` names; raises UnknownPeriodCode."""
        found = parse_period(code, calendar=self.calendar, kind=self._if_custom)
        if found.frequency is not self.frequency:
            raise UnknownPeriodCode(code)
        return found

    def between(self, first: date, last: date) -> "tuple[Period, ...]":
        """The periods, in order, whose window shares a day with first…last (both included)."""
        years = range(max(first.year - 1, FIRST_YEAR), min(last.year + 1, LAST_YEAR) + 1)
        return tuple(
            period for period in self._periods(years) if period.window.touches(first, last)
        )

    def _periods(self, years: range) -> "Iterator[Period]":
        if self.frequency is Frequency.ONCE:
            yield from map(self._once, self.dates)
            return
        for year in years:
            if self.frequency is Frequency.WEEK:
                ordinals = range(1, weeks_in_year(year) + 1)
            else:
                ordinals = range(1, self.per_year + 1)
            for ordinal in ordinals:
                yield self.period(year, ordinal=ordinal)

    @property
    def _if_custom(self) -> "PeriodKind | None":
        """What a period must carry to know its days; frequency and calendar say all else."""
        return self if self.calendar is PeriodCalendar.CUSTOM else None

    @property
    def per_year(self) -> int:
        """How many periods start in one year; of weeks, how many at least."""
        return len(self.windows) or periods_in_year(self.frequency)

    def period(self, year: int, *, ordinal: int) -> "Period":
        """The period of a year by its number, from 1. Raises InvalidPeriod."""
        span = None
        if self.windows:
            if not 1 <= ordinal <= len(self.windows):
                raise InvalidPeriod(frequency=self.frequency, year=year, ordinal=ordinal)
            span = self.windows[ordinal - 1].in_year(year)
        kind = self._if_custom
        return Period(self.frequency, self.calendar, year, ordinal, kind=kind, span=span)

    def of_dates(self, window: DataWindow) -> "Period | None":
        """The period that covers exactly these days; None if this kind has no such."""
        if self.windows:
            spans = (self.period(window.last.year, ordinal=n + 1) for n in range(self.per_year))
            return next((each for each in spans if each.window == window), None)
        if self.frequency is Frequency.ONCE and (self.is_on_request or window in self.dates):
            return self._once(window)
        return None

    def _once(self, window: DataWindow) -> "Period":
        ordinal = self.dates.index(window) + 1 if window in self.dates else 1
        return Period(
            Frequency.ONCE, PeriodCalendar.CUSTOM, window.last.year, ordinal, kind=self, span=window
        )


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a year, ordinal from 1. Raises InvalidPeriod for one that does not exist.

    The nine months of a year exist once: its previous period is the nine months of last year.
    `span` is the window of a period with dates of its own; `kind` is left out where frequency and
    calendar say all.
    """

    frequency: Frequency
    calendar: PeriodCalendar
    year: int
    ordinal: int
    kind: PeriodKind | None = None
    span: DataWindow | None = None

    def __post_init__(self) -> None:
        if not self._is_known() or not 1 <= self.ordinal <= self._last_ordinal():
            raise InvalidPeriod(frequency=self.frequency, year=self.year, ordinal=self.ordinal)

    def _is_known(self) -> bool:
        first = self.year if self.span is None else self.span.first.year
        return first >= FIRST_YEAR and self.year <= LAST_YEAR

    def _last_ordinal(self) -> int:
        if self.span is not None:
            return self.ordinal
        if self.frequency is Frequency.WEEK:
            return weeks_in_year(self.year)
        return periods_in_year(self.frequency)

    @property
    def code(self) -> PeriodCode:
        """`2025-W26`, `2025-06`, `2025-Q2`, `2025-H1`, `2025-9M`, `2025`; else its dates:
        `2025-01-01--2025-10-31`.
        """
        if self.span is not None:
            return PeriodCode(f"{self.span.first.isoformat()}--{self.span.last.isoformat()}")
        return PeriodCode(f"{self.year:04d}{SUFFIXES[self.frequency].format(self.ordinal)}")

    @property
    def window(self) -> DataWindow:
        if self.span is not None:
            return self.span
        if self.frequency is Frequency.WEEK:
            return self._week()
        months = MONTHS_IN[self.frequency]
        last_month = self.ordinal * months
        return run_of_months(
            self.year,
            first_month=last_month - months + 1,
            last_month=last_month,
            first_day=self._first_day(),
        )

    def _week(self) -> DataWindow:
        """A week that does not begin on Monday is named after the week in which it ends."""
        starts_on = self.kind.week_starts_on if self.kind else MONDAY
        last = date.fromisocalendar(self.year, self.ordinal, (starts_on - 2) % DAYS_IN_WEEK + 1)
        return DataWindow(last - timedelta(days=DAYS_IN_WEEK - 1), last)

    def _first_day(self) -> int:
        if self.calendar is PeriodCalendar.ADMINISTRATIVE:
            return ADMINISTRATIVE_FIRST_DAY
        custom = self.calendar is PeriodCalendar.CUSTOM and self.kind is not None
        return self.kind.first_day if custom and self.kind else 1

    @property
    def cutoff_date(self) -> date:
        return self.window.last

    @property
    def starts_year(self) -> bool:
        """What is counted from the start of the year starts again with it."""
        return self.ordinal == 1

    def previous(self) -> "Period":
        """The one before; before dates of its own, as many days as these."""
        return self._moved(-1)

    def next(self) -> "Period":
        return self._moved(1)

    def same_period_last_year(self) -> "Period":
        """Of a week 53, the last week of the year before."""
        year = self.year - 1
        if self.span is not None and not (self.kind and self.kind.windows):
            return _of_dates(self.span.a_year_before(), kind=self.kind)
        ordinal = self.ordinal
        if self.frequency is Frequency.WEEK:
            ordinal = min(ordinal, weeks_in_year(year))
        return self._sibling(year, ordinal=ordinal)

    def _sibling(self, year: int, *, ordinal: int) -> "Period":
        if self.kind is not None:
            return self.kind.period(year, ordinal=ordinal)
        return Period(self.frequency, self.calendar, year, ordinal)

    def _moved(self, steps: int) -> "Period":
        if self.span is not None and not (self.kind and self.kind.windows):
            return self._moved_dates(self.span, steps)
        if self.frequency is Frequency.WEEK:
            monday = date.fromisocalendar(self.year, self.ordinal, MONDAY)
            moved = (monday + timedelta(days=DAYS_IN_WEEK * steps)).isocalendar()
            return self._sibling(moved.year, ordinal=moved.week)
        per_year = self.kind.per_year if self.kind else periods_in_year(self.frequency)
        year, index = divmod(self.year * per_year + self.ordinal - 1 + steps, per_year)
        return self._sibling(year, ordinal=index + 1)

    def _moved_dates(self, span: DataWindow, steps: int) -> "Period":
        dates = self.kind.dates if self.kind else ()
        if span in dates and 0 <= dates.index(span) + steps < len(dates):
            return _of_dates(dates[dates.index(span) + steps], kind=self.kind)
        return _of_dates(span.moved(span.days * steps), kind=self.kind)


def periods_in_year(frequency: Frequency) -> int:
    """How many periods of this frequency start in one year: of weeks, 52 or one more."""
    if frequency is Frequency.WEEK:
        return WEEKS_IN_SHORT_YEAR
    return 1 if frequency is Frequency.ONCE else 12 // MONTHS_IN[frequency]


def weeks_in_year(year: int) -> int:
    """52 or 53 (ISO 8601)."""
    return date(year, *LAST_WEEK_ALWAYS_HOLDS).isocalendar().week


def parse_period(code: str, *, calendar: PeriodCalendar, kind: PeriodKind | None = None) -> Period:
    """The period that `code` names; raises UnknownPeriodCode.

    The calendar is the regime's: a code does not tell it. `kind` is needed where that has days of
    its own.
    """
    dates = SPAN_PATTERN.fullmatch(code)
    if dates is not None:
        return _parse_dates(dates, kind=kind)
    match = CODE_PATTERN.fullmatch(code)
    if match is None:
        raise UnknownPeriodCode(code)
    frequency, ordinal = _frequency_and_ordinal(match)
    try:
        plain = Period(frequency, calendar, year=int(match["year"]), ordinal=ordinal)
        if kind is None or kind.frequency is not frequency:
            return plain
        if kind.windows:
            raise UnknownPeriodCode(code)
        return kind.period(plain.year, ordinal=ordinal)
    except InvalidPeriod as error:
        raise UnknownPeriodCode(code) from error


@lru_cache(maxsize=1_000)
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


def _parse_dates(match: re.Match[str], *, kind: PeriodKind | None) -> Period:
    code = match.string
    try:
        window = DataWindow(date.fromisoformat(match["first"]), date.fromisoformat(match["last"]))
    except ValueError as error:
        raise UnknownPeriodCode(code) from error
    if window.last < window.first:
        raise UnknownPeriodCode(code)
    try:
        found = _of_dates(window, kind=None) if kind is None else kind.of_dates(window)
    except InvalidPeriod as error:
        raise UnknownPeriodCode(code) from error
    if found is None:
        raise UnknownPeriodCode(code)
    return found


def _of_dates(window: DataWindow, *, kind: PeriodKind | None) -> Period:
    """A period with dates of its own, whether its kind has it or not."""
    found = None if kind is None else kind.of_dates(window)
    year, custom = window.last.year, PeriodCalendar.CUSTOM
    return found or Period(Frequency.ONCE, custom, year, 1, kind=kind, span=window)


def _frequency_and_ordinal(match: re.Match[str]) -> tuple[Frequency, int]:
    for name, frequency in (
        ("month", Frequency.MONTH),
        ("quarter", Frequency.QUARTER),
        ("half", Frequency.HALF_YEAR),
        ("week", Frequency.WEEK),
    ):
        if match[name]:
            return frequency, int(match[name])
    return (Frequency.NINE_MONTHS if match["nine"] else Frequency.YEAR), 1
