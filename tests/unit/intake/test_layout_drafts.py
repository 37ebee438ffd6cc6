"""A table of an office becomes a draft of a form: what it says is read, what is guessed is told."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from services.cli import app
from services.intake.layouts.drafting import NotALayout, draft_of
from services.intake.layouts.sums import excel_sum, printed_formula
from services.intake.layouts.yaml_text import yaml_of
from services.intake.workbooks.addresses import Spot
from services.intake.workbooks.opening import open_file
from services.intake.workbooks.raw import CellKind, RawCell, RawSheet, RawWorkbook, raw_of
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.form_checks import form_faults
from shared.catalogue.schemas import FormFile
from shared.catalogue.single_files import form_pack_of_text, read_form_file
from shared.catalogue.stored import Stored
from shared.domain.forms import ColumnType, FormTemplate
from shared.domain.identifiers import ColumnCode
from shared.formulas.printer import formula_text
from tests.support.layouts import own_workbook
from tests.support.workbooks import bytes_of, table_of

COLUMNS = frozenset({"1", "3", "4", "5", "6"})


def office_table() -> Workbook:
    """As a department would send it: titles, merged heads, formulas, notes, a place to sign."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Biểu 02"
    heads = {
        "A1": "UBND TỈNH ĐỒNG NAI", "A2": "SỞ NỘI VỤ", "A4": "Biểu số: 02/SNV-CCVC",
        "A5": "SỐ LƯỢNG CÁN BỘ, CÔNG CHỨC CẤP XÃ", "I7": "Đơn vị tính: người",
        "A8": "TT", "B8": "Nội dung", "C8": "Tổng số", "D8": "Trình độ", "D9": "Tổng số",
        "E9": "Đại học trở lên", "F9": "Cao đẳng", "G8": "Nữ", "H8": "Tỷ lệ nữ (%)",
        "I8": "Xếp loại", "J8": "Ghi chú",
    }  # fmt: skip
    for address, text in heads.items():
        sheet[address] = text
    for area in ("A5:J5", "D8:F8", *(f"{letter}8:{letter}9" for letter in "ABCGHIJ")):
        sheet.merge_cells(area)
    numbers = ["A", "B", "(1)", "(2)=(3)+(4)", "(3)", "(4)", "(5)", "(6)=(5)/(1)*100", "(7)=(1)^2"]
    sheet.append(numbers)
    rows = [
        ("", "TỔNG CỘNG (I+II)"),
        ("I", "Cán bộ"), ("1", "Bí thư"), ("2", "Phó Bí thư"), ("", "- Trong đó: chuyên trách"),
        ("II", "Công chức"), ("1", "Tài chính"), ("1.1", "Kế toán"), ("a)", "Thủ quỹ"),
    ]  # fmt: skip
    for row in rows:
        sheet.append([each or None for each in row])
    sheet["C11"] = "=C12+C16"
    sheet["B21"] = "Ghi chú: số liệu đến hết kỳ"
    return book


def draft(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["catalogue", "draft", *map(str, arguments)])


def form_of(file: Path) -> FormTemplate:
    """The form that the draft makes when it is loaded, which must be sound."""
    [item] = read_form_file(file).documents
    assert isinstance(item.model, FormFile)
    [form] = Catalogue.of(Stored(documents=(item.model,))).forms
    return form


@pytest.fixture(scope="module")
def office_form(tmp_path_factory: pytest.TempPathFactory) -> tuple[FormTemplate, str]:
    folder = tmp_path_factory.mktemp("layouts")
    layout, file = folder / "cbcc.xlsx", folder / "cbcc.yaml"
    layout.write_bytes(bytes_of(office_table()))
    told = draft(layout, "--out", file)
    assert told.exit_code == 0, told.output
    return form_of(file), told.output


