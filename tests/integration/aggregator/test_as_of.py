"""Asking for what was known at a moment: the answer given then is the answer given now."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.domain.reports import Act
from tests.integration.aggregator.conftest import Deliver
from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.log_rows import store
from tests.integration.aggregator.world import (
    COMMUNES,
    DISTRICTS,
    Q1,
    Q2,
    START,
    SUMMED,
    History,
    make_catalogue,
    province,
)

FIRST, SECOND, *_ = COMMUNES[DISTRICTS[0]]
READS = {
    "indicators": ("/api/v1/indicators", {"children": "true"}),
    "series": ("/api/v1/indicators/S.TOTAL/series", {}),
    "children": ("/api/v1/indicators/S.SHARE/children", {}),
    "rollups": ("/api/v1/rollups", {"form": SUMMED, "children": "true"}),
    "completeness": ("/api/v1/completeness", {"form": SUMMED}),
    "figures": ("/api/v1/exports/figures", {"form": SUMMED, "format": "json"}),
    "export": ("/api/v1/exports/indicators", {"indicator": "S.TOTAL", "format": "json"}),
}
PAGES = (
    "/dashboard",
    "/dashboard/fragment",
    "/dashboard/cells",
    "/completeness",
    "/indicators/S.TOTAL",
)
TRACKS = ("live", "official")


@pytest.fixture
async def lived(history: History, deliver: Deliver, engine: AsyncEngine) -> History:
    """A day of reports for two periods, stored and rolled up."""
    history.submit((FIRST, SUMMED, Q1), R1={"a": 4, "b": 6})
    history.submit((FIRST, SUMMED, Q2), R1={"a": 5, "b": 7})
    history.act((FIRST, SUMMED, Q2), Act.APPROVE)
    history.live_through(11, acts=60)
    await store(history, engine)
    await deliver(history.events)
    return history


async def answers(desk: Desk, **parameters: str) -> dict[tuple[str, str], Any]:
    """Of every read in both tracks, but for the position they name."""
    found = {}
    for name, (path, more) in READS.items():
        for track in TRACKS:
            answer = await desk.json(path, **more, track=track, **parameters)
            found[name, track] = {each: answer[each] for each in answer if each != "as_of"}
    return found


async def test_what_was_answered_then_is_answered_now_as_of_then(
    desk: Desk, lived: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    desk.clock.move_to(lived.now)
    then, position, instant = await answers(desk), len(lived.events), lived.now
    lived.now += timedelta(seconds=1)
    lived.live_through(12, acts=80)
    await store(lived, engine)
    await deliver(lived.events)
    desk.clock.move_to(lived.now)

    assert await answers(desk) != then
    assert await answers(desk, as_of=str(position)) == then
    assert await answers(desk, as_of=instant.isoformat()) == then
    assert await answers(desk, as_of=str(len(lived.events))) == await answers(desk)


@pytest.mark.parametrize("name", READS)
async def test_an_answer_names_the_last_position_recorded_by_the_instant(
    name: str, desk: Desk, lived: History
) -> None:
    desk.clock.move_to(lived.now)
    path, more = READS[name]
    instant = START + timedelta(hours=5)
    wanted = max(event.position for event in lived.events if event.recorded_at <= instant)

    answer = await desk.json(path, **more, as_of=instant.isoformat())

    assert answer["as_of"]["position"] == wanted < len(lived.events)


async def test_an_answer_as_of_then_is_304_for_ever(desk: Desk, lived: History) -> None:
    for path, more in READS.values():
        first = await desk.get(path, **more, as_of="60")
        desk.client.headers["If-None-Match"] = first.headers["etag"]
        again = await desk.get(path, **more, as_of="60")
        assert (first.status_code, again.status_code) == (200, 304)


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize(
    ("as_of", "code"),
    [
        pytest.param("hôm qua", "invalid_as_of", id="no instant"),
        pytest.param("2025-06-16", "invalid_as_of", id="only a date"),
        pytest.param("2025-06-16T08:00:00", "invalid_as_of", id="no zone"),
        pytest.param("2025-13-16T08:00:00Z", "invalid_as_of", id="a thirteenth month"),
        pytest.param("-1", "invalid_as_of", id="a negative position"),
        pytest.param("2999-01-01T00:00:00Z", "as_of_in_future", id="far ahead"),
        pytest.param("999999", "as_of_in_future", id="a position not reached"),
        pytest.param("1999-01-01T00:00:00Z", "as_of_before_log", id="before the beginning"),
        pytest.param("0", "as_of_before_log", id="position zero"),
    ],
)
async def test_a_moment_that_cannot_be_is_named(
    name: str, as_of: str, code: str, desk: Desk, lived: History
) -> None:
    path, more = READS[name]

    answer = await desk.get(path, **more, as_of=as_of)

    assert answer.status_code == 422, answer.text
    [fault] = answer.json()["errors"]
    assert (fault["parameter"], fault["code"]) == ("as_of", code)


async def test_an_empty_log_has_no_past(desk: Desk) -> None:
    answer = await desk.get("/api/v1/indicators", as_of="2025-06-15T00:00:00Z")

    assert answer.json()["errors"][0]["code"] == "as_of_before_log"


async def test_a_plus_that_an_address_made_a_space_is_understood(
    desk: Desk, lived: History
) -> None:
    desk.clock.move_to(lived.now)
    path = f"/api/v1/rollups?form={SUMMED}&period={Q2}&organization=1"

    answer = await desk.client.get(f"{path}&as_of=2025-06-16T08:30:00+07:00")

    assert answer.status_code == 200, answer.text


async def test_organizations_have_the_names_and_parents_known_then(
    desk: Desk, lived: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    known, position = desk.catalogue.catalogue, len(lived.events)
    lived.catalogue_changed(2)
    corrected = [
        replace(each, name="Tên mới", parent_id=DISTRICTS[1]) if each.id == FIRST else each
        for each in province()
    ]
    desk.catalogue.older = {0: known, 1: known}
    desk.catalogue.catalogue = make_catalogue(corrected, number=2)
    await store(lived, engine)
    await deliver(lived.events[position:], catalogue=desk.catalogue.catalogue)
    parameters = {"form": SUMMED, "children": "true"}

    now = await desk.json("/api/v1/rollups", **parameters, organization="3")
    then = await desk.json("/api/v1/rollups", **parameters, organization="2", as_of=str(position))

    assert "Tên mới" in [each["organization"]["name"] for each in now["children"]]
    assert f"commune {FIRST}" in [each["organization"]["name"] for each in then["children"]]
    assert (now["catalogue_number"], then["catalogue_number"]) == (2, 1)


async def test_what_may_be_read_is_judged_by_today(desk: Desk, lived: History) -> None:
    desk.sit_down(DISTRICTS[0])

    for path, more in READS.values():
        answer = await desk.get(path, **more, organization=str(DISTRICTS[1]), as_of="60")
        assert answer.status_code == 404


async def test_overdue_is_judged_by_the_moment_asked_for(desk: Desk, lived: History) -> None:
    desk.clock.move_to(START + timedelta(days=30))
    path, more = READS["completeness"]

    now = await desk.json(path, **more)
    then = await desk.json(path, **more, as_of=(START + timedelta(hours=1)).isoformat())

    assert now["overdue"] > 0
    assert then["overdue"] == 0


@pytest.mark.parametrize("path", PAGES)
async def test_pages_show_a_moment_and_keep_it_in_their_links(
    path: str, desk: Desk, lived: History
) -> None:
    desk.clock.move_to(lived.now)

    answer = await desk.get(path, as_of="2025-06-16T09:30")

    assert answer.status_code == 200, answer.text
    assert "as_of=2025-06-16T09%3A30%3A00%2B07%3A00" in answer.text


@pytest.mark.parametrize("path", PAGES)
async def test_pages_refuse_a_moment_that_cannot_be(path: str, desk: Desk, lived: History) -> None:
    answer = await desk.get(path, as_of="2999-01-01T00:00")

    assert answer.status_code == 422
