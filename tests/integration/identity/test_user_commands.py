"""`tonghop users` as an operator types it."""

import asyncio
import re

import pytest
from click.testing import Result
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from services.catalogue_events import announce_change
from services.commands.users import app
from services.intake.accounts.errors import SignInRefused
from services.intake.accounts.service import Accounts, open_accounts
from services.intake.accounts.use_cases import Caller, sign_in
from shared.catalogue.packs import read_packs, shipped_packs
from shared.catalogue.store import load_packs
from shared.clock import SystemClock
from shared.db.engine import transaction

CREATE = ("create", "QuanTri", "--name", "Đỗ Anh Tuấn", "--organization", "75")
UNITS = tuple(
    f"organizations/{name}" for name in ("binh-phuoc-2025", "dong-nai-until-2025", "dong-nai-2025")
)
ADMINISTRATOR = ("--role", "administrator")


@pytest.fixture(autouse=True)
async def province(engine: AsyncEngine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    async with transaction(engine) as connection:
        packs = read_packs(shipped_packs(*UNITS))
        await load_packs(connection, packs, clock=SystemClock(), announce=announce_change)


@pytest.fixture
def accounts(engine: AsyncEngine) -> Accounts:
    return open_accounts(engine, session_hours=1)


async def run(*words: str) -> Result:
    """Run a command in a thread of its own, since it opens its own event loop."""
    return await asyncio.to_thread(CliRunner().invoke, app, list(words))


def told_password(result: Result) -> str:
    found = re.search(r": (\S+)\n", result.output)
    assert result.exit_code == 0, result.output
    assert found, result.output
    return found[1]


async def enters(accounts: Accounts, password: str) -> bool:
    try:
        await sign_in(
            accounts, username="quantri", password=password, caller=Caller(address="192.0.2.1")
        )
    except SignInRefused:
        return False
    return True


async def test_the_first_administrator_signs_in_with_the_password_that_was_told(
    accounts: Accounts,
) -> None:
    created = await run(*CREATE, *ADMINISTRATOR)
    assert await enters(accounts, told_password(created))
    listed = await run("list")
    assert listed.output.startswith("quantri  Đỗ Anh Tuấn  đơn vị số ")
    assert listed.output.endswith("  administrator\n")


async def test_a_new_password_replaces_the_old_one(accounts: Accounts) -> None:
    old = told_password(await run(*CREATE, *ADMINISTRATOR))
    new = told_password(await run("reset-password", "quantri"))
    assert not await enters(accounts, old)
    assert await enters(accounts, new)


async def test_a_disabled_account_lets_nobody_in(accounts: Accounts) -> None:
    password = told_password(await run(*CREATE, *ADMINISTRATOR))
    assert (await run("disable", "quantri")).exit_code == 0
    assert not await enters(accounts, password)
    assert "(đã khóa)" in (await run("list")).output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param((*CREATE[:-1], "99999", *ADMINISTRATOR), "99999", id="unknown organization"),
        pytest.param(("reset-password", "nobody"), "nobody", id="unknown account"),
    ],
)
async def test_a_fault_is_told_in_one_line(words: tuple[str, ...], said: str) -> None:
    result = await run(*words)
    assert result.exit_code == 1
    assert said in result.output
    assert result.output.count("\n") == 1


async def test_a_name_is_taken_once() -> None:
    await run(*CREATE, *ADMINISTRATOR)
    again = await run(*CREATE, *ADMINISTRATOR)
    assert again.exit_code == 1
    assert "quantri" in again.output.lower()


async def test_an_unknown_role_is_answered_with_the_known_ones() -> None:
    result = await run(*CREATE, "--role", "king")
    assert result.exit_code == 2
    assert "administrator" in result.output
