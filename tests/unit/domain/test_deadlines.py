"""Deadlines of the ladder: the real months of 2025–2026, and what holds on any calendar."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.calendars import WorkingCalendar
from shared.domain.deadlines import (
    DayOfMonth,
    DeadlineRule,
    FixedDate,
    Ladder,
    LadderDeadline,
    LadderStep,
    LadderWarning,
    Roll,
    WorkingDaysAfterCutoff,
    ladder_deadlines,
)
from shared.domain.errors import InvalidRule
from shared.domain.periods import Frequency, Period, PeriodCalendar, periods_between

LEVELS = ("commune", "district", "province")
MEETINGS_LADDER = tuple(
    LadderStep(level, DayOfMonth(day)) for level, day in zip(LEVELS, (17, 19, 22), strict=True)
)
CUTOFFS_OF_TWO_YEARS = [
    month.cutoff_date
    for month in periods_between(
        Frequency.MONTH,
        calendar=PeriodCalendar.ADMINISTRATIVE,
        first=date(2025, 1, 1),
        last=date(2026, 12, 14),
    )
]


def days_of(cutoff: date, calendar: WorkingCalendar, **changed: object) -> dict[str, date]:
    deadlines = deadlines_of(cutoff, calendar, **changed)
    return {level: deadline.date for level, deadline in deadlines.items()}


def deadlines_of(
    cutoff: date, calendar: WorkingCalendar, **changed: object
) -> dict[str, LadderDeadline]:
    ladder = Ladder(**({"steps": MEETINGS_LADDER} | changed))  # type: ignore[arg-type]
    return ladder_deadlines(ladder, cutoff=cutoff, calendar=calendar)


def single(rule: DeadlineRule, *, cutoff: date, calendar: WorkingCalendar, roll: Roll) -> date:
    steps = (LadderStep("department", rule),)
    return days_of(cutoff, calendar, steps=steps, roll=roll)["department"]


def test_the_ladder_of_the_second_quarter_of_2025(calendar: WorkingCalendar) -> None:
    cutoff = Period(Frequency.QUARTER, PeriodCalendar.ADMINISTRATIVE, 2025, 2).cutoff_date
    deadlines = deadlines_of(cutoff, calendar)

    assert tuple(deadlines) == LEVELS
    assert deadlines["commune"].date == date(2025, 6, 17)
    assert deadlines["commune"].instant == datetime(2025, 6, 17, 17, tzinfo=UTC)
    assert deadlines["district"].date == date(2025, 6, 19)
    assert deadlines["province"].rule_date == date(2025, 6, 22)
    assert deadlines["province"].date == date(2025, 6, 23)
    assert all(deadline.warnings == () for deadline in deadlines.values())


def test_rolling_alone_puts_commune_and_district_on_one_day_in_four_of_24_months(
    calendar: WorkingCalendar,
) -> None:
    ladders = [days_of(each, calendar, min_gap_working_days=0) for each in CUTOFFS_OF_TWO_YEARS]

    assert len(ladders) == 24
    assert [each["commune"] for each in ladders if each["commune"] == each["district"]] == [
        date(2025, 5, 19),
        date(2026, 1, 19),
        date(2026, 2, 23),
        date(2026, 10, 19),
    ]


def test_the_gap_parts_commune_and_district_in_every_month_but_that_of_tet(
    calendar: WorkingCalendar,
) -> None:
    ladders = {each: deadlines_of(each, calendar) for each in CUTOFFS_OF_TWO_YEARS}
    together = [
        cutoff
        for cutoff, ladder in ladders.items()
        if ladder["commune"].date == ladder["district"].date
    ]
    warned = [
        cutoff
        for cutoff, ladder in ladders.items()
        if any(deadline.warnings for deadline in ladder.values())
    ]

    assert together == warned == [date(2026, 2, 14)]
    assert ladders[date(2025, 5, 14)]["commune"].date == date(2025, 5, 16)
    assert ladders[date(2026, 1, 14)]["commune"].date == date(2026, 1, 16)
    assert ladders[date(2026, 10, 14)]["commune"].date == date(2026, 10, 16)


def test_no_working_day_parts_the_levels_in_the_month_of_tet_2026_so_the_page_warns(
    calendar: WorkingCalendar,
) -> None:
    deadlines = deadlines_of(date(2026, 2, 14), calendar)

    assert {deadline.date for deadline in deadlines.values()} == {date(2026, 2, 23)}
    assert deadlines["commune"].warnings == (LadderWarning.GAP_NOT_KEPT,)
    assert deadlines["district"].warnings == (LadderWarning.GAP_NOT_KEPT,)
    assert deadlines["province"].warnings == ()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param(DayOfMonth(20), date(2025, 2, 20), id="day of the month"),
        pytest.param(DayOfMonth(31), date(2025, 2, 28), id="the last day of a short month"),
        pytest.param(DayOfMonth(5, month_offset=11), date(2026, 1, 5), id="a month of next year"),
        pytest.param(WorkingDaysAfterCutoff(3), date(2025, 2, 19), id="working days after"),
        pytest.param(FixedDate(month=12, day=17), date(2025, 12, 17), id="fixed date"),
        pytest.param(FixedDate(2, 29, year_offset=3), date(2028, 2, 29), id="leap day"),
        pytest.param(FixedDate(2, 29, year_offset=1), date(2026, 2, 28), id="leap day elsewhere"),
    ],
)
def test_rules_count_from_the_cut_off(
    calendar: WorkingCalendar, rule: DeadlineRule, expected: date
) -> None:
    assert single(rule, cutoff=date(2025, 2, 14), calendar=calendar, roll=Roll.NONE) == expected


@pytest.mark.parametrize(
    ("roll", "expected"),
    [
        pytest.param(Roll.NEXT_WORKING_DAY, date(2025, 6, 23), id="next"),
        pytest.param(Roll.NONE, date(2025, 6, 22), id="none"),
        pytest.param(Roll.PREVIOUS_WORKING_DAY, date(2025, 6, 20), id="previous"),
    ],
)
def test_a_sunday_rolls_as_the_regime_says(
    calendar: WorkingCalendar, roll: Roll, expected: date
) -> None:
    day = single(DayOfMonth(22), cutoff=date(2025, 6, 14), calendar=calendar, roll=roll)

    assert day == expected


def test_a_date_before_the_cut_off_is_raised_to_the_first_working_day_after_it(
    calendar: WorkingCalendar,
) -> None:
    deadline = deadlines_of(
        date(2025, 6, 14), calendar, steps=(LadderStep("department", DayOfMonth(10)),)
    )["department"]

    assert deadline.rule_date == date(2025, 6, 10)
    assert deadline.date == date(2025, 6, 16)
    assert deadline.warnings == (LadderWarning.RAISED_AFTER_CUTOFF,)


def test_a_year_without_a_notice_is_told_on_its_deadlines(calendar: WorkingCalendar) -> None:
    deadlines = deadlines_of(date(2027, 3, 14), calendar)

    assert {each.warnings for each in deadlines.values()} == {(LadderWarning.ESTIMATED_CALENDAR,)}


def test_a_sender_keeps_its_gap_to_a_receiver_whose_deadline_is_a_day_off(
    calendar: WorkingCalendar,
) -> None:
    steps = (LadderStep("commune", DayOfMonth(21)), LadderStep("province", DayOfMonth(22)))
    days = days_of(date(2025, 6, 14), calendar, steps=steps, roll=Roll.NONE)

    assert days == {"commune": date(2025, 6, 19), "province": date(2025, 6, 22)}


@pytest.mark.parametrize(
    ("make", "field"),
    [
        pytest.param(lambda: DayOfMonth(0), "day", id="day 0"),
        pytest.param(lambda: DayOfMonth(32), "day", id="day 32"),
        pytest.param(lambda: FixedDate(13, 1), "month", id="month 13"),
        pytest.param(lambda: FixedDate(1, 0), "day", id="day 0 of January"),
        pytest.param(lambda: WorkingDaysAfterCutoff(0), "days", id="no working day"),
        pytest.param(
            lambda: Ladder(MEETINGS_LADDER, min_gap_working_days=-1),
            "min_gap_working_days",
            id="negative gap",
        ),
        pytest.param(lambda: Ladder(MEETINGS_LADDER * 2), "steps", id="a level twice"),
    ],
)
def test_rules_that_no_calendar_can_meet_are_refused(make: object, field: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidRule, match=field) as raised:
        make()
    assert raised.value.field == field


def test_levels_with_one_rule_stand_side_by_side(calendar: WorkingCalendar) -> None:
    steps = tuple(
        LadderStep(level, DayOfMonth(day))
        for level, day in (("commune", 18), ("district", 20), ("department", 20), ("province", 22))
    )
    alone = days_of(date(2025, 9, 14), calendar, steps=(steps[0], steps[1], steps[3]))

    found = days_of(date(2025, 9, 14), calendar, steps=steps)
    assert found == {**alone, "department": alone["district"]}


rules: st.SearchStrategy[DeadlineRule] = st.one_of(
    st.builds(DayOfMonth, st.integers(1, 31), month_offset=st.integers(0, 2)),
    st.builds(WorkingDaysAfterCutoff, st.integers(1, 10)),
    st.builds(FixedDate, st.integers(1, 12), st.integers(1, 31), year_offset=st.integers(0, 1)),
)
ladders = st.builds(
    Ladder,
    st.lists(rules, min_size=1, max_size=4, unique=True).map(
        lambda found: tuple(LadderStep(f"level {n}", rule) for n, rule in enumerate(found))
    ),
    roll=st.sampled_from(Roll),
    min_gap_working_days=st.integers(0, 4),
)
cutoffs = st.dates(min_value=date(2025, 1, 1), max_value=date(2026, 12, 31))
calendars = st.builds(
    lambda off: WorkingCalendar(days_off=frozenset(off), days_worked=frozenset()),
    st.sets(st.dates(min_value=date(2025, 1, 1), max_value=date(2027, 12, 31)), max_size=40),
)


@given(ladders, cutoffs, calendars)
def test_no_deadline_is_before_the_first_working_day_after_the_cut_off(
    ladder: Ladder, cutoff: date, calendar: WorkingCalendar
) -> None:
    deadlines = ladder_deadlines(ladder, cutoff=cutoff, calendar=calendar).values()

    assert all(each.date >= cutoff + timedelta(days=1) for each in deadlines)
    assert all(calendar.working_days_between(cutoff, each.date) >= 1 for each in deadlines)


@given(ladders, cutoffs, calendars)
def test_the_gap_is_kept_wherever_a_working_day_allows_it_and_warned_of_elsewhere(
    ladder: Ladder, cutoff: date, calendar: WorkingCalendar
) -> None:
    deadlines = ladder_deadlines(ladder, cutoff=cutoff, calendar=calendar)
    gap = ladder.min_gap_working_days
    earliest = calendar.add_working_days(cutoff, 1)
    for sender, receiver in pairwise(deadlines.values()):
        kept = calendar.working_days_between(sender.date, receiver.date) >= gap
        possible = calendar.working_days_between(earliest, receiver.date) >= gap
        assert sender.date <= receiver.date
        assert kept is possible is (LadderWarning.GAP_NOT_KEPT not in sender.warnings)
        assert kept or sender.date == earliest


@given(ladders, cutoffs, calendars)
def test_deadlines_roll_to_working_days_unless_the_regime_does_not_roll(
    ladder: Ladder, cutoff: date, calendar: WorkingCalendar
) -> None:
    for each in ladder_deadlines(ladder, cutoff=cutoff, calendar=calendar).values():
        unrolled = ladder.roll is Roll.NONE and each.date == each.rule_date
        assert unrolled or calendar.is_working_day(each.date)


@given(ladders, cutoffs, calendars)
def test_a_deadline_moves_earlier_only_as_far_as_its_receiver_needs(
    ladder: Ladder, cutoff: date, calendar: WorkingCalendar
) -> None:
    gap = ladder.min_gap_working_days
    deadlines = ladder_deadlines(ladder, cutoff=cutoff, calendar=calendar)
    alone = {
        step.level: days_of(cutoff, calendar, steps=(step,), roll=ladder.roll)[step.level]
        for step in ladder.steps
    }

    assert deadlines[ladder.steps[-1].level].date == alone[ladder.steps[-1].level]
    for sender, receiver in pairwise(deadlines.values()):
        later = calendar.add_working_days(sender.date, 1)
        moved = sender.date < alone[sender.level]
        assert moved or sender.date == alone[sender.level]
        assert not moved or calendar.working_days_between(later, receiver.date) < gap
