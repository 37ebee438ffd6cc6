"""The packs that come with the program: sound, complete, and true to their sources."""

import re
import unicodedata
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.checking import catalogue_faults
from shared.catalogue.entries import Content
from shared.catalogue.packs import content_of_packs, find_packs, read_packs, shipped_packs
from shared.catalogue.schemas import OrganizationModel
from shared.domain.forms import CellRef, Severity
from shared.domain.identifiers import (
    ColumnCode,
    FormCode,
    IndicatorCode,
    OrganizationCode,
    RegimeCode,
    RowCode,
)
from shared.domain.indicators import value
from shared.domain.periods import Frequency
from shared.domain.sheets import check, complete
from tests.factories.packs import catalogue_of, demo_packs

CUTOFF = date(2025, 6, 14)
FORM = FormCode("II.06a/VPCP/KSTT")
REGIME = RegimeCode("VPCP-KSTT")

CODE_SHAPES = {
    "province": r"\d{2}",
    "district": r"\d{3}",
    "commune": r"\d{5}",
}


@pytest.fixture(scope="module")
def everything() -> Content:
    return content_of_packs(read_packs(find_packs()))


@pytest.fixture(scope="module")
def demo() -> Catalogue:
    return catalogue_of(demo_packs())


def units(name: str) -> list[OrganizationModel]:
    packs = read_packs(shipped_packs(f"organizations/{name}"))
    return [item.model for item in packs[0].organizations]


def test_all_shipped_packs_are_sound_together(everything: Content) -> None:
    assert catalogue_faults(everything) == []


@pytest.mark.parametrize(
    ("pack", "levels"),
    [
        pytest.param(
            "binh-phuoc-2025", {"province": 1, "district": 11, "commune": 111}, id="Bình Phước"
        ),
        pytest.param(
            "dong-nai-until-2025", {"province": 1, "district": 11, "commune": 159}, id="old"
        ),
        pytest.param("dong-nai-2025", {"province": 1, "commune": 95}, id="new Đồng Nai"),
    ],
)
def test_a_province_has_the_units_the_law_gave_it(pack: str, levels: dict[str, int]) -> None:
    assert Counter(unit.level for unit in units(pack)) == levels


@pytest.mark.parametrize("pack", ["binh-phuoc-2025", "dong-nai-until-2025", "dong-nai-2025"])
def test_codes_are_unique_and_have_the_shape_of_their_level(pack: str) -> None:
    made = units(pack)
    assert len({unit.code for unit in made}) == len(made)
    for unit in made:
        assert re.fullmatch(CODE_SHAPES[unit.level], unit.code), unit.code


@pytest.mark.parametrize("pack", ["binh-phuoc-2025", "dong-nai-until-2025", "dong-nai-2025"])
def test_names_are_composed_and_contacts_cannot_reach_anyone(pack: str) -> None:
    for unit in units(pack):
        assert unicodedata.is_normalized("NFC", unit.name)
        assert unit.name == unit.name.strip()
        assert unit.email is not None
        assert unit.email.startswith(f"ubnd.{unit.code}@")
        assert unit.email.endswith(".example")
        assert "(mô phỏng)" in (unit.contact_name or "")
        assert unit.latitude is not None
        assert Decimal(8) < unit.latitude < Decimal(24)


def test_the_three_tiers_end_on_the_day_before_the_two_tiers_begin() -> None:
    assert {unit.valid_until for unit in units("binh-phuoc-2025")} == {date(2025, 6, 30)}
    assert {unit.valid_from for unit in units("dong-nai-2025")} == {date(2025, 7, 1)}


def test_the_tree_of_the_demo_is_province_over_districts_over_communes(demo: Catalogue) -> None:
    tree = demo.tree(CUTOFF)
    province = tree.by_code(OrganizationCode("70"))
    assert province.name == "Tỉnh Bình Phước"
    assert len(tree.children(province.id)) == 11
    assert len(tree.subtree(province.id)) == 123
    assert {version.province_id for version in tree.organizations.values()} == {province.id}
    commune = tree.by_code(OrganizationCode("25216"))
    assert commune.search_key == "phuong thac mo"
    assert [tree.get(each).name for each in tree.ancestors(commune.id)] == [
        "Thị xã Phước Long",
        "Tỉnh Bình Phước",
    ]


def test_the_deadlines_of_the_second_quarter_of_2025_climb_the_ladder(demo: Catalogue) -> None:
    regime = demo.regime(REGIME, on=CUTOFF)
    period = regime.period("2025-Q2")
    assert regime.frequency is Frequency.QUARTER
    assert (period.window.first, period.cutoff_date) == (date(2025, 3, 15), CUTOFF)
    deadlines = demo.deadlines(regime, period)
    assert {level: deadline.date for level, deadline in deadlines.items()} == {
        "commune": date(2025, 6, 17),
        "district": date(2025, 6, 19),
        "province": date(2025, 6, 23),
    }
    assert deadlines["commune"].instant == datetime(2025, 6, 17, 17, 0, tzinfo=UTC)


