"""A form is shown as officers will see it, before it is loaded, in a file that needs no server."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli import app
from services.intake.forms.rule_words import RuleWords
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.packs import SHIPPED_PACKS
from shared.catalogue.single_files import read_form_file
from shared.catalogue.stored import Stored
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import RowCode
from shared.formulas.parser import parse_formula
from shared.labels.labels import Language, load_labels

II06A = SHIPPED_PACKS / "regimes/vpcp-kstt-ii06a/form-ii-06a.yaml"
ELSEWHERE = re.compile(r"""(?:src|href)=["'](?!#|/forms/)""")


def form_of(file: Path) -> FormTemplate:
    [item] = read_form_file(file).documents
    [form] = Catalogue.of(Stored(documents=(item.model,))).forms
    return form


def preview(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["catalogue", "preview", *map(str, arguments)])


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        pytest.param("[3] = [7] + [11]", "cột (3) phải bằng cột (7) + cột (11)", id="sum"),
        pytest.param(
            "[6] = previous([11])", "cột (6) phải bằng cột (11) của kỳ trước", id="previous"
        ),
        pytest.param(
            "[10] <= ([8] + [9]) * 0.2",
            "cột (10) không được lớn hơn (cột (8) + cột (9)) × 0,2",
            id="brackets",
        ),
        pytest.param("[3] - ([4] - [5]) != 1", "cột (3) − (cột (4) − cột (5)) phải khác 1", id="-"),
        pytest.param(
            "if([3] > 0, [7] >= same_period_last_year([7]))",
            "nếu cột (3) lớn hơn 0 thì cột (7) không được nhỏ hơn cột (7) của cùng kỳ năm trước",
            id="if",
        ),
        pytest.param(
            "filled([4]) or not [5] = 0",
            "phải nhập cột (4), hoặc không đúng là cột (5) bằng 0",
            id="logic",
        ),
        pytest.param(
            "[LV01, 4] < max([4], 2)",
            "cột (4) dòng “Hộ tịch” phải nhỏ hơn số lớn nhất của cột (4), 2",
            id="named-row",
        ),
    ],
)
def test_a_rule_is_a_sentence(formula: str, sentence: str) -> None:
    words = RuleWords(load_labels(), Language.VI, form=form_of(II06A))

    assert words.demand(parse_formula(formula)) == sentence


def test_a_message_names_the_row_where_there_is_one_and_leaves_figures_out() -> None:
    form = form_of(II06A)
    check = replace(form.checks[0], message="Dòng {row}: (3) là {left}, lệch {difference}.")
    words = RuleWords(load_labels(), Language.VI, form=form)

    assert words.message(check) == "Dòng ‹tên dòng›: (3) là …, lệch …"
    one = replace(check, rows=(RowCode("LV02"),))
    assert words.message(one) == "Dòng Chứng thực: (3) là …, lệch …"


def test_a_form_of_a_pack_becomes_one_file_that_asks_nobody_for_anything(tmp_path: Path) -> None:
    file = tmp_path / "ii-06a.html"

    told = preview("regimes/vpcp-kstt-ii06a", "--out", file)

    assert (told.exit_code, told.output) == (0, f"II.06a/VPCP/KSTT: {file}\n")
    page = file.read_text(encoding="utf-8")
    assert "Cột (3) phải bằng cột (7) + cột (11)." in page
    assert "(3) = (4) + (5) + (6)" in page
    assert page.count("<input") == 160
    assert "Danh sách 20 lĩnh vực cấp xã" in page
    assert ELSEWHERE.findall(page) == []
    assert "/static/" not in page


def test_several_forms_need_a_folder_or_a_choice(tmp_path: Path) -> None:
    pack = "regimes/socio-economic-monthly"

    refused = preview(pack, "--out", tmp_path / "one.html")
    assert refused.exit_code == 1
    assert "KTXH-01, KTXH-02" in refused.output

    assert preview(pack, "--out", tmp_path, "--form", "KTXH-02", "--english").exit_code == 0
    assert [each.name for each in tmp_path.iterdir()] == ["ktxh-02-1.html"]


def test_a_form_with_a_fault_is_told_its_line_and_makes_no_page(tmp_path: Path) -> None:
    form, page = tmp_path / "form.yaml", tmp_path / "form.html"
    wrong = II06A.read_text(encoding="utf-8").replace('formula: "[4] +', 'formula: "[40] +')
    form.write_text(wrong, encoding="utf-8")

    told = preview(form, "--out", page)

    assert told.exit_code == 1
    assert f"{form}:21: columns" in told.output
    assert not page.exists()


def test_lists_sections_and_closed_cells_are_shown_too(tmp_path: Path) -> None:
    file = tmp_path / "cd-dtc-01.html"

    assert preview("regimes/slow-projects", "--out", file).exit_code == 0

    page = file.read_text(encoding="utf-8")
    assert "không thuộc diện: thị trấn, phường" in page
    assert "số mục của danh sách “Danh sách dự án chậm tiến độ”" in page
    assert "Giải phóng mặt bằng</option>" in page
    assert "I. Kết quả chỉ đạo, điều hành" in page
    assert "15 ô nhập, 6 ô tự tính" in page
