"""Closing a period needs that all had their time, and a reason where something is missing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.calendars import WorkingCalendar
from shared.domain.closings import (
    DeadlineAhead,
    Fulfilment,
    IncompletePeriod,
    PeriodAlreadyClosed,
    PeriodNotClosed,
    PeriodState,
    RegimePeriod,
    close,
    closes_at,
    reopen,
)
from shared.domain.errors import ReasonRequired
from shared.domain.identifiers import OrganizationId, PeriodCode, RegimeCode
from shared.domain.time import end_of_day

OPEN = RegimePeriod(RegimeCode("VPCP-KSTT"), PeriodCode("2025-Q2"), OrganizationId(1))
DEADLINE = end_of_day(date(2025, 6, 17))
LATER = DEADLINE + timedelta(days=3)
COMPLETE = Fulfilment(expected=3, sent=3, approved=3, last_deadline=DEADLINE)
MISSING_ONE = Fulfilment(expected=3, sent=3, approved=2, last_deadline=DEADLINE)
CLOSED = close(OPEN, fulfilment=COMPLETE, reason=None, now=LATER)


def test_a_complete_period_is_closed_without_a_reason() -> None:
    assert (CLOSED.state, CLOSED.sequence) == (PeriodState.CLOSED, 1)


def test_a_period_that_lacks_reports_is_closed_with_a_reason_only() -> None:
    with pytest.raises(IncompletePeriod, match="Còn 1 báo cáo") as raised:
        close(OPEN, fulfilment=MISSING_ONE, reason=" ", now=LATER)
    assert raised.value.missing == 1

    closed = close(OPEN, fulfilment=MISSING_ONE, reason="Đơn vị giải thể", now=LATER)
    assert closed.state is PeriodState.CLOSED


def test_a_period_is_not_closed_while_somebody_still_has_time() -> None:
    with pytest.raises(DeadlineAhead, match="17/06/2025") as raised:
        close(OPEN, fulfilment=COMPLETE, reason=None, now=DEADLINE)
    assert raised.value.last_day == date(2025, 6, 17)


def test_a_period_in_which_nothing_is_expected_may_be_closed() -> None:
    nothing = Fulfilment(expected=0, sent=0, approved=0, last_deadline=None)

    assert close(OPEN, fulfilment=nothing, reason=None, now=LATER).state is PeriodState.CLOSED


def test_the_last_day_is_that_which_ends_with_the_last_deadline() -> None:
    assert COMPLETE.last_day == date(2025, 6, 17)
    assert Fulfilment(expected=0, sent=0, approved=0, last_deadline=None).last_day is None


def test_a_closed_period_is_not_closed_again() -> None:
    with pytest.raises(PeriodAlreadyClosed):
        close(CLOSED, fulfilment=COMPLETE, reason="Khóa lại", now=LATER)


def test_a_period_is_opened_again_with_a_reason() -> None:
    opened = reopen(CLOSED, reason="Theo đề nghị của Sở Tài chính")

    assert (opened.state, opened.sequence) == (PeriodState.OPEN, 2)
    with pytest.raises(ReasonRequired) as raised:
        reopen(CLOSED, reason="")
    assert raised.value.act == "reopen"


def test_an_open_period_is_not_opened() -> None:
    with pytest.raises(PeriodNotClosed):
        reopen(OPEN, reason="Theo đề nghị của Sở Tài chính")


def test_a_period_closes_by_itself_so_many_working_days_after_its_last_deadline() -> None:
    calendar = WorkingCalendar(days_off=frozenset({date(2025, 6, 19)}), days_worked=frozenset())

    # Wednesday, Friday (Thursday is off), Monday.
    expected = datetime(2025, 6, 23, 17, tzinfo=UTC)
    assert closes_at(DEADLINE, working_days=3, calendar=calendar) == expected
