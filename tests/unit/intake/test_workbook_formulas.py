"""Formulas of a form as Excel computes them."""

import pytest

from services.intake.workbooks.addresses import Spot, spot_of
from services.intake.workbooks.formulas import excel_formula
from services.intake.workbooks.layout import Layout
from shared.domain.forms import CellRef, FormTemplate, Precedence
from shared.domain.identifiers import ColumnCode, RowCode
from shared.formulas.parser import parse_formula
from tests.factories.forms import column, form, form_ii_06a, form_of_indicators, row


def written(made: FormTemplate, row_code: str, column_code: str) -> str | None:
    cell = CellRef(RowCode(row_code), ColumnCode(column_code))
    return excel_formula(
        made.derivations_as_printed[cell],
        cell,
        spot_of=Layout(made).spots.__getitem__,
        blank_is_zero=made.blank_is_zero,
    )


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        pytest.param("[1] + [2]", "C8+D8", id="sum"),
        pytest.param("[1] - ([2] - 1)", "C8-(D8-1)", id="bracket-at-the-right"),
        pytest.param("([1] - [2]) - 1", "C8-D8-1", id="no-bracket-at-the-left"),
        pytest.param("([1] + [2]) * 100", "(C8+D8)*100", id="looser-inside"),
        pytest.param("[1] * 100 + 0.5", "C8*100+0.5", id="tighter-inside"),
        pytest.param("-([1] + [2])", "-(C8+D8)", id="minus"),
        pytest.param("max([1], [2])", "MAX(C8,D8)", id="function"),
        pytest.param("abs([1] - [2])", "ABS(C8-D8)", id="nested"),
    ],
)
def test_arithmetic_keeps_its_meaning_with_no_bracket_too_many(formula: str, expected: str) -> None:
    made = form(columns=(column("1"), column("2"), column("3", formula)), blank_is_zero=True)

    assert written(made, "D1", "3") == f"={expected}"


def test_what_is_missing_stays_missing_unless_the_form_says_that_blank_is_zero() -> None:
    assert written(form(), "D1", "3") == '=IF(COUNT(C8,D8)<2,"",C8+D8)'
    assert written(form(blank_is_zero=True), "D1", "3") == "=C8+D8"


def test_a_division_by_zero_is_missing() -> None:
    made = form(columns=(column("1"), column("2"), column("3", "[1] / [2]")), blank_is_zero=True)

    assert written(made, "D1", "3") == '=IFERROR(C8/D8,"")'


def test_a_total_adds_its_rows_as_one_range() -> None:
    assert written(form_ii_06a(), "TONG", "4") == "=SUM(D8:D27)"


def test_formulas_of_rows_look_at_other_rows() -> None:
    made = form_of_indicators()

    assert Layout(made).has_units
    assert written(made, "RATE", "V") == '=IF(COUNT(D8:D9)<2,"",IFERROR(D9/D8*100,""))'


@pytest.mark.parametrize(
    "formula",
    [
        pytest.param("[1] + previous([2])", id="another-period"),
        pytest.param("sum([1], [2])", id="skips-what-is-missing"),
        pytest.param("if([1] > 0, [1], [2])", id="condition"),
        pytest.param("max([1], previous([2]))", id="inside-a-function"),
    ],
)
def test_what_excel_would_compute_otherwise_is_left_to_the_system(formula: str) -> None:
    made = form(columns=(column("1"), column("2"), column("3", formula)))

    assert written(made, "D1", "3") is None


def test_precedence_decides_where_a_row_and_a_column_have_formulas() -> None:
    columns = (column("1"), column("2"), column("3", "[1] + [2]"))
    rows = (row("D1"), row("D2"), row("D3", formula=parse_formula("[D1] - [D2]")))
    by_row = form(columns=columns, rows=rows, precedence=Precedence.ROW, blank_is_zero=True)
    by_column = form(columns=columns, rows=rows, precedence=Precedence.COLUMN, blank_is_zero=True)

    assert written(by_row, "D3", "3") == "=E8-E9"
    assert written(by_column, "D3", "3") == "=C10+D10"


@pytest.mark.parametrize(
    ("address", "spot"),
    [("A1", Spot(0, 0)), ("Z9", Spot(8, 25)), ("AA10", Spot(9, 26)), ("XFD1048576", None)],
)
def test_addresses_are_read_as_they_are_written(address: str, spot: Spot | None) -> None:
    found = spot_of(address)

    assert found is not None
    assert found.address == address
    assert spot in {found, None}
    assert spot_of("1A") is None
