"""A district signs off what its communes' approved reports add up to."""

import re
from typing import Any

import pytest

from shared.db.engine import driver
from shared.web.authentication import SESSION_COOKIE
from tests.support.intake_world import CSRF, FORM, PERIOD, Caller, World
from tests.support.rollups import publish_rollup

ADDRESS = f"/api/v1/aggregates/ii-06a/{PERIOD}"


@pytest.fixture
async def district(world: World) -> Caller:
    """A district of the test's own."""
    first = world.next_commune()
    unit = world.parent(first)
    world.communes[:] = [each for each in world.communes if each.parent_id != unit.id]
    return await world.as_reviewer(unit)


async def _sign(district: Caller, tag: str, **body: Any) -> Any:
    return await district.call(
        "POST",
        "/api/v1/aggregates",
        body={"form": "ii-06a", "period": PERIOD, **body},
        If_Match=tag,
    )


async def test_what_was_read_is_frozen_with_its_place_in_the_log(
    world: World, district: Caller
) -> None:
    await publish_rollup(world, district.organization, first=120)
    read = await district.call("GET", ADDRESS)

    signed = await _sign(district, read.headers["etag"])

    assert signed.status_code == 201, signed.text
    kept = signed.json()["signed_off"]
    assert kept["figures"]["LV01"]["4"] == "120"
    assert (kept["position"], kept["sha256"]) == (40, read.json()["sha256"])
    [event] = await world.rows(
        "SELECT type, data FROM log.event WHERE subject = :subject",
        subject=f"aggregate/{district.organization.id}/{FORM}/{PERIOD}",
    )
    assert event["type"] == "vn.tonghop.aggregate.signed_off.v1"
    assert event["data"]["figures"]["LV01"]["4"] == "120"
    assert (await _sign(district, read.headers["etag"])).json()["code"] == "aggregate_unchanged"


async def test_later_changes_below_show_as_a_difference_and_may_be_signed_off_again(
    world: World, district: Caller
) -> None:
    await publish_rollup(world, district.organization, first=120)
    read = await district.call("GET", ADDRESS)
    await _sign(district, read.headers["etag"])
    await publish_rollup(world, district.organization, first=118, position=55)

    later = await district.call("GET", ADDRESS)
    stale = await _sign(district, read.headers["etag"])
    again = await _sign(district, later.headers["etag"])

    change = {"row": "LV01", "column": "4", "signed": "120", "now": "118"}
    assert later.json()["changes"] == [change]
    assert stale.status_code == 412
    assert again.json()["signed_off"]["sequence"] == 2
    assert again.json()["changes"] == []


async def test_an_incomplete_aggregate_needs_a_reason_and_an_empty_one_is_refused(
    world: World, district: Caller
) -> None:
    await publish_rollup(world, district.organization, first=0, reported=0)
    empty = await _sign(district, (await district.call("GET", ADDRESS)).headers["etag"])
    await publish_rollup(world, district.organization, first=90, reported=6)
    tag = (await district.call("GET", ADDRESS)).headers["etag"]
    without = await _sign(district, tag)
    given = await _sign(district, tag, reason="Hai xã mất kết nối")

    assert (empty.status_code, empty.json()["code"]) == (409, "nothing_to_sign_off")
    assert (without.status_code, without.json()["code"]) == (422, "incomplete_aggregate")
    assert given.status_code == 201


async def test_it_is_work_to_do_on_the_home_page_until_it_is_signed_off(
    world: World, district: Caller
) -> None:
    await publish_rollup(world, district.organization, first=120)
    visitor = {"Cookie": await _cookie(world, district)}
    home = (await world.client.get("/", headers=visitor)).text
    page = (await world.client.get(f"/aggregates/ii-06a/{PERIOD}", headers=visitor)).text
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert seen is not None
    signed = await world.client.post(
        f"/aggregates/ii-06a/{PERIOD}/sign-off",
        headers=visitor,
        data={"csrf_token": CSRF, "seen": seen[1]},
    )
    await publish_rollup(world, district.organization, first=118)
    changed = (await world.client.get(f"/aggregates/ii-06a/{PERIOD}", headers=visitor)).text

    assert "thứ Năm, 19/06/2025" in home
    assert "Chưa ký duyệt" in home
    assert signed.status_code == 303
    assert "Đã thay đổi sau khi ký" in changed
    assert "Đã ký duyệt" in (await world.client.get("/", headers=visitor)).text


async def test_who_adds_nothing_up_or_is_outside_finds_nothing(
    world: World, district: Caller
) -> None:
    commune = await world.as_sender(world.next_commune())
    own = await commune.call("GET", ADDRESS)
    other = await commune.call("GET", f"{ADDRESS}?organization={district.organization.code}")
    province = await world.as_reviewer(world.parent(district.organization))
    above = await province.call("GET", f"{ADDRESS}?organization={district.organization.code}")
    for_another = await _sign(
        province, '"' + "0" * 64 + '"', organization=district.organization.code
    )

    assert (own.status_code, other.status_code, above.status_code) == (404, 404, 200)
    assert for_another.status_code == 403


async def test_intake_reads_nothing_else_of_the_aggregator(world: World) -> None:
    async with world.intake.engine.connect() as connection:
        native = await driver(connection)
        may = await native.fetchval(
            "SELECT has_table_privilege('aggregator.rollup', 'SELECT')"
            " OR has_table_privilege('aggregator.published_rollup', 'INSERT, UPDATE, DELETE')"
        )
    assert may is False


async def _cookie(world: World, district: Caller) -> str:
    return f"{SESSION_COOKIE}={await world.session(district.organization, 'reviewer')}"


async def test_who_is_to_sign_off_what_until_when_is_listed(world: World, district: Caller) -> None:
    await publish_rollup(world, district.organization, first=120)
    path = "/api/v1/aggregates?form=II.06a/VPCP/KSTT"
    before = (await district.call("GET", path)).json()
    read = await district.call("GET", ADDRESS)
    await _sign(district, read.headers["etag"])

    [duty] = (await district.call("GET", path)).json()["items"]

    assert [each["standing"] for each in before["items"]] == ["due"]
    assert duty["organization"]["code"] == district.organization.code
    assert (duty["period"], duty["deadline"]) == (PERIOD, "2025-06-19T17:00:00Z")
    assert (duty["standing"], duty["signed_off_at"]) == ("signed_on_time", "2025-06-16T01:00:00Z")
    assert (await district.call("GET", duty["links"]["aggregate"])).status_code == 200


async def test_a_province_sees_what_its_districts_and_itself_are_to_sign_off(
    world: World, district: Caller
) -> None:
    province = world.parent(district.organization)
    token = await world.token(province, "leader")
    leader = Caller(world, province, token)

    first = await leader.call("GET", "/api/v1/aggregates?limit=7")
    rest = await leader.call("GET", first.links["next"]["url"])
    items = [*first.json()["items"], *rest.json()["items"]]

    codes = [each["organization"]["code"] for each in items if each["period"] == PERIOD]
    assert len(codes) == len(set(codes)) == 12
    assert codes[-1] == province.code
    assert [each["deadline"] for each in items] == sorted(each["deadline"] for each in items)
    assert rest.json()["next"] is None


async def test_the_list_can_be_asked_for_what_is_overdue(world: World, district: Caller) -> None:
    answer = await district.call("GET", "/api/v1/aggregates?standing=overdue")
    wrong = await district.call("GET", "/api/v1/aggregates?standing=never")

    assert answer.json()["items"] == []
    assert wrong.status_code == 422
