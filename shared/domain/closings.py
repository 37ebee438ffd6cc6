"""Closing a period of a regime in a province, and opening it again.

After closing only a new version with a reason is accepted (`shared.domain.reports`), so that what
was published changes by name only.

ClosingError
├── DeadlineAhead
├── PeriodAlreadyClosed
└── PeriodNotClosed
IncompletePeriod
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from shared.domain.calendars import WorkingCalendar
from shared.domain.errors import DomainError, ReasonRequired
from shared.domain.identifiers import OrganizationId, PeriodCode, RegimeCode
from shared.domain.time import day_before, end_of_day


class PeriodAct(StrEnum):
    CLOSE = "close"
    REOPEN = "reopen"


class PeriodState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class ClosingError(DomainError):
    """An act that the state of the period does not allow."""

    code = "closing_error"


class PeriodAlreadyClosed(ClosingError):
    code = "period_already_closed"

    def __init__(self) -> None:
        super().__init__("Kỳ báo cáo đã khóa rồi. Tải lại để xem trạng thái mới nhất.")


class PeriodNotClosed(ClosingError):
    code = "period_not_closed"

    def __init__(self) -> None:
        super().__init__("Kỳ báo cáo đang mở nên không cần mở khóa.")


class DeadlineAhead(ClosingError):
    """`last_day` is the last day on which a report of the period may still be sent on time."""

    code = "deadline_ahead"

    def __init__(self, *, last_day: date) -> None:
        self.last_day = last_day
        super().__init__(
            f"Chưa khóa được: còn đơn vị có thời hạn gửi đến hết ngày {last_day:%d/%m/%Y}."
        )


class IncompletePeriod(DomainError):
    """`missing` is how many reports are expected and not approved."""

    code = "incomplete_period"

    def __init__(self, *, missing: int) -> None:
        self.missing = missing
        super().__init__(
            f"Còn {missing} báo cáo chưa duyệt. Hãy nêu lý do khóa kỳ khi báo cáo chưa đủ."
        )


@dataclass(frozen=True, slots=True)
class RegimePeriod:
    """A period of a regime in a province. `sequence` rises at every act; 0: nothing was done."""

    regime: RegimeCode
    period: PeriodCode
    province_id: OrganizationId
    state: PeriodState = PeriodState.OPEN
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """How far a period is: reports expected, and of these sent and approved.

    `last_deadline` is the last of those in force, None where nothing is expected.
    """

    expected: int
    sent: int
    approved: int
    last_deadline: datetime | None

    @property
    def last_day(self) -> date | None:
        """The day that ends with the last deadline."""
        return None if self.last_deadline is None else day_before(self.last_deadline)


def close(
    period: RegimePeriod, *, fulfilment: Fulfilment, reason: str | None, now: datetime
) -> RegimePeriod:
    """The period closed. A reason is needed unless all that is expected was approved.

    Raises PeriodAlreadyClosed, DeadlineAhead or IncompletePeriod.
    """
    if period.state is PeriodState.CLOSED:
        raise PeriodAlreadyClosed
    deadline = fulfilment.last_deadline
    if deadline is not None and now <= deadline:
        raise DeadlineAhead(last_day=day_before(deadline))
    missing = fulfilment.expected - fulfilment.approved
    if missing and not (reason or "").strip():
        raise IncompletePeriod(missing=missing)
    return replace(period, state=PeriodState.CLOSED, sequence=period.sequence + 1)


def reopen(period: RegimePeriod, *, reason: str | None) -> RegimePeriod:
    """The period open again. Raises PeriodNotClosed, or ReasonRequired without a reason."""
    if period.state is PeriodState.OPEN:
        raise PeriodNotClosed
    if not (reason or "").strip():
        raise ReasonRequired(PeriodAct.REOPEN)
    return replace(period, state=PeriodState.OPEN, sequence=period.sequence + 1)


def closes_at(last_deadline: datetime, *, working_days: int, calendar: WorkingCalendar) -> datetime:
    """When a period closes by itself: so many working days after its last deadline."""
    last_day = calendar.add_working_days(day_before(last_deadline), working_days)
    return end_of_day(last_day)