def test_the_form_has_twenty_fields_of_work_and_a_locked_total(demo: Catalogue) -> None:
    form = demo.form_by_slug("ii-06a", on=CUTOFF)
    assert form is demo.form(FORM, on=CUTOFF)
    assert [row.code for row in form.input_rows] == [f"LV{number:02d}" for number in range(1, 21)]
    assert form.total_row is not None
    assert form.total_row.code == "TONG"
    assert [column.code for column in form.columns] == [str(number) for number in range(3, 14)]
    typed = [column.code for column in form.input_columns]
    assert typed == ["4", "5", "6", "8", "9", "10", "12", "13"]
    assert {column.unit for column in form.columns} == {"hồ sơ"}
    assert form.cell_index(CellRef(RowCode("LV01"), ColumnCode("4"))) == 0
    assert form.blank_is_zero


def test_the_form_blocks_what_does_not_balance_and_asks_about_the_rest(demo: Catalogue) -> None:
    form = demo.form(FORM, on=CUTOFF)
    typed = {"4": 5, "5": 3, "6": 1, "8": 4, "9": 2, "10": 1, "12": 1, "13": 0}
    figures = {
        RowCode("LV01"): {ColumnCode(code): Decimal(number) for code, number in typed.items()}
    }
    previous = {RowCode("LV01"): {ColumnCode("12"): Decimal(3)}}
    faults = check(form, figures, previous=previous)
    assert [(fault.check, fault.severity, fault.row) for fault in faults] == [
        ("II06A.BALANCE", Severity.HARD, "LV01"),
        ("II06A.CARRIED_OVER", Severity.SOFT, "LV01"),
    ]
    assert "lệch 1" in faults[0].detail


def test_the_indicators_are_computed_from_the_total(demo: Catalogue) -> None:
    form = demo.form(FORM, on=CUTOFF)
    figures = {
        RowCode("LV01"): {ColumnCode("4"): Decimal(5), ColumnCode("8"): Decimal(2)},
        RowCode("LV02"): {ColumnCode("5"): Decimal(3), ColumnCode("10"): Decimal(1)},
    }
    sheet = complete(form, figures, previous=None)
    values = {
        indicator.code: value(indicator, sheet) for indicator in demo.indicators_of(FORM, on=CUTOFF)
    }
    assert values == {
        "II06A.RECEIVED": Decimal(8),
        "II06A.RESOLVED": Decimal(3),
        "II06A.ON_TIME_RATE": Decimal("66.7"),
        "II06A.ONLINE_RATE": Decimal("62.5"),
        "II06A.IN_PROGRESS": Decimal(0),
        "II06A.OVERDUE_FILES": Decimal(0),
    }
    assert demo.indicator(IndicatorCode("II06A.ON_TIME_RATE"), on=CUTOFF).target == 98


def test_the_regime_ends_with_the_circular_that_made_it(demo: Catalogue) -> None:
    assert demo.regimes_in_force(date(2026, 2, 14))
    assert not demo.regimes_in_force(date(2026, 2, 15))
    assert not demo.regimes_in_force(date(2020, 12, 14))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2024, 4, 29), False, id="swapped day off"),
        pytest.param(date(2024, 5, 4), True, id="Saturday worked for it"),
        pytest.param(date(2024, 2, 14), False, id="last day of Tết 2024"),
        pytest.param(date(2024, 2, 15), True, id="first day after it"),
        pytest.param(date(2025, 4, 26), True, id="Saturday worked in 2025"),
        pytest.param(date(2026, 11, 24), False, id="new holiday of 2026"),
        pytest.param(date(2025, 11, 24), True, id="which was none in 2025"),
    ],
)
def test_the_calendar_follows_the_notices(demo: Catalogue, day: date, *, works: bool) -> None:
    assert demo.calendar.is_working_day(day) is works


def test_only_the_year_without_a_notice_is_an_estimate(demo: Catalogue) -> None:
    assert demo.calendar.estimated_years == {2027}


def test_the_yearly_report_on_meetings_is_due_in_december() -> None:
    packs = read_packs(shipped_packs("regimes/vpcp-meetings", "calendars/vietnam"))
    catalogue = catalogue_of(packs)
    on = date(2025, 12, 14)
    regime = catalogue.regime(RegimeCode("VPCP-HOP"), on=on)
    deadlines = catalogue.deadlines(regime, regime.period("2025"))
    assert {level: each.date.day for level, each in deadlines.items()} == {
        "commune": 17,
        "district": 19,
        "province": 22,
    }
    total = catalogue.form(FormCode("HOP-01"), on=on).total_row
    assert total is not None
    assert len(catalogue.indicators_of(FormCode("HOP-01"), on=on)) == 2
