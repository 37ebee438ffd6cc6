"""The made-up figures of two years: sound by every rule, across periods and across the reform."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.demo.year.packs import PACKS_OF_THE_YEAR
from services.demo.year.sheets import (
    ECONOMY,
    PROCEDURES,
    WELFARE,
    Content,
    Figuring,
    content_of,
    with_slip,
)
from services.demo.year.timeline import YEAR_START, Timeline
from services.demo.year.units import Part, Unit, units_of
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.packs import read_packs, shipped_packs
from shared.domain.figures import Figures
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import (
    ColumnCode,
    FormCode,
    ObligationId,
    OrganizationCode,
    OrganizationId,
    PeriodCode,
    RegimeCode,
    RowCode,
)
from shared.domain.obligations import Obligation, ObligationState
from shared.domain.periods import Frequency, Period, PeriodCalendar, periods_between
from shared.domain.reports import Act
from shared.domain.sheets import check
from shared.domain.time import end_of_day
from tests.factories.packs import catalogue_of

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
FIRST, LAST = date(2024, 1, 1), date(2025, 9, 14)
GT = ColumnCode("GT")


@pytest.fixture(scope="module")
def known() -> Catalogue:
    return catalogue_of(read_packs(shipped_packs(*PACKS_OF_THE_YEAR)))


def periods(frequency: Frequency) -> tuple[Period, ...]:
    return periods_between(
        frequency, calendar=PeriodCalendar.ADMINISTRATIVE, first=FIRST, last=LAST
    )


def figuring(known: Catalogue) -> Figuring:
    form = known.form(PROCEDURES, on=LAST)
    return Figuring(
        first=periods(Frequency.MONTH)[0],
        quarters=tuple(each.code for each in periods(Frequency.QUARTER)),
        rows=tuple(row.code for row in form.input_rows),
    )


def told(known: Catalogue, form: FormTemplate, unit: Unit) -> Iterator[tuple[Period, Content]]:
    """Every period's sheet, judged against the one before; raises for a fault."""
    story = figuring(known)
    frequency = Frequency.QUARTER if form.code == PROCEDURES else Frequency.MONTH
    before: Figures | None = None
    for period in periods(frequency):
        raw = story.raw(form.code, unit, period=period)
        content = content_of(form, unit, raw, previous=before, period=period)
        content_of(form, unit, with_slip(form.code, raw), previous=before, period=period)
        yield period, content
        before = content.figures


def unit_of_code(known: Catalogue, code: str, *, on: date) -> Unit:
    organization = known.organization_by_code(OrganizationCode(code), on=on)
    return units_of(known)[organization.id]


@pytest.mark.parametrize("form", [PROCEDURES, ECONOMY, WELFARE])
@settings(max_examples=15, deadline=None)
@given(keys=st.lists(st.text("0123456789 -", min_size=1, max_size=20), min_size=1, max_size=8))
def test_every_report_keeps_every_rule_and_explains_what_is_unusual(
    known: Catalogue, form: FormCode, keys: list[str]
) -> None:
    level = "department" if form == ECONOMY and len(keys) == 1 else "commune"
    unit = Unit(tuple(Part(key, level) for key in keys))
    template = known.form(form, on=LAST)
    before: Figures | None = None
    for period, content in told(known, template, unit):
        same_year = period.previous().year == period.year
        faults = check(template, content.figures, previous=before, same_year=same_year)
        assert {f"{fault.check}/{fault.row}" for fault in faults} == set(content.explanations)
        assert all(content.explanations.values())
        before = content.figures


def test_months_of_a_quarter_add_up_to_it(known: Catalogue) -> None:
    unit = unit_of_code(known, "25210", on=AFTER)
    quarters = dict(told(known, known.form(PROCEDURES, on=LAST), unit))
    months = list(told(known, known.form(ECONOMY, on=LAST), unit))
    for number, (_, sheet) in enumerate(quarters.items()):
        received = sum(row.get(ColumnCode(c), 0) for row in sheet.figures.values() for c in "45")
        in_quarter = months[number * 3 : number * 3 + 3]
        assert received == sum(each.figures[RowCode("TTHC01")][GT] for _, each in in_quarter)


