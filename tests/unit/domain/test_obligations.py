"""Who owes what: derived at the cut-off, followed until then, judged by the deadline."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.calendars import WorkingCalendar
from shared.domain.chains import ChainLink
from shared.domain.deadlines import DayOfMonth, Ladder, LadderDeadline, LadderStep, ladder_deadlines
from shared.domain.errors import LevelWithoutDeadline, TreeOfAnotherDay
from shared.domain.identifiers import (
    FormCode,
    ObligationId,
    OrganizationId,
    PeriodCode,
    RegimeCode,
)
from shared.domain.obligations import (
    Obligation,
    ObligationState,
    Standing,
    derive_obligations,
    excluded,
    reconcile,
    standing,
)
from shared.domain.organizations import OrganizationVersion, Tree
from shared.domain.periods import Frequency, Period, PeriodCalendar
from shared.domain.time import end_of_day

QUARTER = Period(Frequency.QUARTER, PeriodCalendar.ADMINISTRATIVE, year=2025, ordinal=2)
BEFORE_CUTOFF = datetime(2025, 6, 14, 16, 59, tzinfo=UTC)
AT_CUTOFF = datetime(2025, 6, 14, 17, 0, tzinfo=UTC)
DEADLINE = end_of_day(date(2025, 6, 17))
PROVINCE, DISTRICT, NORTH, SOUTH = map(OrganizationId, (1, 2, 3, 4))

Derive = Callable[..., tuple[Obligation, ...]]


@pytest.fixture(scope="session")
def deadlines(calendar: WorkingCalendar) -> dict[str, LadderDeadline]:
    steps = (LadderStep("commune", DayOfMonth(17)), LadderStep("district", DayOfMonth(19)))
    return ladder_deadlines(Ladder(steps), cutoff=QUARTER.cutoff_date, calendar=calendar)


@pytest.fixture(scope="session")
def derive(
    make_organization: Callable[..., OrganizationVersion], deadlines: dict[str, LadderDeadline]
) -> Derive:
    """Derive the obligations of II.06a for Q2/2025 from a tree of two communes."""

    def derived(*, on: date = QUARTER.cutoff_date, **changed: Any) -> tuple[Obligation, ...]:
        versions = [
            make_organization(SOUTH, DISTRICT),
            make_organization(NORTH, DISTRICT),
            make_organization(DISTRICT, PROVINCE, level="district"),
            make_organization(PROVINCE, level="province"),
        ]
        facts: dict[str, Any] = {
            "regime": RegimeCode("VPCP-KSTT"),
            "form": FormCode("II.06a/VPCP/KSTT"),
            "period": QUARTER,
            "entering_levels": frozenset({"commune"}),
            "tree": Tree.at(versions, on),
            "links": [],
            "deadlines": deadlines,
            "now": AT_CUTOFF,
        }
        return derive_obligations(**(facts | changed))

    return derived


def obligation(**changed: Any) -> Obligation:
    fixed = Obligation(
        id=ObligationId(7),
        organization_id=NORTH,
        province_id=PROVINCE,
        regime=RegimeCode("VPCP-KSTT"),
        form=FormCode("II.06a/VPCP/KSTT"),
        period=PeriodCode("2025-Q2"),
        receiver_id=DISTRICT,
        cutoff_date=QUARTER.cutoff_date,
        deadline=DEADLINE,
        state=ObligationState.FIXED,
        sequence=1,
    )
    return replace(fixed, **changed)


def stored(derived: Sequence[Obligation]) -> list[Obligation]:
    return [replace(each, id=ObligationId(n)) for n, each in enumerate(derived, start=1)]


def test_every_organization_of_an_entering_level_owes_a_report(derive: Derive) -> None:
    north, south = derive()

    assert north == obligation(id=None)
    assert south == obligation(id=None, organization_id=SOUTH)


def test_an_obligation_is_provisional_until_the_data_are_cut_off(derive: Derive) -> None:
    assert {each.state for each in derive(now=BEFORE_CUTOFF)} == {ObligationState.PROVISIONAL}
    assert {each.state for each in derive(now=AT_CUTOFF)} == {ObligationState.FIXED}


def test_levels_that_enter_have_each_their_own_deadline(derive: Derive) -> None:
    entering = frozenset({"commune", "district"})

    assert {each.organization_id: each.deadline for each in derive(entering_levels=entering)} == {
        DISTRICT: end_of_day(date(2025, 6, 19)),
        NORTH: DEADLINE,
        SOUTH: DEADLINE,
    }


def test_the_receiver_is_that_of_the_chain_at_the_cut_off(derive: Derive) -> None:
    cutoff = QUARTER.cutoff_date
    links = iter([ChainLink(NORTH, PROVINCE, valid_from=cutoff, valid_to=None)])

    assert [each.receiver_id for each in derive(links=links)] == [PROVINCE, DISTRICT]


def test_the_tree_of_another_day_is_refused(derive: Derive) -> None:
    with pytest.raises(TreeOfAnotherDay, match="15/06/2025") as raised:
        derive(on=date(2025, 6, 15))
    assert raised.value.cutoff_date == QUARTER.cutoff_date


def test_a_level_without_a_deadline_is_refused(derive: Derive) -> None:
    with pytest.raises(LevelWithoutDeadline, match="province") as raised:
        derive(entering_levels=frozenset({"province"}))
    assert raised.value.level == "province"


def test_nothing_is_stored_when_nothing_changed(derive: Derive) -> None:
    current = stored(derive(now=BEFORE_CUTOFF))

    assert reconcile(current, derive(now=BEFORE_CUTOFF)) == ()


def test_new_obligations_open(derive: Derive) -> None:
    north, south = derive(now=BEFORE_CUTOFF)

    assert reconcile(stored([north]), [north, south]) == (south,)


def test_the_cut_off_fixes_each_once(derive: Derive) -> None:
    current = stored(derive(now=BEFORE_CUTOFF))
    fixed = reconcile(current, derive(now=AT_CUTOFF))

    assert [(each.id, each.state, each.sequence) for each in fixed] == [
        (1, ObligationState.FIXED, 2),
        (2, ObligationState.FIXED, 2),
    ]
    assert reconcile(fixed, derive(now=AT_CUTOFF)) == ()


def test_a_provisional_obligation_follows_a_changed_deadline(derive: Derive) -> None:
    current = stored(derive(now=BEFORE_CUTOFF))
    moved = [replace(each, deadline=DEADLINE + timedelta(days=1)) for each in current]
    changed = reconcile(current, moved)

    assert [each.deadline for each in changed] == [DEADLINE + timedelta(days=1)] * 2
    assert [(each.id, each.sequence) for each in changed] == [(1, 2), (2, 2)]


def test_a_provisional_obligation_that_is_owed_no_more_is_excluded(derive: Derive) -> None:
    north, south = stored(derive(now=BEFORE_CUTOFF))
    (gone,) = reconcile([north, south], [south])

    assert gone == replace(north, state=ObligationState.EXCLUDED, sequence=2)


def test_what_is_fixed_or_excluded_stays_whatever_the_catalogue_says(derive: Derive) -> None:
    north, south = stored(derive())
    later = [replace(north, deadline=DEADLINE + timedelta(days=9))]

    assert reconcile([north, excluded(south)], later) == ()


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(BEFORE_CUTOFF, Standing.NOT_DUE, id="before the cut-off"),
        pytest.param(AT_CUTOFF, Standing.DUE, id="at the cut-off"),
        pytest.param(DEADLINE, Standing.DUE, id="at 24:00 of the last day"),
        pytest.param(DEADLINE + timedelta(microseconds=1), Standing.OVERDUE, id="just after"),
    ],
)
def test_a_report_that_has_not_arrived_becomes_due_then_overdue(
    now: datetime, expected: Standing
) -> None:
    assert standing(obligation(), first_submitted_at=None, is_in=False, now=now) is expected


@pytest.mark.parametrize(
    ("first_submitted_at", "expected"),
    [
        pytest.param(DEADLINE, Standing.SENT_ON_TIME, id="at 24:00 of the last day"),
        pytest.param(DEADLINE + timedelta(microseconds=1), Standing.SENT_LATE, id="just after"),
    ],
)
def test_a_report_that_is_in_is_judged_by_its_first_submission(
    first_submitted_at: datetime, expected: Standing
) -> None:
    now = DEADLINE + timedelta(days=30)
    found = standing(obligation(), first_submitted_at=first_submitted_at, is_in=True, now=now)

    assert found is expected


def test_only_what_arrived_after_the_deadline_is_late() -> None:
    owed = obligation()

    assert not owed.is_late(None)
    assert not owed.is_late(owed.deadline)
    assert owed.is_late(owed.deadline + timedelta(microseconds=1))


def test_a_returned_report_is_overdue_until_it_is_in_again_and_then_on_time() -> None:
    sent, later = DEADLINE - timedelta(hours=1), DEADLINE + timedelta(days=1)

    assert (
        standing(obligation(), first_submitted_at=sent, is_in=False, now=later) is Standing.OVERDUE
    )
    assert (
        standing(obligation(), first_submitted_at=sent, is_in=True, now=later)
        is Standing.SENT_ON_TIME
    )


def test_an_excluded_organization_is_never_due() -> None:
    gone = obligation(state=ObligationState.EXCLUDED)
    later = DEADLINE + timedelta(days=1)

    assert standing(gone, first_submitted_at=None, is_in=False, now=later) is Standing.NOT_DUE


def test_a_report_that_is_in_but_never_sent_is_a_bug() -> None:
    with pytest.raises(ValueError, match="first submission"):
        standing(obligation(), first_submitted_at=None, is_in=True, now=DEADLINE)


@given(st.lists(st.timedeltas(timedelta(days=-9), timedelta(days=9)), min_size=2, max_size=9))
def test_waiting_never_makes_an_obligation_less_due(offsets: list[timedelta]) -> None:
    order = [Standing.NOT_DUE, Standing.DUE, Standing.OVERDUE]
    found = [
        standing(obligation(), first_submitted_at=None, is_in=False, now=DEADLINE + offset)
        for offset in sorted(offsets)
    ]

    assert found == sorted(found, key=order.index)
