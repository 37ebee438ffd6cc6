"""One table of cases, two interpreters: what Python says, the browser says."""

import json
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route, sync_playwright

from shared.domain.cells import Choice, Scope
from shared.domain.expressions import Cell, evaluate
from shared.domain.faults import Fault
from shared.domain.figures import (
    InvalidFigure,
    figure_text,
    figures_from_text,
    parse_figure,
    rounded,
    vietnamese_figure,
)
from shared.domain.forms import ColumnType, FormTemplate, Precedence, Severity
from shared.domain.narratives import Section, SectionCode
from shared.domain.organizations import OrganizationKind
from shared.domain.sheets import complete, validate
from shared.formulas.forms_json import form_json
from shared.formulas.json import from_json, to_json
from shared.formulas.parser import parse_formula
from shared.formulas.printer import formula_text
from tests.factories.forms import (
    column,
    cross_check,
    form,
    form_ii_06a,
    form_of_crossed_formulas,
    form_of_indicators,
    row,
)
from tests.factories.narratives import projects
from tests.factories.organizations import ward

ROOT = Path(__file__).resolve().parents[3]
CASES: dict[str, Any] = json.loads((ROOT / "shared/formulas/cases.json").read_text("utf-8"))
RUN = """
    import * as interpreter from "BASE/shared/formulas/interpreter.js";
    import { runCases } from "BASE/tests/unit/formulas/run_cases.js";
"""
Run = Callable[[], dict[str, list[Any]]]

RATIO_CHECKS = (
    cross_check(
        "SHARE",
        "[4] <= 50",
        message="{row}: {col_4}% ({left} > {right}, lệch {difference}).",
        rows=("A", "B"),
    ),
    cross_check(
        "GROWS",
        "[6] >= previous([6]) or not filled([6])",
        severity=Severity.SOFT,
        message="Cột 6: {col_6}, kỳ trước {previous_6}.",
    ),
    cross_check(
        "YEAR",
        "previous([1]) = same_period_last_year([1])",
        severity=Severity.SOFT,
        message="{previous_1} và {last_year_1}",
        rows=("A1",),
    ),
    cross_check(
        "TOTAL",
        "[3] <= 100 and [B, 1] <= [3]",
        message="Tổng {col_3}, dòng B {B_1}.",
        rows="total",
    ),
)


def ratio_form() -> FormTemplate:
    """Rows in three levels, ratios of totals, every kind of check."""
    percent = {"type": ColumnType.PERCENT, "decimals": 1, "unit": "%"}
    return form(
        rows=(
            row("TONG", sum_of_children=True),
            row("A", parent="TONG", sum_of_children=True),
            row("A1", parent="A"),
            row("A2", parent="A"),
            row("B", parent="TONG"),
        ),
        columns=(
            column("1"),
            column("2"),
            column("3", "[1] + [2]"),
            column("4", "[1] / [3] * 100", **percent),
            column("5", "[1] / [TONG, 1] * 100", **percent),
            column("6", type=ColumnType.MONEY, decimals=2, unit="triệu đồng"),
        ),
        checks=RATIO_CHECKS,
    )


def opened_form() -> FormTemplate:
    """As a ward fills it in: a row and the column of a rate's part are closed for it."""
    closed = Scope(kinds=frozenset({OrganizationKind.WARD}))
    choices = (Choice("yes", "Có"), Choice("no", "Không"))
    return form(
        rows=(
            row("A", parent="T"),
            row("B", parent="T", closed=closed, required=True),
            row("T", sum_of_children=True),
        ),
        columns=(
            column("1", required=False),
            column("2"),
            column("3", closed=closed),
            column("4", "[1] + [2] - [3]"),
            column("5", "[3] / [2]", type=ColumnType.DECIMAL, decimals=2),
            column("6", type=ColumnType.TEXT, max_length=20),
            column("7", type=ColumnType.CHOICE, choices=choices, required=True),
        ),
        lists=(projects(feeds=()),),
        sections=(Section(code=SectionCode("I"), heading="Kết quả"),),
    ).as_owed_by(ward())


FORMS = {
    "opened": opened_form(),
    "ii_06a": form_ii_06a(fields_of_work=2),
    "ratio": ratio_form(),
    "indicators": form_of_indicators(),
    "row_first": form_of_crossed_formulas(Precedence.ROW),
    "column_first": form_of_crossed_formulas(Precedence.COLUMN),
}


def run_in_node() -> dict[str, list[Any]]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node; the same cases run in Chromium")
    script = (
        RUN.replace("BASE", ROOT.as_uri())
        + "import { readFileSync } from 'node:fs';"
        + "const cases = JSON.parse(readFileSync(0, 'utf-8'));"
        + "process.stdout.write(JSON.stringify(runCases(interpreter, cases)));"
    )
    done = subprocess.run(  # noqa: S603 - our own script
        [node, "--input-type=module", "--eval", script],
        input=json.dumps(CASES),
        capture_output=True,
        check=True,
        encoding="utf-8",
        cwd=ROOT,
    )
    return json.loads(done.stdout)


