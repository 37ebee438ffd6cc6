"""A receiver urges: by the ledger, once a day, in working time, never after the report is in."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest

from services.notifier.app import create_app
from services.notifier.service import Notifier, build
from services.notifier.urging.use_cases import UrgeResult, urge
from shared.domain.identifiers import AccountId, OrganizationId
from shared.domain.obligations import ObligationState
from shared.domain.reports import Act
from shared.messaging.postgres import PostgresLog
from shared.messaging.table import read_identity
from shared.settings import Settings
from shared.web.authentication import authenticator
from shared.web.principals import Principal, Role
from shared.web.problems import NotFound
from tests.integration.notifier.conftest import WITHOUT_ADDRESS
from tests.integration.notifier.world import Duty, NotifierWorld, at
from tests.support.web import add_account, client_of, sign_in_as

AFTERNOON = "2025-06-16 14:05"


@pytest.fixture
async def notifier(world: NotifierWorld) -> Notifier:
    return build(
        engine=world.engine,
        catalogue=world.reader,
        clock=world.clock,
        event_log=PostgresLog(world.engine, truth=await read_identity(world.engine)),
        settings=Settings(demo=True),
    )


@pytest.fixture
async def duty(world: NotifierWorld) -> Duty:
    """Of a commune that was reminded in the morning and has not sent by the afternoon."""
    made, event = await world.open_duty(world.communes[0])
    await world.hear(event)
    world.move_to(AFTERNOON)
    return made


def receiver_of(duty: Duty, *, name: str = "Lê Minh Đức") -> Principal:
    return Principal(
        account_id=AccountId(7),
        username="huyen",
        display_name=name,
        organization_id=OrganizationId(duty.organization.parent_id or 0),
        roles=frozenset({Role.REVIEWER}),
    )


async def urged(notifier: Notifier, duty: Duty) -> UrgeResult:
    return (await urge(notifier, receiver_of(duty), [duty.id]))[duty.id]


def said(world: NotifierWorld) -> str:
    """The text of the last mail."""
    body = world.host.received[-1].get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def test_the_unit_gets_a_mail_that_names_who_urges(
    world: NotifierWorld, notifier: Notifier, duty: Duty
) -> None:
    assert await urged(notifier, duty) is UrgeResult.URGED
    await world.deliver()

    [subject] = world.mails_to(duty)
    assert subject.startswith("[Đôn đốc] Giải quyết TTHC quý II/2025")
    assert "Lê Minh Đức, Thị xã Phước Long, đề nghị đơn vị gửi đúng hạn" in said(world)
    [row] = await world.reminders()
    assert (row["stage"], row["state"]) == ("urge", "sent")


async def test_a_report_is_urged_for_once_a_day(
    world: NotifierWorld, notifier: Notifier, duty: Duty
) -> None:
    assert await urged(notifier, duty) is UrgeResult.URGED
    assert await urged(notifier, duty) is UrgeResult.URGED_TODAY
    await world.deliver()
    world.move_to("2025-06-18 09:00")
    assert await urged(notifier, duty) is UrgeResult.URGED
    await world.deliver()

    assert len(world.mails_to(duty)) == 2
    assert "quá hạn 01 ngày làm việc" in said(world)


async def test_two_who_urge_at_once_cause_one_mail(
    world: NotifierWorld, notifier: Notifier, duty: Duty
) -> None:
    results = await asyncio.gather(*(urged(notifier, duty) for _ in range(4)))

    assert sorted(results) == [UrgeResult.URGED, *[UrgeResult.URGED_TODAY] * 3]
    await world.deliver()
    assert len(world.mails_to(duty)) == 1


async def test_nobody_is_urged_for_what_is_in_or_not_owed(
    world: NotifierWorld, notifier: Notifier, duty: Duty
) -> None:
    await world.act(duty, Act.SUBMIT)
    assert await urged(notifier, duty) is UrgeResult.ARRIVED
    await world.act(duty, Act.RETURN)
    await world.change_duty(duty, state=ObligationState.EXCLUDED)
    assert await urged(notifier, duty) is UrgeResult.NOT_OWED

    await world.deliver()
    assert world.mails_to(duty) == []


async def test_before_the_figures_are_cut_off_there_is_nothing_to_urge_for(
    world: NotifierWorld, notifier: Notifier, duty: Duty
) -> None:
    world.move_to("2025-06-13 10:00")

    assert await urged(notifier, duty) is UrgeResult.NOT_CUT_OFF


async def test_what_is_asked_for_at_night_goes_out_in_the_morning_if_it_is_still_owed(
    world: NotifierWorld, notifier: Notifier, duty: Duty
) -> None:
    other, event = await world.open_duty(world.communes[2])
    await world.hear(event)
    world.move_to("2025-06-16 21:00")
    await urged(notifier, duty)
    await urge(notifier, receiver_of(other), [other.id])
    await world.deliver()
    assert world.host.received == []

    await world.act(other, Act.SUBMIT, when=at("2025-06-17 07:30"))
    world.move_to("2025-06-17 08:00")
    await world.deliver()

    assert len(world.mails_to(duty)) == 1
    assert world.mails_to(other) == []
    states = {row["about_id"]: row["state"] for row in await world.reminders()}
    assert states == {duty.id: "sent", other.id: "cancelled"}
    assert (await world.timers(other))["urge"] == "not_needed"


async def test_a_unit_without_an_address_is_told_of(
    world: NotifierWorld, notifier: Notifier
) -> None:
    tree = world.known.tree(date(2025, 6, 16))
    nowhere, event = await world.open_duty(tree.by_code(WITHOUT_ADDRESS, level="commune"))  # type: ignore[arg-type]
    await world.hear(event)
    world.move_to(AFTERNOON)

    assert await urged(notifier, nowhere) is UrgeResult.NO_ADDRESS


async def test_only_the_receiver_urges_and_a_foreign_report_among_others_stops_all(
    world: NotifierWorld, notifier: Notifier, duty: Duty
) -> None:
    elsewhere = next(c for c in world.communes if c.parent_id != duty.organization.parent_id)
    foreign, event = await world.open_duty(elsewhere)
    await world.hear(event)

    with pytest.raises(NotFound):
        await urge(notifier, receiver_of(duty), [duty.id, foreign.id])
    assert await world.reminders() == []


@pytest.fixture
async def client(notifier: Notifier, world: NotifierWorld) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(
        notifier, settings=Settings(demo=True), authenticate=authenticator(world.engine)
    )
    async with client_of(app) as made:
        yield made


async def test_the_page_leads_back_and_says_how_many_were_written_to(
    client: httpx.AsyncClient, world: NotifierWorld, duty: Duty
) -> None:
    account = await add_account(
        world.owner, organization_id=duty.organization.parent_id or 0, roles=[Role.REVIEWER]
    )
    csrf_token = await sign_in_as(client, world.owner, account)
    fields = {"obligation": str(duty.id), "csrf_token": csrf_token}

    answer = await client.post(
        "/reminders/urge", data={**fields, "next": "/completeness?period=2025-Q2&urged=9"}
    )
    again = (await client.post("/api/v1/reminders/urges", json={"obligations": [duty.id]})).json()
    ledger = " ".join(re.sub(r"<[^>]+>", " ", (await client.get("/reminders")).text).split())

    assert answer.status_code == 303
    assert answer.headers["location"] == "/completeness?period=2025-Q2&urged=1&unaddressed=0"
    assert again == {"items": [{"obligation_id": duty.id, "result": "urged_today"}]}
    assert f"Đôn đốc {account.display_name}" in ledger
