"""Asking for a report once: with its own window, deadline and addressees.

(Nghị định 09/2019/NĐ-CP, art. 4: thematic and ad hoc reports.)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.domain.calendars import WorkingCalendar
from shared.domain.deadlines import EARLIEST_WORKING_DAYS_AFTER_CUTOFF
from shared.domain.identifiers import FormCode, OrganizationId, RegimeCode
from shared.domain.obligations import FIRST_SEQUENCE, Obligation, state_at
from shared.domain.organizations import OrganizationVersion
from shared.domain.periods import Period
from shared.domain.time import end_of_day

LONGEST_WAIT = timedelta(days=5 * 366)
"""From asking, or from the cut-off, to the deadline; beyond it somebody mistyped the year."""


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What somebody asks for. The cut-off is the last day of the period's window."""

    regime: RegimeCode
    form: FormCode
    period: Period
    last_day: date
    asked_by: OrganizationId


def earliest_last_day(
    *, cutoff: date, today: date, min_working_days: int, calendar: WorkingCalendar
) -> date:
    """The first day that may be the deadline.

    At least one working day after the cut-off (Nghị định 09/2019/NĐ-CP, art. 8.5), and as many
    after today as the regime leaves those who are asked.
    """
    return max(
        calendar.add_working_days(cutoff, EARLIEST_WORKING_DAYS_AFTER_CUTOFF),
        calendar.add_working_days(today, min_working_days),
    )


def latest_last_day(*, cutoff: date, today: date) -> date:
    """The last day that may be the deadline."""
    return max(cutoff, today) + LONGEST_WAIT


def requested_obligations(
    request: ReportRequest, addressees: Iterable[OrganizationVersion], *, now: datetime
) -> tuple[Obligation, ...]:
    """One for each addressee, to whoever asked; fixed if the cut-off has passed already."""
    period = request.period
    return tuple(
        Obligation(
            id=None,
            organization_id=each.id,
            province_id=each.province_id,
            regime=request.regime,
            form=request.form,
            period=period.code,
            receiver_id=request.asked_by,
            cutoff_date=period.cutoff_date,
            deadline=end_of_day(request.last_day),
            state=state_at(now, cutoff_date=period.cutoff_date),
            sequence=FIRST_SEQUENCE,
        )
        for each in addressees
    )
