"""The monthly socio-economic set: who owes it to whom, by when, and what its rules say."""

from datetime import date
from decimal import Decimal

import pytest

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.packs import find_packs, read_packs
from shared.domain.combinations import Combined, PeriodFigures, combined
from shared.domain.deadlines import LadderWarning
from shared.domain.figures import Figures
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import (
    ColumnCode,
    FormCode,
    IndicatorCode,
    OrganizationCode,
    RegimeCode,
    RowCode,
)
from shared.domain.indicators import value
from shared.domain.measures import kind_of
from shared.domain.obligations import derive_obligations
from shared.domain.operators import TimeOperator, ValueKind
from shared.domain.sheets import check, complete
from shared.domain.time import end_of_day
from tests.factories.packs import catalogue_of

ECONOMY, SOCIAL = RegimeCode("KTXH-THANG"), RegimeCode("ASXH-THANG")
BEFORE, AFTER = date(2025, 6, 14), date(2025, 7, 14)
FIGURE = ColumnCode("GT")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return catalogue_of(read_packs(find_packs()))


@pytest.fixture(scope="module")
def economy(catalogue: Catalogue) -> FormTemplate:
    return catalogue.form(FormCode("KTXH-01"), on=AFTER)


def figures(**values: int) -> Figures:
    return {RowCode(code): {FIGURE: Decimal(number)} for code, number in values.items()}


def a_month(**changed: int) -> Figures:
    usual = {"DTC01": 9000, "DTC02": 3000, "DTC04": 6, "DTC05": 1}
    files = {"TTHC01": 200, "TTHC02": 190, "TTHC03": 10, "TTHC05": 150}
    return figures(**(usual | files | changed))


def test_totals_and_rates_are_computed_and_nothing_else(economy: FormTemplate) -> None:
    derived = [row.code for row in economy.rows if row.is_derived]
    assert derived == ["DTC03", "TTHC04", "TTHC06"]
    sheet = complete(economy, a_month())
    rates = {code: sheet.row(RowCode(code))[FIGURE] for code in derived}
    assert rates == {"DTC03": Decimal("33.3"), "TTHC04": 95, "TTHC06": 75}


def test_a_month_that_holds_together_has_no_fault(economy: FormTemplate) -> None:
    assert not check(economy, a_month(), previous=a_month(DTC02=2500), same_year=True)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"DTC02": 2999}, "KTXH01.CUMULATIVE"),
        ({"DTC02": 9001}, "KTXH01.PERCENT"),
        ({"TTHC05": 201}, "KTXH01.PERCENT"),
        ({"DTC05": 7}, "KTXH01.LATE_PROJECTS"),
        ({"DTC01": 9001}, "KTXH01.PLAN_CHANGED"),
    ],
)
def test_a_figure_that_cannot_be_is_named(
    economy: FormTemplate, changed: dict[str, int], code: str
) -> None:
    faults = check(economy, a_month(**changed), previous=a_month(), same_year=True)
    assert [fault.check for fault in faults] == [code]


def test_disbursement_starts_again_in_january(economy: FormTemplate) -> None:
    january = a_month(DTC01=5000, DTC02=0)
    assert not check(economy, january, previous=a_month(), same_year=False)


def test_stocks_are_last_over_time_and_flows_are_summed(catalogue: Catalogue) -> None:
    operators = {
        cell.row: form.measures[cell].time_operator
        for form in (catalogue.form(FormCode(f"KTXH-0{each}"), on=AFTER) for each in (1, 2))
        for cell in form.input_cells
    }
    assert {row for row, each in operators.items() if each is TimeOperator.LAST} == {
        "DTC01", "DTC02", "DTC04", "DTC05", "AS01", "AS02", "AS03",
    }  # fmt: skip
    assert {row for row, each in operators.items() if each is TimeOperator.SUM} == {
        "TTHC01", "TTHC02", "TTHC03", "TTHC05", "AS04", "AS04A",
    }  # fmt: skip