def test_a_new_unit_carries_over_what_the_merged_ones_left(known: Catalogue) -> None:
    tree, form = known.tree(AFTER), known.form(PROCEDURES, on=LAST)
    story, units = figuring(known), units_of(known)
    second, third = periods(Frequency.QUARTER)[-2:]
    communes = [each for each in tree.organizations.values() if each.level == "commune"]
    assert len(communes) == 95
    compared = 0
    for commune in communes:
        whole = [
            edge.source_id
            for edge in known.lineage
            if edge.target_id == commune.id and edge.kind.adds_whole
        ]
        if units[commune.id].divided or not whole:
            continue
        left = sum(_column(story, form, units[each], second, "12", "13") for each in whole)
        assert _column(story, form, units[commune.id], third, "6") == left
        compared += 1
    assert compared == 93


def test_the_divided_unit_is_told_once_and_explained(known: Catalogue) -> None:
    old = unit_of_code(known, "26449", on=BEFORE)
    heirs = [unit_of_code(known, code, on=AFTER) for code in ("26359", "26446")]
    assert len(old.parts) == 2
    assert all(len(set(old.parts) & set(heir.parts)) == 1 for heir in heirs)
    form = known.form(PROCEDURES, on=LAST)
    third = periods(Frequency.QUARTER)[-1]
    for heir in heirs:
        raw = figuring(known).raw(PROCEDURES, heir, period=third)
        content = content_of(form, heir, raw, previous=None, period=third)
        assert "Xuân Tâm" in content.explanations["II06A.CARRIED_OVER"]


def test_every_part_belongs_to_one_unit_at_a_time(known: Catalogue) -> None:
    units = units_of(known)
    parts_of_a_day = []
    for day in (BEFORE, AFTER):
        found = [
            part
            for each in known.tree(day).organizations.values()
            if each.level in {"commune", "department"}
            for part in units[each.id].parts
        ]
        assert len(found) == len(set(found))
        parts_of_a_day.append(set(found))
    assert parts_of_a_day[0] == parts_of_a_day[1]


def _column(story: Figuring, form: FormTemplate, unit: Unit, period: Period, *columns: str) -> int:
    raw = story.raw(form.code, unit, period=period)
    return int(sum(cells[column] for cells in raw.values() for column in columns))


def obligation(number: int, *, cutoff: date, deadline: date) -> Obligation:
    return Obligation(
        id=ObligationId(number),
        organization_id=OrganizationId(number),
        province_id=OrganizationId(1),
        regime=RegimeCode("KTXH-THANG"),
        form=FormCode("KTXH-01"),
        period=PeriodCode("2025-03"),
        receiver_id=None,
        cutoff_date=cutoff,
        deadline=end_of_day(deadline),
        state=ObligationState.FIXED,
        sequence=1,
    )


def test_steps_follow_each_other_from_the_cut_off_to_now(known: Catalogue) -> None:
    timeline = Timeline(known.calendar, YEAR_START, frozenset())
    verbs: set[Act] = set()
    silent = 0
    for number in range(400):
        duty = obligation(number, cutoff=date(2025, 3, 14), deadline=date(2025, 3, 18))
        steps = timeline.of(duty, code=str(number), name="")
        assert all(one.at < other.at for one, other in pairwise(steps))
        assert all(end_of_day(duty.cutoff_date) < step.at < YEAR_START for step in steps)
        assert not steps or steps[0].verb is Act.SUBMIT
        verbs |= {step.verb for step in steps}
        silent += not steps
    assert verbs == {*Act} - {Act.CLOSE, Act.REOPEN}
    assert 0 < silent < 20


def test_what_lies_ahead_is_left_to_the_visitor(known: Catalogue) -> None:
    timeline = Timeline(known.calendar, YEAR_START, frozenset({"25210"}))
    duties = [
        obligation(number, cutoff=date(2025, 9, 14), deadline=date(2025, 9, 18))
        for number in range(100)
    ]
    lives = [timeline.of(duty, code=str(duty.id), name="") for duty in duties]
    assert 30 < sum(1 for steps in lives if steps) < 80
    assert any(steps and steps[-1].verb is Act.APPROVE for steps in lives)
    assert timeline.of(duties[0], code="25210", name="") == ()
