"""A form that contradicts itself is refused with all its faults; a sound one knows its parts."""

from datetime import date
from typing import Any

import pytest

from shared.domain.errors import EmptyValidity
from shared.domain.forms import CellRef, ColumnType, InvalidForm, Precedence, UnknownCell
from shared.domain.identifiers import ColumnCode, RowCode
from shared.formulas.parser import parse_formula
from tests.factories.forms import column, cross_check, form, form_ii_06a, row


def ref(row_code: str, column_code: str) -> CellRef:
    return CellRef(RowCode(row_code), ColumnCode(column_code))


def test_ii_06a_has_eight_typed_columns_in_twenty_fields_of_work() -> None:
    template = form_ii_06a()

    assert [each.code for each in template.input_columns] == [
        "4",
        "5",
        "6",
        "8",
        "9",
        "10",
        "12",
        "13",
    ]
    assert len(template.input_rows) == 20
    assert len(template.input_cells) == 160
    assert template.total_row is not None
    assert template.total_row.code == "TONG"


def test_stored_arrays_follow_the_printed_rows() -> None:
    template = form_ii_06a()

    assert template.input_cells[:2] == (ref("LV01", "4"), ref("LV01", "5"))
    assert template.cell_index(ref("LV01", "13")) == 7
    assert template.cell_index(ref("LV02", "4")) == 8
    assert [template.cell_index(cell) for cell in template.input_cells] == list(range(160))


@pytest.mark.parametrize("cell", [ref("LV01", "3"), ref("TONG", "4"), ref("LV99", "4")])
def test_a_cell_that_is_not_typed_has_no_index(cell: CellRef) -> None:
    with pytest.raises(UnknownCell) as caught:
        form_ii_06a().cell_index(cell)

    assert caught.value.cell == cell


def test_a_form_is_in_force_until_the_day_before_its_end() -> None:
    template = form_ii_06a()

    assert template.is_in_force(date(2026, 2, 14))
    assert not template.is_in_force(date(2026, 2, 15))


def test_a_form_is_called_by_its_short_name_if_it_has_one() -> None:
    long, short = {"name": "Báo cáo kinh tế", "name_en": "Economy"}, {"short_name": "KTXH"}

    assert (form(**long).label, form(**long).label_en) == ("Báo cáo kinh tế", "Economy")
    assert form(**long, **short, short_name_en="SE").label == "KTXH"
    assert form(**long, **short, short_name_en="SE").label_en == "SE"


def test_a_form_that_is_never_in_force_is_refused() -> None:
    with pytest.raises(EmptyValidity):
        form(valid_to=date(2020, 12, 15))


def test_only_percentages_and_divisions_are_ratios() -> None:
    assert column("9", "[1] / [2]").is_ratio
    assert column("9", "[1] * 100", type=ColumnType.PERCENT).is_ratio
    assert not column("9", "[1] + [2]").is_ratio
    assert not column("9", type=ColumnType.PERCENT).is_ratio


def test_rows_side_by_side_have_no_total() -> None:
    assert form(rows=(row("D1"), row("D2"))).total_row is None


def test_a_check_is_judged_where_it_says() -> None:
    template = form_ii_06a(fields_of_work=3)
    every, total, named = (
        cross_check("C", "[3] = [3]", rows=rows)
        for rows in ("every", "total", (RowCode("TONG"), RowCode("LV02")))
    )

    assert [each.code for each in template.judged_rows(every)] == ["LV01", "LV02", "LV03"]
    assert [each.code for each in template.judged_rows(total)] == ["TONG"]
    assert [each.code for each in template.judged_rows(named)] == ["LV02", "TONG"]


def test_what_is_derived_comes_after_what_it_needs() -> None:
    template = form(
        rows=(
            row("T", sum_of_children=True),
            row("A", parent="T", sum_of_children=True),
            row("B", parent="A"),
        ),
        columns=(column("1", "[2] + 1"), column("2", "[3]"), column("3")),
    )

    order = list(template.derivations)
    needed = [part for each in template.derivations.values() for part in each.parts]

    assert len(order) == 9 - 1
    for cell, derivation in template.derivations.items():
        assert all(
            order.index(part) < order.index(cell) for part in derivation.parts if part in order
        )
    assert CellRef(RowCode("B"), ColumnCode("3")) in needed


def test_a_formula_may_look_back_at_its_own_column() -> None:
    template = form(columns=(column("1"), column("2", "sum([1], previous([2]))")))

    (derivation,) = template.derivations.values()
    assert derivation.parts == (CellRef(RowCode("D1"), ColumnCode("1")),)


def test_equal_forms_are_one_key() -> None:
    assert len({form_ii_06a(), form_ii_06a()}) == 1
    assert form_ii_06a() != form_ii_06a(version=2)


