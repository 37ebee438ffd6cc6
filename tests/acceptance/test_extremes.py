"""The last day, the first day and numbers beyond all: on the API and on pages never a 500 (I9)."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.settings import Settings
from shared.web.principals import Role
from tests.acceptance.page_acts import PageActs, Person
from tests.support.province import FORM, PERIOD, Caller
from tests.support.system import System, running_system
from tests.support.waiting import until

DAYS = ("9999-12-31", "0001-01-01")
INSTANTS = ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00")
BEYOND = 10**20
FEW = 3
REGIME, ON_REQUEST = "VPCP-KSTT", "VPCP-KSTT-DX"
WHY = "Mất điện toàn huyện do bão"
NUMBERS = f"period={PERIOD}&organization=70"


@dataclass(frozen=True)
class Desk:
    """A person of the province, and a program of the district that may act on the obligation."""

    system: System
    program: Caller
    person: Person
    obligation: int
    sequence: int
    addressee: str


@pytest.fixture(scope="module")
async def desk(module_engine: AsyncEngine, module_database_url: str) -> AsyncIterator[Desk]:
    settings = Settings(demo=True, requests_per_minute_of_account=0, streams_of_account=FEW)
    async with (
        running_system(module_engine, module_database_url, settings=settings) as system,
        AsyncExitStack() as stack,
    ):
        acts, province = PageActs(system, stack), system.province
        roles = (Role.ANALYST, Role.REVIEWER, Role.ADMINISTRATOR)
        district = province.districts[0]
        reviewer = await acts.person(district, Role.REVIEWER)
        page = await reviewer.page(f"/periods/{PERIOD}?regime={REGIME}")
        found = re.search(r'name="obligation" value="(\d+):(\d+)"', page)
        assert found is not None
        person = await acts.person(province.province, *roles)
        code = province.communes_of(district)[0].code
        yield Desk(system, system.caller(district), person, int(found[1]), int(found[2]), code)


def _asked_at(instant: str) -> list[str]:
    instant = instant.replace("+", "%2B")
    return [
        f"/api/v1/indicators?{NUMBERS}&as_of={instant}",
        f"/api/v1/completeness?{NUMBERS}&form={FORM}&as_of={instant}",
        f"/api/v1/rollups?{NUMBERS}&form={FORM}&as_of={instant}",
        f"/api/v1/changes?{NUMBERS}&since={instant}",
        f"/api/v1/changes?{NUMBERS}&since=1&until={instant}",
        f"/dashboard?{NUMBERS}&as_of={instant}",
        f"/dashboard/fragment?{NUMBERS}&as_of={instant}",
        f"/dashboard/cells?{NUMBERS}&as_of={instant}",
        f"/dashboard/changes?{NUMBERS}&since={instant}",
        f"/completeness?{NUMBERS}&as_of={instant}",
        f"/indicators/II06A.ON_TIME_RATE?{NUMBERS}&as_of={instant}",
        f"/api/v1/audit?before={instant}",
    ]


def _asked_on(day: str) -> list[str]:
    return [
        f"/api/v1/regimes?on={day}",
        f"/regimes?on={day}",
        f"/api/v1/organizations?on={day}",
        f"/api/v1/audit?first_day={day}&last_day={day}",
        f"/audit?first_day={day}&last_day={day}",
        f"/api/v1/indicators?{NUMBERS}&geography={day}",
        f"/dashboard?{NUMBERS}&geography={day}",
        *_asked_at(f"{day}T00:00"),
    ]


ADDRESSES = [
    *(path for instant in INSTANTS for path in _asked_at(instant)),
    *(path for day in DAYS for path in _asked_on(day)),
    f"/api/v1/reports/{BEYOND}",
    f"/obligations/{BEYOND}",
    f"/requests/{BEYOND}",
    f"/reminders?obligation={BEYOND}",
    f"/api/v1/releases/{BEYOND}",
    f"/api/v1/indicators?{NUMBERS}&as_of={BEYOND}",
    f"/api/v1/indicators?{NUMBERS}&as_of={2**63}",
    f"/api/v1/changes?{NUMBERS}&since={2**63 - 1}",
]


@pytest.mark.parametrize("path", ADDRESSES)
async def test_an_extreme_in_an_address_is_answered(desk: Desk, path: str) -> None:
    answer = await desk.person.client.get(path)

    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("day", DAYS)
async def test_regimes_are_asked_for_on_days_of_ours(desk: Desk, day: str) -> None:
    answer = await desk.person.client.get(f"/api/v1/regimes?on={day}")

    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("day", DAYS)
async def test_an_extreme_as_the_last_day_of_an_extension_is_refused(desk: Desk, day: str) -> None:
    sender, duty = desk.program, f"obligations/{desk.obligation}"
    extension = {"until": day, "reason": WHY}
    form = {**extension, "csrf_token": desk.person.csrf_token, "sequence": desk.sequence}
    target = {"obligation_id": desk.obligation, "sequence": desk.sequence}
    many = {**form, "regime": REGIME, "verb": "extend"}
    many["obligation"] = f"{desk.obligation}:{desk.sequence}"

    answers = [
        await sender.call(
            "POST", f"/api/v1/{duty}/extend", body=extension, if_match=f'"{desk.sequence}"'
        ),
        await sender.call(
            "POST",
            "/api/v1/obligations/acts",
            body={**extension, "verb": "extend", "obligations": [target]},
        ),
        await desk.person.client.post(f"/{duty}/extend", data=form),
        await desk.person.client.post(f"/periods/{PERIOD}/duties", data=many),
    ]

    assert [each.status_code for each in answers] == [422, 422, 422, 422]


@pytest.mark.parametrize("name", ["first", "last", "last_day"])
@pytest.mark.parametrize("day", DAYS)
async def test_an_extreme_day_of_a_request_is_refused(desk: Desk, name: str, day: str) -> None:
    request = {
        "title": "Rà soát hồ sơ quá hạn",
        "purpose": "Chuẩn bị họp giao ban.",
        "first": "2025-05-01",
        "last": "2025-05-31",
        "last_day": "2025-06-30",
        name: day,
    }
    if (name, day) == ("first", "0001-01-01"):
        request["last"] = day
    named = {"regime": ON_REQUEST, "form": FORM, "addressees": [desk.addressee]}
    typed = {"subject": f"{ON_REQUEST}|{FORM}", "addressee": desk.addressee}
    typed["csrf_token"] = desk.person.csrf_token

    answers = [
        await desk.system.analyst.call("POST", "/api/v1/requests", body={**request, **named}),
        await desk.person.client.post("/requests/new", data={**request, **typed}),
    ]

    assert [each.status_code for each in answers] == [422, 422]
    faults = [(each["pointer"], each["code"]) for each in answers[0].json()["errors"]]
    if (name, day) == ("last_day", "9999-12-31"):
        assert faults == [("/last_day", "deadline_too_late")]


async def test_a_token_beyond_all_numbers_cannot_be_revoked(desk: Desk) -> None:
    page = await desk.person.client.post(
        f"/account/tokens/{BEYOND}/revoke", data={"csrf_token": desk.person.csrf_token}
    )
    called = await desk.system.analyst.call("DELETE", f"/api/v1/tokens/{BEYOND}")

    assert [page.status_code, called.status_code] == [404, 404]


@pytest.mark.parametrize("last", ["9" * 5_000, str(2**63), "²", "-1"])
async def test_an_extreme_place_in_the_stream_is_as_none(desk: Desk, last: str) -> None:
    headers = {b"last-event-id": last.encode()}
    async with desk.person.client.stream(
        "GET", f"/api/v1/stream?{NUMBERS}", headers=headers
    ) as answer:
        assert answer.status_code == 200
        assert (await anext(answer.aiter_lines())).startswith("retry:")


async def test_an_account_holds_few_streams_and_one_that_is_closed_makes_room(desk: Desk) -> None:
    client, units = desk.system.client, desk.system.province.districts[1:3]
    path = f"/api/v1/stream?period={PERIOD}&organization={units[0].code}"
    own, other = ({"authorization": f"Bearer {desk.system.caller(each).token}"} for each in units)

    async def is_taken() -> bool:
        async with client.stream("GET", path, headers=own) as answer:
            return answer.status_code == 200

    async with AsyncExitStack() as held:

        async def hold(organization: str, headers: dict[str, str]) -> int:
            address = f"/api/v1/stream?period={PERIOD}&organization={organization}"
            stream = client.stream("GET", address, headers=headers)
            return (await held.enter_async_context(stream)).status_code

        opened = [await hold(units[0].code, own) for _ in range(FEW)]
        of_another = await hold(units[1].code, other)
        refused = await client.get(path, headers=own)
    assert [*opened, of_another] == [200] * (FEW + 1)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert int(refused.headers["retry-after"]) > 0
    assert await until(is_taken)


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/submissions", "/review/approve"])
@pytest.mark.parametrize("origin", ["http://[", "http://]", "http://[::1", "null", "\x80"])
async def test_an_origin_that_is_no_address_is_another_site(
    desk: Desk, origin: str, path: str
) -> None:
    async with httpx.AsyncClient(base_url=desk.system.client.base_url) as stranger:
        answer = await stranger.post(path, headers={b"origin": origin.encode("latin-1")})

    assert answer.status_code == 403, answer.text
