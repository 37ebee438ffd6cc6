"""Administrators make and mend accounts of their own subtree; all of it is in the audit."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.accounts.records import Account
from services.intake.audit.actions import ACTIONS, DETAILS
from shared.db.engine import transaction
from shared.domain.organizations import OrganizationVersion
from shared.labels.labels import Language, load_labels
from shared.web.principals import Role
from tests.support.intake_world import World, intake_world
from tests.support.web import add_account, client_of, sign_in_as

PASSWORD = re.compile(r'id="one-time-password">([^<]+)<')


@dataclass
class Desk:
    """An administrator of a district, signed in."""

    world: World
    client: httpx.AsyncClient
    account: Account
    district: OrganizationVersion
    commune: OrganizationVersion
    csrf_token: str

    async def post(self, path: str, **fields: object) -> httpx.Response:
        return await self.client.post(path, data={"csrf_token": self.csrf_token, **fields})

    async def audit(self, **query: str) -> list[tuple[str, str | None, str | None]]:
        """(action, who acted, whom it was about), newest first."""
        answer = await self.client.get("/api/v1/audit", params=query)
        assert answer.status_code == 200, answer.text
        return [
            (
                each["action"],
                (each["actor"] or {}).get("username"),
                (each["account"] or {}).get("username"),
            )
            for each in answer.json()["items"]
        ]


@pytest.fixture
async def desk(engine: AsyncEngine, database_url: str) -> AsyncIterator[Desk]:
    async with intake_world(engine, database_url) as world:
        commune = world.next_commune()
        district = world.parent(commune)
        account = await add_account(
            engine, roles=[Role.ADMINISTRATOR], organization_id=district.id, username="quantri"
        )
        async with client_of(world.app) as client:
            csrf_token = await sign_in_as(client, engine, account)
            yield Desk(world, client, account, district, commune, csrf_token)


def form(desk: Desk, **changes: object) -> dict[str, object]:
    return {
        "username": "hoa.nguyen",
        "name": "Nguyễn Thị Hoa",
        "organization": desk.commune.code,
        "email": "hoa@binhphuoc.example",
        "roles": ["preparer", "signer"],
        **changes,
    }


async def test_a_new_account_signs_in_with_the_password_shown_once_and_must_change_it(
    desk: Desk,
) -> None:
    made = await desk.post("/accounts/new", **form(desk))
    assert made.status_code == 201
    [password] = PASSWORD.findall(made.text)
    async with client_of(desk.world.app) as visitor:
        await visitor.post("/sign-in", data={"username": "hoa.nguyen", "password": password})
        home = await visitor.get("/")
        assert home.headers["location"] == "/account/password"
    shown = await desk.client.get(str(made.request.url).replace("/new", ""))
    assert password not in shown.text
    assert "hoa.nguyen" in shown.text
    assert ("account_created", "quantri", "hoa.nguyen") in await desk.audit()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"username": "Hoa Nguyen"}, "Tên đăng nhập không dùng được", id="username"),
        pytest.param({"username": "quantri"}, "Đã có tài khoản", id="taken"),
        pytest.param({"name": ""}, "Ghi họ tên", id="name"),
        pytest.param({"organization": "99999"}, "đơn vị mang mã này", id="unknown organization"),
        pytest.param({"organization": "70"}, "đơn vị mang mã này", id="above the own one"),
        pytest.param({"email": "hoa"}, "Địa chỉ thư không đúng", id="address"),
        pytest.param({"roles": []}, "ít nhất một vai trò", id="no role"),
        pytest.param({"roles": ["king"]}, "ít nhất một vai trò", id="unknown role"),
    ],
)
async def test_a_field_that_cannot_be_is_told_and_nothing_is_made(
    desk: Desk, changes: dict[str, object], told: str
) -> None:
    answer = await desk.post("/accounts/new", **form(desk, **changes))
    assert answer.status_code == 422
    assert told in answer.text
    rows = await desk.world.rows("SELECT count(*) AS n FROM identity.account")
    assert rows[0]["n"] == 1


async def test_every_change_of_an_account_is_audited_with_who_did_it(desk: Desk) -> None:
    account = await add_account(
        desk.world.owner, organization_id=desk.commune.id, username="duc.le"
    )
    page = f"/accounts/{account.id}"
    for act, fields in (
        ("roles", {"roles": ["reviewer"]}),
        ("roles", {"roles": ["reviewer"]}),
        ("disable", {}),
        ("enable", {}),
    ):
        answer = await desk.post(f"{page}/{act}", **fields)
        assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert PASSWORD.search((await desk.post(f"{page}/password")).text)
    acts = [
        ("password_set", "quantri", "duc.le"),
        ("account_enabled", "quantri", "duc.le"),
        ("account_disabled", "quantri", "duc.le"),
        ("roles_changed", "quantri", "duc.le"),
        ("account_created", "duc.le", "duc.le"),
    ]
    assert await desk.audit(account="duc.le") == acts
    assert await desk.audit(account="duc.le", action="roles_changed") == acts[3:4]
    shown = await desk.client.get("/audit", params={"account": "duc.le"})
    assert "Đổi vai trò" in shown.text
    assert "Người lập → Người duyệt" in shown.text


async def test_nobody_disables_or_demotes_the_own_account(desk: Desk) -> None:
    for act, fields in (("disable", {}), ("roles", {"roles": ["preparer"]})):
        answer = await desk.post(f"/accounts/{desk.account.id}/{act}", **fields)
        assert answer.status_code == 422
        assert "Không thể tự khóa" in answer.text


async def test_accounts_outside_the_subtree_are_not_there(desk: Desk) -> None:
    far = next(each for each in desk.world.communes if each.parent_id != desk.district.id)
    stranger = await add_account(desk.world.owner, organization_id=far.id, username="far.away")
    assert "far.away" not in (await desk.client.get("/accounts")).text
    assert (await desk.client.get(f"/accounts/{stranger.id}")).status_code == 404
    for act in ("roles", "disable", "enable", "password"):
        answer = await desk.post(f"/accounts/{stranger.id}/{act}", roles=["leader"])
        assert answer.status_code == 404
    assert await desk.audit(account="far.away") == []


async def test_accounts_are_found_by_words_without_diacritics(desk: Desk) -> None:
    for name in ("Trần Văn Đạt", "Lê Thị Mai"):
        await add_account(desk.world.owner, organization_id=desk.commune.id, display_name=name)
    found = (await desk.client.get("/accounts", params={"q": "van dat"})).text
    assert "Trần Văn Đạt" in found
    assert "Lê Thị Mai" not in found


async def test_acts_on_reports_are_searched_with_the_rest(desk: Desk) -> None:
    caller = await desk.world.as_sender(desk.commune)
    assert (await caller.send(caller.body(explanations={}))).status_code == 201
    [(action, actor, about)] = await desk.audit(action="report_submit")
    assert (action, about) == ("report_submit", None)
    assert actor is not None
    assert "Gửi báo cáo" in (await desk.client.get("/audit")).text


async def test_pages_of_the_audit_follow_each_other_without_a_gap(desk: Desk) -> None:
    for _ in range(5):
        await add_account(desk.world.owner, organization_id=desk.commune.id)
    everything = await desk.audit()
    pages, cursor = [], None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        answer = (await desk.client.get("/api/v1/audit", params=query)).json()
        pages += [each["account"]["username"] for each in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            break
    assert pages == [username for _, _, username in everything]


async def test_days_are_those_of_vietnam_and_both_are_included(desk: Desk) -> None:
    statement = text(
        "INSERT INTO identity.audit (at, account_id, action, details)"
        " VALUES (CAST(:at AS text)::timestamptz, :id, :action, '{}')"
    )
    async with transaction(desk.world.owner) as connection:
        for at, action in (
            ("2025-03-01 23:59:59+07", "first"),
            ("2025-03-02 00:00+07", "second"),
            ("2025-03-03 00:00+07", "third"),
        ):
            values = {"at": at, "id": desk.account.id, "action": action}
            await connection.execute(statement, values)
    found = await desk.audit(**{"from": "2025-03-02", "to": "2025-03-02"})
    assert [action for action, _, _ in found] == ["second"]


@pytest.mark.parametrize(
    "query",
    [{"cursor": "x"}, {"cursor": "2025-01-01~a~1~1"}, {"from": "1000-01-01"}, {"limit": "0"}],
    ids=str,
)
async def test_a_question_that_cannot_be_answered_is_a_named_fault(
    desk: Desk, query: dict[str, str]
) -> None:
    answer = await desk.client.get("/api/v1/audit", params=query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] in query


@pytest.mark.parametrize(
    "act", ["UPDATE identity.audit SET action = 'x'", "DELETE FROM identity.audit"]
)
async def test_not_even_the_owner_changes_a_line_of_the_audit(desk: Desk, act: str) -> None:
    with pytest.raises(DBAPIError, match="written once"):
        async with transaction(desk.world.owner) as connection:
            await connection.execute(text(act))


def test_every_act_and_detail_has_a_name_in_every_language() -> None:
    labels = load_labels()
    keys = [f"audit.action.{each}" for each in ACTIONS]
    keys += [f"audit.detail.{each}" for each in DETAILS]
    for language in Language:
        assert [key for key in keys if not labels.has(key, language)] == []
