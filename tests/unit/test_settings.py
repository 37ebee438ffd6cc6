"""Settings: read from the environment, all documented, faults named."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic.fields import FieldInfo

from shared.settings import (
    SMALLEST_POOL,
    EventLogKind,
    InvalidSettings,
    Settings,
    load_settings,
)

PROJECT = Path(__file__).parents[2]
DOCUMENT = (PROJECT / "docs" / "settings.md").read_text()
EXAMPLE = (PROJECT / ".env.example").read_text()

FIELDS = sorted(Settings.model_fields.items())


def variable(name: str) -> str:
    return f"TONGHOP_{name.upper()}"


def default_text(field: FieldInfo) -> str:
    default: Any = field.default
    if default is None:
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the machine that the tests run on, and no .env file."""
    monkeypatch.chdir(tmp_path)
    for name in (*map(variable, Settings.model_fields), "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("name", "field"), FIELDS, ids=[name for name, _ in FIELDS])
def test_every_setting_is_in_the_document_and_the_example(name: str, field: FieldInfo) -> None:
    default = default_text(field)
    shown = f"`{default}`" if default else "none"
    assert f"| `{variable(name)}` | {shown} | {field.description} |" in DOCUMENT
    assert f"\n# {variable(name)}={default}\n" in EXAMPLE


def test_the_document_names_no_setting_that_is_gone() -> None:
    named = set(re.findall(r"TONGHOP_[A-Z_]+", DOCUMENT + EXAMPLE))
    assert named == {variable(name) for name in Settings.model_fields}


def test_values_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGHOP_EVENT_LOG", "kafka")
    monkeypatch.setenv("TONGHOP_HTTP_PORT", "")
    settings = load_settings()
    assert settings.event_log is EventLogKind.KAFKA
    assert settings.http_port == 8000


@pytest.mark.parametrize("name", ["DATABASE_URL", "TONGHOP_DATABASE_URL"])
def test_the_usual_name_of_the_database_url_is_read_too(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "postgresql://somebody@db.example/reports")
    assert load_settings().database_url == "postgresql://somebody@db.example/reports"


def test_all_faults_are_named_at_once_by_their_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGHOP_HTTP_PORT", "99999")
    monkeypatch.setenv("TONGHOP_EVENT_LOG", "rabbit")
    with pytest.raises(InvalidSettings) as refused:
        load_settings()
    assert len(refused.value.faults) == 2
    assert "TONGHOP_HTTP_PORT: " in str(refused.value)
    assert "TONGHOP_EVENT_LOG: " in str(refused.value)


def test_a_pool_too_small_for_the_tasks_of_a_service_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TONGHOP_DATABASE_POOL_SIZE", str(SMALLEST_POOL - 1))
    with pytest.raises(InvalidSettings) as refused:
        load_settings()
    [fault] = refused.value.faults
    assert fault.startswith("TONGHOP_DATABASE_POOL_SIZE: ")
    assert str(SMALLEST_POOL) in fault


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:hush@db.example/reports")
    monkeypatch.setenv("TONGHOP_SMTP_PASSWORD", "hush")
    assert "hush" not in repr(load_settings())
