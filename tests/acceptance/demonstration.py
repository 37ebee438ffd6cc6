"""`tonghop demo` as a newcomer starts it, and what they do with curl and a browser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx

from tests.support.program import TONGHOP, Program
from tests.support.province import PERIOD, Caller
from tests.support.waiting import until

START_PATIENCE_SECONDS = 300
ANSWER_TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Demonstration:
    """Its folder outlives it; its process is started and ended by the test."""

    folder: Path
    program: Program

    async def start(self) -> str:
        """The address that it told its user."""
        await self.program.start()

        async def told() -> str | None:
            assert self.program.is_running, self.program.output
            found = re.search(r"http://127\.0\.0\.1:\d+", self.program.output)
            return found and found[0]

        address = await until(told, seconds=START_PATIENCE_SECONDS)
        await self.program.ready(address)
        return address

    def caller(self, client: httpx.AsyncClient, name: str) -> Caller:
        """With the token that lies in the folder for curl."""
        return Caller(client, (self.folder / "tokens" / name).read_text())

    @property
    def password(self) -> str:
        return (self.folder / "password").read_text()


@asynccontextmanager
async def demonstration(
    folder: Path, *, port: int, world: str = "quarter", arguments: tuple[str, ...] = ()
) -> AsyncIterator[Demonstration]:
    """One whose data is in a new folder; not started yet, and ended with the block."""
    data = folder / "demo"
    where = ("--port", str(port), "--data", str(data), "--world", world)
    command = (TONGHOP, "demo", *where, *arguments)
    made = Demonstration(data, Program(*command, output=folder / "demo.log"))
    try:
        yield made
    finally:
        await made.program.abandon()


@asynccontextmanager
async def client_at(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, timeout=ANSWER_TIMEOUT_SECONDS) as client:
        yield client


async def indicators(caller: Caller, *, organization: str, track: str = "live") -> Any:
    return await caller.get(
        "/api/v1/indicators", period=PERIOD, organization=organization, track=track
    )


def value_of(answer: Any, code: str) -> Any:
    [found] = [each["value"] for each in answer["indicators"] if each["code"] == code]
    return found


@dataclass
class Page(HTMLParser):
    """What a reader finds on a page."""

    headings: int = 0
    title: str = ""
    links: list[str] = field(default_factory=list)
    text: str = ""
    csrf_token: str = ""
    _inside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @classmethod
    def of(cls, answer: httpx.Response) -> "Page":
        page = cls()
        page.feed(answer.text)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self._inside.append(tag)
        self.headings += tag == "h1"
        if tag == "a" and named.get("href"):
            self.links.append(named["href"] or "")
        if tag == "meta" and named.get("name") == "csrf-token":
            self.csrf_token = named["content"] or ""

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "title" in self._inside and "svg" not in self._inside:
            self.title += data
        self.text += data


async def sign_in(client: httpx.AsyncClient, username: str) -> Page:
    """One click on a person; the page that they come to."""
    answer = await client.post("/demo/sign-in", data={"username": username})
    assert answer.status_code == 303, answer.text
    landed = await client.get(answer.headers["location"], follow_redirects=True)
    assert landed.status_code == 200, landed.text
    return Page.of(landed)
