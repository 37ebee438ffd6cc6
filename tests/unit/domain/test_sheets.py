"""Completing and checking a report: derived cells, rules and what is told when they fail."""

import json
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.faults import Fault
from shared.domain.forms import CellRef, ColumnType, FormTemplate, Severity
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.sheets import (
    canonical_figures,
    check,
    complete,
    sheet_of_values,
    stored_values,
    validate,
)
from tests.factories.forms import (
    TOTAL,
    balanced_figures,
    balanced_row,
    column,
    cross_check,
    figures,
    form,
    form_ii_06a,
    row,
)

II_06A = form_ii_06a(fields_of_work=3)
COUNTS = st.integers(0, 10**9)
SUBMISSIONS = st.dictionaries(
    st.sampled_from([each.code for each in II_06A.input_rows]),
    st.dictionaries(st.sampled_from([each.code for each in II_06A.input_columns]), COUNTS),
)


def ref(row_code: str, column_code: str) -> CellRef:
    return CellRef(RowCode(row_code), ColumnCode(column_code))


@given(SUBMISSIONS)
def test_totals_are_the_sums_of_their_parts(raw: dict[str, dict[str, int]]) -> None:
    sheet = complete(II_06A, figures(raw))

    for each in II_06A.rows:
        found = sheet.row(each.code)
        parts = [found[ColumnCode(code)] or Decimal(0) for code in ("4", "5", "6")]
        assert found[ColumnCode("3")] == sum(parts)
    for each in II_06A.columns:
        below = [sheet.value(ref(code, each.code)) for code in ("LV01", "LV02", "LV03")]
        assert sheet.value(CellRef(TOTAL, each.code)) == sum(filter(None, below))


def test_a_blank_is_zero_only_where_the_form_says_so() -> None:
    blank = ref("D1", "1")

    assert complete(form(blank_is_zero=True), {}).value(blank) == 0
    assert complete(form(), {}).value(blank) is None


def test_a_missing_row_leaves_its_total_missing() -> None:
    template = form(
        rows=(row("T", sum_of_children=True), row("A", parent="T"), row("B", parent="T"))
    )
    sheet = complete(template, figures({"A": {"1": 1, "2": 2}, "B": {"1": 4}}))

    assert sheet.as_mapping() == {
        "T": {"1": 5, "2": None, "3": None},
        "A": {"1": 1, "2": 2, "3": 3},
        "B": {"1": 4, "2": None, "3": None},
    }


def test_a_derived_cell_is_rounded_once_and_kept_exact_for_what_follows() -> None:
    template = form(
        columns=(
            column("1"),
            column("2", "[1] / 3", type=ColumnType.DECIMAL, decimals=1),
            column("3", "[2] * 3", type=ColumnType.DECIMAL, decimals=1),
        )
    )
    sheet = complete(template, figures({"D1": {"1": 1}}))

    assert sheet.value(ref("D1", "2")) == Decimal("0.3")
    assert sheet.exact_value(ref("D1", "2")) == Fraction(1, 3)
    assert sheet.value(ref("D1", "3")) == 1


def test_other_periods_are_completed_before_they_are_looked_at() -> None:
    template = form(
        columns=(
            column("1"),
            column("2", "[1] * 2"),
            column("3", "previous([2])"),
            column("4", "same_period_last_year([2])"),
        )
    )
    typed = figures({"D1": {"1": 1}})
    sheet = complete(
        template,
        typed,
        previous=figures({"D1": {"1": 5}}),
        same_period_last_year=figures({"D1": {"1": 7}}),
    )

    assert list(sheet.row(RowCode("D1")).values()) == [1, 2, 10, 14]
    assert list(complete(template, typed).row(RowCode("D1")).values()) == [1, 2, None, None]


def test_an_unbalanced_row_is_told_in_full() -> None:
    raw = balanced_figures(II_06A) | {"LV02": balanced_row() | {"12": 18}}
    [fault] = check(II_06A, figures(raw))

    assert fault == Fault(
        pointer="/figures/LV02/3",
        code="cross_check_failed",
        detail="Cột 3 (120) phải bằng cột 7 cộng cột 11 (118), lệch 2. "
        "Kiểm tra lại các cột 4–6, 8–10, 12, 13.",
        row=RowCode("LV02"),
        column=ColumnCode("3"),
        check="BALANCE",
    )
    assert fault.blocks


def test_a_balanced_report_has_no_fault() -> None:
    assert check(II_06A, figures(balanced_figures(II_06A))) == ()
    assert validate(II_06A, balanced_figures(II_06A)).faults == ()


