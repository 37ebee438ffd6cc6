"""Releases: frozen, numbered, hashed; and what has changed since, by name."""

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.domain.identifiers import OrganizationId
from shared.domain.reports import Act
from shared.events.payloads import ReleasePublishedV1, read_payload
from shared.web.json import exact_json
from shared.web.principals import Role
from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.releasing import (
    FIRST,
    REASON,
    RELEASES,
    SECOND,
    Recorded,
    publish,
    released,
)
from tests.integration.aggregator.world import (
    DISTRICTS,
    Q1,
    Q2,
    SUMMED,
    TYPED,
    History,
)


async def test_a_release_is_numbered_hashed_and_says_what_it_is_of(
    desk: Desk, record: Recorded, approved: History
) -> None:
    release = await released(desk)

    assert release["number"] == "2025-Q2/1"
    assert (release["track"], release["province"]["code"]) == ("official", "1")
    assert release["coverage"] == {"expected": 12, "reported": 1, "on_time": 1}
    assert release["as_of"]["position"] == len(approved.events)
    assert (release["published_by"], release["reason"]) == ("Ai đó", REASON)
    assert release["published_at"] == "2025-06-25T01:00:00Z"


async def test_the_hash_is_that_of_the_bytes_of_the_file(desk: Desk, record: Recorded) -> None:
    release = await released(desk)

    answer = await desk.client.get(release["links"]["content"])

    assert hashlib.sha256(answer.content).hexdigest() == release["sha256"]
    assert answer.headers["content-type"] == "application/json"
    document = json.loads(answer.content)
    canonical = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert canonical.encode() == answer.content
    assert document["simulated"] is None
    province = document["organizations"][0]
    assert province["cells"]["R1"]["a"] == ["82", 1, "82", "82"]
    assert province["derived"]["ALL"]["c"] == "87"
    assert province["indicators"] == {"S.TOTAL": "87", "S.SHARE": "5.7"}
    assert [each["organization"] for each in document["reports"]] == [str(FIRST)]


async def test_a_release_comes_as_csv_too(desk: Desk, record: Recorded) -> None:
    release = await released(desk)

    answer = await desk.client.get(release["links"]["content"], params={"format": "csv"})

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    cells = {(each["organization"], each["row"], each["column"]): each for each in rows}
    assert cells["1", "R1", "a"]["value"] == "82"
    assert cells["1", "ALL", "c"]["value"] == "87"
    assert {each["release"] for each in rows} == {"2025-Q2/1"}
    assert 'filename="release-SUMMED-2025-Q2-1.csv"' in answer.headers["content-disposition"]


async def test_its_event_is_stored_with_it(
    desk: Desk, record: Recorded, engine: AsyncEngine
) -> None:
    release = await released(desk)

    async with engine.connect() as connection:
        [row] = await connection.exec_driver_sql(
            "SELECT subject, data FROM log.event WHERE type = 'vn.tonghop.release.published.v1'"
        )
    payload = read_payload(exact_json(row.data.encode()), ReleasePublishedV1)
    assert row.subject == f"release/{release['id']}"
    assert (payload.number, payload.sha256) == (release["number"], release["sha256"])
    assert payload.act.reason == REASON


