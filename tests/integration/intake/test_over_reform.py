"""Reports over 01/07/2025: what goes on from merged units, and what nobody below can compare."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.obligations.use_cases import keep_obligations
from shared.domain.identifiers import OrganizationCode, OrganizationId
from shared.domain.organizations import OrganizationVersion
from shared.web.authentication import SESSION_COOKIE
from tests.factories.packs import TWO_PROVINCES
from tests.support.intake_world import EVE, PACKS, World, intake_world, submission_of
from tests.support.rollups import publish_totals

PACKS_OF_BOTH = (*TWO_PROVINCES, "organizations/dong-nai-lineage-2025", *PACKS[1:])
THIRD_QUARTER = "2025-Q3"
AFTER_CUTOFF = datetime(2025, 9, 15, 1, tzinfo=UTC)


@pytest.fixture
async def world(engine: AsyncEngine, database_url: str) -> AsyncIterator[World]:
    async with intake_world(engine, database_url, packs=PACKS_OF_BOTH) as world:
        yield world


def new_unit(world: World, code: str) -> OrganizationVersion:
    return world.known.tree(AFTER_CUTOFF.date()).by_code(OrganizationCode(code))


def sources(world: World, unit: OrganizationVersion) -> list[OrganizationVersion]:
    tree = world.known.tree(EVE.date())
    return [tree.get(e.source_id) for e in world.known.lineage if e.target_id == unit.id]


async def report(world: World, units: Iterable[OrganizationVersion], *, open_files: int) -> None:
    """The second quarter of old units: each leaves so many files in progress."""
    for number, unit in enumerate(units):
        sender = await world.as_sender(unit)
        left = open_files + number
        figures = {"LV01": {"4": 30 + left, "8": 20, "9": 10, "12": left}}
        answer = await sender.send(submission_of(unit, figures=figures))
        assert answer.status_code == 201, answer.text


async def third_quarter(
    world: World, unit: OrganizationVersion, *, carried_over: int
) -> httpx.Response:
    world.clock.move_to(AFTER_CUTOFF)
    await keep_obligations(world.intake)
    sender = await world.as_sender(unit)
    figures = {"LV01": {"4": 10, "6": carried_over, "8": 10 + carried_over}}
    return await sender.send(submission_of(unit, period=THIRD_QUARTER, figures=figures))


async def test_what_is_carried_over_is_the_sum_of_all_that_merged(world: World) -> None:
    unit = new_unit(world, "25217")
    merged = sources(world, unit)
    assert len(merged) > 1
    await report(world, merged, open_files=5)
    expected = sum(range(5, 5 + len(merged)))

    refused = await third_quarter(world, unit, carried_over=expected + 1)
    accepted = await third_quarter(world, unit, carried_over=expected)

    [fault] = refused.json()["errors"]
    assert (refused.status_code, fault["row"], fault["column"]) == (422, "LV01", "6")
    assert f"của kỳ trước là {expected}, lệch 1" in fault["detail"]
    assert accepted.status_code == 201


async def test_while_one_of_them_has_not_reported_the_sum_is_not_known(world: World) -> None:
    unit = new_unit(world, "25217")
    await report(world, sources(world, unit)[1:], open_files=5)

    answer = await third_quarter(world, unit, carried_over=999)

    assert answer.status_code == 201


async def test_where_a_source_was_divided_nothing_is_compared(world: World) -> None:
    unit = new_unit(world, "26446")
    assert "Xã Xuân Tâm" in {each.name for each in sources(world, unit)}
    await report(world, sources(world, unit), open_files=5)

    answer = await third_quarter(world, unit, carried_over=999)

    assert answer.status_code == 201


async def test_a_unit_that_was_left_alone_goes_on_from_itself(world: World) -> None:
    unit = new_unit(world, "26374")
    assert [each.id for each in sources(world, unit)] == [unit.id]
    await report(world, sources(world, unit), open_files=7)

    refused = await third_quarter(world, unit, carried_over=8)

    assert refused.status_code == 422
    assert "của kỳ trước là 7, lệch 1" in refused.json()["errors"][0]["detail"]


async def test_the_grid_of_a_merged_unit_shows_what_all_of_them_left(world: World) -> None:
    unit = new_unit(world, "25217")
    merged = sources(world, unit)
    await report(world, merged, open_files=5)
    world.clock.move_to(AFTER_CUTOFF)
    await keep_obligations(world.intake)
    duty = await duty_of(world, unit.id, period=THIRD_QUARTER)
    cookie = await world.session(unit, "preparer", "signer")

    world.client.cookies.set(SESSION_COOKIE, cookie)

    page = await world.client.get(f"/obligations/{duty}/form")

    assert page.status_code == 200
    left = sum(range(5, 5 + len(merged)))
    assert f'"previous": "{left}"' in page.text or f">{left}<" in page.text


async def duty_of(world: World, organization_id: OrganizationId, *, period: str) -> int:
    rows = await world.rows(
        "SELECT id FROM log.obligation WHERE organization_id = :unit AND period = :period",
        unit=organization_id,
        period=period,
    )
    return int(rows[0]["id"])


async def province_goes_on(world: World, *, carried_over: int) -> httpx.Response:
    """The third quarter of the new province, after both old ones left 40 and 2 files open."""
    before, after = world.known.tree(EVE.date()), world.known.tree(AFTER_CUTOFF.date())
    for code, left in (("70", 40), ("75", 2)):
        unit = before.by_code(OrganizationCode(code))
        await publish_totals(world, unit, totals={("LV01", "12"): left})
    province = after.by_code(OrganizationCode("75"))
    world.clock.move_to(AFTER_CUTOFF)
    totals = {("LV01", "6"): carried_over, ("LV01", "8"): carried_over}
    await publish_totals(world, province, totals=totals, period=THIRD_QUARTER)
    reviewer = await world.as_reviewer(province)
    return await reviewer.call("GET", f"/api/v1/aggregates/ii-06a/{THIRD_QUARTER}")


@pytest.mark.parametrize(
    ("carried_over", "expected"),
    [
        pytest.param(42, [], id="the sum of both"),
        pytest.param(41, [("II06A.CARRIED_OVER", "LV01", "6")], id="one file is lost"),
    ],
)
async def test_what_no_unit_can_tell_is_compared_of_the_province(
    world: World, carried_over: int, expected: list[tuple[str, str, str]]
) -> None:
    answer = await province_goes_on(world, carried_over=carried_over)
    found = [(each["check"], each["row"], each["column"]) for each in answer.json()["breaks"]]
    assert found == expected


async def test_the_page_of_the_aggregate_names_what_does_not_go_on(world: World) -> None:
    await province_goes_on(world, carried_over=41)
    province = world.known.tree(AFTER_CUTOFF.date()).by_code(OrganizationCode("75"))
    world.client.cookies.set(SESSION_COOKIE, await world.session(province, "reviewer"))

    page = await world.client.get(f"/aggregates/ii-06a/{THIRD_QUARTER}")

    assert "Tổng số chưa khớp với kỳ trước" in page.text
    assert "là 41, khác số đang giải quyết (11) của kỳ trước là 42, lệch 1" in page.text


async def test_while_a_report_is_missing_the_province_is_not_compared(world: World) -> None:
    before = world.known.tree(EVE.date()).by_code(OrganizationCode("70"))
    await province_goes_on(world, carried_over=41)
    await publish_totals(world, before, totals={}, reported=7)
    province = world.known.tree(AFTER_CUTOFF.date()).by_code(OrganizationCode("75"))
    reviewer = await world.as_reviewer(province)

    answer = await reviewer.call("GET", f"/api/v1/aggregates/ii-06a/{THIRD_QUARTER}")

    assert answer.json()["breaks"] is None
