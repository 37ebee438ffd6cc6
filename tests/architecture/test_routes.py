"""Every route is closed but for those that the table says may use it (I7)."""

from collections.abc import AsyncIterator, Iterator, Sequence

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from sqlalchemy.ext.asyncio import AsyncEngine

from services.all_in_one import application
from services.demo import pages as demo_pages
from services.parts import Part, ServiceName, open_parts
from shared.clock import FixedClock
from shared.settings import Settings
from shared.web.access import AccessRule
from tests.architecture.people import People, people_of
from tests.architecture.route_rules import Access
from tests.architecture.route_table import (
    ALL,
    ANYONE,
    INSTALLED,
    NEWCOMERS,
    SIGNED_IN,
    Foreign,
    Own,
    Route,
)
from tests.support.province import EVE
from tests.support.system import running_system

STRANGERS = ("neighbour", "commune of another district", "another district")

CLOSED = [
    pytest.param(route, id=str(route))
    for route in ALL
    if route.access != ANYONE and route.path != "/demo/clock"
]
"""All that need an account; the clock's button is not routed here, but in test_first_path."""


def _calls(kind: type[Foreign] | type[Own]) -> list[object]:
    return [pytest.param(route, id=str(route)) for route in ALL if isinstance(route.guard, kind)]


async def _routes(engine: AsyncEngine, database_url: str, *, demo: bool) -> dict[str, Access]:
    """What is routed, with its rule."""
    settings, clock = Settings(demo=demo), FixedClock(EVE)
    async with open_parts(settings, database_url, names=tuple(ServiceName), clock=clock) as parts:
        extra = [Part(engine, routers=[demo_pages.router])] if demo else []
        return dict(_rules(application(settings, [*parts, *extra], clock=clock)))


def _rules(app: FastAPI) -> Iterator[tuple[str, Access]]:
    for context in iter_route_contexts(app.routes):
        if context.path == "/static":
            continue
        for method in context.methods or ():
            yield f"{method} {context.path}", _access(list(_found(context.dependant)))


def _found(dependant: Dependant) -> Iterator[AccessRule]:
    if isinstance(dependant.call, AccessRule):
        yield dependant.call
    for dependency in dependant.dependencies:
        yield from _found(dependency)


def _access(rules: list[AccessRule]) -> Access:
    [rule] = rules
    if rule.open_to_all:
        return ANYONE
    if rule.before_password_change:
        assert not rule.roles
        return NEWCOMERS
    return rule.roles or SIGNED_IN


@pytest.mark.parametrize(
    ("demo", "table"),
    [pytest.param(False, INSTALLED, id="installed"), pytest.param(True, ALL, id="demonstration")],
)
async def test_the_table_is_exactly_what_is_routed(
    engine: AsyncEngine, database_url: str, *, demo: bool, table: Sequence[Route]
) -> None:
    assert await _routes(engine, database_url, demo=demo) == {
        str(route): route.access for route in table
    }


def test_a_route_that_names_something_says_what_keeps_strangers_out() -> None:
    """Names of forms, problems and scripts are no one's; which organizations there are is known."""
    open_names = {"{slug}", "{code}", "{name}", "{organization_id}"}
    unguarded = [
        str(route)
        for route in ALL
        if route.guard is None
        and any(part.startswith("{") and part not in open_names for part in route.path.split("/"))
    ]
    assert unguarded == []


@pytest.fixture(scope="module")
async def people(module_engine: AsyncEngine, module_database_url: str) -> AsyncIterator[People]:
    """In a demonstration that runs."""
    settings = Settings(demo=True)
    async with (
        running_system(module_engine, module_database_url, settings=settings) as system,
        people_of(system) as made,
    ):
        yield made


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("route", _calls(Foreign))
async def test_who_is_outside_finds_nothing(people: People, route: Route, stranger: str) -> None:
    answer = await people.strangers[stranger].call(route, words=people.words)

    assert answer.status_code in {403, 404}, answer.text
    assert people.commune.name not in answer.text


@pytest.mark.parametrize("route", _calls(Foreign))
async def test_the_same_call_reaches_what_it_names_for_its_holder(
    people: People, route: Route
) -> None:
    """So the calls above were refused for what they named, not for how they were put."""
    assert isinstance(route.guard, Foreign)
    answer = await people.holders[route.guard.holder].call(route, words=people.words)

    assert answer.status_code not in {401, 403, 404, 405, 500}, answer.text


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("route", _calls(Own))
async def test_what_is_ones_own_shows_nothing_of_others(
    people: People, route: Route, stranger: str
) -> None:
    answer = await people.strangers[stranger].call(route, words=people.words)

    assert answer.status_code in {200, 303}, answer.text
    for word in (people.commune.name, people.words["number"]):
        assert word not in answer.text


@pytest.mark.parametrize("route", CLOSED)
async def test_without_an_account_nothing_is_open(people: People, route: Route) -> None:
    answer = await people.visitor.call(route, words={"slug": "ii-06a", **people.words})
    wanted = {401} if route.path.startswith("/api/") else {303}

    assert answer.status_code in wanted, answer.text
    assert people.commune.name not in answer.text
