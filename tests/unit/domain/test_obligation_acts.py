"""Extending, excluding and taking in again: always with a reason, and nothing forgotten."""

from datetime import date, timedelta

import pytest

from shared.domain.errors import ReasonRequired
from shared.domain.identifiers import OrganizationId
from shared.domain.obligation_acts import (
    LONGEST_EXTENSION,
    AlreadyExcluded,
    AlreadyHeld,
    ExtensionNotLater,
    ExtensionTooLate,
    NotASuccessor,
    NotExcluded,
    ReportStands,
    exclude,
    extend,
    include,
    transfer,
)
from shared.domain.obligations import ObligationState, Standing, reconcile, standing
from shared.domain.time import end_of_day
from tests.unit.domain.test_obligations import AT_CUTOFF, BEFORE_CUTOFF, DEADLINE, obligation

WHY = "Mất điện toàn huyện do bão"
LAST_DAY = date(2025, 6, 20)
EXCLUDED = ObligationState.EXCLUDED
PROVISIONAL = ObligationState.PROVISIONAL


def test_an_extension_moves_the_deadline_and_remembers_that_of_the_rules() -> None:
    extended = extend(obligation(), until=LAST_DAY, reason=WHY)

    assert extended.is_extended
    assert extended.deadline == end_of_day(LAST_DAY)
    assert extended.original_deadline == extended.ruled_deadline == DEADLINE
    assert extended.sequence == 2


def test_a_second_extension_takes_the_place_of_the_first() -> None:
    first = extend(obligation(), until=date(2025, 6, 30), reason=WHY)
    second = extend(first, until=LAST_DAY, reason="Ghi nhầm ngày")

    assert (second.deadline, second.original_deadline) == (end_of_day(LAST_DAY), DEADLINE)


def test_a_report_sent_in_the_extension_is_on_time_and_late_by_the_rules() -> None:
    extended = extend(obligation(), until=LAST_DAY, reason=WHY)
    sent = DEADLINE + timedelta(hours=9)

    assert (
        standing(extended, first_submitted_at=sent, is_in=True, now=sent) is Standing.SENT_ON_TIME
    )
    assert extended.is_on_time(sent)
    assert not extended.is_on_time_by_rule(sent)
    assert not obligation().is_on_time(sent)


@pytest.mark.parametrize("days", [pytest.param(0, id="the same day"), pytest.param(1, id="before")])
def test_an_extension_must_end_after_the_last_day_of_the_rules(days: int) -> None:
    with pytest.raises(ExtensionNotLater, match="17/06/2025") as raised:
        extend(obligation(), until=date(2025, 6, 17) - timedelta(days=days), reason=WHY)
    assert raised.value.last_day == date(2025, 6, 17)


def test_an_extension_of_more_than_five_years_is_a_mistyped_year() -> None:
    latest = date(2025, 6, 17) + LONGEST_EXTENSION
    assert extend(obligation(), until=latest, reason=WHY).deadline == end_of_day(latest)

    for until in (latest + timedelta(days=1), date.max):
        with pytest.raises(ExtensionTooLate, match=f"{latest:%d/%m/%Y}") as raised:
            extend(obligation(), until=until, reason=WHY)
        assert raised.value.last_day == latest


def test_the_cut_off_keeps_an_extension() -> None:
    extended = extend(obligation(state=PROVISIONAL), until=LAST_DAY, reason=WHY)
    (fixed,) = reconcile([extended], [obligation(id=None)])

    assert fixed.state is ObligationState.FIXED
    assert (fixed.deadline, fixed.original_deadline) == (end_of_day(LAST_DAY), DEADLINE)
    assert fixed.sequence == 3


def test_rules_that_give_as_much_time_end_an_extension() -> None:
    extended = extend(obligation(state=PROVISIONAL), until=LAST_DAY, reason=WHY)
    moved = obligation(id=None, state=PROVISIONAL, deadline=end_of_day(LAST_DAY))
    (followed,) = reconcile([extended], [moved])

    assert (followed.is_extended, followed.deadline) == (False, end_of_day(LAST_DAY))


def test_an_extension_under_a_changed_rule_remembers_the_new_rule() -> None:
    extended = extend(obligation(state=PROVISIONAL), until=LAST_DAY, reason=WHY)
    ruled = DEADLINE + timedelta(days=1)
    (followed,) = reconcile([extended], [obligation(id=None, state=PROVISIONAL, deadline=ruled)])

    assert (followed.deadline, followed.original_deadline) == (end_of_day(LAST_DAY), ruled)


def test_an_excluded_obligation_is_not_extended() -> None:
    with pytest.raises(AlreadyExcluded, match="đưa trở lại"):
        extend(obligation(state=EXCLUDED), until=LAST_DAY, reason=WHY)


def test_what_is_excluded_is_not_excluded_again() -> None:
    excluded = exclude(obligation(sequence=4), reason="Trùng đơn vị")

    assert (excluded.state, excluded.sequence) == (EXCLUDED, 5)
    with pytest.raises(AlreadyExcluded):
        exclude(excluded, reason="Trùng đơn vị")


def test_who_has_sent_is_not_excluded() -> None:
    with pytest.raises(ReportStands, match="trả lại"):
        exclude(obligation(), reason="Trùng đơn vị", is_in=True)


def test_taking_in_again_gives_back_the_state_that_the_day_asks_for() -> None:
    excluded = obligation(state=EXCLUDED, sequence=2)

    assert include(excluded, reason=WHY, now=BEFORE_CUTOFF).state is PROVISIONAL
    assert include(excluded, reason=WHY, now=AT_CUTOFF) == obligation(sequence=3)


def test_only_what_is_excluded_is_taken_in_again() -> None:
    with pytest.raises(NotExcluded):
        include(obligation(), reason=WHY, now=AT_CUTOFF)


def test_every_act_needs_a_reason() -> None:
    with pytest.raises(ReasonRequired) as raised:
        extend(obligation(), until=LAST_DAY, reason=" ")
    assert raised.value.act == "extend"
    with pytest.raises(ReasonRequired) as raised:
        exclude(obligation(), reason="\n")
    assert raised.value.act == "exclude"
    with pytest.raises(ReasonRequired) as raised:
        include(obligation(state=EXCLUDED), reason="", now=AT_CUTOFF)
    assert raised.value.act == "include"


def test_a_duty_is_handed_over_to_an_heir_and_stays_the_owers() -> None:
    heir = OrganizationId(77)
    handed = transfer(obligation(), to=heir, heirs={heir}, reason=WHY)

    assert (handed.holder_id, handed.sequence) == (heir, 2)
    assert handed.organization_id == obligation().organization_id
    with pytest.raises(AlreadyHeld):
        transfer(handed, to=heir, heirs={heir}, reason=WHY)


def test_a_duty_goes_to_no_stranger_and_never_without_a_reason() -> None:
    heir, stranger = OrganizationId(77), OrganizationId(78)
    with pytest.raises(NotASuccessor):
        transfer(obligation(), to=stranger, heirs={heir}, reason=WHY)
    with pytest.raises(ReasonRequired):
        transfer(obligation(), to=heir, heirs={heir}, reason=" ")
    excluded = exclude(obligation(), reason=WHY)
    with pytest.raises(AlreadyExcluded):
        transfer(excluded, to=heir, heirs={heir}, reason=WHY)
