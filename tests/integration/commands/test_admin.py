"""The first administrator of an empty system."""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.accounts.administration import require_account
from services.intake.accounts.service import open_accounts
from services.intake.accounts.use_cases import Caller, sign_in
from shared.db.engine import snapshot
from shared.web.principals import Role
from tests.support.commands import assert_one_line, run, run_well

CREATE = ("admin", "create", "--username", "QuanTri", "--name", "Đỗ Anh Tuấn")
SOMEWHERE = Caller(address="192.0.2.1")


async def test_the_questions_are_asked_and_the_password_works_once_told(
    province: AsyncEngine,
) -> None:
    told = await run_well("admin", "create", typed="QuanTri\nĐỗ Anh Tuấn\n75\n")
    password = re.findall(r"mật khẩu dùng một lần: (\S+)", told)[0]
    accounts = open_accounts(province, session_hours=1)
    await sign_in(accounts, username="quantri", password=password, caller=SOMEWHERE)
    async with snapshot(province) as connection:
        account = await require_account(connection, "quantri")
    assert account.roles == {Role.ADMINISTRATOR}
    assert account.must_change_password


async def test_a_password_may_be_chosen_but_not_an_easy_one(province: AsyncEngine) -> None:
    asked = (*CREATE, "--organization", "75", "--ask-password")
    easy = await run(*asked, typed="tonghop-123456\ntonghop-123456\n")
    assert easy.exit_code == 1
    chosen = "con trâu đi trước cái cày"
    told = await run_well(*asked, typed=f"{chosen}\n{chosen}\n")
    assert chosen not in told
    accounts = open_accounts(province, session_hours=1)
    await sign_in(accounts, username="quantri", password=chosen, caller=SOMEWHERE)


async def test_there_is_one_first_administrator_unless_another_is_asked_for(
    province: AsyncEngine,
) -> None:
    await run_well(*CREATE, "--organization", "75")
    again = ("admin", "create", "--username", "thuhai", "--name", "B", "--organization", "75")
    assert_one_line(await run(*again), saying="--another")
    assert "thuhai" in await run_well(*again, "--another")


async def test_without_a_catalogue_it_says_what_to_load(configured: str) -> None:
    assert_one_line(await run(*CREATE, "--organization", "75"), saying="tonghop catalogue load")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        pytest.param("Đồng Nai", "75 (", id="a name"),
        pytest.param("dong nai", "75 (", id="a name without diacritics"),
        pytest.param("Atlantis", "tonghop catalogue show", id="nothing like it"),
    ],
)
async def test_a_name_in_place_of_a_code_is_answered_with_the_code(
    province: AsyncEngine, given: str, meant: str
) -> None:
    assert_one_line(await run(*CREATE, "--organization", given), saying=meant)


async def test_the_audit_tells_who_typed_the_command(
    province: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "hoa.nguyen")
    await run_well(*CREATE, "--organization", "75")
    async with snapshot(province) as connection:
        audit = text("SELECT action, details->>'operator', actor_id FROM identity.audit_trail")
        assert list(await connection.execute(audit)) == [("account_created", "hoa.nguyen", None)]
