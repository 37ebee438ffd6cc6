"""A commune whose report was sent, its district, and strangers who may do everything elsewhere."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.domain.organizations import OrganizationVersion
from shared.web.principals import Role
from tests.acceptance import bodies
from tests.architecture.route_table import Foreign, Own, Route
from tests.support.province import FORM, PERIOD, Caller
from tests.support.system import System
from tests.support.waiting import until
from tests.support.web import add_account, bearer_token, sign_in_as
from tests.support.workbooks import table_of


@dataclass(frozen=True)
class Person:
    """Somebody with an API token for the API, and a session for everything else."""

    program: httpx.AsyncClient
    browser: httpx.AsyncClient
    csrf_token: str

    async def call(
        self, route: Route, *, words: Mapping[str, str], **headers: str
    ) -> httpx.Response:
        """The route's call, about what `words` name; only the head of an answer that streams."""
        guard, client, named = route.guard or Own(), self._client_for(route), dict(words)
        sent: dict[str, Any] = {"params": _filled(guard.query, words)}
        if isinstance(guard, Foreign):
            named |= _filled(guard.words, words)
            sent["headers"] = dict(guard.headers)
            if guard.body is not None:
                sent["json"] = _filled(guard.body, words)
            if guard.form is not None:
                sent["data"] = {"csrf_token": self.csrf_token, **_filled(guard.form, words)}
            if guard.file is not None:
                sent["files"] = {"file": guard.file}
        for name, value in headers.items():
            sent.setdefault("headers", {})[name.replace("_", "-")] = value
        request = client.build_request(route.method, route.path.format_map(named), **sent)
        answer = await client.send(request, stream=True)
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            await answer.aread()
        await answer.aclose()
        return answer

    def _client_for(self, route: Route) -> httpx.AsyncClient:
        by_person = isinstance(route.guard, Foreign) and route.guard.holder == "person"
        return self.program if route.path.startswith("/api/") and not by_person else self.browser


@dataclass(frozen=True)
class People:
    """`words` name the commune, and ids of its things, for the braces of the table."""

    commune: OrganizationVersion
    words: Mapping[str, str]
    visitor: Person
    holders: Mapping[str, Person]
    strangers: Mapping[str, Person]


@asynccontextmanager
async def people_of(system: System) -> AsyncIterator[People]:
    """Sends a commune's report, waits for a reminder of another report's, and signs all in."""
    province = system.province
    commune, *others = province.communes
    district = province.district_of(commune)
    neighbour = next(each for each in others if each.parent_id == commune.parent_id)
    far = next(each for each in others if each.parent_id != commune.parent_id)
    other_district = province.district_of(far)
    every_role = tuple(Role)
    async with AsyncExitStack() as stack:

        async def person(unit: OrganizationVersion, *roles: Role) -> Person:
            return await stack.enter_async_context(_signed_in(system, unit, roles))

        words = await _sent(system, commune) | await _released(system)
        holder = await person(commune, *every_role)
        colleague = await add_account(system.owner, organization_id=commune.id)
        yield People(
            commune=commune,
            words={
                "district": district.code,
                **words,
                **await _spare_tokens(holder),
                "account_id": str(colleague.id),
            },
            visitor=await stack.enter_async_context(_visitor(system)),
            holders={
                "commune": holder,
                "person": holder,
                "district": await person(district, *every_role),
                "province": await person(province.province, *every_role),
            },
            strangers={
                "neighbour": await person(neighbour, *every_role),
                "commune of another district": await person(far, *every_role),
                "another district": await person(other_district, *every_role),
            },
        )


@asynccontextmanager
async def _signed_in(
    system: System, unit: OrganizationVersion, roles: tuple[Role, ...]
) -> AsyncIterator[Person]:
    account = await add_account(system.owner, roles=roles, organization_id=unit.id)
    token = await bearer_token(system.owner, account)
    address = system.client.base_url
    async with (
        httpx.AsyncClient(
            base_url=address, headers={"authorization": f"Bearer {token}"}
        ) as program,
        httpx.AsyncClient(base_url=address) as browser,
    ):
        csrf_token = await sign_in_as(browser, system.owner, account)
        yield Person(program, browser, csrf_token)


