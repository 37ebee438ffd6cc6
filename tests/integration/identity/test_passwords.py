import pytest

from services.intake.accounts.passwords import generate_password
from shared.web.authentication import SESSION_COOKIE
from tests.support.identity import PASSWORD, actions
from tests.support.web import add_account, client_of, sign_in_as

NEW = "cánh cò bay lả bay la"


@pytest.fixture
async def newcomer(engine):
    return await add_account(engine, username="hanh", password=PASSWORD, must_change_password=True)


@pytest.fixture
async def client(app, newcomer, engine):
    async with client_of(app) as made:
        await sign_in_as(made, engine, newcomer)
        yield made


async def test_the_first_sign_in_leads_to_a_new_password_and_then_on(client, engine):
    refused = await client.get("/account/tokens")
    assert (refused.status_code, refused.headers["location"]) == (303, "/account/password")
    assert "Đặt mật khẩu mới trước khi tiếp tục" in (await client.get("/account/password")).text
    answer = await client.post("/account/password", data={"current": PASSWORD, "new": NEW})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (await client.get("/account/tokens")).status_code == 200
    assert await actions(engine) == ["password_changed"]


async def test_a_new_password_ends_every_other_session(client, app, newcomer, engine):
    async with client_of(app) as other:
        await sign_in_as(other, engine, newcomer)
        await client.post("/account/password", data={"current": PASSWORD, "new": NEW})
        assert (await other.get("/account/password")).status_code == 303
    assert (await client.get("/account/password")).status_code == 200


async def test_only_the_new_password_signs_in(client, app, newcomer):
    await client.post("/account/password", data={"current": PASSWORD, "new": NEW})
    async with client_of(app) as visitor:
        statuses = [
            (
                await visitor.post("/sign-in", data={"username": "hanh", "password": each})
            ).status_code
            for each in (PASSWORD, NEW)
        ]
    assert statuses == [422, 303]


@pytest.mark.parametrize(
    ("current", "new", "told"),
    [
        pytest.param("sai rồi", NEW, "Mật khẩu hiện tại không đúng.", id="wrong current"),
        pytest.param(PASSWORD, "ngắn quá", "cần ít nhất 12 ký tự", id="short"),
        pytest.param(PASSWORD, "x" * 201, "quá dài", id="long"),
        pytest.param(PASSWORD, "aaaaaaaaaaaaaa", "quá dễ đoán", id="one letter"),
        pytest.param(PASSWORD, "MatKhau2025abc", "quá dễ đoán", id="a known one"),
        pytest.param(PASSWORD, "xin chào HANH nhé", "không được chứa", id="the name"),
        pytest.param(PASSWORD, PASSWORD, "phải khác", id="the same"),
    ],
)
async def test_a_poor_password_is_refused_at_its_field(current, new, told, client, engine):
    answer = await client.post("/account/password", data={"current": current, "new": new})
    assert answer.status_code == 422
    assert told in answer.text
    assert 'role="alert"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert await actions(engine) == (["sign_in_failed"] if current != PASSWORD else [])


async def test_a_stolen_session_is_no_way_to_guess_the_password(client, engine, newcomer):
    for _ in range(6):
        await client.post("/account/password", data={"current": "sai rồi", "new": NEW})
    assert await actions(engine) == [*["sign_in_failed"] * 5, "account_locked", "sign_in_failed"]
    answer = await client.post("/account/password", data={"current": PASSWORD, "new": NEW})
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
    assert client.cookies[SESSION_COOKIE]


def test_generated_passwords_are_long_easily_read_and_never_the_same():
    made = {generate_password() for _ in range(100)}
    assert len(made) == 100
    assert all(len(each) >= 20 for each in made)
    assert not set("".join(made)) & set("il1o0O")
