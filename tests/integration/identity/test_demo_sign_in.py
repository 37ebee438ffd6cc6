from datetime import date

import pytest

from shared.domain.organizations import OrganizationKind, OrganizationVersion, Tree
from shared.web.principals import Role
from tests.support.identity import actions, identity_app
from tests.support.web import EdgeSettings, add_account, client_of

PROVINCE, DISTRICT, COMMUNE = 1, 2, 3
LEVELS = {PROVINCE: "province", DISTRICT: "district", COMMUNE: "commune"}


def organization(number: int, on: date) -> OrganizationVersion:
    return OrganizationVersion(
        id=number,
        code=f"{number}",
        name=f"Đơn vị {number}",
        kind=OrganizationKind.COMMUNE,
        level=LEVELS[number],
        parent_id=number - 1 or None,
        province_id=PROVINCE,
        valid_from=on,
        valid_to=None,
        email=None,
        phone=None,
        contact_name=None,
        latitude=None,
        longitude=None,
        search_key="",
        sort_key="",
    )


class OneCatalogue:
    """Three organizations, each below the other."""

    async def current(self):
        return self

    def tree(self, on: date) -> Tree:
        return Tree.at([organization(number, on) for number in LEVELS], on)


class Intake:
    catalogue = OneCatalogue()


@pytest.fixture
async def people(engine):
    await add_account(
        engine,
        username="tinh",
        display_name="Lãnh đạo tỉnh",
        organization_id=PROVINCE,
        roles=[Role.LEADER],
    )
    await add_account(engine, username="xa", display_name="Cán bộ xã", organization_id=COMMUNE)


@pytest.fixture
def demo(accounts, intake_engine):
    return identity_app(accounts, intake_engine, settings=EdgeSettings(demo=True), intake=Intake())


async def test_the_demo_offers_its_people_by_level(demo, people, engine):
    await add_account(engine, display_name="Chương trình", roles=[Role.SERVICE])
    async with client_of(demo) as client:
        text = (await client.get("/sign-in?next=/review")).text
    assert text.index("Cấp tỉnh") < text.index("Lãnh đạo tỉnh") < text.index("Cấp xã")
    assert "Lãnh đạo · Đơn vị 1" in text
    assert "Cấp huyện" not in text
    assert "Chương trình" not in text


async def test_one_click_signs_in_and_leads_on(demo, people, engine):
    async with client_of(demo) as client:
        answer = await client.post(
            "/demo/sign-in", data={"username": "xa", "next": "/account/tokens"}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/tokens")
        assert "Cán bộ xã" in (await client.get("/account/tokens")).text
    assert await actions(engine) == ["signed_in"]


@pytest.mark.parametrize(
    ("address", "base_url", "headers"),
    [
        pytest.param("10.0.0.5", "http://127.0.0.1:8000", {}, id="another machine"),
        pytest.param(
            "127.0.0.1", "http://127.0.0.1:8000", {"x-forwarded-for": "10.0.0.5"}, id="a proxy"
        ),
        pytest.param("127.0.0.1", "http://evil.example", {}, id="a name that points here"),
        pytest.param(
            "127.0.0.1", "http://127.0.0.1:8000", {"origin": "http://evil.example"}, id="a site"
        ),
    ],
)
async def test_one_click_is_for_this_machine_only(address, base_url, headers, demo, people):
    async with client_of(demo, base_url=base_url, address=(address, 1)) as client:
        answer = await client.post("/demo/sign-in", data={"username": "xa"}, headers=headers)
        page = await client.get("/sign-in", headers=headers)
    assert answer.status_code in {403, 404}
    assert "set-cookie" not in answer.headers
    assert ("Cán bộ xã" in page.text) is (headers.get("origin") is not None)


async def test_one_click_does_not_exist_outside_the_demo(app, people):
    async with client_of(app) as client:
        answer = await client.post("/demo/sign-in", data={"username": "xa"})
        page = await client.get("/sign-in")
    assert answer.status_code == 404
    assert "Cán bộ xã" not in page.text


async def test_an_unknown_person_of_the_demo_is_not_found(demo, people):
    async with client_of(demo) as client:
        assert (await client.post("/demo/sign-in", data={"username": "x"})).status_code == 404
