"""Editors are told by the schema what the pack's readers would say, as far as a schema can."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from services.commands.catalogue import app
from shared.catalogue.editor_schema import editor_schema
from shared.catalogue.packs import SHIPPED_PACKS

VALIDATOR = jsonschema.Draft202012Validator(editor_schema())
FORM = SHIPPED_PACKS / "regimes/vpcp-kstt-ii06a/form-ii-06a.yaml"
SMALL_FILES = sorted(file for file in SHIPPED_PACKS.rglob("*.yaml") if file.stat().st_size < 60_000)


def as_an_editor_reads(file: Path) -> Any:
    """Editors know no dates, only text."""
    return json.loads(json.dumps(yaml.safe_load(file.read_text(encoding="utf-8")), default=str))


def faults(document: Any) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(document)]


def test_the_schema_is_one_itself() -> None:
    jsonschema.Draft202012Validator.check_schema(editor_schema())


@pytest.mark.parametrize("file", SMALL_FILES, ids=lambda file: str(file.relative_to(SHIPPED_PACKS)))
def test_a_shipped_file_has_no_fault(file: Path) -> None:
    assert faults(as_an_editor_reads(file)) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"slug": "II 06a"}, "does not match", id="wrong-slug"),
        pytest.param({"colums": {}}, "'colums' was unexpected", id="misspelled"),
        pytest.param({"precedence": "cell"}, "is not one of", id="unknown-choice"),
        pytest.param({"kind": "from"}, "'from' is not one of", id="unknown-kind"),
        pytest.param({"kind": "pack"}, "were unexpected", id="keys-of-another-kind"),
        pytest.param({"version": "1"}, "is not of type 'integer'", id="text-for-a-number"),
    ],
)
def test_what_the_reader_would_refuse_is_told(changed: dict[str, Any], told: str) -> None:
    assert any(told in each for each in faults(as_an_editor_reads(FORM) | changed))


def test_a_rule_without_its_source_is_told() -> None:
    unsourced = as_an_editor_reads(FORM)
    del unsourced["source"]

    assert any("is not valid under any of the given schemas" in each for each in faults(unsourced))
    assert faults(unsourced | {"assumption": True}) == []


def test_an_operator_prints_the_schema() -> None:
    result = CliRunner().invoke(app, ["schema"])

    assert result.exit_code == 0
    assert json.loads(result.output) == editor_schema()
