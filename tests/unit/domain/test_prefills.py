"""A figure that is known is filled in exactly, with its source, or left blank."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.cells import Scope
from shared.domain.figures import Figures
from shared.domain.forms import CellRef, FormTemplate, InvalidForm, Precedence
from shared.domain.identifiers import ColumnCode, FormCode, RowCode
from shared.domain.operators import TimeOperator, ValueKind
from shared.domain.prefills import (
    OtherForm,
    OtherReport,
    Past,
    Prefilled,
    concepts,
    prefilled_by_formula,
    prefilled_from_others,
)
from shared.domain.windows import DataWindow
from shared.formulas.parser import parse_formula
from tests.factories.forms import column, form, row
from tests.factories.organizations import commune

D1 = RowCode("D1")
QUARTER = DataWindow(date(2025, 3, 15), date(2025, 6, 14))
MONTHS = (
    DataWindow(date(2025, 3, 15), date(2025, 4, 14)),
    DataWindow(date(2025, 4, 15), date(2025, 5, 14)),
    DataWindow(date(2025, 5, 15), date(2025, 6, 14)),
)


def cell(column_code: str, row_code: str = D1) -> CellRef:
    return CellRef(RowCode(row_code), ColumnCode(column_code))


def figures(**columns: str) -> Figures:
    """Of row D1: `c1` is column 1."""
    return {D1: {ColumnCode(name[1:]): Decimal(text) for name, text in columns.items()}}


def carried_over(formula: str, **changed: Any) -> FormTemplate:
    """Column 1 starts from the formula; 3 is 1 and 2 together."""
    first = column("1", prefill=parse_formula(formula))
    return form(columns=(first, column("2"), column("3", "[1] + [2]")), **changed)


def filled(template: FormTemplate, **given: Any) -> dict[CellRef, Prefilled]:
    fields: dict[str, Any] = {"previous": None, "last_year": None, "same_year": True}
    return dict(prefilled_by_formula(template, **(fields | given)))


MAY = Past("2025-05", figures(c1="4", c2="3"))


def test_a_cell_starts_from_a_figure_of_the_period_before_and_names_it() -> None:
    found = filled(carried_over("previous([3])"), previous=MAY)

    assert found == {cell("1"): Prefilled(Decimal(7), FormCode("THU/01"), ("2025-05",))}


def test_what_the_unit_does_not_type_is_not_filled_in() -> None:
    closed = Scope(levels=frozenset({"commune"}))
    template = carried_over("previous([3])", rows=(row("D1", closed=closed), row("D2")))
    assert set(filled(template, previous=MAY)) == {cell("1")}
    assert filled(template.as_owed_by(commune()), previous=MAY) == {}


def test_nothing_is_filled_in_where_nothing_is_known() -> None:
    blank = Past("2025-05", figures(c2="3"))

    assert filled(carried_over("previous([3])")) == {}
    assert filled(carried_over("previous([3])"), previous=blank) == {}
    assert filled(form(), previous=MAY) == {}


def test_a_formula_may_take_from_several_periods_and_names_those_that_are_known() -> None:
    last_year = Past("2024-06", figures(c1="1", c2="1"))
    template = carried_over("sum(previous([3]), same_period_last_year([3]))")

    both = filled(template, previous=MAY, last_year=last_year)[cell("1")]
    one = filled(template, previous=MAY)[cell("1")]

    assert (both.figure, both.periods) == (Decimal(9), ("2025-05", "2024-06"))
    assert (one.figure, one.periods) == (Decimal(7), ("2025-05",))


def test_a_cumulative_figure_is_not_carried_into_a_new_year() -> None:
    template = carried_over("previous_in_year([3])")

    assert filled(template, previous=MAY)[cell("1")].figure == 7
    assert filled(template, previous=MAY, same_year=False) == {}


@pytest.mark.parametrize(
    "formula", ["previous([3]) / 2", "previous([1]) - previous([3]) - 1"], ids=["rounded", "below"]
)
def test_what_nobody_would_type_is_not_filled_in(formula: str) -> None:
    assert filled(carried_over(formula), previous=MAY) == {}


def test_a_zero_is_filled_in_only_where_a_blank_would_not_mean_it() -> None:
    nothing = Past("2025-05", figures(c1="0", c2="0"))

    assert filled(carried_over("previous([3])"), previous=nothing)[cell("1")].figure == 0
    assert filled(carried_over("previous([3])", blank_is_zero=True), previous=nothing) == {}


@pytest.mark.parametrize(("precedence", "figure"), [(Precedence.COLUMN, 4), (Precedence.ROW, 9)])
def test_where_row_and_column_both_say_it_the_precedence_of_the_form_decides(
    precedence: Precedence, figure: int
) -> None:
    template = form(
        rows=(row("D1", prefill=parse_formula("previous([D2])")), row("D2")),
        columns=(column("1", prefill=parse_formula("previous([1])")), column("2")),
        precedence=precedence,
    )
    known = {D1: figures(c1="4")[D1], RowCode("D2"): {ColumnCode("1"): Decimal(9)}}

    assert filled(template, previous=Past("2025-05", known))[cell("1")].figure == figure


def test_a_row_alone_fills_in_its_cells() -> None:
    template = form(rows=(row("D1", prefill=parse_formula("previous([D1])")),))

    found = filled(template, previous=MAY)

    assert {each: one.figure for each, one in found.items()} == {cell("1"): 4, cell("2"): 3}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        pytest.param(
            {"columns": (column("1", prefill=parse_formula("[1]")),)},
            "chỉ được gọi số của kỳ khác",
            id="this-period",
        ),
        pytest.param(
            {"columns": (column("1", prefill=parse_formula("5")),)},
            "chỉ được gọi số của kỳ khác",
            id="no-cell",
        ),
        pytest.param(
            {"columns": (column("1", prefill=parse_formula("previous([9])")),)},
            "gọi cột 9 mà mẫu không có",
            id="unknown-column",
        ),
        pytest.param(
            {"columns": (column("1", prefill=parse_formula("previous([1]) = 1")),)},
            "phải cho ra một số",
            id="truth",
        ),
        pytest.param(
            {
                "columns": (
                    column("1"),
                    column("2", "[1]", prefill=parse_formula("previous([1])")),
                )
            },
            "ô có công thức đã được tính",
            id="derived-column",
        ),
        pytest.param(
            {"rows": (row("D1", prefill=parse_formula("previous([D9])")),)},
            "gọi dòng D9 mà mẫu không có",
            id="unknown-row",
        ),
    ],
)
def test_a_form_that_cannot_be_filled_in_so_is_refused(changed: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidForm, match=fault):
        form(**changed)


def poor(**changed: Any) -> FormTemplate:
    """A form whose column 1 asks for the poor households, by any other code."""
    return form(columns=(column("1", indicator="HO_NGHEO", **changed), column("2")))


def other(*reported: str | None, **changed: Any) -> OtherForm:
    """A monthly form in which the same is column 7; None is a month without report."""
    template = form(
        code=FormCode("THANG/01"), columns=(column("7", indicator="HO_NGHEO", **changed),)
    )
    reports = tuple(
        OtherReport(f"2025-{month:02}", window, figures(c7=text))
        for month, (window, text) in enumerate(zip(MONTHS, reported, strict=False), start=4)
        if text is not None
    )
    return OtherForm(template, reports)


def from_others(template: FormTemplate, *others: OtherForm) -> dict[CellRef, Prefilled]:
    return dict(prefilled_from_others(template, window=QUARTER, others=others))


@pytest.mark.parametrize(
    ("operator", "figure"),
    [("sum", 60), ("last", 30), ("first", 10), ("max", 30), ("min", 10)],
)
def test_a_figure_that_another_form_has_is_taken_over_by_its_operator(
    operator: str, figure: int
) -> None:
    found = from_others(poor(time_operator=TimeOperator(operator)), other("10", "20", "30"))

    months = ("2025-04", "2025-05", "2025-06")
    assert found == {cell("1"): Prefilled(Decimal(figure), FormCode("THANG/01"), months)}


@pytest.mark.parametrize(
    "months",
    [(), ("10", "20"), ("10", None, "30"), (None, "20", "30")],
    ids=["none", "no-last", "gap", "no-first"],
)
def test_a_part_of_the_period_is_not_taken_for_the_whole(months: tuple[str | None, ...]) -> None:
    assert from_others(poor(), other(*months)) == {}


def test_of_several_months_an_average_is_not_made_up() -> None:
    average = poor(time_operator=TimeOperator.AVERAGE)
    whole = OtherForm(other().form, (OtherReport("2025-Q2", QUARTER, figures(c7="8")),))

    assert from_others(average, other("10", "20", "30")) == {}
    assert from_others(average, whole)[cell("1")].figure == 8


@pytest.mark.parametrize(
    "changed", [{"unit": "nghìn hộ"}, {"value_kind": ValueKind.PLAN}], ids=["unit", "plan"]
)
def test_what_is_measured_otherwise_is_not_taken_over(changed: dict[str, Any]) -> None:
    assert from_others(poor(), other("10", "20", "30", **changed)) == {}


def test_the_first_form_that_has_the_figure_is_taken() -> None:
    blank = OtherForm(other().form, (OtherReport("2025-Q2", QUARTER, {}),))

    found = from_others(poor(), blank, other("1", "2", "3"), other("7", "7", "7"))

    assert found[cell("1")].figure == 6


def test_a_derived_cell_and_an_unshared_concept_are_left_alone() -> None:
    derived = form(columns=(column("1"), column("2", "[1]", indicator="HO_NGHEO")))
    unshared = form(columns=(column("1", indicator="HO_CAN_NGHEO"),))

    assert from_others(derived, other("1", "2", "3")) == {}
    assert from_others(unshared, other("1", "2", "3")) == {}


def test_a_concept_that_several_cells_ask_for_says_nothing_of_one() -> None:
    twice = form(
        rows=(row("D1", indicator="HO_NGHEO"), row("D2", indicator="TRE_EM")),
        columns=(column("1"), column("2", indicator="NU")),
    )

    assert dict(concepts(twice)) == {
        frozenset({"HO_NGHEO"}): cell("1"),
        frozenset({"HO_NGHEO", "NU"}): cell("2"),
        frozenset({"TRE_EM"}): cell("1", "D2"),
        frozenset({"TRE_EM", "NU"}): cell("2", "D2"),
    }
    assert dict(concepts(form(rows=(row("D1", indicator="A"),)))) == {}
