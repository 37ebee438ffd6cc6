"""Indicators over the total row: ratios from summed parts, rounded once."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from shared.domain.forms import FormTemplate
from shared.domain.identifiers import FormCode, IndicatorCode
from shared.domain.indicators import Direction, Indicator, InvalidIndicator, exact_value, value
from shared.domain.sheets import complete
from shared.formulas.parser import parse_formula
from tests.factories.forms import column, figures, form, form_ii_06a, row

II_06A = form_ii_06a(fields_of_work=2)
TYPED = figures({"LV01": {"4": 1, "5": 9, "8": 5, "9": 4, "10": 1}, "LV02": {"4": 99, "5": 1}})


def indicator(formula: str, **changed: Any) -> Indicator:
    fields: dict[str, Any] = {
        "code": IndicatorCode("II06A.TEST"),
        "name": "Chỉ tiêu thử",
        "unit": "hồ sơ",
        "form": FormCode("II.06a/VPCP/KSTT"),
        "expression": parse_formula(formula),
    }
    return Indicator(**(fields | changed))


@pytest.mark.parametrize(
    ("formula", "decimals", "expected"),
    [
        ("[3]", 0, "110"),
        ("[7]", 0, "10"),
        ("[LV02, 3]", 0, "100"),
        ("([8] + [9]) / [7] * 100", 1, "90"),
        ("[4] / ([4] + [5]) * 100", 1, "90.9"),
        ("[4] / ([4] + [5]) * 100", 0, "91"),
    ],
)
def test_an_indicator_is_computed_from_the_total_row(
    formula: str, decimals: int, expected: str
) -> None:
    found = value(indicator(formula, decimals=decimals), complete(II_06A, TYPED))

    assert found == Decimal(expected)


def test_a_ratio_without_a_divisor_is_missing() -> None:
    sheet = complete(II_06A, figures({"LV01": {"4": 1}}))

    assert value(indicator("([8] + [9]) / [7] * 100"), sheet) is None


def test_a_target_is_compared_with_the_exact_value() -> None:
    sheet = complete(II_06A, figures({"LV01": {"4": 2, "5": 1}}))
    share = indicator("[4] / ([4] + [5]) * 100", decimals=1, direction=Direction.HIGHER_IS_BETTER)

    assert value(share, sheet) == Decimal("66.7")
    assert exact_value(share, sheet) == Fraction(200, 3)


@pytest.mark.parametrize("formula", ["[3] = 1", "previous([3])"])
def test_an_indicator_is_one_number_of_one_period(formula: str) -> None:
    with pytest.raises(InvalidIndicator):
        indicator(formula)


@pytest.mark.parametrize(
    ("formula", "template", "hint"),
    [
        ("[99]", II_06A, "dòng TONG, cột 99"),
        ("[LV77, 3]", II_06A, "dòng LV77, cột 3"),
        ("[1]", form(rows=(row("A"), row("B"))), "hãy nêu dòng"),
    ],
)
def test_an_indicator_needs_a_form_with_its_cells(
    formula: str, template: FormTemplate, hint: str
) -> None:
    with pytest.raises(InvalidIndicator, match=hint):
        value(indicator(formula), complete(template, {}))


def test_a_form_of_one_row_needs_no_total_row() -> None:
    template = form(columns=(column("1"),))

    assert value(indicator("[1] * 2"), complete(template, figures({"D1": {"1": 3}}))) == 6