async def test_reads_may_ask_for_the_figures_of_a_release(
    desk: Desk, record: Recorded, approved: History
) -> None:
    release = await released(desk)
    approved.act((SECOND, SUMMED, Q2), Act.APPROVE)
    await record()
    wanted = {"release": str(release["id"]), "organization": "1", "form": SUMMED}

    indicators = await desk.json("/api/v1/indicators", release=wanted["release"])
    rollups = await desk.json("/api/v1/rollups", **wanted, children="true")
    completeness = await desk.json("/api/v1/completeness", **wanted)
    series = await desk.json("/api/v1/indicators/S.TOTAL/series", release=wanted["release"], to=Q2)
    export = await desk.json("/api/v1/exports/figures", **wanted, format="json")
    now = await desk.json("/api/v1/indicators", track="official")

    assert indicators["track"] == "official"
    assert indicators["as_of"]["release"] == "2025-Q2/1"
    assert {each["code"]: each["value"] for each in indicators["indicators"]}["S.TOTAL"] == 87
    assert {each["code"]: each["value"] for each in now["indicators"]}["S.TOTAL"] == 97
    assert rollups["coverage"]["reported"] == completeness["reported"] == 1
    assert rollups["children"][0]["cells"]["ALL"]["c"] == 87
    assert series["points"][-1]["value"] == 87
    assert {each["organization"] for each in export["items"]} == {"1", "2", str(FIRST)}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"period": Q1, "form": SUMMED}, "release_of_another", id="another period"),
        pytest.param({"period": Q2, "form": TYPED}, "release_of_another", id="another form"),
        pytest.param(
            {"period": Q2, "form": SUMMED, "as_of": "3"}, "as_of_with_release", id="two moments"
        ),
    ],
)
async def test_a_release_answers_only_what_it_is_of(
    changed: dict[str, str], code: str, desk: Desk, record: Recorded
) -> None:
    release = await released(desk)

    answer = await desk.get("/api/v1/rollups", release=str(release["id"]), **changed)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == code


async def test_later_changes_are_revisions_that_name_their_reports(
    desk: Desk, record: Recorded, approved: History
) -> None:
    release = await released(desk)
    approved.submit((FIRST, SUMMED, Q2), R1={"a": 80, "b": 5}, R2={"a": 0, "b": 0})
    await record()
    unapproved = await desk.json(release["links"]["revisions"])
    approved.act((FIRST, SUMMED, Q2), Act.APPROVE)
    approved.act((SECOND, SUMMED, Q2), Act.APPROVE)
    await record()
    revisions = await desk.json(release["links"]["revisions"])

    assert (unapproved["revised"], unapproved["steps"]) == (False, [])
    assert revisions["revised"]
    assert revisions["release"]["number"] == "2025-Q2/1"
    correction, approval = revisions["steps"]
    assert correction["organization"]["code"] == str(FIRST)
    assert (correction["cause"]["verb"], correction["cause"]["version"]) == ("approve", 2)
    assert correction["cells"] == [{"row": "R1", "column": "a", "before": 82, "after": 80}]
    assert approval["organization"]["code"] == str(SECOND)
    assert len(approval["cells"]) == 4
    total, share = revisions["indicators"]
    assert (total["before"], total["after"], total["difference"]) == (87, 95, 8)
    for place, indicator in enumerate((total, share)):
        parts = [each["contributions"][place]["contribution"] for each in revisions["steps"]]
        assert sum(parts) == indicator["difference"]
    cells = {(each["row"], each["column"]): each for each in revisions["cells"]}
    assert cells["ALL", "c"] == {"row": "ALL", "column": "c", "before": 87, "after": 95}


async def test_revisions_are_told_of_a_part_and_up_to_a_moment_too(
    desk: Desk, record: Recorded, approved: History
) -> None:
    release = await released(desk)
    until = len(approved.events)
    approved.act((SECOND, SUMMED, Q2), Act.APPROVE)
    await record()
    path = release["links"]["revisions"]

    elsewhere = await desk.json(path, organization=str(DISTRICTS[1]))
    before = await desk.json(path, until=str(until))
    desk.sit_down(DISTRICTS[0])
    own = await desk.json(path, organization=str(DISTRICTS[0]))
    whole = await desk.client.get(path)

    assert not elsewhere["revised"]
    assert not before["revised"]
    assert len(own["steps"]) == 1
    assert whole.status_code == 404


async def test_changes_since_a_release_are_those_of_its_approved_figures(
    desk: Desk, record: Recorded, approved: History
) -> None:
    release = await released(desk)
    approved.act((SECOND, SUMMED, Q2), Act.APPROVE)
    await record()

    answer = await desk.json(
        "/api/v1/changes", form=SUMMED, release=str(release["id"]), indicator="S.TOTAL"
    )

    assert answer["track"] == "official"
    assert answer["measures"][0]["difference"] == 10
    assert [each["contributions"][0]["contribution"] for each in answer["steps"]] == [10]


