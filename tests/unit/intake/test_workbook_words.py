"""Text, dates, choices, lists and an outline go out in a workbook and come back as they were."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from services.intake.workbooks.addresses import Spot
from services.intake.workbooks.layout import FIGURES_SHEET, Layout
from services.intake.workbooks.templates import Reading, read_template
from services.intake.workbooks.word_layout import NARRATIVE_SHEET, WordLayout
from shared.domain.content_reading import read_content
from shared.domain.forms import CellRef
from shared.domain.identifiers import ColumnCode, RowCode
from tests.support.layouts import WORDS_OF_PROJECTS, PlacedWorkbook, opened_file, project_workbook
from tests.support.workbooks import bytes_of

LIST = "Danh sách 1"
ASSESSMENT, REVIEWED, NOTE = (
    Layout(project_workbook().place.form).spots[CellRef(RowCode("DA"), ColumnCode(code))].address
    for code in ("2", "3", "4")
)


def read_back(workbook: PlacedWorkbook, change: Callable[[Workbook], None]) -> Reading:
    """What comes of the file after somebody changed it in a spreadsheet program."""
    book = load_workbook(BytesIO(workbook.content))
    change(book)
    return read_template(opened_file(bytes_of(book)), workbook.place)


def untouched(_: Workbook) -> None:
    """As it was downloaded."""


def test_what_was_typed_comes_back_as_it_was() -> None:
    reading = read_back(project_workbook(WORDS_OF_PROJECTS), untouched)

    assert reading.faults == ()
    assert reading.words == WORDS_OF_PROJECTS
    assert read_content(project_workbook().place.form, reading.words)[1] == ()


def test_a_blank_workbook_says_nothing() -> None:
    reading = read_back(project_workbook(), untouched)

    assert reading.faults == ()
    assert reading.words == {"texts": {}, "lists": {"DS": []}, "sections": {}}


def test_excel_is_told_what_each_cell_takes() -> None:
    workbook = project_workbook(WORDS_OF_PROJECTS)
    book = load_workbook(BytesIO(workbook.content))
    sheet, entries = book[FIGURES_SHEET], book[LIST]

    rules = {str(each.sqref): each for each in sheet.data_validations.dataValidation}
    assert rules[ASSESSMENT].type == "list"
    assert rules[ASSESSMENT].formula1 == "'_tonghop'!$D$1:$D$3"
    assert [book["_tonghop"][f"D{row}"].value for row in (1, 2, 3)] == [
        "Đúng tiến độ",
        "Có nguy cơ chậm",
        "Chậm tiến độ",
    ]
    assert (rules[REVIEWED].type, sheet[REVIEWED].number_format) == ("date", "dd/mm/yyyy")
    assert sheet[ASSESSMENT].value == "Có nguy cơ chậm"
    assert not sheet[REVIEWED].protection.locked
    closed = Layout(workbook.place.form).spots[CellRef(RowCode("TL"), ColumnCode("1"))].address
    assert sheet[closed].protection.locked
    assert sheet[closed].fill.patternType != "solid"
    fed = Layout(workbook.place.form).spots[CellRef(RowCode("CHAM"), ColumnCode("1"))].address
    assert sheet[fed].protection.locked
    assert sheet[fed].value.startswith("=SUMPRODUCT(")
    assert [each.type for each in entries.data_validations.dataValidation] == [
        *("textLength", "decimal", "date", "list")
    ]


@pytest.mark.parametrize(
    ("sheet", "address", "value", "code"),
    [
        pytest.param(FIGURES_SHEET, ASSESSMENT, "Tốt", "unknown_choice", id="choice"),
        pytest.param(FIGURES_SHEET, REVIEWED, "31/02/2025", "not_a_date", id="date"),
        pytest.param(FIGURES_SHEET, NOTE, "a" * 201, "text_too_long", id="long"),
        pytest.param(LIST, "C5", "nhiều", "not_a_number", id="figure-of-list"),
        pytest.param(LIST, "D6", "mai", "not_a_date", id="date-of-list"),
        pytest.param(LIST, "B4", "Tên", "form_changed", id="head-of-list"),
        pytest.param(LIST, "G5", "thừa", "outside_form", id="beside-list"),
        pytest.param(LIST, "B25", "thừa", "outside_form", id="below-list"),
        pytest.param(NARRATIVE_SHEET, "A3", "Khác", "form_changed", id="heading"),
        pytest.param(NARRATIVE_SHEET, "A6", "thừa", "outside_form", id="between-sections"),
        pytest.param(NARRATIVE_SHEET, "A5", "=1/0", "formula_not_calculated", id="formula"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_cell(
    sheet: str, address: str, value: Any, code: str
) -> None:
    def change(book: Workbook) -> None:
        book[sheet][address] = value

    reading = read_back(project_workbook(WORDS_OF_PROJECTS), change)

    assert [(each.code, each.sheet, each.cell) for each in reading.faults] == [
        (code, sheet, address)
    ]


def test_a_sheet_that_is_gone_or_hidden_is_told() -> None:
    def change(book: Workbook) -> None:
        del book[LIST]
        book[NARRATIVE_SHEET].sheet_state = "hidden"

    reading = read_back(project_workbook(), change)

    assert sorted(each.code for each in reading.faults) == ["hidden_sheet", "sheet_missing"]


def test_lines_keep_their_places_so_that_a_rule_can_name_them() -> None:
    def change(book: Workbook) -> None:
        book[LIST]["B7"] = "Cầu Sông Bé"

    workbook = project_workbook(WORDS_OF_PROJECTS)
    form = workbook.place.form
    words = read_back(workbook, change).words

    assert words is not None
    assert [bool(each) for each in words["lists"]["DS"]] == [True, False, True]
    _, faults = read_content(form, words)
    places = [WordLayout(form).place_of(fault.pointer) for fault in faults]
    assert [(each.sheet, each.cell, each.row_label) for each in places if each] == [
        (LIST, "C7", "Dự án chậm, mục 3"),
        (LIST, "D7", "Dự án chậm, mục 3"),
    ]


def test_faults_of_cells_and_sections_have_their_places() -> None:
    form = project_workbook().place.form

    _, faults = read_content(form, {})

    places = [WordLayout(form).place_of(fault.pointer) for fault in faults]
    assert [(each.sheet, each.cell) for each in places if each] == [
        (FIGURES_SHEET, ASSESSMENT),
        (NARRATIVE_SHEET, Spot(4, 0).address),
    ]
