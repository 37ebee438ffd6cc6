import re
from datetime import UTC, datetime

import pytest
from fastapi import APIRouter

from shared.clock import FixedClock
from shared.domain.identifiers import AccountId, OrganizationId
from shared.labels.labels import Language
from shared.web.access import SignedIn
from shared.web.principals import Principal, Role
from tests.support.web import EdgeSettings, client_of, web_app

ENGLISH_LEADER = Principal(
    account_id=AccountId(1),
    username="leader",
    display_name="Trần <b>Văn</b> Bình",
    organization_id=OrganizationId(1),
    roles=frozenset({Role.LEADER}),
    language=Language.EN,
    csrf_token="csrf",
)
MONDAY = FixedClock(datetime(2025, 6, 16, 1, tzinfo=UTC))


def text_of(page: str) -> str:
    return re.sub(r"<[^>]*>", "", page)


async def leader(_: bytes) -> Principal:
    return ENGLISH_LEADER


def app(*, demo: bool = True):
    return web_app(authenticate=leader, settings=EdgeSettings(demo=demo), clock=MONDAY)


async def test_the_style_guide_shows_every_macro_in_both_languages():
    async with client_of(app()) as client:
        for language in Language:
            client.cookies.set("tonghop_language", language)
            answer = await client.get("/styleguide")
            assert answer.status_code == 200
            assert f'<html lang="{language}">' in answer.text


async def test_the_style_guide_and_the_banner_are_of_the_demo_only():
    async with client_of(app(demo=False)) as client:
        assert (await client.get("/styleguide")).status_code == 404
        assert "demo-banner" not in (await client.get("/problems")).text
    async with client_of(app()) as client:
        banner = text_of((await client.get("/problems")).text)
    assert (
        "Ngày giả lập thứ Hai, 16/06/2025, 08:00 · Số liệu mô phỏng, không phải số liệu thật"
    ) in banner


async def test_a_page_is_in_the_chosen_language_else_the_accounts():
    async with client_of(app()) as client:
        headers = {"cookie": "tonghop_session=x"}
        by_account = await client.get("/problems", headers=headers)
        chosen = await client.get(
            "/problems", headers={"cookie": "tonghop_session=x; tonghop_language=vi"}
        )
        stranger = await client.get("/problems", headers={"accept-language": "en"})
    languages = [each.headers["content-language"] for each in (by_account, chosen, stranger)]
    assert languages == ["en", "vi", "vi"]


async def test_choosing_a_language_leads_back():
    async with client_of(app()) as client:
        answer = await client.post("/language", data={"language": "en", "next": "/problems"})
        away = await client.post("/language", data={"language": "en", "next": "//evil.example"})
        unknown = await client.post("/language", data={"language": "fr"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/problems")
    assert "tonghop_language=en" in answer.headers["set-cookie"]
    assert away.headers["location"] == "/"
    assert unknown.status_code == 422


async def test_names_of_people_are_escaped():
    async with client_of(app()) as client:
        text = (await client.get("/problems", headers={"cookie": "tonghop_session=x"})).text
    assert "Trần &lt;b&gt;Văn&lt;/b&gt; Bình" in text


@pytest.mark.parametrize("path", ["/problems", "/styleguide", "/problems/not_found", "/api"])
async def test_a_page_has_one_heading_a_title_and_a_way_past_the_menu(path):
    async with client_of(app()) as client:
        text = (await client.get(path)).text
    assert text.count("<h1") == 1
    assert text.count("<title>") == 1
    assert 'href="#main"' in text
    assert '<main id="main"' in text


async def test_a_page_finds_its_principal_by_itself():
    router = APIRouter()

    @router.get("/who")
    async def who(principal: SignedIn) -> dict[str, str]:
        return {"name": principal.username}

    async with client_of(web_app(router, authenticate=leader)) as client:
        answer = await client.get("/who", headers={"cookie": "tonghop_session=x"})
    assert answer.json() == {"name": "leader"}