async def test_a_second_release_needs_news_and_a_reason(
    desk: Desk, record: Recorded, approved: History
) -> None:
    first = await released(desk)
    same = await publish(desk)
    approved.act((SECOND, SUMMED, Q2), Act.APPROVE)
    await record()
    without = await publish(desk, reason=None)
    older = await publish(desk, position=first["as_of"]["position"] - 1)
    second = await released(desk)
    listed = await desk.json(RELEASES, form=SUMMED)
    page = await desk.client.get(RELEASES, params={"limit": 1})

    assert (same.status_code, same.json()["code"]) == (409, "release_unchanged")
    assert (without.status_code, without.json()["code"]) == (422, "release_needs_reason")
    assert (older.status_code, older.json()["code"]) == (409, "older_than_last_release")
    assert second["number"] == "2025-Q2/2"
    assert [each["number"] for each in listed["items"]] == ["2025-Q2/2", "2025-Q2/1"]
    assert page.json()["next"] == 1
    assert "offset=1" in page.headers["link"]


async def test_what_was_seen_is_what_is_released(
    desk: Desk, record: Recorded, approved: History
) -> None:
    seen = len(approved.events)
    approved.act((SECOND, SUMMED, Q2), Act.APPROVE)
    await record()

    release = await released(desk, position=seen)

    assert release["as_of"]["position"] == seen
    assert release["coverage"]["reported"] == 1


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        pytest.param({"period": Q1}, 409, "nothing_to_release", id="nothing approved"),
        pytest.param({"reason": " "}, 422, "release_needs_reason", id="incomplete, no reason"),
        pytest.param({"organization": "2"}, 422, "not_a_province", id="a district"),
        pytest.param({"form": "NONE"}, 422, "validation_failed", id="no such form"),
        pytest.param({"organization": "999"}, 404, "not_found", id="no such organization"),
        pytest.param({"position": 999_999}, 422, "validation_failed", id="a position ahead"),
        pytest.param({"position": 0}, 422, "validation_failed", id="no position"),
        pytest.param({"track": "live"}, 422, "validation_failed", id="an unknown member"),
    ],
)
async def test_what_may_not_be_released_is_told(
    members: dict[str, Any], status: int, code: str, desk: Desk, record: Recorded
) -> None:
    answer = await publish(desk, **members)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert not (await desk.json(RELEASES))["items"]


async def test_before_the_window_of_the_data_has_ended_nothing_is_released(
    desk: Desk, record: Recorded
) -> None:
    desk.clock.move_to(datetime(2025, 6, 14, 1, tzinfo=UTC))

    answer = await publish(desk)

    assert (answer.status_code, answer.json()["code"]) == (409, "data_window_open")


async def test_only_analysts_and_leaders_of_the_province_release(
    desk: Desk, record: Recorded
) -> None:
    def with_roles(*roles: Role) -> None:
        desk.principal = desk.principal.__class__(
            **{
                each: getattr(desk.principal, each)
                for each in desk.principal.__slots__
                if each != "roles"
            },
            roles=frozenset(roles),
        )

    with_roles(Role.REVIEWER, Role.ADMINISTRATOR, Role.SIGNER)
    refused = await publish(desk)
    with_roles(Role.ANALYST)
    allowed = await publish(desk)
    desk.sit_down(OrganizationId(DISTRICTS[0]))
    stranger = await publish(desk)

    assert (refused.status_code, allowed.status_code) == (403, 201)
    assert stranger.status_code == 404


async def test_a_district_knows_of_the_release_and_reads_its_own_part_only(
    desk: Desk, record: Recorded
) -> None:
    release = await released(desk)
    desk.sit_down(DISTRICTS[0])
    wanted = {"form": SUMMED, "release": str(release["id"])}

    listed = await desk.json(RELEASES)
    whole = await desk.client.get(release["links"]["content"])
    own = await desk.json("/api/v1/rollups", **wanted, organization="2")
    other = await desk.get("/api/v1/rollups", **wanted, organization="3")

    assert [each["id"] for each in listed["items"]] == [release["id"]]
    assert (whole.status_code, other.status_code) == (404, 404)
    assert own["coverage"]["reported"] == 1