def test_heads_become_columns_and_printed_sums_formulas(
    office_form: tuple[FormTemplate, str],
) -> None:
    form, _ = office_form

    assert (form.code, form.name) == ("02/SNV-CCVC", "SỐ LƯỢNG CÁN BỘ, CÔNG CHỨC CẤP XÃ")
    assert [(each.code, each.label, each.parent) for each in form.columns] == [
        ("1", "Tổng số", None),
        ("2", "Trình độ – tổng số", None),
        ("3", "Trình độ – đại học trở lên", "2"),
        ("4", "Trình độ – cao đẳng", "2"),
        ("5", "Nữ", None),
        ("6", "Tỷ lệ nữ (%)", None),
        ("7", "Xếp loại", None),
        ("8", "Ghi chú", None),
    ]
    assert {each.code: formula_text(each.formula) for each in form.columns if each.formula} == {
        "2": "[3] + [4]",
        "6": "[5] / [1] * 100",
    }
    assert {each.unit for each in form.columns} == {"người"}
    assert form.column_by_code[ColumnCode("8")].type is ColumnType.TEXT


def test_numbering_becomes_a_tree_of_rows(office_form: tuple[FormTemplate, str]) -> None:
    form, _ = office_form

    parents = {row.label: row.parent and form.row_by_code[row.parent].label for row in form.rows}
    assert parents == {
        "TỔNG CỘNG (I+II)": None,
        "Cán bộ": "TỔNG CỘNG (I+II)",
        "Bí thư": "Cán bộ",
        "Phó Bí thư": "Cán bộ",
        "Trong đó: chuyên trách": "Phó Bí thư",
        "Công chức": "TỔNG CỘNG (I+II)",
        "Tài chính": "Công chức",
        "Kế toán": "Tài chính",
        "Thủ quỹ": "Kế toán",
    }
    typed = {row.label for row in form.input_rows}
    assert typed == {"Bí thư", "Phó Bí thư", "Trong đó: chuyên trách", "Thủ quỹ"}


def test_the_author_is_told_what_was_not_understood(office_form: tuple[FormTemplate, str]) -> None:
    _, told = office_form

    assert "8 cột số liệu ((1) đến (8)), 2 cột có công thức, 2 dòng đầu bảng" in told
    assert "ô J9: cột ghi chú: lấy làm cột chữ" in told
    assert "ô I10: chưa hiểu công thức “(1)^2”" in told
    assert "ô B21: từ dòng này (“Ghi chú: số liệu đến hết kỳ”) không thuộc bảng" in told


def test_a_workbook_of_ours_gives_back_its_form(tmp_path: Path) -> None:
    form, content = own_workbook()
    layout, file = tmp_path / "ii-06a.xlsx", tmp_path / "draft.yaml"
    layout.write_bytes(content)

    assert draft(layout, "--out", file).exit_code == 0

    checked = CliRunner().invoke(app, ["catalogue", "check", str(file)])
    assert "1 gói hợp lệ." in checked.output
    found = form_of(file)
    assert (found.code, found.name) == (form.code, form.name)
    assert [each.label for each in found.columns] == [each.label for each in form.columns]
    assert [each.formula for each in found.columns] == [each.formula for each in form.columns]
    assert [each.label for each in found.rows] == [each.label for each in form.rows]
    assert found.total_row is not None
    assert found.total_row.sum_of_children
    assert len(found.input_cells) == len(form.input_cells)


def test_every_guess_says_so(tmp_path: Path) -> None:
    layout = tmp_path / "cbcc.xlsx"
    layout.write_bytes(bytes_of(office_table()))

    told = draft(layout)

    assert told.stdout.count("assumption: true") == 3
    lines = [line for line in told.stdout.splitlines() if "parent:" in line or "_levels:" in line]
    assert lines
    assert all("# đoán: " in line for line in lines)
    assert "Chưa hiểu, hoặc phải đoán:" in told.stderr


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"PK\x03\x04 no archive", "damaged_workbook", id="damaged"),
        pytest.param(b"%PDF-1.7", "wrong_type", id="pdf"),
        pytest.param(b"", "empty_file", id="empty"),
    ],
)
def test_a_hostile_file_is_refused_as_when_it_is_uploaded(
    content: bytes, code: str, tmp_path: Path
) -> None:
    layout, file = tmp_path / "layout.xlsx", tmp_path / "draft.yaml"
    layout.write_bytes(content)

    told = draft(layout, "--out", file)

    assert told.exit_code == 1
    assert f"[{code}]" in told.output
    assert not file.exists()


