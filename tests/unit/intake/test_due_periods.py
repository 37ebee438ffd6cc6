"""What the calendar page tells of each period, over the shipped packs of two provinces."""

from datetime import date

import pytest

from services.demo.year.packs import PACKS_OF_THE_YEAR
from services.intake.catalogue.use_cases import DuePeriod, due_periods
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.packs import read_packs, shipped_packs
from tests.factories.packs import catalogue_of

TET = date(2026, 2, 14)


@pytest.fixture(scope="module")
def known() -> Catalogue:
    return catalogue_of(read_packs(shipped_packs(*PACKS_OF_THE_YEAR)))


def cut_off_on(known: Catalogue, day: date, *, regime: str) -> DuePeriod:
    found = due_periods(known, first=day, last=day)
    return next(each for each in found if each.regime.code == regime)


def levels(due: DuePeriod) -> list[str]:
    return [each.level for each in due.deadlines]


def test_a_level_that_has_ended_has_no_deadline_any_more(known: Catalogue) -> None:
    before = cut_off_on(known, date(2025, 6, 14), regime="VPCP-KSTT")
    after = cut_off_on(known, date(2025, 9, 14), regime="VPCP-KSTT")

    assert levels(before) == ["commune", "district", "province"]
    assert levels(after) == ["commune", "province"]


def test_tet_crowds_the_deadlines_of_february_2026(known: Catalogue) -> None:
    crowded = cut_off_on(known, TET, regime="ASXH-THANG").crowded
    usual = cut_off_on(known, date(2026, 3, 14), regime="ASXH-THANG").crowded

    assert [(each.level, each.date) for each in crowded] == [
        ("commune", date(2026, 2, 23)),
        ("department", date(2026, 2, 23)),
    ]
    assert usual == ()
