"""Cells that must be filled in, and cells that are none of a unit's business."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.cells import CellRef, CellRule, Scope
from shared.domain.derivations import skip_absent
from shared.domain.expressions import Cell, Expression, evaluate
from shared.domain.forms import FormTemplate, InvalidForm, Precedence
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.organizations import OrganizationKind, OrganizationVersion
from shared.domain.sheets import canonical_figures, complete, sheet_of_values
from tests.factories.expressions import numbers
from tests.factories.forms import PERCENT, column, form, row
from tests.factories.organizations import commune, ward
from tests.factories.reading import figures_and_faults

WARDS = Scope(kinds=frozenset({OrganizationKind.WARD}))
D1, D2, D3, TOTAL = (RowCode(code) for code in ("D1", "D2", "D3", "TONG"))
C1 = ColumnCode("1")


WARD, COMMUNE = ward(), commune()


def rows_in_total(*closed: Scope) -> FormTemplate:
    rows = [row(f"D{n}", parent=TOTAL, closed=each) for n, each in enumerate(closed, start=1)]
    return form(rows=(*rows, row(TOTAL, sum_of_children=True)), columns=(column("1"),))


def test_a_closed_cell_is_locked_and_shows_nothing() -> None:
    owed = rows_in_total(Scope(), WARDS).as_owed_by(WARD)
    assert owed.input_cells == (CellRef(D1, C1),)
    figures, faults = figures_and_faults(owed, {"D1": {"1": 4}, "D2": {"1": None}})
    assert faults == ()
    sheet = complete(owed, figures)
    assert sheet.value(CellRef(D2, C1)) is None
    assert sheet.value(CellRef(TOTAL, C1)) == 4


def test_typing_a_closed_cell_is_a_fault_with_its_place() -> None:
    owed = rows_in_total(Scope(), WARDS).as_owed_by(WARD)
    _, faults = figures_and_faults(owed, {"D1": {"1": 4}, "D2": {"1": 0}})
    assert [(each.code, each.pointer) for each in faults] == [("closed_cell", "/figures/D2/1")]
    assert faults[0].blocks


def test_a_form_that_closes_nothing_for_a_unit_is_the_form_itself() -> None:
    template = rows_in_total(Scope(), WARDS)
    assert template.as_owed_by(COMMUNE) is template
    assert form().as_owed_by(WARD) == form()
    assert template.as_owed_by(WARD) is template.as_owed_by(ward("1"))
    assert template.as_owed_by(WARD).as_owed_by(WARD) is template.as_owed_by(WARD)


@pytest.mark.parametrize(
    ("scope", "owner", "closed"),
    [
        pytest.param(Scope(only=frozenset({WARD.code})), WARD, False, id="named"),
        pytest.param(Scope(only=frozenset({WARD.code})), COMMUNE, True, id="not-named"),
        pytest.param(Scope(levels=frozenset({"commune"})), COMMUNE, True, id="level"),
        pytest.param(Scope(levels=frozenset({"district"})), COMMUNE, False, id="other-level"),
        pytest.param(Scope(), WARD, False, id="everybody"),
    ],
)
def test_rows_are_owed_by_whom_the_form_says(
    scope: Scope, owner: OrganizationVersion, *, closed: bool
) -> None:
    owed = rows_in_total(Scope(), scope).as_owed_by(owner)
    assert (CellRef(D2, C1) in owed.locked) is closed


def test_a_cell_is_closed_where_its_row_its_column_or_its_own_rule_says_so() -> None:
    template = form(
        rows=(row("D1"), row("D2", closed=WARDS)),
        columns=(column("1"), column("2", closed=WARDS)),
        cells=(CellRule(cell=CellRef(D1, C1), closed=WARDS),),
    )
    assert template.as_owed_by(WARD).input_cells == ()
    assert len(template.as_owed_by(COMMUNE).input_cells) == 4


def test_a_total_of_which_all_is_closed_is_closed_too_and_skipped_above() -> None:
    template = form(
        rows=(
            row("D1", parent="A", closed=WARDS),
            row("A", parent=TOTAL, sum_of_children=True),
            row("D2", parent=TOTAL),
            row(TOTAL, sum_of_children=True),
        ),
        columns=(column("1"), column("2"), column("3", "[1] - [2]")),
    ).as_owed_by(WARD)
    sheet = complete(template, {D2: {C1: Decimal(5), ColumnCode("2"): Decimal(2)}})
    assert sheet.row(RowCode("A")) == {"1": None, "2": None, "3": None}
    assert sheet.row(TOTAL) == {"1": 5, "2": 2, "3": 3}
    assert complete(template, {}).value(CellRef(TOTAL, C1)) is None


def test_a_ratio_over_a_closed_cell_is_missing_and_no_sum_goes_on_without_it() -> None:
    template = form(
        columns=(
            column("1", closed=WARDS),
            column("2"),
            column("3", "[1] / [2] * 100", **PERCENT),
            column("4", "-[1] + [2]"),
            column("5", "[3] + [2]"),
            column("6", "[2] - [1] - [1]"),
            column("7", "sum([1], [1]) + [2]"),
            column("8", "abs([1]) + [2]"),
        )
    ).as_owed_by(WARD)
    sheet = complete(template, {D1: {ColumnCode("2"): Decimal(8)}})
    assert [sheet.row(D1)[ColumnCode(each)] for each in "345678"] == [None, 8, None, 8, 8, None]


def test_what_is_added_over_the_tree_goes_on_where_nobody_has_the_cell() -> None:
    template = rows_in_total(Scope(), WARDS)
    assert sheet_of_values(template, [Decimal(3), None]).value(CellRef(TOTAL, C1)) == 3
    assert sheet_of_values(template, [None, None]).value(CellRef(TOTAL, C1)) is None
    assert sheet_of_values(template, [None, Decimal(3)]).value(CellRef(TOTAL, C1)) is None
    both = rows_in_total(WARDS, WARDS)
    assert sheet_of_values(both, [None, None]).value(CellRef(TOTAL, C1)) is None
    assert sheet_of_values(both, [None, Decimal(3)]).value(CellRef(TOTAL, C1)) == 3


@given(numbers, st.integers(-9, 9))
def test_skipping_changes_nothing_where_nothing_is_absent(formula: Expression, value: int) -> None:
    def same(cell: Cell) -> Fraction:
        return Fraction(value + len(cell.column))

    skipping = skip_absent(formula, lambda _: True)
    assert evaluate(skipping, same) == evaluate(formula, same)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 10**6)), min_size=1, max_size=6),
    st.sampled_from(Precedence),
)
def test_a_total_is_that_of_the_form_without_the_closed_rows(
    rows: list[tuple[bool, int]], precedence: Precedence
) -> None:
    template = rows_in_total(*(WARDS if closed else Scope() for closed, _ in rows))
    owed = template.as_owed_by(WARD)
    figures = {
        RowCode(f"D{number}"): {C1: Decimal(value)}
        for number, (closed, value) in enumerate(rows, start=1)
        if not closed
    }
    expected = sum(value for closed, value in rows if not closed)
    total = complete(owed, figures).value(CellRef(TOTAL, C1))
    assert total == (expected if figures else None)
    assert set(canonical_figures(owed, figures)) == set(figures)


def test_a_required_cell_that_is_blank_is_a_fault_with_its_place() -> None:
    template = form(blank_is_zero=True, columns=(column("1", required=True), column("2")))
    _, faults = figures_and_faults(template, {"D1": {"2": 1}})
    assert [(each.code, each.pointer) for each in faults] == [("missing_cell", "/figures/D1/1")]
    assert figures_and_faults(template, {"D1": {"1": 1}})[1] == ()


@pytest.mark.parametrize(
    ("of_column", "of_row", "of_cell", "required"),
    [
        pytest.param(None, None, None, True, id="by-itself"),
        pytest.param(False, None, None, False, id="column"),
        pytest.param(False, True, None, True, id="row-before-column"),
        pytest.param(False, True, False, False, id="cell-before-row"),
    ],
)
def test_the_cell_says_before_its_row_and_its_row_before_its_column(
    *, of_column: bool | None, of_row: bool | None, of_cell: bool | None, required: bool
) -> None:
    cell = CellRef(D1, C1)
    template = form(
        rows=(row("D1", required=of_row),),
        columns=(column("1", required=of_column),),
        cells=(CellRule(cell=cell, required=of_cell),),
    )
    assert template.is_required(cell) is required
    assert bool(figures_and_faults(template, {})[1]) is required


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param(
            {"blank_is_zero": True, "rows": (row("D1", closed=WARDS),)}, "blank_is_zero", id="blank"
        ),
        pytest.param(
            {"columns": (column("1"), column("2", "[1]", required=True))},
            "do công thức",
            id="derived",
        ),
        pytest.param({"cells": (CellRule(cell=CellRef(D2, C1)),)}, "không có ô này", id="no-cell"),
        pytest.param(
            {"cells": (CellRule(cell=CellRef(D1, ColumnCode("3")), required=True),)},
            "do công thức tính",
            id="rule-of-derived",
        ),
        pytest.param({"cells": (CellRule(cell=CellRef(D1, C1)),) * 2}, "bị trùng", id="twice"),
    ],
)
def test_a_form_whose_rules_of_cells_contradict_it_is_refused(
    changed: dict[str, object], told: str
) -> None:
    with pytest.raises(InvalidForm, match=told):
        form(**changed)
