"""111 communes report over HTTP; every sum above them is what was sent, on both logs."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import cycle
from random import Random
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.upkeep.verify import verify
from shared.domain.organizations import OrganizationVersion
from shared.settings import Settings
from tests.acceptance import bodies
from tests.acceptance.showing import assert_sums, rollup, shown
from tests.acceptance.stories import PLOTS, Part, Story
from tests.support.province import DEADLINE, PERIOD, Caller
from tests.support.system import System, running_system
from tests.support.waiting import PATIENCE_SECONDS, until

SEED = 20250614
AT_ONCE = 12


@pytest.fixture
async def system(
    engine: AsyncEngine, database_url: str, log_settings: Settings
) -> AsyncIterator[System]:
    """Nothing has been sent yet; on each log."""
    async with running_system(engine, database_url, settings=log_settings) as made:
        yield made


def _stories(system: System) -> dict[str, Story]:
    """A story for each of the 111 communes, in a seeded order."""
    random, province = Random(SEED), system.province  # noqa: S311 (made-up figures)
    communes = random.sample(province.communes, len(province.communes))
    return {
        commune.code: Story(
            organization=commune.code,
            random=Random(f"{SEED} {commune.code}"),  # noqa: S311
            sender=system.caller(commune),
            reviewer=system.caller(province.district_of(commune)),
            clock=system.clock,
        )
        for commune in communes
    }


async def _tell(parts: list[tuple[Part, Story]]) -> None:
    """All at once, but never more than AT_ONCE requests at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def tell(part: Part, story: Story) -> None:
        async with gate:
            await part(story)

    await asyncio.gather(*(tell(part, story) for part, story in parts))


async def _newest_position(story: Story) -> int | None:
    """Where the report's last event stands in the log, once all of its events have a place."""
    answer = await story.sender.get(f"/api/v1/reports/{story.report_id}/events")
    positions = [event["position"] for event in answer["items"]]
    assert len(positions) == story.sequence
    return None if None in positions else max(positions)


async def _reaches(caller: Caller, unit: OrganizationVersion, *, position: int) -> Any:
    """The unit's sums once they hold the event at `position`."""
    answer = await rollup(caller, unit)
    return answer if answer["as_of"]["position"] >= position else None


async def test_every_sum_is_what_the_communes_sent(system: System) -> None:
    stories = _stories(system)
    told = list(zip(stories.values(), cycle(PLOTS.values()), strict=False))
    assert len(told) == 111

    await _tell([(first_day, story) for story, (first_day, _) in told])
    system.clock.move_to(DEADLINE + timedelta(hours=15))
    await _tell([(second_day, story) for story, (_, second_day) in told])

    province = system.province
    placed = [
        await until(lambda story=story: _newest_position(story))  # type: ignore[misc]
        for story in stories.values()
        if story.receipts
    ]
    await until(lambda: _reaches(system.analyst, province.province, position=max(placed)))
    for unit in (*province.districts, province.province):
        accounts = [stories[commune.code].account for commune in province.communes_of(unit)]
        await assert_sums(system.analyst, unit, accounts)
        await assert_sums(system.caller(unit), unit, accounts)
    await _assert_nothing_else_was_kept(system, stories)


async def _assert_nothing_else_was_kept(system: System, stories: dict[str, Story]) -> None:
    """Each version as often as it was acknowledged, with the figures of its body."""
    for story in stories.values():
        if not story.receipts:
            continue
        answer = await story.sender.get(f"/api/v1/reports/{story.report_id}/versions")
        kept = [(each["receipt_number"], each["sha256"]) for each in answer["items"]]
        assert kept == [(each["receipt_number"], each["sha256"]) for each in story.receipts]
        for version, sent in zip(answer["items"], story.account.versions, strict=True):
            _assert_same_figures(version["figures"], sent)
    found = await verify(system.owner, catalogue=system.province.known)
    assert (found.differences, found.pending) == ((), ())


def _assert_same_figures(kept: Any, sent: bytes) -> None:
    """What is kept are the typed cells; those left blank may be kept as zero."""
    given = json.loads(sent).get("figures", {})
    for row, cells in kept.items():
        for column, figure in cells.items():
            assert figure == str(given.get(row, {}).get(column, 0)), (row, column)
    for row, cells in given.items():
        assert set(cells) - set(kept.get(row, ())) <= set(bodies.TOTALS), row


async def test_the_sum_moves_and_the_stream_says_so_when_a_commune_sends(system: System) -> None:
    """Nobody asks the services to hurry: the stream says when to look, and there it is.

    How soon is measured by `tonghop bench freshness`, on a machine that does nothing else.
    """
    commune, province = system.province.communes[0], system.province.province
    before = await rollup(system.analyst, province)
    had = await rollup(system.analyst, commune)
    sender, report = system.caller(commune), bodies.slow_commune(organization=commune.code)
    async with _stream(system, after=before["as_of"]["position"]) as lines:
        answer = await sender.send(report, key="moves")
        assert answer.status_code == 201, answer.text
        async with asyncio.timeout(PATIENCE_SECONDS):
            heard = await anext(line async for line in lines if line.startswith("data:"))
    after, has = await rollup(system.analyst, province), await rollup(system.analyst, commune)
    assert after["as_of"]["position"] >= json.loads(heard.removeprefix("data:"))["position"]
    assert after["as_of"]["recorded_at"] is not None
    assert _received(has) == 10
    assert _received(after) - _received(before) == _received(has) - _received(had)
    assert after["coverage"]["reported"] - before["coverage"]["reported"] == (
        has["coverage"]["reported"] - had["coverage"]["reported"]
    )


def _received(answer: Any) -> int:
    """Files received online: column (4) of the last row."""
    return shown(answer).cells["TONG", "4"] or 0


@asynccontextmanager
async def _stream(system: System, *, after: int) -> AsyncIterator[AsyncIterator[str]]:
    """The lines that the province's dashboard hears."""
    code = system.province.province.code
    async with system.client.stream(
        "GET",
        "/api/v1/stream",
        params={"period": PERIOD, "organization": code, "after": after},
        headers={"authorization": f"Bearer {system.analyst.token}"},
    ) as stream:
        yield stream.aiter_lines()
