"""Tables of other programs, placed on a form by the names of its rows."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.intake.workbooks.addresses import Spot
from services.intake.workbooks.raw import CellKind, RawCell, RawSheet, RawWorkbook
from services.intake.workbooks.tables import Placing, place_table
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import ColumnCode, RowCode
from tests.factories.forms import form_ii_06a, form_of_indicators

NAMES = ("Hộ tịch", "Đất đai", "Hoà giải ở cơ sở")


@pytest.fixture
def form() -> FormTemplate:
    """Three fields of work with names as they are printed."""
    made = form_ii_06a(fields_of_work=3)
    names = iter(NAMES)
    rows = tuple(row if row.is_derived else replace(row, label=next(names)) for row in made.rows)
    return replace(made, rows=rows)


def raw_table(*lines: Sequence[object], merged: tuple[str, ...] = ()) -> RawWorkbook:
    """Numbers as numbers, everything else as text, blanks left out."""
    cells = {
        Spot(row, column): RawCell(
            CellKind.TEXT if isinstance(value, str) else CellKind.NUMBER, str(value)
        )
        for row, line in enumerate(lines)
        for column, value in enumerate(line)
        if value not in ("", None)
    }
    return RawWorkbook(sheets=(RawSheet(name="Sheet1", cells=cells, merged=merged),))


def placed(placing: Placing, row: str) -> dict[str, str]:
    assert placing.faults == ()
    return dict(placing.texts[row])


def test_rows_are_known_with_diacritics_folded_and_tone_marks_on_either_vowel(
    form: FormTemplate,
) -> None:
    table = raw_table(
        ["Nội dung", "(4)", "(5)"],
        ["HO TICH", 1, 2],
        ["đất  đai", 3, 4],
        ["Hòa giải ở cơ sở", 5, 6],
    )

    placing = place_table(table, form)

    assert [placed(placing, row.code) for row in form.input_rows] == [
        {"4": "1", "5": "2"},
        {"4": "3", "5": "4"},
        {"4": "5", "5": "6"},
    ]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("1. Hộ tịch", id="number-and-point"),
        pytest.param("I) Hộ tịch", id="roman"),
        pytest.param("a) Hộ tịch", id="letter"),
        pytest.param("1.2.3. Hộ tịch", id="levels"),
    ],
)
def test_numbering_in_front_of_a_name_is_no_part_of_it(form: FormTemplate, name: str) -> None:
    placing = place_table(raw_table(["", "(4)", "(5)"], [name, 1, 2]), form)

    assert placed(placing, form.input_rows[0].code) == {"4": "1", "5": "2"}


@pytest.mark.parametrize("name", ["TỔNG CỘNG", "Tổng số", "cộng", "Tong  cong:"])
def test_totals_are_left_out_and_told(form: FormTemplate, name: str) -> None:
    placing = place_table(raw_table(["", "(4)", "(5)"], ["Hộ tịch", 1, 2], [name, 1, 2]), form)

    assert len(placing.skipped) == 1
    assert placing.unplaced == ()
    assert placing.count == 2


def test_what_found_no_place_is_listed_with_its_figures(form: FormTemplate) -> None:
    table = raw_table(
        ["BÁO CÁO MỘT CỬA"],
        ["STT", "Lĩnh vực", "(4)", "(5)", "Ghi chú"],
        [1, "Hộ tịch", 1, 2, ""],
        [2, "Thuế", 7, 5, "mới"],
        ["Người lập biểu", "", "", "", ""],
    )

    placing = place_table(table, form)

    [line] = placing.unplaced
    assert (line.cell, line.name, line.figures) == ("B4", "Thuế", ("7", "5"))
    assert placing.unknown_columns == ("Ghi chú",)


def test_derived_columns_of_the_table_are_not_taken(form: FormTemplate) -> None:
    placing = place_table(raw_table(["", "(3)", "(4)"], ["Hộ tịch", 99, 1]), form)

    assert placed(placing, form.input_rows[0].code) == {"4": "1"}
    assert placing.columns == ("3", "4")


def test_columns_are_told_by_their_names_too(form: FormTemplate) -> None:
    labels = {column.code: column.label for column in form.columns}
    head = ["", labels[ColumnCode("5")].upper(), labels[ColumnCode("4")]]

    placing = place_table(raw_table(head, ["Hộ tịch", 2, 1]), form)

    assert placed(placing, form.input_rows[0].code) == {"4": "1", "5": "2"}


def test_without_a_heading_as_many_columns_as_the_form_types_are_taken_in_order(
    form: FormTemplate,
) -> None:
    placing = place_table(raw_table(["Hộ tịch", *range(1, 9)]), form)

    assert placed(placing, form.input_rows[0].code) == {
        column.code: str(number) for number, column in enumerate(form.input_columns, start=1)
    }


def test_columns_that_cannot_be_told_are_never_guessed(form: FormTemplate) -> None:
    placing = place_table(raw_table(["Hộ tịch", 1, 2, 3]), form)

    assert [fault.code for fault in placing.faults] == ["unknown_columns"]
    assert placing.texts == {}


def test_a_row_that_stands_twice_is_refused_with_both_places(form: FormTemplate) -> None:
    table = raw_table(["", "(4)", "(5)"], ["Hộ tịch", 1, 2], ["1. Hộ tịch", 3, 4])

    [fault] = place_table(table, form).faults

    assert (fault.code, fault.cell) == ("row_repeated", "A3")
    assert "A2" in fault.detail


def test_every_figure_that_cannot_be_read_is_named_by_its_cell(form: FormTemplate) -> None:
    table = raw_table(["", "(4)", "(5)"], ["Hộ tịch", "nhiều", 1.5], ["Đất đai", "-", "1.234"])

    placing = place_table(table, form)

    assert [(fault.cell, fault.code, fault.row_label) for fault in placing.faults] == [
        ("B2", "not_a_number", "Hộ tịch"),
        ("C2", "not_an_integer", "Hộ tịch"),
    ]
    assert placing.texts[form.input_rows[1].code] == {"5": "1234"}


def test_ambiguous_text_is_refused_with_both_readings_where_decimals_may_stand() -> None:
    form = form_of_indicators()
    plan = form.input_rows[0]

    [fault] = place_table(raw_table([plan.label, "1.234"]), form).faults

    assert (fault.code, fault.row, fault.cell) == ("ambiguous_text", plan.code, "B1")
    assert "1,234" in fault.detail
    assert "1 234" in fault.detail


def test_a_number_of_excel_has_one_reading_wherever_it_stands() -> None:
    form = form_of_indicators()
    plan = form.input_rows[0]

    placing = place_table(raw_table([plan.label, 1.234]), form)

    assert placed(placing, plan.code) == {"V": "1,234"}


def test_merged_cells_and_hidden_sheets_are_refused(form: FormTemplate) -> None:
    table = raw_table(["", "(4)", "(5)"], ["Hộ tịch", 1, 2], merged=("A1:B1",))
    hidden = RawWorkbook(sheets=(*table.sheets, RawSheet("Nháp", {}, hidden=True)))

    codes = [fault.code for fault in place_table(hidden, form).faults]

    assert sorted(codes) == ["hidden_sheet", "merged_cells"]


def test_the_sheet_that_names_the_most_rows_is_taken(form: FormTemplate) -> None:
    cover = raw_table(["Hộ tịch", "xem trang sau"]).sheets[0]
    table = raw_table(["", "(4)", "(5)"], ["Hộ tịch", 1, 2], ["Đất đai", 3, 4]).sheets[0]
    raw = RawWorkbook(sheets=(replace(cover, name="Bìa"), replace(table, name="Số liệu")))

    assert place_table(raw, form).count == 4


def test_names_that_two_rows_share_place_nothing(form: FormTemplate) -> None:
    rows = tuple(
        replace(row, label="Khác") if row.code != RowCode("TONG") else row for row in form.rows
    )
    twins = replace(form, rows=rows)

    assert [f.code for f in place_table(raw_table(["", "(4)"], ["Khác", 1]), twins).faults] == [
        "unknown_rows"
    ]