def test_a_sheet_without_a_table_is_told_what_one_needs(tmp_path: Path) -> None:
    layout = tmp_path / "letter.xlsx"
    layout.write_bytes(table_of([["Kính gửi: UBND các xã"]]))

    told = draft(layout)

    assert told.exit_code == 1
    assert "Không tìm thấy bảng nào" in told.output


@pytest.mark.parametrize(
    ("printed", "formula"),
    [
        pytest.param("(4)+(5)+(6)", "[4] + [5] + [6]", id="in-brackets"),
        pytest.param("4+5-6", "[4] + [5] - [6]", id="bare"),
        pytest.param("(3)+…+(6)", "[3] + [4] + [5] + [6]", id="spelled-out"),
        pytest.param("(4):(5)x100", "[4] / [5] * 100", id="printed-signs"),
        pytest.param("(4)+(9)", None, id="unknown-column"),
        pytest.param("4*5", None, id="bare-and-no-sum"),
        pytest.param("theo công văn", None, id="words"),
    ],
)
def test_a_printed_formula_is_read_or_left(printed: str, formula: str | None) -> None:
    assert printed_formula(printed, known=COLUMNS) == formula


@pytest.mark.parametrize(
    ("written", "cells"),
    [
        pytest.param("D8+$E$8-F8", [(1, "D8"), (1, "E8"), (-1, "F8")], id="terms"),
        pytest.param("SUM(D8:E9)", [(1, each) for each in ("D8", "E8", "D9", "E9")], id="range"),
        pytest.param('=IF(COUNT(D8,E8)<2,"",D8+E8)', [(1, "D8"), (1, "E8")], id="ours"),
        pytest.param("SUM(A1:XFD1048576)", None, id="whole-sheet"),
        pytest.param("D8*2", None, id="no-sum"),
    ],
)
def test_a_sum_of_excel_is_read_or_left(written: str, cells: list[tuple[int, str]] | None) -> None:
    terms = excel_sum(written)

    found = None if terms is None else [(term.sign, term.spot.address) for term in terms]
    assert found == cells


TEXTS = st.sampled_from(
    ["", "I", "1", "1.1", "a)", "(1)", "(2)=(1)", "Tổng cộng", "- Nữ", "STT", "Mã số", "%", "ĐVT"]
) | st.text(max_size=6)


@given(
    st.lists(st.lists(TEXTS, min_size=1, max_size=6), min_size=1, max_size=8),
    st.lists(st.sampled_from(["A1:B2", "C1:C3", "A1:XFD1048576", "B2"]), max_size=2),
)
def test_any_table_makes_a_form_that_can_be_read_or_none(
    rows: list[list[str]], merged: list[str]
) -> None:
    cells = {
        Spot(down, right): RawCell(CellKind.TEXT, text)
        for down, texts in enumerate(rows)
        for right, text in enumerate(texts)
        if text.strip()
    }
    raw = RawWorkbook(sheets=(RawSheet(name="", cells=cells, merged=tuple(merged)),))
    try:
        made = yaml_of(draft_of(raw, file="a.xlsx"), today=date(2026, 3, 1))
    except NotALayout:
        return
    [item] = form_pack_of_text(made, file=Path("a.yaml")).documents
    assert isinstance(item.model, FormFile)
    assert list(form_faults(item)) == []


def test_formulas_come_only_when_they_are_asked_for() -> None:
    content = bytes_of(office_table())

    [plain] = raw_of(json.loads(open_file(content, {}))).sheets
    [asked] = raw_of(json.loads(open_file(content, {"formulas": True}))).sheets

    assert plain.formulas == {}
    assert asked.formulas == {Spot(10, 2): "C12+C16"}
