import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from services.intake.accounts import use_cases
from services.intake.accounts.errors import SignInRefused
from services.intake.accounts.passwords import Passwords
from services.intake.accounts.service import ATTEMPTS_BEFORE_LOCK, LOCK_DURATION, Accounts
from services.intake.accounts.use_cases import Caller
from shared.clock import FixedClock
from shared.web.authentication import SESSION_COOKIE, token_sha256
from shared.web.principals import Role
from tests.support.identity import FAILURES_OF_AN_ADDRESS, PASSWORD, actions, identity_app
from tests.support.web import (
    QUICK_HASHER,
    EdgeSettings,
    add_account,
    client_of,
    sign_in_as,
)

HERE = Caller("127.0.0.1")


@pytest.fixture
async def hanh(engine):
    return await add_account(
        engine, username="hanh", display_name="Nguyễn Thị Hạnh", password=PASSWORD
    )


def form(**values: str) -> dict[str, str]:
    return {"username": "hanh", "password": PASSWORD, **values}


async def test_the_right_password_opens_a_session_and_leads_on(app, hanh, engine):
    async with client_of(app) as client:
        answer = await client.post("/sign-in", data=form(next="/account/tokens"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/tokens")
        page = await client.get("/account/tokens")
    assert page.status_code == 200
    assert "Nguyễn Thị Hạnh" in page.text
    assert await actions(engine) == ["signed_in"]


async def test_names_are_told_apart_neither_by_case_nor_by_spaces(app, hanh):
    async with client_of(app) as client:
        answer = await client.post("/sign-in", data=form(username="  HANH "))
    assert answer.status_code == 303


async def test_a_password_is_the_same_however_its_letters_were_composed(app, hanh):
    decomposed = "con tra\u0302u \u0111i tru\u031bo\u031b\u0301c ca\u0301i ca\u0300y"
    async with client_of(app) as client:
        answer = await client.post("/sign-in", data=form(password=decomposed))
    assert answer.status_code == 303


async def test_only_the_hash_of_a_session_is_stored(app, hanh, engine):
    async with client_of(app) as client:
        await client.post("/sign-in", data=form())
        token = client.cookies[SESSION_COOKIE]
    async with engine.connect() as connection:
        stored = (await connection.execute(text("SELECT * FROM identity.session"))).one()
    assert token not in str(stored)
    assert token.encode() not in stored.token_sha256


@pytest.mark.parametrize(
    ("base_url", "secure"),
    [("http://127.0.0.1:8000", False), ("https://baocao.example.vn", True)],
)
async def test_the_cookie_is_hidden_from_scripts_and_other_sites(
    base_url, secure, accounts, intake_engine, hanh
):
    app = identity_app(accounts, intake_engine, settings=EdgeSettings(base_url=base_url))
    async with client_of(app, base_url=base_url) as client:
        answer = await client.post("/sign-in", data=form())
    flags = answer.headers["set-cookie"].lower().split("; ")
    assert {"httponly", "samesite=lax", "path=/"} <= set(flags)
    assert ("secure" in flags) is secure
    assert not any(flag.startswith(("domain", "expires", "max-age")) for flag in flags)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"password": "sai mật khẩu rồi"}, id="wrong password"),
        pytest.param({"password": ""}, id="no password"),
        pytest.param({"username": "nobody"}, id="unknown name"),
        pytest.param({"username": ""}, id="no name"),
        pytest.param({"password": PASSWORD.upper()}, id="another case"),
    ],
)
async def test_a_refusal_says_the_same_for_every_reason_and_keeps_the_name(values, app, hanh):
    async with client_of(app) as client:
        answer = await client.post("/sign-in", data=form(**values, next="/review"))
    assert answer.status_code == 422
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in answer.text
    assert f'value="{values.get("username", "hanh")}"' in answer.text
    assert 'name="next" value="/review"' in answer.text
    assert "set-cookie" not in answer.headers
    assert PASSWORD not in answer.text


