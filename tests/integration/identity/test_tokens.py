import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.support.identity import actions
from tests.support.web import add_account, bearer_token, client_of, sign_in_as

TOKENS = "/api/v1/tokens"


@pytest.fixture
async def hanh(engine):
    return await add_account(engine, username="hanh")


@pytest.fixture
async def client(app, hanh, engine):
    async with client_of(app) as made:
        await sign_in_as(made, engine, hanh)
        yield made


async def make(client, **body) -> dict:
    answer = await client.post(TOKENS, json={"name": "Một cửa điện tử", **body})
    assert answer.status_code == 201
    return answer.json()


async def use(app, token: str) -> int:
    async with client_of(app) as program:
        answer = await program.get(TOKENS, headers={"authorization": f"Bearer {token}"})
        return answer.status_code


async def test_a_token_acts_for_its_account_until_it_is_revoked(app, client, engine):
    made = await make(client, days=30)
    assert await use(app, made["token"]) == 200
    assert (await client.delete(f"{TOKENS}/{made['id']}")).status_code == 204
    assert await use(app, made["token"]) == 401
    assert (await client.delete(f"{TOKENS}/{made['id']}")).status_code == 404
    assert await actions(engine) == ["token_created", "token_revoked"]


async def test_the_secret_is_shown_once_and_only_its_hash_is_stored(client, engine):
    made = await make(client)
    listed = (await client.get(TOKENS)).json()["items"]
    assert [each["name"] for each in listed] == ["Một cửa điện tử"]
    assert made["token"] not in str(listed)
    async with engine.connect() as connection:
        for table in ("api_token", "audit"):
            rows = await connection.execute(text(f"SELECT * FROM identity.{table}"))
            assert made["token"] not in str(rows.all())


async def test_a_token_ends_on_its_day(app, client, engine):
    made = await make(client, days=30)
    life = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=29) < life <= timedelta(days=30)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE identity.api_token SET expires_at = now()"))
    assert await use(app, made["token"]) == 401
    assert (await client.get(TOKENS)).json() == {"items": [], "next": None}


async def test_a_token_can_neither_make_nor_revoke_tokens(app, client, hanh, engine):
    made = await make(client)
    headers = {"authorization": f"Bearer {await bearer_token(engine, hanh)}"}
    async with client_of(app) as program:
        created = await program.post(TOKENS, json={"name": "x"}, headers=headers)
        revoked = await program.delete(f"{TOKENS}/{made['id']}", headers=headers)
    assert (created.status_code, revoked.status_code) == (403, 403)


async def test_nobody_sees_or_revokes_the_tokens_of_others(app, client, engine):
    made = await make(client)
    async with client_of(app) as other:
        await sign_in_as(other, engine, await add_account(engine))
        assert (await other.get(TOKENS)).json() == {"items": [], "next": None}
        assert (await other.delete(f"{TOKENS}/{made['id']}")).status_code == 404
    assert await use(app, made["token"]) == 200


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/name"]),
        ({"name": "  ", "days": 0}, ["/name", "/days"]),
        ({"name": "x" * 101, "days": 367, "scope": "all"}, ["/name", "/days", "/scope"]),
        ({"name": "x", "days": 1.5}, ["/days"]),
    ],
    ids=["nothing", "too little", "too much", "half a day"],
)
async def test_every_fault_of_a_request_is_named(body, pointers, client):
    answer = await client.post(TOKENS, json=body)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == pointers


async def test_an_account_holds_twenty_tokens_at_most(client):
    for _ in range(20):
        await make(client)
    answer = await client.post(TOKENS, json={"name": "x"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "too_many_tokens"


async def test_the_page_does_the_same(app, client):
    page = await client.post("/account/tokens", data={"name": "Một cửa", "days": "7"})
    assert page.status_code == 201
    secret = re.search(r'<code id="new-token">([^<]+)</code>', page.text)[1]
    assert await use(app, secret) == 200
    listed = await client.get("/account/tokens")
    assert secret not in listed.text
    number = re.search(r"/account/tokens/(\d+)/revoke", listed.text)[1]
    assert (await client.post(f"/account/tokens/{number}/revoke")).status_code == 303
    assert await use(app, secret) == 401
    assert "Chưa có mã truy cập" in (await client.get("/account/tokens")).text


async def test_the_page_asks_for_a_name(client):
    answer = await client.post("/account/tokens", data={"name": " "})
    assert answer.status_code == 422
    assert 'href="#name"' in answer.text
