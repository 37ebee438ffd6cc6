"""What operators are told to type exists."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from services.cli import app
from shared.settings import Settings
from tests.deployment.composition import PROJECT, composition

DOCUMENTS = [PROJECT / "docs" / "operations.md", PROJECT / "docs" / "vi" / "van-hanh.md"]
SOURCES = ("services", "shared")
PER_DOCUMENT = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)


@PER_DOCUMENT
def test_every_command_of_tonghop_is_known(document: Path) -> None:
    typed = re.findall(
        r"compose run --rm .*?migrate ([a-z-]+)(?: ([a-z-]+))?", document.read_text()
    )
    assert typed
    known = get_command(app).commands  # type: ignore[attr-defined]
    for command, subcommand in typed:
        assert command in known
        assert subcommand in getattr(known[command], "commands", {subcommand: None})


@PER_DOCUMENT
def test_every_container_is_known(document: Path) -> None:
    named = set()
    for words in re.findall(
        r"docker compose (?:stop|restart|exec(?: -T)?|up -d) ((?:[a-z]+ ?)+)", document.read_text()
    ):
        named |= set(words.split()) - {"psql", "python"}
    assert named
    assert named <= set(composition()["services"])


@PER_DOCUMENT
def test_every_script_and_file_is_there(document: Path) -> None:
    named = set(re.findall(r"deploy/[\w./-]*\w", document.read_text()))
    assert named
    assert {name for name in named if not (PROJECT / name).exists()} == set()


@PER_DOCUMENT
def test_every_setting_is_known(document: Path) -> None:
    named = set(re.findall(r"TONGHOP_[A-Z_]*[A-Z]\b(?!_\*)", document.read_text()))
    assert named <= {f"TONGHOP_{field.upper()}" for field in Settings.model_fields}


def test_every_log_event_that_is_explained_is_written_somewhere() -> None:
    table = DOCUMENTS[0].read_text().partition("| event | meaning |")[2].partition("\n\n")[0]
    explained = {
        name
        for row in table.splitlines()
        for name in re.findall(r"`([a-z_]+)`", row.partition(" | ")[0])
    }
    source = "".join(
        file.read_text() for folder in SOURCES for file in (PROJECT / folder).rglob("*.py")
    )
    assert explained
    assert {name for name in explained if f'"{name}"' not in source} == set()