def test_a_year_of_the_set_is_put_together_by_its_operators(catalogue: Catalogue) -> None:
    """Two months: plan and disbursement stand as of the last, files add up, rates are anew."""
    form = catalogue.form(FormCode("KTXH-01"), on=AFTER)
    months = [a_month(), a_month(DTC02=4500, TTHC02=100, TTHC03=100)]
    sheets = [complete(form, month) for month in months]

    def over(code: str) -> Combined:
        indicator = catalogue.indicator(IndicatorCode(code), on=AFTER)
        return combined(
            [PeriodFigures(indicator, each, reported=True, lone=False) for each in sheets]
        )

    found = {code: over(code).value for code in ("DTC01", "DTC02", "DTC03", "TTHC01", "TTHC04")}
    assert found == {"DTC01": 9000, "DTC02": 4500, "DTC03": 50, "TTHC01": 400,
                     "TTHC04": Decimal("72.5")}  # fmt: skip
    disbursed = catalogue.indicator(IndicatorCode("DTC02"), on=AFTER)
    planned = catalogue.indicator(IndicatorCode("DTC01"), on=AFTER)
    assert disbursed.plan == planned.code
    assert kind_of(planned, form) is ValueKind.PLAN


def test_every_indicator_of_the_set_can_be_read_from_its_form(catalogue: Catalogue) -> None:
    sheet = complete(
        catalogue.form(FormCode("KTXH-02"), on=AFTER),
        figures(AS01=50, AS02=70, AS03=400, AS04=200, AS04A=150),
    )
    found = {
        each.code: value(each, sheet)
        for each in catalogue.indicators_of(FormCode("KTXH-02"), on=AFTER)
    }
    assert found == {"AS01": 50, "AS02": 70, "AS03": 400, "AS04": 200, "AS05": 75}
    assert catalogue.indicator(IndicatorCode("DTC03"), on=AFTER).target == 95
    assert len(catalogue.indicators_of(FormCode("KTXH-01"), on=AFTER)) == 11


@pytest.mark.parametrize(
    ("regime", "on", "receiver"),
    [
        pytest.param(ECONOMY, BEFORE, "690", id="economy, district"),
        pytest.param(ECONOMY, AFTER, "H19.15", id="economy, finance department"),
        pytest.param(SOCIAL, BEFORE, "690", id="social, district"),
        pytest.param(SOCIAL, AFTER, "H19.18", id="social, health department"),
        pytest.param(RegimeCode("VPCP-KSTT"), AFTER, "75", id="procedures, provincial office"),
    ],
)
def test_a_commune_sends_where_the_regime_says_and_else_up_the_tree(
    catalogue: Catalogue, regime: RegimeCode, on: date, receiver: str
) -> None:
    tree = catalogue.tree(on)
    commune = tree.by_code(OrganizationCode("25333"))
    found = catalogue.receiver(commune.id, regime=regime, on=on)
    assert found is not None
    assert tree.get(found).code == receiver


@pytest.mark.parametrize(
    ("on", "deadlines", "reporters"),
    [
        pytest.param(
            BEFORE,
            {"commune": 18, "district": 20, "department": 20, "province": 23},
            {"commune": 270, "department": 8},
            id="three tiers",
        ),
        pytest.param(
            date(2025, 9, 14),
            {"commune": 18, "department": 19, "province": 22},
            {"commune": 95, "department": 4},
            id="two tiers",
        ),
    ],
)
def test_the_month_is_due_by_the_ladder_of_its_cut_off(
    catalogue: Catalogue, on: date, deadlines: dict[str, int], reporters: dict[str, int]
) -> None:
    regime = catalogue.regime(ECONOMY, on=on)
    period = regime.period(f"{on:%Y-%m}")
    ladder = catalogue.deadlines(regime, period)
    tree = catalogue.tree(on)
    form = catalogue.form(regime.forms[0], on=on)
    owed = derive_obligations(
        regime=regime.code,
        form=form.code,
        period=period,
        entering_levels=form.entering_levels,
        tree=tree,
        links=catalogue.links.get(regime.code, ()),
        deadlines=ladder,
        now=end_of_day(on),
    )
    levels = [tree.get(each.organization_id).level for each in owed]
    assert {level: each.date.day for level, each in ladder.items()} == deadlines
    assert {level: levels.count(level) for level in set(levels)} == reporters


def test_departments_merge_as_their_provinces_do(catalogue: Catalogue) -> None:
    new = catalogue.tree(AFTER).by_code(OrganizationCode("H19.15"))
    old = catalogue.predecessors([new.id], on=AFTER)
    before = catalogue.tree(BEFORE)
    assert {before.get(each).code for each in old} == {"H10.15", "H19.15"}
    assert new.id not in before.organizations


def test_the_month_of_tet_2026_warns_that_receivers_have_no_time(catalogue: Catalogue) -> None:
    regime = catalogue.regime(ECONOMY, on=date(2026, 2, 14))
    found = catalogue.deadlines(regime, regime.period("2026-02"))
    assert LadderWarning.GAP_NOT_KEPT in found["commune"].warnings