def test_a_warning_blocks_until_it_is_explained() -> None:
    typed = figures({"LV01": balanced_row(carried_over=20)})
    before = figures({"LV01": {"12": 21}})
    [open_warning] = check(II_06A, typed, previous=before)
    [explained] = check(
        II_06A,
        typed,
        previous=before,
        explanations={("CARRIED_OVER", RowCode("LV01")): " Một hồ sơ rút "},
    )

    assert (open_warning.severity, open_warning.blocks) == (Severity.SOFT, True)
    assert (explained.explanation, explained.blocks) == ("Một hồ sơ rút", False)
    assert open_warning.detail == (
        "Cột 6 (20) khác cột 11 của kỳ trước (21). Hãy kiểm tra lại hoặc giải trình."
    )


def test_a_hard_rule_cannot_be_explained_away() -> None:
    typed = figures({"LV01": balanced_row() | {"4": 0}})
    [fault] = check(II_06A, typed, explanations={("BALANCE", RowCode("LV01")): "Vì thế."})

    assert fault.blocks
    assert fault.explanation is None


def test_faults_come_by_row_and_then_by_rule() -> None:
    typed = figures({"LV01": balanced_row() | {"4": 0}, "LV02": balanced_row() | {"4": 0}})
    faults = check(II_06A, typed, previous=figures({}))

    assert [(fault.row, fault.check) for fault in faults] == [
        ("LV01", "BALANCE"),
        ("LV01", "CARRIED_OVER"),
        ("LV02", "BALANCE"),
        ("LV02", "CARRIED_OVER"),
    ]


def test_a_message_says_what_is_not_there() -> None:
    template = form(
        checks=(
            cross_check(
                "K",
                "filled([1])",
                message="Cột 1: {col_1}",
            ),
            cross_check("L", "filled([1], previous([1]))", message="{row}: {previous_1}"),
        )
    )

    assert [fault.detail for fault in check(template, {})] == ["Cột 1: chưa có", "Dòng D1: chưa có"]


def test_a_rule_over_other_periods_alone_is_shown_at_the_start_of_its_row() -> None:
    template = form(checks=(cross_check("K", "previous([2]) = 0"),))
    [fault] = check(template, {}, previous=figures({"D1": {"2": 1}}))

    assert fault.pointer == "/figures/D1/1"


def test_a_rule_may_be_about_no_cell_at_all() -> None:
    template = form(checks=(cross_check("K", "1 = 2", message="{left} ≠ {right}: {difference}"),))

    assert [fault.detail for fault in check(template, {})] == ["1 ≠ 2: 1"]


@given(SUBMISSIONS)
def test_canonical_figures_do_not_depend_on_the_order_of_entry(
    raw: dict[str, dict[str, int]],
) -> None:
    backwards = {
        code: dict(reversed(list(cells.items()))) for code, cells in reversed(list(raw.items()))
    }
    first, second = (canonical_figures(II_06A, figures(each)) for each in (raw, backwards))

    assert json.dumps(first) == json.dumps(second)


def test_figures_in_cells_that_nobody_types_into_are_left_out() -> None:
    template = form(
        rows=(row("T", sum_of_children=True), row("A", parent="T"), row("B", parent="T"))
    )
    typed = figures({"A": {"1": 1, "2": 2}})
    with_others = figures({"T": {"1": 9}, "A": {"1": 1, "2": 2, "3": 9}, "B": {"3": 9}})

    assert canonical_figures(template, with_others) == {"A": {"1": "1", "2": "2"}}
    assert complete(template, with_others) == complete(template, typed)


def test_stored_values_follow_the_forms_cells() -> None:
    typed = figures({"D1": {"2": 5}})

    assert stored_values(form(), typed) == (None, Decimal(5))
    assert stored_values(form(blank_is_zero=True), typed) == (Decimal(0), Decimal(5))


@given(SUBMISSIONS)
def test_a_sheet_of_stored_values_is_the_completed_sheet(raw: dict[str, dict[str, int]]) -> None:
    typed = figures(raw)

    assert sheet_of_values(II_06A, stored_values(II_06A, typed)) == complete(II_06A, typed)


def test_what_nobody_reported_stays_missing_in_a_sheet_of_sums() -> None:
    nobody: FormTemplate = form(blank_is_zero=True)

    assert sheet_of_values(nobody, (None, None)).value(ref("D1", "1")) is None