class CountedPasswords(Passwords):
    def __init__(self) -> None:
        super().__init__(QUICK_HASHER)
        self.verified: list[str] = []

    def _matches(self, password: str, password_hash: str) -> bool:
        self.verified.append(password_hash)
        return super()._matches(password, password_hash)


@pytest.mark.parametrize("username", ["hanh", "nobody", "ended", "locked", "without"])
async def test_every_refusal_verifies_one_hash_of_the_same_cost(username, engine, intake_engine):
    passwords = CountedPasswords()
    accounts = Accounts(intake_engine, timedelta(hours=1), passwords=passwords)
    for name in ("hanh", "ended", "locked"):
        await add_account(engine, username=name, password=PASSWORD)
    await add_account(engine, username="without")
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE identity.account SET active = false WHERE username = 'ended'")
        )
        await connection.execute(
            text(
                "UPDATE identity.account SET locked_until = now() + interval '10 minutes'"
                " WHERE username = 'locked'"
            )
        )
    right = username != "hanh"
    with pytest.raises(SignInRefused):
        await use_cases.sign_in(
            accounts, username=username, password=PASSWORD if right else "x", caller=HERE
        )
    (verified,) = passwords.verified
    assert verified.split("$")[1:4] == QUICK_HASHER.hash("x").split("$")[1:4]


async def test_an_account_is_locked_after_five_failures_and_opens_again(
    hanh, engine, intake_engine, accounts
):
    clock = FixedClock(datetime.now(UTC))
    accounts = Accounts(intake_engine, timedelta(days=1), passwords=accounts.passwords, clock=clock)
    for _ in range(ATTEMPTS_BEFORE_LOCK):
        with pytest.raises(SignInRefused):
            await use_cases.sign_in(accounts, username="hanh", password="x", caller=HERE)
    with pytest.raises(SignInRefused):
        await use_cases.sign_in(accounts, username="hanh", password=PASSWORD, caller=HERE)
    clock.move_to(clock.now() + LOCK_DURATION + timedelta(seconds=1))
    assert await use_cases.sign_in(accounts, username="hanh", password=PASSWORD, caller=HERE)
    assert await actions(engine) == [
        *["sign_in_failed"] * ATTEMPTS_BEFORE_LOCK,
        "account_locked",
        "sign_in_failed",
        "signed_in",
    ]


async def test_after_a_lock_one_failure_does_not_lock_again(hanh, intake_engine, accounts):
    clock = FixedClock(datetime.now(UTC))
    accounts = Accounts(intake_engine, timedelta(days=1), passwords=accounts.passwords, clock=clock)
    for _ in range(ATTEMPTS_BEFORE_LOCK):
        with pytest.raises(SignInRefused):
            await use_cases.sign_in(accounts, username="hanh", password="x", caller=HERE)
    clock.move_to(clock.now() + LOCK_DURATION + timedelta(seconds=1))
    with pytest.raises(SignInRefused):
        await use_cases.sign_in(accounts, username="hanh", password="x", caller=HERE)
    assert await use_cases.sign_in(accounts, username="hanh", password=PASSWORD, caller=HERE)


async def test_success_forgets_earlier_failures(hanh, accounts):
    for _ in range(2):
        for _ in range(ATTEMPTS_BEFORE_LOCK - 2):
            with pytest.raises(SignInRefused):
                await use_cases.sign_in(accounts, username="hanh", password="x", caller=HERE)
        await use_cases.sign_in(accounts, username="hanh", password=PASSWORD, caller=HERE)


async def test_guesses_at_once_are_all_counted(hanh, accounts, engine):
    guesses = [
        use_cases.sign_in(accounts, username="hanh", password=f"x{n}", caller=Caller(f"10.0.0.{n}"))
        for n in range(ATTEMPTS_BEFORE_LOCK * 3)
    ]
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    assert all(isinstance(outcome, SignInRefused) for outcome in outcomes)
    async with engine.connect() as connection:
        counted = await connection.scalar(text("SELECT failed_attempts FROM identity.account"))
    assert counted == ATTEMPTS_BEFORE_LOCK


