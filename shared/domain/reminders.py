"""When reminders go out: stages around a deadline, only in working time."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from shared.domain.calendars import WorkingCalendar
from shared.domain.errors import InvalidRule
from shared.domain.time import in_vietnam, instant_at


class ReminderStage(StrEnum):
    """The first two fall due by themselves, `schedule` says when; a person urges at will."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    URGE = "urge"


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Wall-clock hours in Vietnam of a working day: from `start` until just before `end`."""

    start: time = time(8, 0)
    end: time = time(17, 0)

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise InvalidRule("hours", allowed="giờ bắt đầu trước giờ kết thúc")


@dataclass(frozen=True, slots=True)
class ReminderPolicy:
    """How many working days before and after the deadline a reminder goes out.

    0 before is the day of the deadline itself, or the last working day if that is a day off.
    """

    due_soon_working_days_before: int = 1
    overdue_working_days_after: int = 1
    hours: WorkingHours = field(default_factory=WorkingHours)

    def __post_init__(self) -> None:
        if self.due_soon_working_days_before < 0:
            raise InvalidRule("due_soon_working_days_before", allowed="từ 0 trở lên")
        if self.overdue_working_days_after < 1:
            raise InvalidRule("overdue_working_days_after", allowed="từ 1 trở lên")


def schedule(
    policy: ReminderPolicy, *, deadline_date: date, calendar: WorkingCalendar
) -> dict[ReminderStage, datetime]:
    """The instant of each stage: the start of working time on its day."""
    before = policy.due_soon_working_days_before
    due_soon = (
        calendar.add_working_days(deadline_date, -before)
        if before
        else calendar.previous_working_day(deadline_date)
    )
    overdue = calendar.add_working_days(deadline_date, policy.overdue_working_days_after)
    return {
        ReminderStage.DUE_SOON: instant_at(due_soon, policy.hours.start),
        ReminderStage.OVERDUE: instant_at(overdue, policy.hours.start),
    }


def next_working_instant(
    instant: datetime, *, hours: WorkingHours, calendar: WorkingCalendar
) -> datetime:
    """`instant` if it lies in working time, else the next start of working time; in UTC."""
    local = in_vietnam(instant)
    day = local.date()
    if calendar.is_working_day(day) and hours.start <= local.time() < hours.end:
        return instant.astimezone(UTC)
    if local.time() >= hours.end:
        day += timedelta(days=1)
    return instant_at(calendar.next_working_day(day), hours.start)