async def _sent(system: System, commune: OrganizationVersion) -> dict[str, str]:
    """The commune got its reminder, sent its report, and kept the receipt."""
    sender = Caller(system.client, system.province.tokens[commune.code])

    async def newest_mail() -> str | None:
        statement = "SELECT max(id) FROM notifier.demo_mail WHERE recipient = :address"
        return await _text(system.owner, statement, address=commune.email or "")

    mail_id = await until(newest_mail)
    answer = await sender.send(bodies.slow_commune(organization=commune.code), key="people")
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    [duty] = (await sender.get("/api/v1/obligations", period=PERIOD))["items"]
    obligation_id = duty["obligation_id"]
    attached = await system.client.post(
        f"/api/v1/attachments?obligation={obligation_id}",
        files={"file": b"%PDF-1.7 signed"},
        headers={"authorization": f"Bearer {system.province.tokens[commune.code]}"},
    )
    refused = await system.client.post(
        f"/api/v1/workbooks?obligation={obligation_id}&dry_run=true",
        files={"file": table_of([["Nội dung", "(4)", "(5)"], ["Hộ tịch", "nhiều", 1]])},
        headers={"authorization": f"Bearer {system.province.tokens[commune.code]}"},
    )
    assert refused.status_code == 422, refused.text
    asked = await Caller(system.client, system.province.tokens[system.province.province.code]).call(
        "POST", "/api/v1/requests", body=bodies.request(form=FORM, addressees=[commune.code])
    )
    return {
        "asked": str(asked.json()["request_id"]),
        "attachment": attached.json()["sha256"],
        "organization": commune.code,
        "organization_id": str(commune.id),
        "form": FORM,
        "period": PERIOD,
        "obligation_id": str(duty["obligation_id"]),
        "report_id": str(receipt["report_id"]),
        "number": receipt["receipt_number"],
        "mail_id": mail_id,
    }


_RELEASE = """
INSERT INTO aggregator.release (province_id, regime, form, form_version, period, sequence, track,
    position, recorded_at, catalogue_number, expected, reported, on_time, content, sha256,
    published_by, published_by_name, published_at, event_id)
SELECT :province, 'VPCP-KSTT', :form, 1, :period, 1, 'official', position, recorded_at, 1, 0, 0, 0,
       content, encode(sha256(convert_to(content, 'UTF8')), 'hex'), 1, 'Ai đó', recorded_at,
       event_id
FROM log.event
CROSS JOIN (SELECT '{"number":"1","form":"","period":"","track":"","organizations":[]}')
    AS empty (content)
WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1
RETURNING id::text
"""


async def _released(system: System) -> dict[str, str]:
    """A release of the province; that it says nothing makes no difference to who may read it."""
    province = system.province.province
    values = {"province": province.id, "form": FORM, "period": PERIOD}
    async with system.owner.begin() as connection:
        release_id = await connection.scalar(text(_RELEASE), values)
    return {"release_id": release_id, "province": province.code}


async def _spare_tokens(person: Person) -> dict[str, str]:
    """Two tokens of the person, to be revoked."""
    answers = [
        await person.browser.post("/api/v1/tokens", json={"name": name}) for name in ("a", "b")
    ]
    first, second = (str(answer.json()["id"]) for answer in answers)
    return {"token_id": first, "other_token_id": second}


@asynccontextmanager
async def _visitor(system: System) -> AsyncIterator[Person]:
    async with httpx.AsyncClient(base_url=system.client.base_url) as client:
        yield Person(client, client, csrf_token="")


async def _text(owner: AsyncEngine, statement: str, **values: str) -> str | None:
    async with owner.connect() as connection:
        found = await connection.scalar(text(statement), values)
    return None if found is None else str(found)


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    """The same with every word in braces replaced."""
    if isinstance(value, Mapping):
        return {name: _filled(each, words) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, words) for each in value]
    return value.format_map(words) if isinstance(value, str) else value
