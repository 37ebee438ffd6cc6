"""Who may import whom, and the rules of the house that no linter of others knows."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.support.templates import ROOT

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
MOST_POSITIONAL = 5
CODE = [
    path
    for folder in ("migrations", "services", "shared", "tests", "tools")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
PRODUCT = [path for path in CODE if path.relative_to(ROOT).parts[0] in {"services", "shared"}]

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")
MACHINES_CLOCK = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}

# Business time comes from a Clock. Sessions, tokens, TLS and logs keep real time.
READS_THE_MACHINES_CLOCK: Mapping[str, str] = {
    "shared/clock.py": "the clocks themselves",
    "services/doctor/database.py": "compares the machine's clock with the database's",
    "services/demo/accounts.py": "the tokens and accounts of the demonstration",
    "services/bench/bare.py": "a yardstick, no report",
    "services/bench/world.py": "the tokens of a measurement",
}

# Figures are exact decimals from the request to the response.
MAKES_FLOATS: Mapping[str, str] = {
    "shared/web/languages.py": "weights of Accept-Language (RFC 9110, section 12.4.2)",
}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text())))


def _calls(path: Path) -> Iterator[tuple[str, int]]:
    """What is called by name, `datetime.now` or `float`, and in which line."""
    for node in _nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield ast.unparse(node.func), node.lineno


def _callers(*names: str) -> set[str]:
    return {_name(path) for path in PRODUCT if any(called in names for called, _ in _calls(path))}


def test_there_is_code_to_look_at() -> None:
    assert len(PRODUCT) > 200


def test_imports_keep_to_the_contracts() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    found = subprocess.run(  # noqa: S603 (our own environment's program)
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout


def test_the_domain_imports_the_standard_library_and_itself_only() -> None:
    found = {
        f"{_name(path)}: {module}"
        for path in sorted((ROOT / "shared" / "domain").glob("*.py"))
        for node in _nodes(path)
        for module in _imported(node)
        if module.partition(".")[0] not in sys.stdlib_module_names
        and not f"{module}.".startswith("shared.domain.")
    }
    assert found == set()


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    return [node.module or "."] if isinstance(node, ast.ImportFrom) else []


def test_no_file_is_too_long() -> None:
    lengths = {_name(path): len(path.read_text().splitlines()) for path in CODE}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """What a function does; what it takes and what is said about it may be as long as they need."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_function_is_too_long() -> None:
    found = [
        f"{_name(path)}:{node.lineno} {node.name}"
        for path in CODE
        for node in _nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and _body_lines(node) > LONGEST_FUNCTION
    ]
    assert found == []


def test_few_parameters_go_without_their_names() -> None:
    found = [
        f"{_name(path)}:{node.lineno} {node.name}"
        for path in PRODUCT
        for node in _nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and len([each for each in node.args.args if each.arg != "self"]) > MOST_POSITIONAL
    ]
    assert found == []


@pytest.mark.parametrize(
    "path", [pytest.param(path, id=_name(path)) for path in CODE if path.name == "__init__.py"]
)
def test_a_package_holds_one_docstring_only(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    assert len(body) == 1
    assert ast.get_docstring(ast.Module(body, type_ignores=[]))


def test_business_time_is_not_the_machines() -> None:
    assert _callers(*MACHINES_CLOCK) == READS_THE_MACHINES_CLOCK.keys()


def test_figures_never_become_floats() -> None:
    assert _callers("float") == MAKES_FLOATS.keys()


def test_nothing_is_printed() -> None:
    """Services log; the command line writes through typer and rich."""
    assert _callers("print", "pprint") == set()


def test_nothing_is_left_unfinished() -> None:
    found = [
        f"{_name(path)}:{number}"
        for path in PRODUCT
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert found == []
