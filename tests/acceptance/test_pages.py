"""Every page that somebody can reach by its links is whole, and says that nothing on it is real."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from shared.ports import free_port
from shared.web.principals import Role
from tests.acceptance.demonstration import (
    Page,
    client_at,
    demonstration,
    sign_in,
)
from tests.architecture.route_table import ALL, ANYONE, NEWCOMERS, SIGNED_IN, Route
from tests.support.province import PERIOD
from tests.support.waiting import until

EACH = 4
"""So many pages of one route are read; the dashboard alone has hundreds of addresses."""

PARTS = {"/dashboard/fragment", "/mailbox/{mail_id}/body", "/forms/scripts/{name}"}
"""Parts of pages, fetched by them: no links lead there."""

AFTER_A_CHOICE = {"/review/approve"}
"""Reached by a form, with what was chosen on the page before."""

MACHINES = {"/healthz", "/readyz", "/metrics"}
NOT_SIGNED_IN = {"/sign-in", "/forgot-password", "/reset-password"}
PEOPLE = {
    "tinh.tonghop": frozenset({Role.ANALYST, Role.REVIEWER}),
    "huyen.dongphu": frozenset({Role.REVIEWER}),
    "xa.tanlap": frozenset({Role.PREPARER, Role.SIGNER}),
}
ENTRY = {
    "/obligations/{obligation_id}/form",
    "/obligations/{obligation_id}/check",
    "/obligations/{obligation_id}/document",
    "/obligations/{obligation_id}/workbook",
}
REQUEST = "/requests/{request_id}"
EMPTY = {
    "tinh.tonghop": {"/review/{report_id}", *ENTRY},
    "huyen.dongphu": {REQUEST},
    "xa.tanlap": {"/aggregates/{slug}/{period}", REQUEST},
}
"""Nobody reports to the province directly, so it enters and reviews nothing; nothing is summed at a
commune; the request of the province went to another district.
"""

AGGREGATE = f"/aggregates/ii-06a/{PERIOD}"

STARTS = ("/", "/dashboard", "/completeness", "/reminders", "/account/tokens", "/styleguide")


@pytest.fixture(scope="module")
async def address(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Of one demonstration for all who look around."""
    folder: Path = tmp_path_factory.mktemp("pages")
    async with demonstration(folder, port=free_port()) as demo:
        yield await demo.start()


@dataclass
class Visit:
    """Follows every link of a site, but reads EACH pages of a route only."""

    client: httpx.AsyncClient
    seen: set[str] = field(default_factory=set)
    read: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    async def follow(self, *starts: str) -> None:
        waiting = list(starts)
        while waiting:
            path = waiting.pop(0)
            route = _route_of(urlsplit(path).path)
            if path in self.seen or route is None or self.read[route] >= EACH:
                continue
            self.seen.add(path)
            self.read[route] += 1
            waiting.extend(await self._links_of(path))

    async def _links_of(self, path: str) -> list[str]:
        answer = await self.client.get(path, follow_redirects=True)
        if answer.status_code != 200:
            self.faults.append(f"{path}: {answer.status_code}")
            return []
        if not answer.headers["content-type"].startswith("text/html"):
            return []
        page = Page.of(answer)
        self.faults.extend(f"{path}: {fault}" for fault in _faults(page))
        return [found for link in page.links if (found := _own(path, link))]


def _faults(page: Page) -> Iterator[str]:
    if page.headings != 1:
        yield f"{page.headings} h1"
    if not page.title.strip().removesuffix("· tonghop").strip():
        yield "no title"
    for word in ("Ngày giả lập", "Số liệu mô phỏng"):
        if word not in page.text:
            yield f"does not say {word}"


def _own(path: str, link: str) -> str | None:
    """Where a link of ours leads, without its fragment; None for another site."""
    found = urlsplit(urljoin(path, link))
    if found.scheme or found.netloc or found.path.startswith("/static/"):
        return None
    return found._replace(fragment="").geturl()


def _route_of(path: str) -> str | None:
    """The route that a path belongs to; the more literal one if two match."""
    parts = path.split("/")
    found = [
        route.path
        for route in ALL
        if route.method == "GET" and _matches(route.path.split("/"), parts)
    ]
    return min(found, key=lambda each: each.count("{"), default=None)


def _matches(pattern: list[str], parts: list[str]) -> bool:
    return len(pattern) == len(parts) and all(
        word.startswith("{") or word == part for word, part in zip(pattern, parts, strict=True)
    )


def _is_open_to(route: Route, roles: frozenset[Role]) -> bool:
    return route.access in {ANYONE, NEWCOMERS, SIGNED_IN} or (
        not isinstance(route.access, str) and bool(route.access & roles)
    )


@pytest.mark.parametrize("username", PEOPLE)
async def test_every_page_of_a_person_is_whole(address: str, username: str) -> None:
    async with client_at(address) as client:
        await sign_in(client, username)
        visit = Visit(client)
        await visit.follow(*STARTS, *await _things_of(client), await until(lambda: _mail(client)))

    assert visit.faults == []
    pages = {
        route.path
        for route in ALL
        if route.method == "GET"
        and not route.path.startswith("/api/")
        and _is_open_to(route, PEOPLE[username])
    }
    unread = pages - visit.read.keys() - PARTS - AFTER_A_CHOICE - MACHINES - NOT_SIGNED_IN
    assert unread == EMPTY.get(username, set())


async def _things_of(client: httpx.AsyncClient) -> list[str]:
    """Pages of a report, a receipt, a duty and a sum that this person may see."""
    duties = (await client.get("/api/v1/obligations", params={"limit": 500})).json()["items"]
    sent = next(duty for duty in duties if duty["report"])
    report = (await client.get(f"/api/v1/reports/{sent['report']['report_id']}")).json()
    return [
        f"/reports/{report['report_id']}",
        f"/receipts/{report['versions'][0]['receipt_number']}",
        *([AGGREGATE] if (await client.get(AGGREGATE)).status_code == 200 else []),
        *await _entry_pages(client, duties),
    ]


async def _entry_pages(client: httpx.AsyncClient, duties: list[Any]) -> list[str]:
    """Of a duty that was not met yet and that this person may enter, if there is one."""
    for duty in duties:
        if duty["report"] is None and duty["period"] == PERIOD:
            page: str = duty["links"]["page"]
            if (await client.get(page)).status_code == 200:
                return [page, page.replace("/form", "/check"), page.replace("/form", "/document")]
    return []


async def _mail(client: httpx.AsyncClient) -> str | None:
    """The newest mail; the reminders of the first morning are on their way."""
    links = Page.of(await client.get("/mailbox")).links
    return next((link for link in links if link.startswith("/mailbox/")), None)


async def test_a_visitor_is_told_too_and_finds_the_door(address: str) -> None:
    async with client_at(address) as client:
        visit = Visit(client)
        await visit.follow("/")

    assert visit.faults == []
    assert visit.read.keys() >= {"/", "/api", "/problems", "/problems/{code}"}
