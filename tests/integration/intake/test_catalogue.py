"""The catalogue over the API and as pages, and packs that come in by the API."""

from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.support.intake_world import Caller, World
from tests.support.visitor import Visitor

Parts = list[tuple[str, tuple[str, str | bytes]]]

PACK = "kind: pack\nname: calendars/our-province\ntitle: Lịch của tỉnh\n"
YEAR = """\
kind: calendar
year: 2030
estimated: true
assumption: true
days_off:
  - {date: 2030-01-01, name: Tết Dương lịch}
"""


@pytest.fixture
async def administrator(world: World) -> Caller:
    province = next(each for each in world.known.organizations if each.level == "province")
    return Caller(world, province, await world.token(province, "administrator"))


async def get(caller: Caller, path: str, **query: Any) -> dict[str, Any]:
    answer = await caller.call("GET", f"/api/v1/{path}?{urlencode(query)}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def post(caller: Caller, parts: Parts, *, query: str = "") -> httpx.Response:
    return await caller.world.client.post(
        f"/api/v1/catalogue{query}",
        headers={"Authorization": f"Bearer {caller.token}"},
        files=parts,
    )


async def test_units_are_found_by_part_of_a_name_without_marks(sender: Caller) -> None:
    found = await get(sender, "organizations", q="thac mo")

    assert [(each["code"], each["name"], each["parent"]) for each in found["items"]] == [
        ("25216", "Phường Thác Mơ", "688")
    ]
    assert [each["code"] for each in (await get(sender, "organizations", q="688"))["items"]] == [
        "688"
    ]


async def test_children_come_by_name_and_page_by_page(sender: Caller) -> None:
    first = await get(sender, "organizations", parent="70", limit=10)
    rest = await get(sender, "organizations", parent="70", limit=10, offset=first["next"])

    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (10, 1, None)
    assert first["total"] == 11
    assert {each["level"] for each in first["items"]} == {"district"}


async def test_nobody_is_there_before_the_first_day(sender: Caller) -> None:
    assert (await get(sender, "organizations", on="1999-01-01"))["total"] == 0


async def test_an_unknown_parent_or_number_is_not_found(sender: Caller) -> None:
    for path in ("organizations?parent=00000", "organizations/999999999"):
        assert (await sender.call("GET", f"/api/v1/{path}")).status_code == 404


async def test_a_unit_tells_its_story(world: World, sender: Caller) -> None:
    story = await get(sender, f"organizations/{sender.organization.id}")

    assert [each["name"] for each in story["versions"]] == [sender.organization.name]
    assert story["before"] == story["after"] == []


async def test_the_regime_says_who_owes_what_to_whom(sender: Caller) -> None:
    regime, asked = (await get(sender, "regimes"))["items"]

    assert (regime["code"], regime["assumed"]) == ("VPCP-KSTT", True)
    assert regime["duties"] == [
        {
            "form": "II.06a/VPCP/KSTT",
            "level": "commune",
            "reporters": 111,
            "to_parent": 111,
            "receivers": [],
            "deadline": "2025-06-17T17:00:00Z",
        }
    ]
    assert (regime["type"], regime["forms"]) == ("periodic", ["II.06a/VPCP/KSTT"])
    assert regime["next_period"]["period"] == "2025-Q2"
    assert [each["date"] for each in regime["next_period"]["deadlines"]] == [
        "2025-06-17",
        "2025-06-19",
        "2025-06-23",
    ]
    assert (asked["code"], asked["type"]) == ("VPCP-KSTT-DX", "ad_hoc")
    assert asked["on_request"] == {"asking_levels": ["district", "province"], "min_working_days": 1}
    assert asked["next_period"] is None


async def test_a_regime_tells_what_was_in_force_on_another_day(sender: Caller) -> None:
    before = (await get(sender, "regimes", on="2020-12-14"))["items"]
    first = (await get(sender, "regimes", on="2020-12-15"))["items"]

    assert [each["code"] for each in before] == []
    assert [each["code"] for each in first] == ["VPCP-KSTT", "VPCP-KSTT-DX"]


async def test_the_calendar_tells_deadlines_and_days_off(sender: Caller) -> None:
    year = await get(sender, "calendar", year=2025)
    second = next(each for each in year["periods"] if each["period"] == "2025-Q2")

    assert {"date": "2025-09-02", "name": "Quốc khánh"} in year["days_off"]
    assert [each["date"] for each in year["days_worked"]] == ["2025-04-26"]
    assert [(each["level"], each["date"]) for each in second["deadlines"]] == [
        ("commune", "2025-06-17"),
        ("district", "2025-06-19"),
        ("province", "2025-06-23"),
    ]
    assert second["deadlines"][2]["rule_date"] == "2025-06-22"


async def test_what_is_held_already_is_not_sent_again(sender: Caller) -> None:
    first = await sender.call("GET", "/api/v1/calendar")
    again = await sender.call("GET", "/api/v1/calendar", If_None_Match=first.headers["etag"])

    assert (again.status_code, again.content) == (304, b"")


async def test_the_pages_show_both_and_need_an_account(world: World, sender: Caller) -> None:
    cookie = await world.session(sender.organization, "preparer")
    headers = {"cookie": f"tonghop_session={cookie}"}
    for path, words in (
        ("/calendar", "quý II/2025"),
        ("/calendar?year=2026", "Quốc khánh"),
        ("/calendar?year=2027", "ước tính"),
        ("/regimes", "Cơ quan cấp trên trực tiếp (111 đơn vị)"),
    ):
        page = await world.client.get(path, headers=headers)
        assert page.status_code == 200, page.text
        assert words in page.text
    assert (await world.client.get("/calendar")).status_code == 303


def files(**texts: str) -> Parts:
    return [("file", (f"{name}.yaml", text)) for name, text in texts.items()]


async def test_a_pack_is_loaded_once_and_announced(world: World, administrator: Caller) -> None:
    number = world.known.number
    tried = await post(administrator, files(pack=PACK, year=YEAR), query="?dry_run=true")
    assert (tried.status_code, tried.json()["number"], tried.json()["changed"]) == (
        200,
        number,
        True,
    )
    done = await post(administrator, files(pack=PACK, year=YEAR))
    again = await post(administrator, files(pack=PACK, year=YEAR))

    assert (done.json()["number"], done.json()["changed"]) == (number + 1, True)
    assert (again.json()["number"], again.json()["changed"]) == (number + 1, False)
    events = await world.rows(
        "SELECT id FROM log.event WHERE subject = :subject", subject=f"catalogue/{number + 1}"
    )
    audit = await world.rows("SELECT details FROM identity.audit WHERE action = 'catalogue_loaded'")
    assert (len(events), len(audit)) == (1, 1)


async def test_every_fault_of_a_pack_names_its_file_and_line(administrator: Caller) -> None:
    broken = YEAR.replace("2030-01-01", "2030-01-05")
    answer = await post(administrator, files(pack=PACK, year=broken + "extra: 1\n"))
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert (fault["code"], fault["parameter"], fault["line"]) == ("unknown_field", "year.yaml", 7)

    answer = await post(administrator, files(pack=PACK, year=broken))
    (fault,) = answer.json()["errors"]
    assert (fault["code"], fault["line"], fault["pointer"]) == ("wrong_weekday", 6, "/days_off/0")


async def test_a_body_that_is_no_pack_is_refused(administrator: Caller) -> None:
    assert (await administrator.call("POST", "/api/v1/catalogue", body={})).status_code == 415
    answer = await post(administrator, files(year=YEAR))
    assert [each["code"] for each in answer.json()["errors"]] == ["no_manifest"]
    twice = [*files(pack=PACK), *files(pack=PACK)]
    assert (await post(administrator, twice)).status_code == 400
    latin: Parts = [("file", ("pack.yaml", b"\xe9"))]
    assert (await post(administrator, latin)).status_code == 400


async def test_only_the_topmost_organization_loads_what_is_of_all(
    world: World, sender: Caller
) -> None:
    district = world.parent(sender.organization)
    for below in (district, sender.organization):
        caller = Caller(world, below, await world.token(below, "administrator"))
        for query in ("", "?dry_run=true"):
            answer = await post(caller, files(pack=PACK, year=YEAR), query=query)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


async def test_only_administrators_load_packs(sender: Caller) -> None:
    answer = await post(sender, files(pack=PACK, year=YEAR))
    assert answer.status_code == 403


async def test_a_form_is_shown_to_who_reviews_as_officers_will_see_it(world: World) -> None:
    province = next(each for each in world.known.organizations if each.level == "province")
    reviewer = Visitor(world, await world.session(province, "reviewer"))

    listed = await reviewer.get("/forms")
    shown = await reviewer.get("/forms/ii-06a?version=1")
    missing = await reviewer.get("/forms/ii-06a?version=9")

    assert 'href="/forms/ii-06a?version=1"' in listed.text
    assert 'id="cell-LV01-4"' in shown.text
    assert "Cột (3) phải bằng cột (7) + cột (11)." in shown.text
    assert "Danh sách 20 lĩnh vực cấp xã" in shown.text
    assert missing.status_code == 404
