"""Text, tree and JSON are three spellings of one formula."""

import json
from typing import Any

import pytest
from hypothesis import given

from shared.domain.expressions import Expression, InvalidExpression
from shared.formulas.json import from_json, to_json
from shared.formulas.parser import MAX_DEPTH, MAX_LENGTH, FormulaError, parse_formula
from shared.formulas.printer import formula_text
from tests.factories.expressions import expressions


@given(expressions)
def test_parsing_what_was_printed_gives_the_same_tree(expression: Expression) -> None:
    assert parse_formula(formula_text(expression)) == expression


@given(expressions)
def test_json_gives_the_same_tree_back(expression: Expression) -> None:
    assert from_json(json.loads(json.dumps(to_json(expression)))) == expression


@pytest.mark.parametrize(
    "text",
    [
        "[3] = [7] + [11]",
        "([8] + [9]) / [7] * 100",
        "[6] = previous([11])",
        "[LV01, 4] - same_period_last_year([LV01, 4])",
        "sum([4], [5])",
        "if(filled([4]), [4] <= [5])",
        "1 - (2 - 3)",
        "not ([1] = 1 or [2] = 2) and -([3] + 1) < 0.05",
    ],
)
def test_a_tidy_formula_is_printed_as_it_was_written(text: str) -> None:
    assert formula_text(parse_formula(text)) == text


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        ("[3]=[7]+[11]", "[3] = [7] + [11]"),
        ("[ LV01 ,4 ]", "[LV01, 4]"),
        ("[3] ≠ 4", "[3] != 4"),
        ("[3] <> 4", "[3] != 4"),
        ("[3] ≤ 4", "[3] <= 4"),
        ("[3] ≥ 4", "[3] >= 4"),
        ("((([3])))", "[3]"),
        ("(1 * 2) + 3", "1 * 2 + 3"),
        ("0.50", "0.5"),
    ],
)
def test_other_spellings_mean_the_same(written: str, tidy: str) -> None:
    assert formula_text(parse_formula(written)) == tidy


@pytest.mark.parametrize(
    ("text", "column", "hint"),
    [
        ("", 1, "chưa hết"),
        ("[3] + ", 7, "chưa hết"),
        ("[3", 1, "“]” đóng"),
        ("[3] @ 4", 5, "không hiểu “@”"),
        ("[3] = = 4", 7, "trước “=” còn thiếu"),
        ("1 = 2 = 3", 7, "không so sánh nối nhau"),
        ("1,5", 2, "số thập phân dùng dấu chấm"),
        ("[3] [4]", 5, "còn thiếu phép tính"),
        ("[3] sum", 5, "còn thiếu phép tính"),
        ("([3] + 1", 9, "ngoặc đóng"),
        ("sum", 4, "sum([4], [5])"),
        ("sum [4]", 5, "sum([4], [5])"),
        ("1 + summ([4])", 5, "có phải sum()?"),
        ("average([4])", 1, "các hàm có: abs"),
        ("sum([4],)", 9, "còn thiếu một ô"),
        ("abs([4], [5])", 1, "cần 1 tham số, đang có 2"),
        ("if([4] = 1)", 1, "cần 2 đến 3 tham số"),
        ("previous([4] + 1)", 1, "nhận đúng một ô"),
        ("previous(previous([4]))", 1, "nhận đúng một ô"),
        ("[]", 1, "[cột] hoặc [dòng, cột]"),
        ("[1, 2, 3]", 1, "[cột] hoặc [dòng, cột]"),
        ("1 + ([2] = 3)", 1, "phép tính “+” phải là một số"),
        ("1 = 1 and [3]", 1, "“and” phải là một điều kiện"),
        ("1" * (MAX_LENGTH + 1), MAX_LENGTH + 1, "dài hơn 2000 ký tự"),
        ("-" * MAX_DEPTH + "1", MAX_DEPTH + 1, "lồng quá sâu"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_its_cure(text: str, column: int, hint: str) -> None:
    with pytest.raises(FormulaError, match="Công thức sai ở ký tự thứ") as caught:
        parse_formula(text)

    assert caught.value.column == column
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        {},
        "number",
        ["number"],
        ["number", 5],
        ["number", "-5"],
        ["number", "1/2"],
        ["cell"],
        ["cell", 4],
        ["cell", "4", None, "next"],
        ["cell", "4", "LV01", "previous", "more"],
        ["?", ["number", "1"]],
        [["number", "1"]],
        ["+", ["number", "1"]],
        ["negate", ["number", "1"], ["number", "1"]],
        ["not", ["number", "1"]],
        ["sum"],
        ["and", ["=", ["number", "1"], ["number", "1"]]],
    ],
    ids=json.dumps,
)
def test_json_that_is_no_formula_is_refused(tree: Any) -> None:
    with pytest.raises(InvalidExpression):
        from_json(tree)


def test_json_nested_without_end_is_refused() -> None:
    tree: list[Any] = ["number", "1"]
    for _ in range(MAX_DEPTH):
        tree = ["negate", tree]

    with pytest.raises(InvalidExpression, match="lồng quá sâu"):
        from_json(tree)
