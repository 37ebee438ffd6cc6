"""What an operator can mend is one line on standard error and exit status 1."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from services.cli import app
from services.commands.faults import faults_told
from services.demo.folder import DemoFolder
from shared.db.embedded import Server
from shared.messaging.local_kafka_libraries import KafkaToolsMissing
from tests.support.commands import assert_one_line, run


async def test_a_database_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://tonghop@127.0.0.1:1/tonghop")
    assert_one_line(await run("users", "list"), saying="TONGHOP_DATABASE_URL")


async def test_a_wrong_password_of_the_database_is_named(
    postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, _, rest = postgres_server.dsn.partition("@")
    monkeypatch.setenv("DATABASE_URL", f"{user}wrong@{rest}")
    assert_one_line(await run("users", "list"), saying="password")


async def test_an_empty_database_asks_for_the_migration(
    postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_server.dsn)
    for command in (("users", "list"), ("verify",), ("dead-letters", "list")):
        assert_one_line(await run(*command), saying="tonghop migrate")


async def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGHOP_HTTP_PORT", "eighty")
    assert_one_line(await run("users", "list"), saying="TONGHOP_HTTP_PORT")


def test_a_database_that_may_lose_reports_is_not_measured(
    postgres_server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_server.dsn)
    result = CliRunner().invoke(app, ["bench", "submit", "--data", str(tmp_path)])
    assert_one_line(result, saying="fsync=off")


def test_a_program_that_kafka_lacks_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as refused, faults_told():
        raise KafkaToolsMissing(("java",))
    assert refused.value.exit_code == 1
    assert "scripts/install-system-packages" in capsys.readouterr().err


@pytest.mark.parametrize(
    "more", [pytest.param((), id="start"), pytest.param(("--reset",), id="reset")]
)
async def test_a_second_demonstration_on_one_folder_is_refused(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    folder = DemoFolder(tmp_path / "demo")
    with folder.held():
        result = await run("demo", "--data", str(folder.path), *more)
    assert_one_line(result, saying="--data FOLDER")
    assert folder.path.is_dir()
