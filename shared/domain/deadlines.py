"""Deadlines of each level of a regime's ladder (Nghị định 09/2019/NĐ-CP, art. 8.5 and 13.1).

Each level has a rule; a date that is no working day rolls as the regime says (the law leaves it
open, Bộ luật Dân sự 2015 art. 148.5 rolls counted limits forward). Rolling can leave a receiver too
little time after its senders, so the sender's date then moves earlier, never before the first
working day after the cut-off. What cannot be satisfied is kept as a warning: nothing is refused.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from shared.domain.calendars import WorkingCalendar
from shared.domain.errors import InvalidRule
from shared.domain.time import end_of_day

EARLIEST_WORKING_DAYS_AFTER_CUTOFF = 1
MONTHS_IN_YEAR = 12
DAYS_IN_LONGEST_MONTH = 31

# In the body of LadderDeadline the name `date` is its field.
Day = date


class Roll(StrEnum):
    """What becomes of a deadline that falls on a day off."""

    NEXT_WORKING_DAY = "next_working_day"
    NONE = "none"
    PREVIOUS_WORKING_DAY = "previous_working_day"


class LadderWarning(StrEnum):
    """What the calendar page tells about a deadline."""

    RAISED_AFTER_CUTOFF = "raised_after_cutoff"
    GAP_NOT_KEPT = "gap_not_kept"
    ESTIMATED_CALENDAR = "estimated_calendar"


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """A day of the cut-off's month, or of the month `month_offset` later; 31 is the last day."""

    day: int
    month_offset: int = 0

    def __post_init__(self) -> None:
        _require_day(self.day)


@dataclass(frozen=True, slots=True)
class WorkingDaysAfterCutoff:
    days: int

    def __post_init__(self) -> None:
        if self.days < EARLIEST_WORKING_DAYS_AFTER_CUTOFF:
            raise InvalidRule("days", allowed=f"từ {EARLIEST_WORKING_DAYS_AFTER_CUTOFF} trở lên")


@dataclass(frozen=True, slots=True)
class FixedDate:
    """A day of the cut-off's year, or of the year `year_offset` later."""

    month: int
    day: int
    year_offset: int = 0

    def __post_init__(self) -> None:
        _require_day(self.day)
        if not 1 <= self.month <= MONTHS_IN_YEAR:
            raise InvalidRule("month", allowed=f"từ 1 đến {MONTHS_IN_YEAR}")


DeadlineRule = DayOfMonth | WorkingDaysAfterCutoff | FixedDate


@dataclass(frozen=True, slots=True)
class LadderStep:
    level: str
    rule: DeadlineRule


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps of one regime, lowest level first.

    `min_gap_working_days` is what a receiver must have between its senders' deadline and its own.
    """

    steps: tuple[LadderStep, ...]
    roll: Roll = Roll.NEXT_WORKING_DAY
    min_gap_working_days: int = 1

    def __post_init__(self) -> None:
        if self.min_gap_working_days < 0:
            raise InvalidRule("min_gap_working_days", allowed="từ 0 trở lên")
        levels = [step.level for step in self.steps]
        if len(set(levels)) != len(levels):
            raise InvalidRule("steps", allowed="mỗi cấp một bậc")


@dataclass(frozen=True, slots=True)
class LadderDeadline:
    """The last day on which a level may send, and the `instant` at which that day ends.

    `rule_date` is what the rule alone says, before rolling and before the gap is kept.
    """

    level: str
    date: Day
    instant: datetime
    rule_date: Day
    warnings: tuple[str, ...] = ()


def ladder_deadlines(
    ladder: Ladder, *, cutoff: date, calendar: WorkingCalendar
) -> dict[str, LadderDeadline]:
    """The deadline of every level, lowest first.

    Worked out from the top: a receiver's deadline bounds those of its senders. No deadline is
    before the first working day after the cut-off, nor after the one of the level above. Steps
    with one rule that follow each other stand side by side: neither level sends to the other.
    """
    earliest = calendar.add_working_days(cutoff, EARLIEST_WORKING_DAYS_AFTER_CUTOFF)
    found: list[LadderDeadline] = []
    above: LadderStep | None = None
    for step in reversed(ladder.steps):
        beside, above = above is not None and step.rule == above.rule, step
        if beside:
            found.append(replace(found[-1], level=step.level))
            continue
        rule_date = _rule_date(step.rule, cutoff=cutoff, calendar=calendar)
        day, warnings = _not_before(
            earliest, day=_rolled(rule_date, roll=ladder.roll, calendar=calendar)
        )
        if found:
            receiver, gap = found[-1].date, ladder.min_gap_working_days
            day = _leaving_gap(day, receiver=receiver, gap=gap, calendar=calendar)
            day = max(day, earliest)
            if not _keeps_gap(day, receiver=receiver, gap=gap, calendar=calendar):
                warnings = (*warnings, LadderWarning.GAP_NOT_KEPT)
        if calendar.is_estimated(day):
            warnings = (*warnings, LadderWarning.ESTIMATED_CALENDAR)
        found.append(LadderDeadline(step.level, day, end_of_day(day), rule_date, warnings))
    return {deadline.level: deadline for deadline in reversed(found)}


def _rule_date(rule: DeadlineRule, *, cutoff: date, calendar: WorkingCalendar) -> date:
    if isinstance(rule, WorkingDaysAfterCutoff):
        return calendar.add_working_days(cutoff, rule.days)
    if isinstance(rule, FixedDate):
        return _day_or_last(cutoff.year + rule.year_offset, month=rule.month, day=rule.day)
    months = cutoff.year * MONTHS_IN_YEAR + cutoff.month - 1 + rule.month_offset
    year, index = divmod(months, MONTHS_IN_YEAR)
    return _day_or_last(year, month=index + 1, day=rule.day)


def _rolled(day: date, *, roll: Roll, calendar: WorkingCalendar) -> date:
    if roll is Roll.NEXT_WORKING_DAY:
        return calendar.next_working_day(day)
    if roll is Roll.PREVIOUS_WORKING_DAY:
        return calendar.previous_working_day(day)
    return day


def _not_before(earliest: date, *, day: date) -> tuple[date, tuple[str, ...]]:
    if day >= earliest:
        return day, ()
    return earliest, (LadderWarning.RAISED_AFTER_CUTOFF,)


def _leaving_gap(day: date, *, receiver: date, gap: int, calendar: WorkingCalendar) -> date:
    """`day`, or the last working day before it that leaves the receiver its `gap`."""
    if _keeps_gap(day, receiver=receiver, gap=gap, calendar=calendar):
        return day
    return calendar.add_working_days(calendar.previous_working_day(receiver), -gap)


def _keeps_gap(day: date, *, receiver: date, gap: int, calendar: WorkingCalendar) -> bool:
    return day <= receiver and calendar.working_days_between(day, receiver) >= gap


def _day_or_last(year: int, *, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def _require_day(day: int) -> None:
    if not 1 <= day <= DAYS_IN_LONGEST_MONTH:
        raise InvalidRule("day", allowed=f"từ 1 đến {DAYS_IN_LONGEST_MONTH}")
