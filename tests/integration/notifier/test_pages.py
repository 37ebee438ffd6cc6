"""The ledger and the mailbox, as pages and as JSON, within the scope of the reader."""

import re
from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notifier.app import create_app
from services.notifier.mailbox.pages import MAIL_POLICY
from services.notifier.service import Notifier, build
from shared.domain.organizations import OrganizationVersion
from shared.messaging.postgres import PostgresLog
from shared.messaging.table import read_identity
from shared.settings import Settings
from shared.web.authentication import authenticator
from shared.web.principals import Role
from tests.integration.notifier.conftest import WITHOUT_ADDRESS
from tests.integration.notifier.mail_host import Treatment
from tests.integration.notifier.running import run_until_mailed
from tests.integration.notifier.world import Duty, NotifierWorld
from tests.support.web import add_account, bearer_token, client_of, sign_in_as

BANNER = "Ngày giả lập"


@pytest.fixture
async def notifier(world: NotifierWorld) -> Notifier:
    """In the demonstration, reminders go to its own mailbox."""
    return build(
        engine=world.engine,
        catalogue=world.reader,
        clock=world.clock,
        event_log=PostgresLog(world.engine, truth=await read_identity(world.engine)),
        settings=Settings(demo=True),
    )


@pytest.fixture
async def client(notifier: Notifier, world: NotifierWorld) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(
        notifier, settings=Settings(demo=True), authenticate=authenticator(world.engine)
    )
    async with client_of(app) as made:
        yield made


@pytest.fixture
async def duties(world: NotifierWorld) -> list[Duty]:
    """Of two communes in two districts, and of one without an address; all reminded."""
    tree = world.known.tree(date(2025, 6, 16))
    nowhere = tree.by_code(WITHOUT_ADDRESS, level="commune")  # type: ignore[arg-type]
    first = world.communes[0]
    other = next(each for each in world.communes if each.parent_id != first.parent_id)
    opened = [await world.open_duty(each) for each in (first, other, nowhere)]
    await world.hear(*(event for _, event in opened))
    await world.dispatch("2025-06-16 08:00")
    return [duty for duty, _ in opened]


async def _sign_in(
    client: httpx.AsyncClient, world: NotifierWorld, organization: OrganizationVersion
) -> None:
    account = await add_account(world.owner, organization_id=organization.id, roles=[Role.REVIEWER])
    await sign_in_as(client, world.owner, account)


def _parent(world: NotifierWorld, duty: Duty, *, steps: int = 1) -> OrganizationVersion:
    tree = world.known.tree(date(2025, 6, 16))
    return tree.get(tree.ancestors(duty.organization.id)[steps - 1])


async def test_the_province_sees_who_was_mailed_and_who_has_no_address(
    client: httpx.AsyncClient, world: NotifierWorld, duties: list[Duty]
) -> None:
    await _sign_in(client, world, _parent(world, duties[0], steps=2))

    page = (await client.get("/reminders")).text

    for duty in duties:
        assert duty.organization.name in page
    assert "Đã gửi (2)" in page
    assert "1 lần nhắc không gửi được vì đơn vị chưa có địa chỉ thư" in page
    assert BANNER in page
    assert page.count("<h1") == 1


async def test_a_district_sees_its_own_communes_only(
    client: httpx.AsyncClient, world: NotifierWorld, duties: list[Duty]
) -> None:
    await _sign_in(client, world, _parent(world, duties[0]))

    page = (await client.get("/reminders")).text
    items = (await client.get("/api/v1/reminders")).json()["items"]

    assert str(duties[0].organization.email) in page
    assert str(duties[1].organization.email) not in page
    assert [item["obligation_id"] for item in items] == [duties[0].id]


async def test_the_ledger_is_filtered_and_paged(
    client: httpx.AsyncClient, world: NotifierWorld, duties: list[Duty]
) -> None:
    await _sign_in(client, world, _parent(world, duties[0], steps=2))

    first = (await client.get("/api/v1/reminders", params={"limit": 1})).json()
    rest = (await client.get("/api/v1/reminders", params={"before": first["next"]})).json()
    one = (await client.get("/api/v1/reminders", params={"obligation": duties[1].id})).json()
    failed = (await client.get("/api/v1/reminders", params={"state": "failed"})).json()

    assert [len(page["items"]) for page in (first, rest, one, failed)] == [1, 1, 1, 0]
    assert first["items"][0]["reminder_id"] > rest["items"][0]["reminder_id"]
    assert rest["next"] is None
    assert one["items"][0]["organization"]["name"] == duties[1].organization.name


async def test_an_entry_of_the_ledger_tells_every_attempt(
    client: httpx.AsyncClient, world: NotifierWorld
) -> None:
    duty, event = await world.open_duty(world.communes[0])
    await world.hear(event)
    world.host.treat(Treatment.ACCEPT_AND_DROP)
    await world.dispatch("2025-06-16 08:00")
    account = await add_account(world.owner, organization_id=duty.organization.id)
    token = await bearer_token(world.owner, account)

    answer = await client.get("/api/v1/reminders", headers={"Authorization": f"Bearer {token}"})

    [item] = answer.json()["items"]
    assert item["state"] == "outcome_unknown"
    assert item["stage"] == "due_soon"
    assert item["recipient"] == duty.organization.email
    assert [attempt["outcome"] for attempt in item["attempts"]] == ["unknown"]
    assert item["next_attempt_at"] is not None


