"""Reports that somebody asks for once: until when, and from whom."""

from collections.abc import Callable
from datetime import date

import pytest

from shared.domain.calendars import WorkingCalendar
from shared.domain.identifiers import FormCode, OrganizationId, RegimeCode
from shared.domain.obligations import ObligationState
from shared.domain.organizations import OrganizationVersion
from shared.domain.requests import (
    LONGEST_WAIT,
    ReportRequest,
    earliest_last_day,
    latest_last_day,
    requested_obligations,
)
from shared.domain.time import end_of_day
from tests.unit.domain.test_obligations import AT_CUTOFF, BEFORE_CUTOFF, QUARTER

CUTOFF = QUARTER.cutoff_date
REQUEST = ReportRequest(
    regime=RegimeCode("DOT-XUAT"),
    form=FormCode("DX/01"),
    period=QUARTER,
    last_day=date(2025, 6, 20),
    asked_by=OrganizationId(2),
)


@pytest.mark.parametrize(
    ("today", "working_days", "earliest"),
    [
        pytest.param(date(2025, 6, 2), 3, date(2025, 6, 16), id="asked-early"),
        pytest.param(date(2025, 6, 13), 3, date(2025, 6, 18), id="asked-late"),
    ],
)
def test_a_deadline_leaves_a_working_day_after_the_cut_off_and_time_to_answer(
    calendar: WorkingCalendar, *, today: date, working_days: int, earliest: date
) -> None:
    found = earliest_last_day(
        cutoff=CUTOFF, today=today, min_working_days=working_days, calendar=calendar
    )

    assert found == earliest


def test_a_deadline_years_after_the_cut_off_or_after_asking_is_mistyped() -> None:
    earlier, later = date(2025, 6, 2), date(2025, 7, 1)

    assert latest_last_day(cutoff=CUTOFF, today=earlier) == CUTOFF + LONGEST_WAIT
    assert latest_last_day(cutoff=CUTOFF, today=later) == later + LONGEST_WAIT


def test_each_addressee_owes_one_report_to_whoever_asked(
    make_organization: Callable[..., OrganizationVersion],
) -> None:
    addressees = [make_organization(3, 2), make_organization(4, 2)]
    before, after = (
        requested_obligations(REQUEST, addressees, now=now) for now in (BEFORE_CUTOFF, AT_CUTOFF)
    )

    assert [each.organization_id for each in before] == [3, 4]
    assert {each.receiver_id for each in before} == {REQUEST.asked_by}
    assert {each.deadline for each in before} == {end_of_day(REQUEST.last_day)}
    assert {each.state for each in before} == {ObligationState.PROVISIONAL}
    assert {each.state for each in after} == {ObligationState.FIXED}