async def test_an_address_that_tries_many_names_has_to_wait(app, hanh):
    async with client_of(app) as client:
        for n in range(FAILURES_OF_AN_ADDRESS):
            await client.post("/sign-in", data=form(username=f"name{n}"))
        answer = await client.post("/sign-in", data=form())
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 600
    async with client_of(app, address=("10.0.0.9", 1)) as client:
        assert (await client.post("/sign-in", data=form())).status_code == 303


async def test_the_audit_does_not_hold_what_was_typed_as_a_name(app, engine):
    async with client_of(app) as client:
        await client.post("/sign-in", data=form(username=PASSWORD))
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT * FROM identity.audit"))).all()
    assert PASSWORD not in str(rows)
    assert rows[0].details == '{"address": "127.0.0.1"}'


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_signing_in_never_leads_to_another_site(wanted, app, hanh):
    async with client_of(app) as client:
        page = await client.get("/sign-in", params={"next": wanted})
        answer = await client.post("/sign-in", data=form(next=wanted))
        again = await client.get("/sign-in", params={"next": wanted})
    assert "evil.example" not in page.text.replace("%2F", "/").split('class="panel')[1]
    assert answer.headers["location"] == "/"
    assert again.headers["location"] == "/"


async def test_another_site_cannot_sign_someone_in(app, hanh):
    async with client_of(app) as client:
        answer = await client.post(
            "/sign-in", data=form(), headers={"origin": "https://evil.example"}
        )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_an_ended_session_and_an_ended_account_open_nothing(app, hanh, engine):
    async with client_of(app) as client:
        await sign_in_as(client, engine, hanh)
        assert (await client.get("/account/tokens")).status_code == 200
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE identity.session SET expires_at = now()"))
        assert (await client.get("/account/tokens")).status_code == 303
        await sign_in_as(client, engine, hanh)
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE identity.account SET active = false"))
        assert (await client.get("/account/tokens")).status_code == 303


async def test_signing_out_ends_the_session_itself(app, hanh, engine):
    async with client_of(app) as client:
        csrf = await sign_in_as(client, engine, hanh)
        token = client.cookies[SESSION_COOKIE]
        del client.headers["X-CSRF-Token"]
        refused = await client.post("/sign-out")
        assert refused.status_code == 403
        answer = await client.post("/sign-out", data={"csrf_token": csrf})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        client.cookies.set(SESSION_COOKIE, token)
        assert (await client.get("/account/tokens")).status_code == 303
    assert await actions(engine) == ["signed_out"]


async def test_old_sessions_are_cleared_away_at_the_next_sign_in(hanh, accounts, engine):
    await use_cases.sign_in(accounts, username="hanh", password=PASSWORD, caller=HERE)
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE identity.session SET expires_at = now() - interval '1 hour'")
        )
    await use_cases.sign_in(accounts, username="hanh", password=PASSWORD, caller=HERE)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM identity.session")) == 1


async def test_a_hash_of_weaker_parameters_is_made_anew(engine, intake_engine):
    stronger = Passwords(type(QUICK_HASHER)(time_cost=2, memory_cost=16, parallelism=1))
    accounts = Accounts(intake_engine, timedelta(hours=1), passwords=stronger)
    before = await add_account(engine, username="hanh", password=PASSWORD)
    await use_cases.sign_in(accounts, username="hanh", password=PASSWORD, caller=HERE)
    async with engine.connect() as connection:
        after = await connection.scalar(text("SELECT password_hash FROM identity.account"))
    assert after != before.password_hash
    assert "m=16,t=2" in after
    await use_cases.sign_in(accounts, username="hanh", password=PASSWORD, caller=HERE)


async def test_roles_and_organization_come_with_the_session(app, engine, intake_engine):
    leader = await add_account(
        engine, roles=[Role.LEADER, Role.REVIEWER], organization_id=42, language="en"
    )
    async with client_of(app) as client:
        await sign_in_as(client, engine, leader)
        principal = await app.state.authenticate(token_sha256(client.cookies[SESSION_COOKIE]))
    assert principal.roles == {Role.LEADER, Role.REVIEWER}
    assert (principal.organization_id, principal.language) == (42, "en")