async def test_those_without_an_address_are_listed_for_programs_too(
    client: httpx.AsyncClient, world: NotifierWorld, duties: list[Duty]
) -> None:
    await _sign_in(client, world, _parent(world, duties[0], steps=2))

    [item] = (await client.get("/api/v1/reminders/without-recipient")).json()["items"]

    assert item["obligation_id"] == duties[2].id
    assert item["stage"] == "due_soon"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        pytest.param("state=lost", "state", id="unknown-state"),
        pytest.param("obligation=0", "obligation", id="no-such-number"),
        pytest.param("limit=501", "limit", id="too-many"),
        pytest.param("before=99999999999999999999", "before", id="beyond-bigint"),
    ],
)
async def test_a_query_that_cannot_be_answered_is_refused_by_name(
    client: httpx.AsyncClient, world: NotifierWorld, query: str, parameter: str
) -> None:
    await _sign_in(client, world, world.communes[0])

    answer = await client.get(f"/api/v1/reminders?{query}")

    assert answer.status_code == 422
    assert parameter in answer.text


async def test_a_visitor_is_sent_to_sign_in(client: httpx.AsyncClient) -> None:
    for path in ("/reminders", "/mailbox", "/mailbox/1", "/mailbox/1/body"):
        assert (await client.get(path)).status_code == 303
    assert (await client.get("/api/v1/reminders")).status_code == 401


async def test_every_state_of_the_ledger_has_its_page(
    client: httpx.AsyncClient, world: NotifierWorld, duties: list[Duty]
) -> None:
    await _sign_in(client, world, _parent(world, duties[0], steps=2))
    states = ["decided", "handing_over", "sent", "failed", "outcome_unknown", "cancelled"]

    for language in ("vi", "en"):
        client.cookies.set("tonghop_language", language)
        for state in states:
            answer = await client.get("/reminders", params={"state": state})
            assert answer.status_code == 200
    assert (await client.get(f"/reminders?obligation={duties[0].id}")).status_code == 200


async def test_an_empty_ledger_says_when_mails_will_come(
    client: httpx.AsyncClient, world: NotifierWorld
) -> None:
    await _sign_in(client, world, world.communes[0])

    assert "Chưa có thư nhắc nào" in (await client.get("/reminders")).text
    assert "Chưa có thư nào" in (await client.get("/mailbox")).text


async def test_outside_the_demonstration_there_is_no_mailbox(
    world: NotifierWorld, notifier: Notifier
) -> None:
    settings = Settings(demo=False)
    app = create_app(notifier, settings=settings, authenticate=authenticator(world.engine))
    async with client_of(app) as client:
        await _sign_in(client, world, world.communes[0])

        assert (await client.get("/mailbox")).status_code == 404
        assert (await client.get("/reminders")).status_code == 200


class TestMailbox:
    """What the demonstration's own mail server took, over SMTP."""

    @pytest.fixture
    async def duty(self, world: NotifierWorld, notifier: Notifier) -> Duty:
        duty, event = await world.open_duty(world.communes[0])
        await world.hear(event)
        world.move_to("2025-06-16 08:00")
        await run_until_mailed(world, notifier, mails=1)
        return duty

    async def test_it_lists_and_shows_the_mail(
        self, client: httpx.AsyncClient, world: NotifierWorld, duty: Duty
    ) -> None:
        await _sign_in(client, world, duty.organization)

        page = (await client.get("/mailbox")).text
        found = re.search(r'href="(/mailbox/\d+)"', page)
        assert found is not None
        mail = await client.get(found[1])
        body = await client.get(f"{found[1]}/body")

        assert "[Nhắc việc]" in page
        assert BANNER in page
        assert BANNER in mail.text
        assert str(duty.organization.email) in mail.text
        assert 'sandbox="' in mail.text
        assert "frame-src 'self'" in mail.headers["content-security-policy"]
        assert body.headers["content-security-policy"] == MAIL_POLICY
        assert "Số liệu mô phỏng, không phải số liệu thật" in body.text

    async def test_a_neighbour_does_not_see_it(
        self, client: httpx.AsyncClient, world: NotifierWorld, duty: Duty
    ) -> None:
        await _sign_in(client, world, world.communes[3])
        [row] = await world.rows("SELECT id FROM notifier.demo_mail")

        assert "[Nhắc việc]" not in (await client.get("/mailbox")).text
        assert (await client.get(f"/mailbox/{row['id']}")).status_code == 404
        assert (await client.get(f"/mailbox/{row['id']}/body")).status_code == 404


async def test_no_route_is_without_a_rule(notifier: Notifier, module_engine: AsyncEngine) -> None:
    """`create_app` refuses to make the application otherwise."""
    authenticate = authenticator(module_engine)
    made = create_app(notifier, settings=Settings(demo=True), authenticate=authenticate)
    assert "/api/v1/reminders" in made.openapi()["paths"]