TRUTH = parse_formula("1 = 1")
A_ALONE = parse_formula("[A]")
RATIO = parse_formula("[T] / 2")


def check(condition: str, **changed: Any) -> dict[str, Any]:
    return {"checks": (cross_check("K", condition, **changed),)}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"rows": (row("D1"), row("D1"))}, "Mã dòng D1 bị trùng."),
        ({"columns": (column("1"), column("1"))}, "Mã cột 1 bị trùng."),
        ({"checks": (cross_check("K", "1 = 1"),) * 2}, "Mã kiểm tra K bị trùng."),
        ({"rows": (row("D1", parent="T"),)}, "thuộc dòng T mà mẫu không có"),
        ({"rows": (row("D1", sum_of_children=True),)}, "không có dòng con để cộng"),
        ({"columns": (column("1", parent="9"),)}, "thuộc cột 9 mà mẫu không có"),
        ({"rows": (row("A", parent="B"), row("B", parent="A"))}, "Các dòng thuộc lẫn nhau"),
        ({"columns": (column("1", "[2]"), column("2", "[1]"))}, "gọi lẫn nhau thành vòng"),
        ({"columns": (column("1", "[1] + 1"),)}, "gọi lẫn nhau thành vòng"),
        ({"columns": (column("1", "1 = 1"),)}, "Công thức cột 1 phải cho ra một số"),
        ({"columns": (column("1", "[9]"),)}, "Công thức cột 1 gọi cột 9 mà mẫu không có"),
        ({"columns": (column("1"), column("2", "[X, 1]"))}, "gọi dòng X mà mẫu không có"),
        ({"rows": (row("A"), row("B", formula=TRUTH))}, "Công thức dòng B phải cho ra một số"),
        ({"rows": (row("B", formula=parse_formula("[X]")),)}, "dòng B gọi dòng X mà mẫu không có"),
        ({"rows": (row("B", formula=parse_formula("[B, 9]")),)}, "dòng B gọi cột 9 mà mẫu"),
        (
            {"rows": (row("A", formula=parse_formula("[B]")), row("B", formula=A_ALONE))},
            "Công thức gọi lẫn nhau thành vòng: dòng",
        ),
        (
            {"rows": (row("T", sum_of_children=True, formula=A_ALONE), row("A", parent="T"))},
            "Dòng T vừa là tổng các dòng con vừa có công thức",
        ),
        (
            {"rows": (row("T", sum_of_children=True), row("A", parent="T", formula=RATIO))},
            "Dòng tổng T cộng dòng tỷ lệ A",
        ),
        (
            {
                "rows": (row("A", formula=parse_formula("[B, 3]")), row("B")),
                "columns": (column("1"), column("3", "[A, 1]")),
                "precedence": Precedence.ROW,
            },
            "Công thức gọi lẫn nhau thành vòng",
        ),
        (check("[9] = 1"), "Kiểm tra K gọi cột 9 mà mẫu không có"),
        (check("1 = 1", rows=(RowCode("X"),)), "áp dụng cho dòng X mà mẫu không có"),
        (
            check("1 = 1", rows="total") | {"rows": (row("A"), row("B"))},
            "mẫu không có một dòng tổng chung",
        ),
        (check("[1] = 1", message="{col_2}"), "thông báo dùng “{col_2}”"),
        (check("[1] = 1", message_en="{}"), "thông báo dùng “{}”"),
        (check("not [1] = 1", message="{left}"), "thông báo dùng “{left}”"),
    ],
)
def test_a_form_that_contradicts_itself_is_refused(changed: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidForm) as caught:
        form(**changed)

    assert any(fault in each for each in caught.value.faults)


def test_a_check_that_is_a_number_is_refused() -> None:
    number = cross_check("K", "1 = 1")
    object.__setattr__(number, "expression", parse_formula("[1]"))

    with pytest.raises(InvalidForm, match="phải là một điều kiện"):
        form(checks=(number,))


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(InvalidForm) as caught:
        form(rows=(row("D1"), row("D1", parent="T")), columns=(column("1", "[9]"),))

    assert len(caught.value.faults) == 3


@pytest.mark.parametrize(
    ("condition", "placeholder"),
    [
        ("[1] = 1", "{col_1}"),
        ("[D1, 1] = 1", "{D1_1}"),
        ("previous([1]) = 1", "{previous_1}"),
        ("previous([D1, 1]) = 1", "{previous_D1_1}"),
        ("same_period_last_year([1]) = 1", "{last_year_1}"),
        ("[1] = 1", "{left}{right}{difference}{row}"),
    ],
)
def test_a_message_may_name_what_its_check_names(condition: str, placeholder: str) -> None:
    template = form(checks=(cross_check("K", condition, message=placeholder),))

    assert template.checks[0].message == placeholder
