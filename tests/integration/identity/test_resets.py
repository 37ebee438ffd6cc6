"""Who forgot the password chooses a new one by a link that works once."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.accounts.administration import (
    disable_account,
    enable_account,
    set_password,
)
from services.intake.accounts.attempts import FAILURES_ALLOWED
from services.intake.accounts.errors import ResetRefused
from services.intake.accounts.records import Account
from services.intake.accounts.resets import RESETS_IN_WINDOW, use_reset
from services.intake.accounts.service import Accounts
from services.intake.accounts.use_cases import Caller
from shared.db.engine import read_json, transaction
from shared.web.authentication import token_sha256
from tests.support.identity import PASSWORD, actions
from tests.support.web import add_account, bearer_token, client_of, quick_passwords, sign_in_as

ASK, RESET = "/forgot-password", "/reset-password"
NEW, OTHER = "lúa chín ngoài đồng xa", "cánh cò bay lả bay la"
ADDRESS = "hanh@binhphuoc.example"


@pytest.fixture
async def hanh(engine: AsyncEngine) -> Account:
    return await add_account(engine, username="hanh", password=PASSWORD, email=ADDRESS)


@pytest.fixture
async def client(app: FastAPI, hanh: Account) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as made:
        yield made


async def _rows(engine: AsyncEngine, statement: str) -> list[dict[str, Any]]:
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(text(statement))).mappings()]


async def _requests(engine: AsyncEngine) -> int:
    return len(await _rows(engine, "SELECT id FROM identity.password_reset"))


async def _link(engine: AsyncEngine, client: httpx.AsyncClient, *, who: str = "hanh") -> str:
    """Asks, and mails as the notifier does: the token goes into the mail, its hash is kept."""
    await client.post(ASK, data={"who": who})
    token = secrets.token_urlsafe(32)
    async with transaction(engine) as connection:
        await connection.execute(
            text("""
            INSERT INTO identity.password_reset_token (token_sha256, reset_id, created_at)
            SELECT :hash, max(id), now() FROM identity.password_reset"""),
            {"hash": token_sha256(token)},
        )
    return token


async def _signs_in(client: httpx.AsyncClient, password: str) -> bool:
    answer = await client.post("/sign-in", data={"username": "hanh", "password": password})
    return answer.status_code == 303


@pytest.mark.parametrize(
    "who", ["hanh", " HANH ", ADDRESS, "nobody", "nobody@binhphuoc.example", PASSWORD]
)
async def test_the_answer_does_not_tell_whether_there_is_such_an_account(
    client: httpx.AsyncClient, who: str
) -> None:
    answer = await client.post(ASK, data={"who": who})
    shown = await client.get(answer.headers["location"])

    assert (answer.status_code, answer.headers["location"]) == (303, f"{ASK}?asked=1")
    assert "Nếu tài khoản tồn tại và có địa chỉ thư" in shown.text
    assert set(answer.cookies) == set()


@pytest.mark.parametrize(
    ("who", "requests"),
    [("hanh", 1), (" HANH ", 1), (ADDRESS, 1), ("nobody", 0), ("mute", 0), ("gone", 0)],
)
async def test_only_an_account_in_use_with_an_address_gets_a_mail(
    client: httpx.AsyncClient, engine: AsyncEngine, who: str, requests: int
) -> None:
    await add_account(engine, username="mute", password=PASSWORD)
    await add_account(engine, username="gone", password=PASSWORD, email="gone@binhphuoc.example")
    async with transaction(engine) as connection:
        statement = "UPDATE identity.account SET active = false WHERE username = 'gone'"
        await connection.execute(text(statement))

    await client.post(ASK, data={"who": who})

    assert await _requests(engine) == requests


async def test_the_link_leads_to_a_new_password_and_ends_every_access(
    client: httpx.AsyncClient, app: FastAPI, engine: AsyncEngine, hanh: Account
) -> None:
    program = {"authorization": f"Bearer {await bearer_token(engine, hanh)}"}
    async with client_of(app) as other:
        await sign_in_as(other, engine, hanh)
        token = await _link(engine, client)
        page = await client.get(RESET, params={"token": token})
        done = await client.post(RESET, data={"token": token, "new": NEW})
        assert (await other.get("/account/tokens")).headers["location"].startswith("/sign-in")
    assert (await client.get("/api/v1/tokens", headers=program)).status_code == 401

    assert "Chọn mật khẩu mới" in page.text
    assert (done.status_code, done.headers["location"]) == (303, "/sign-in?reset=1")
    assert "Đã đặt mật khẩu mới" in (await client.get("/sign-in?reset=1")).text
    assert [await _signs_in(client, each) for each in (PASSWORD, NEW)] == [False, True]
    assert (await actions(engine))[:2] == ["password_reset_asked", "password_reset"]


async def test_a_link_works_once_however_many_hurry(
    client: httpx.AsyncClient, engine: AsyncEngine, accounts: Accounts
) -> None:
    token, caller = await _link(engine, client), Caller("10.0.0.1")

    outcomes = await asyncio.gather(
        *(use_reset(accounts, token=token, new=f"{NEW} {n}", caller=caller) for n in range(4)),
        return_exceptions=True,
    )
    again = await client.post(RESET, data={"token": token, "new": NEW})

    assert [type(each) for each in outcomes if each is not None] == [ResetRefused] * 3
    assert again.status_code == 422
    assert "đã dùng, đã hết hạn hoặc không đúng" in again.text


async def test_the_first_link_that_is_used_ends_the_others(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    first, second = await _link(engine, client), await _link(engine, client)

    await client.post(RESET, data={"token": second, "new": NEW})

    assert (await client.get(RESET, params={"token": first})).status_code == 422
    assert await _rows(engine, "SELECT * FROM identity.password_reset_token") == []


async def _changes_it(client: httpx.AsyncClient, engine: AsyncEngine, hanh: Account) -> None:
    await sign_in_as(client, engine, hanh)
    typed = {"current": PASSWORD, "new": OTHER}
    assert (await client.post("/account/password", data=typed)).status_code == 303


async def _is_given_one(client: httpx.AsyncClient, engine: AsyncEngine, hanh: Account) -> None:
    async with transaction(engine) as connection:
        hashed = await quick_passwords().hash(OTHER)
        now = datetime.now(UTC)
        await set_password(connection, hanh.username, password_hash=hashed, now=now)


async def _is_disabled_for_a_moment(
    client: httpx.AsyncClient, engine: AsyncEngine, hanh: Account
) -> None:
    async with transaction(engine) as connection:
        await disable_account(connection, hanh.username, now=datetime.now(UTC))
        await enable_account(connection, hanh.username, now=datetime.now(UTC))


@pytest.mark.parametrize("ends", [_changes_it, _is_given_one, _is_disabled_for_a_moment])
async def test_a_link_does_not_outlive_the_password_it_was_to_replace(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    hanh: Account,
    ends: Callable[[httpx.AsyncClient, AsyncEngine, Account], Awaitable[None]],
) -> None:
    token = await _link(engine, client)
    await ends(client, engine, hanh)
    client.cookies.clear()

    done = await client.post(RESET, data={"token": token, "new": NEW})

    assert done.status_code == 422
    assert not await _signs_in(client, NEW)


async def test_a_link_ends_after_half_an_hour(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    token = await _link(engine, client)
    [row] = await _rows(engine, "SELECT requested_at, expires_at FROM identity.password_reset")
    async with transaction(engine) as connection:
        await connection.execute(text("UPDATE identity.password_reset SET expires_at = now()"))

    page = await client.get(RESET, params={"token": token})
    done = await client.post(RESET, data={"token": token, "new": NEW})

    assert row["expires_at"] - row["requested_at"] == timedelta(minutes=30)
    assert (page.status_code, done.status_code) == (422, 422)
    assert not await _signs_in(client, NEW)


@pytest.mark.parametrize("token", ["", "wrong", "x" * 400])
async def test_a_link_that_never_was_leads_back_to_asking(
    client: httpx.AsyncClient, token: str
) -> None:
    page = await client.get(RESET, params={"token": token})

    assert page.status_code == 422
    assert 'href="/forgot-password"' in page.text


async def test_a_poor_password_is_refused_and_the_link_goes_on_working(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    token = await _link(engine, client)

    refused = await client.post(RESET, data={"token": token, "new": "ngắn quá"})
    done = await client.post(RESET, data={"token": token, "new": NEW})

    assert refused.status_code == 422
    assert "cần ít nhất 12 ký tự" in refused.text
    assert done.status_code == 303


async def test_a_lock_ends_with_the_old_password(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    for _ in range(5):
        await _signs_in(client, "sai rồi")
    token = await _link(engine, client)

    await client.post(RESET, data={"token": token, "new": NEW})

    assert await _signs_in(client, NEW)


async def test_an_account_gets_few_mails_an_hour(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    answers = [await client.post(ASK, data={"who": "hanh"}) for _ in range(RESETS_IN_WINDOW + 2)]

    assert {each.headers["location"] for each in answers} == {f"{ASK}?asked=1"}
    assert await _requests(engine) == RESETS_IN_WINDOW


async def test_an_address_that_asks_for_many_has_to_wait(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    for number in range(FAILURES_ALLOWED):
        await client.post(ASK, data={"who": f"name{number}"})
    answer = await client.post(ASK, data={"who": "hanh"})

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


async def test_nothing_typed_is_asked_for_again(client: httpx.AsyncClient) -> None:
    answer = await client.post(ASK, data={"who": "  "})

    assert answer.status_code == 422
    assert 'href="#who"' in answer.text


async def test_the_audit_does_not_hold_what_was_typed(
    client: httpx.AsyncClient, engine: AsyncEngine, hanh: Account
) -> None:
    await client.post(ASK, data={"who": "hanh"})
    await client.post(ASK, data={"who": PASSWORD})

    lines = await _rows(
        engine,
        "SELECT account_id, details FROM identity.audit WHERE action = 'password_reset_asked'"
        " ORDER BY id",
    )
    assert [line["account_id"] for line in lines] == [hanh.id, None]
    assert [list(read_json(line["details"])) for line in lines] == [["address"]] * 2


async def test_the_pages_speak_english_too(client: httpx.AsyncClient) -> None:
    client.cookies.set("tonghop_language", "en")

    assert "Forgot your password?" in (await client.get("/sign-in")).text
    assert "Send the link" in (await client.get(ASK)).text
