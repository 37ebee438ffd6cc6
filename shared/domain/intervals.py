"""Which periods make up a longer one, or the year so far."""

from enum import StrEnum
from itertools import pairwise

from shared.domain.periods import (
    Frequency,
    Period,
    PeriodCalendar,
    PeriodKind,
    periods_in_year,
)
from shared.domain.windows import ONE_DAY


class Longer(StrEnum):
    """The periods that others are put together into."""

    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    NINE_MONTHS = "nine_months"
    YEAR = "year"

    @property
    def frequency(self) -> Frequency:
        return Frequency(self.value)


def longer_period(period: Period, frequency: Frequency) -> Period | None:
    """The one that a period is a part of; None where it lies in none, or is as long itself."""
    kind = longer_kind(_kind_of(period), frequency)
    for ordinal in range(1, periods_in_year(frequency) + 1):
        longer = kind.period(period.year, ordinal=ordinal)
        outer, inner = longer.window, period.window
        if outer.first <= inner.first and inner.last <= outer.last and outer != inner:
            return longer
    return None


def parts_of(longer: Period, kind: PeriodKind) -> tuple[Period, ...]:
    """The periods of a kind that make up a longer one without gap; none where they do not fit."""
    window = longer.window
    found = kind.between(window.first, window.last)
    fits = (
        len(found) > 1
        and found[0].window.first == window.first
        and found[-1].window.last == window.last
        and all(
            before.window.last + ONE_DAY == after.window.first for before, after in pairwise(found)
        )
    )
    return found if fits else ()


def year_so_far(period: Period) -> tuple[Period, ...]:
    """The periods of its year up to a period, itself included; itself alone if it is once asked."""
    if period.frequency is Frequency.ONCE:
        return (period,)
    kind = _kind_of(period)
    return tuple(
        kind.period(period.year, ordinal=ordinal) for ordinal in range(1, period.ordinal + 1)
    )


def longer_kind(kind: PeriodKind, frequency: Frequency) -> PeriodKind:
    """Of longer periods in the calendar of shorter ones, or of months that begin as theirs do."""
    if kind.calendar is PeriodCalendar.CUSTOM:
        return PeriodKind(frequency, PeriodCalendar.CUSTOM, first_day=kind.first_day)
    return PeriodKind(frequency, kind.calendar)


def _kind_of(period: Period) -> PeriodKind:
    return period.kind or PeriodKind(period.frequency, period.calendar)