def run_in_chromium(executable: str) -> dict[str, list[Any]]:
    """The files are served from the checkout under a made-up address; no network is used."""
    script = RUN.replace("BASE", "") + "window.runCases = (cases) => runCases(interpreter, cases);"

    def serve(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/":
            route.fulfill(content_type="text/html", body=f'<script type="module">{script}</script>')
        else:
            route.fulfill(content_type="text/javascript", path=ROOT / path.lstrip("/"))

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page()
        page.route("**/*", serve)
        page.goto("http://tonghop.test/")
        page.wait_for_function("window.runCases !== undefined")
        results = page.evaluate("(cases) => window.runCases(cases)", CASES)
        browser.close()
    return results


def run_in_python() -> dict[str, list[Any]]:
    return {
        "expressions": [python_expression(case) for case in CASES["expressions"]],
        "figures": [python_figure(case) for case in CASES["figures"]],
        "numbers": [python_number(case) for case in CASES["numbers"]],
        "sheets": [python_sheet(case) for case in CASES["sheets"]],
    }


def python_expression(case: dict[str, Any]) -> str | bool | None:
    def lookup(cell: Cell) -> Decimal | None:
        text = case["cells"].get(formula_text(cell))
        return None if text is None else Decimal(text)

    value = evaluate(from_json(case["tree"]), lookup)
    return str(value) if isinstance(value, Fraction) else value


def python_figure(case: dict[str, Any]) -> dict[str, str]:
    try:
        value = parse_figure(
            case["raw"], column_type=ColumnType(case["type"]), decimals=case["decimals"]
        )
    except InvalidFigure as error:
        return {"code": error.code, "detail": str(error)}
    return {"value": figure_text(value)}


def python_number(case: dict[str, Any]) -> dict[str, str]:
    value = rounded(Fraction(case["value"]), case["decimals"])
    return {"text": figure_text(value), "shown": vietnamese_figure(value)}


def python_sheet(case: dict[str, Any]) -> dict[str, Any]:
    others = case["others"]
    past: dict[str, Any] = {
        ours: figures_from_text(others[theirs])
        for ours, theirs in {
            "previous": "previous",
            "same_period_last_year": "samePeriodLastYear",
        }.items()
        if theirs in others
    }
    past["same_year"] = others.get("sameYear", False)
    explanations = {
        (code, code_of_row): text
        for code, by_row in others.get("explanations", {}).items()
        for code_of_row, text in by_row.items()
    }
    template = FORMS[case["form"]]
    found = validate(template, case["cells"], **past, explanations=explanations)
    values = texts(found.sheet.as_mapping())
    readable = not any(fault.code in CELL_CODES for fault in found.faults)
    completed = texts(complete(template, found.figures, **past).as_mapping())
    return {
        "values": values,
        "faults": [fault_json(each) for each in found.faults],
        "completed": completed if readable else values,
    }


CELL_CODES = {each.code for each in InvalidFigure.__subclasses__()}


def texts(sheet: dict[Any, dict[Any, Decimal | None]]) -> dict[str, dict[str, str | None]]:
    return {
        code_of_row: {
            code: None if value is None else figure_text(value) for code, value in cells.items()
        }
        for code_of_row, cells in sheet.items()
    }


def fault_json(fault: Fault) -> dict[str, Any]:
    names = ("code", "detail", "row", "column", "check", "explanation")
    return {name: getattr(fault, name) for name in names} | {"severity": fault.severity.value}


# What Node finds, the browser finds to the letter: without Node nothing is left unseen.
RUNS = [
    pytest.param(run_in_python, id="python"),
    pytest.param(run_in_node, id="node", marks=pytest.mark.optional),
]


@pytest.fixture(scope="module", params=RUNS)
def results(request: pytest.FixtureRequest) -> dict[str, list[Any]]:
    run: Run = request.param
    return run()


def named(section: str) -> dict[str, Any]:
    cases = list(enumerate(CASES[section]))
    return {
        "argnames": ("place", "case"),
        "argvalues": cases,
        "ids": [case["name"] for _, case in cases],
    }


@pytest.mark.parametrize(**named("expressions"))
def test_an_expression_has_one_value(
    place: int, case: dict[str, Any], results: dict[str, list[Any]]
) -> None:
    assert results["expressions"][place] == case["expect"]


@pytest.mark.parametrize(**named("figures"))
def test_a_typed_figure_has_one_reading_or_one_refusal(
    place: int, case: dict[str, Any], results: dict[str, list[Any]]
) -> None:
    assert case["expect"].items() <= results["figures"][place].items()


@pytest.mark.parametrize(**named("numbers"))
def test_a_number_is_rounded_once_and_shown_the_vietnamese_way(
    place: int, case: dict[str, Any], results: dict[str, list[Any]]
) -> None:
    assert results["numbers"][place] == {"text": case["text"], "shown": case["shown"]}


@pytest.mark.parametrize(**named("sheets"))
def test_a_sheet_is_completed_and_checked(
    place: int, case: dict[str, Any], results: dict[str, list[Any]]
) -> None:
    found = results["sheets"][place]

    for code, cells in case["values"].items():
        assert cells.items() <= found["values"][code].items()
    assert found["completed"] == found["values"]
    assert found["faults"] == [
        fault | {"severity": severity_of(fault, case)} for fault in case["faults"]
    ]


def severity_of(fault: dict[str, Any], case: dict[str, Any]) -> str:
    checks = {check.code: check for check in FORMS[case["form"]].checks}
    return checks[fault["check"]].severity.value if fault["check"] else "hard"


@pytest.mark.optional
def test_both_interpreters_agree_to_the_letter() -> None:
    assert run_in_node() == run_in_python()


@pytest.mark.browser
def test_the_browser_agrees_to_the_letter(chromium: str) -> None:
    assert run_in_chromium(chromium) == run_in_python()


@pytest.mark.parametrize(**named("expressions"))
def test_the_tree_of_a_case_is_what_its_text_means(place: int, case: dict[str, Any]) -> None:
    assert to_json(parse_formula(case["text"])) == case["tree"]


@pytest.mark.parametrize("name", FORMS)
def test_the_forms_of_the_cases_are_what_the_api_gives(name: str) -> None:
    assert form_json(FORMS[name]) == CASES["forms"][name]


def test_the_table_is_wide_enough_to_mean_something() -> None:
    assert sum(len(CASES[section]) for section in ("expressions", "figures", "sheets")) >= 60
