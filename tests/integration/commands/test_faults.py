"""What an operator can mend is one line on standard error and exit status 1."""

from pathlib import Path

import pytest

from services.demo.folder import DemoFolder
from shared.db.embedded import Server
from tests.support.commands import require_one_line, run


async def test_a_database_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://tonghop@127.0.0.1:1/tonghop")
    require_one_line(await run("users", "list"), saying="TONGHOP_DATABASE_URL")


async def test_a_wrong_password_of_the_database_is_named(
    postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, _, rest = postgres_server.dsn.partition("@")
    monkeypatch.setenv("DATABASE_URL", f"{user}wrong@{rest}")
    require_one_line(await run("users", "list"), saying="password")


async def test_an_empty_database_asks_for_the_migration(
    postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_server.dsn)
    for command in (("users", "list"), ("verify",), ("dead-letters", "list")):
        require_one_line(await run(*command), saying="tonghop migrate")


async def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGHOP_HTTP_PORT", "eighty")
    require_one_line(await run("users", "list"), saying="TONGHOP_HTTP_PORT")


@pytest.mark.parametrize(
    "more", [pytest.param((), id="start"), pytest.param(("--reset",), id="reset")]
)
async def test_a_second_demonstration_on_one_folder_is_refused(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    folder = DemoFolder(tmp_path / "demo")
    with folder.held():
        result = await run("demo", "--data", str(folder.path), *more)
    require_one_line(result, saying="--data FOLDER")
    assert folder.path.is_dir()
