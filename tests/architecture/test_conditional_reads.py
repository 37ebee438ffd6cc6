"""Whoever holds an answer of the API is told so, whichever read it was."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.settings import Settings
from tests.architecture.people import People, Person, people_of
from tests.architecture.route_table import ALL, Foreign, Route
from tests.support.system import running_system
from tests.support.waiting import until

WORKBOOK = "/api/v1/obligations/{obligation_id}/workbook"
WITHOUT_TAG = {
    "/api/v1/stream": "has no end, so there is nothing that one could hold",
    WORKBOOK: "is made and dated for each download, and says no-store",
    f"{WORKBOOK}/marked": "likewise",
    "/api/v1/reports/{report_id}/document.{file_format}": "likewise",
    "/api/v1/aggregates/{slug}/{period}/document.{file_format}": "likewise",
}
READS = [
    pytest.param(route, id=str(route))
    for route in ALL
    if route.method == "GET" and route.path.startswith("/api/v1/") and route.path not in WITHOUT_TAG
]
WORDS = {"slug": "ii-06a"}


@pytest.fixture(scope="module")
async def people(module_engine: AsyncEngine, module_database_url: str) -> AsyncIterator[People]:
    settings = Settings(demo=True, requests_per_minute_of_account=0)
    async with (
        running_system(module_engine, module_database_url, settings=settings) as system,
        people_of(system) as made,
    ):
        yield made


def _reader(people: People, route: Route) -> Person:
    holder = route.guard.holder if isinstance(route.guard, Foreign) else "commune"
    return people.holders[holder]


@pytest.mark.parametrize("route", READS)
async def test_what_is_held_is_not_sent_again(people: People, route: Route) -> None:
    """Mails go out meanwhile, and their ledger grows: then the newer answer is held next."""
    reader, words = _reader(people, route), WORDS | dict(people.words)

    async def is_held() -> bool:
        first = await reader.call(route, words=words)
        assert first.status_code == 200, first.text
        tag = first.headers["etag"]
        again = await reader.call(route, words=words, if_none_match=tag)
        assert again.headers["etag"] == tag or again.status_code == 200
        return again.status_code == 304 and not again.content

    await until(is_held)


@pytest.mark.parametrize("route", READS)
async def test_what_is_not_held_is_sent(people: People, route: Route) -> None:
    reader, words = _reader(people, route), WORDS | dict(people.words)

    answer = await reader.call(route, words=words, if_none_match='"another"')

    assert (answer.status_code, bool(answer.content)) == (200, True)
