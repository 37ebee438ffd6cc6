"""A report with words, a list and an outline: sent, stored, published, read back, and on pages."""

import re
import secrets
from typing import Any

import pytest
from sqlalchemy import text

from services.doctor.log import content_hash_of
from services.intake.reports.integrity import SELECT_VERSIONS
from shared.domain.organizations import OrganizationKind
from shared.events.payloads import ReportStateV1, read_payload
from tests.support.intake_world import Caller, World
from tests.support.visitor import Visitor, hidden

LOADED = ("organizations/binh-phuoc-2025", "calendars/vietnam", "regimes/slow-projects")
PROJECT = {
    "name": "Đường liên xã",
    "planned": "1.500,5",
    "disbursed": 400,
    "due": "30/09/2025",
    "cause": "Giải phóng mặt bằng",
}
KEPT = {
    "name": "Đường liên xã",
    "planned": "1500.5",
    "disbursed": "400",
    "due": "2025-09-30",
    "cause": "land",
}
SECTIONS = {"I": "Đã họp ba lần.\nĐã kiểm tra hiện trường.", "II": "Thiếu mặt bằng."}


def report(sender: Caller, **changes: Any) -> dict[str, Any]:
    return {
        "organization": sender.organization.code,
        "form": "CD-DTC-01",
        "period": "2025-Q2",
        "figures": {"DA": {"1": 4, "2": 9000, "3": 2500}, "TL": {"1": 1, "2": 100, "3": 0}},
        "content": {
            "texts": {"DA": {"5": "delayed", "6": "2025-06-10", "7": "Đang rà soát"}},
            "lists": {"DS": [PROJECT]},
            "sections": SECTIONS,
        },
        **changes,
    }


async def a_sender(world: World, *kinds: OrganizationKind) -> Caller:
    unit = next(each for each in world.communes if each.kind in kinds)
    world.communes.remove(unit)
    return await world.as_sender(unit)


@pytest.fixture
async def sender(world: World) -> Caller:
    return await a_sender(world, OrganizationKind.COMMUNE)


def faults_of(problem: Any) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in problem.json()["errors"]]


async def test_content_is_stored_published_and_read_back(world: World, sender: Caller) -> None:
    receipt = (await sender.send(report(sender))).json()
    answer = await sender.call("GET", f"{receipt['links']['report']}/versions")
    [version] = answer.json()["items"]

    assert version["content"]["lists"] == {"DS": [KEPT]}
    assert version["content"]["sections"] == SECTIONS
    assert version["figures"]["CHAM"] == {"1": "1", "2": "1500.5", "3": "400"}

    [event] = await world.rows(
        "SELECT data FROM log.event WHERE event_id = :id", id=receipt["event_id"]
    )
    live = read_payload(event["data"], ReportStateV1).live
    assert live is not None
    assert live.content is not None
    assert live.content.model_dump(exclude_unset=True) == version["content"]


async def test_an_import_keeps_it_too(sender: Caller) -> None:
    imported = await sender.call(
        "POST", "/api/v1/imports", body=[report(sender)], idempotency_key=secrets.token_hex(8)
    )
    [item] = imported.json()["items"]
    answer = await sender.call("GET", f"/api/v1/reports/{item['report_id']}/versions")
    [version] = answer.json()["items"]

    assert version["content"]["lists"] == {"DS": [KEPT]}
    assert version["content"]["sections"] == SECTIONS
    assert version["figures"]["CHAM"] == {"1": "1", "2": "1500.5", "3": "400"}


async def test_the_hash_of_a_receipt_covers_the_content(world: World, sender: Caller) -> None:
    receipt = (await sender.send(report(sender))).json()

    async with world.owner.connect() as connection:
        rows = (await connection.execute(text(SELECT_VERSIONS))).all()
    [row] = [each for each in rows if each.report_id == receipt["report_id"]]

    assert content_hash_of(row) == receipt["sha256"]
    changed = dict(row._mapping) | {"content": '{"sections": {"I": "Khác"}}'}
    assert content_hash_of(type("Row", (), changed)) != receipt["sha256"]


async def test_every_fault_is_told_at_its_place_and_nothing_is_stored(
    world: World, sender: Caller
) -> None:
    before = await world.log_counts()
    refused = await sender.send(
        report(
            sender,
            figures={"DA": {"1": 4, "2": 9000, "3": 2500, "7": 5}, "CHAM": {"1": 9}},
            content={
                "texts": {"DA": {"5": "mưa"}},
                "lists": {"DS": [PROJECT | {"due": "31/02/2025", "cause": None}]},
                "sections": {"I": "x" * 3001, "IV": "a"},
            },
        )
    )

    assert refused.status_code == 422
    assert set(faults_of(refused)) == {
        ("/figures/DA/7", "not_a_figure"),
        ("/figures/CHAM/1", "fed_cell"),
        ("/figures/TL/1", "missing_cell"),
        ("/figures/TL/2", "missing_cell"),
        ("/figures/TL/3", "missing_cell"),
        ("/content/texts/DA/5", "unknown_choice"),
        ("/content/texts/DA/6", "missing_text"),
        ("/content/lists/DS/0/due", "not_a_date"),
        ("/content/lists/DS/0/cause", "missing_entry"),
        ("/content/sections/I", "text_too_long"),
        ("/content/sections/II", "missing_section"),
        ("/content/sections/IV", "unknown_section"),
    }
    assert await world.log_counts() == before


async def test_a_ward_has_nothing_to_say_in_a_closed_row(world: World) -> None:
    ward = await a_sender(world, OrganizationKind.WARD, OrganizationKind.TOWNSHIP)
    body = report(ward)
    refused = await ward.send(body)
    del body["figures"]["TL"]
    taken = await ward.send(body)

    assert faults_of(refused) == [(f"/figures/TL/{each}", "closed_cell") for each in "123"]
    assert taken.status_code == 201


async def test_a_rule_between_the_table_and_the_list_holds(sender: Caller) -> None:
    body = report(sender)
    body["figures"]["DA"]["1"] = 0
    refused = await sender.send(body)

    assert refused.json()["code"] == "cross_check_failed"
    assert "Số dự án chậm (1)" in refused.json()["errors"][0]["detail"]


async def test_content_contradicts_that_there_is_nothing_to_report(sender: Caller) -> None:
    refused = await sender.send(report(sender, figures={}, nothing_to_report=True))
    taken = await sender.send(report(sender, figures={}, content=None, nothing_to_report=True))

    assert faults_of(refused) == [("/nothing_to_report", "figures_with_nothing_to_report")]
    assert taken.status_code == 201


async def test_a_draft_keeps_the_content_until_it_is_sent(sender: Caller, desk: str) -> None:
    path = f"/api/v1/drafts/{desk.rpartition('/')[2]}"
    words = {"texts": {}, "lists": {"DS": [{"name": "Cầu"}, {}]}, "sections": {"I": "Nháp"}}
    words["files"] = {}
    kept = await sender.call("PUT", path, body={"content": words}, if_match='"0"')
    figures = {"figures": {"DA": {"1": "4"}}}
    again = await sender.call("PUT", path, body=figures, if_match='"1"')
    odd = await sender.call("PUT", path, body={"content": {"lists": {"X": [{}]}}}, if_match='"2"')

    assert kept.status_code == again.status_code == 200
    assert again.json()["content"] == words
    assert faults_of(odd) == [("/content/lists/X", "unknown_list")]


def posted(page: str, **changes: str) -> dict[str, str]:
    """What the page's form would send."""
    fields = dict.fromkeys(re.findall(r'name="((?:word|section|list):[^"]+)"', page), "")
    fields |= dict(re.findall(r'<input type="hidden" name="(list:\w+)" value="(\d+)"', page))
    return {
        **fields,
        "cell:DA:1": "4",
        "cell:DA:2": "9000",
        "cell:DA:3": "2500",
        "cell:TL:1": "1",
        "cell:TL:2": "100",
        "cell:TL:3": "0",
        "word:DA:5": "delayed",
        "word:DA:6": "2025-06-10",
        "section:I": "Đã họp.",
        "section:II": "Thiếu vốn.",
        "draft_version": hidden(page, "draft_version"),
        **changes,
    }


ENTRY = {
    "list:DS:0:name": "Cầu Suối Đá",
    "list:DS:0:planned": "800,5",
    "list:DS:0:disbursed": "10",
    "list:DS:0:due": "2025-09-30",
    "list:DS:0:cause": "land",
}


async def test_entries_are_added_and_removed_without_scripts_and_nothing_typed_is_lost(
    officer: Visitor, desk: str
) -> None:
    page = (await officer.get(f"{desk}/form")).text
    added = await officer.post(f"{desk}/form", **posted(page, action="add:DS"))
    page = (await officer.get(f"{desk}/form")).text
    assert added.headers["location"].endswith("/form#list-DS")
    assert 'name="list:DS:0:name"' in page
    assert "Đã họp." in page

    await officer.post(f"{desk}/form", **posted(page, action="add:DS", **ENTRY))
    page = (await officer.get(f"{desk}/form")).text
    assert 'value="Cầu Suối Đá"' in page
    assert 'name="list:DS:1:name"' in page

    await officer.post(f"{desk}/form", **posted(page, action="remove:DS:1", **ENTRY))
    page = (await officer.get(f"{desk}/form")).text
    assert 'value="Cầu Suối Đá"' in page
    assert 'name="list:DS:1:name"' not in page
    assert re.search(r'data-row="CHAM" data-column="2"[^>]*>\s*<output>800,5</output>', page)


async def test_faults_of_words_are_linked_to_their_fields(officer: Visitor, desk: str) -> None:
    page = (await officer.get(f"{desk}/form")).text
    wrong = {"list:DS": "1", "list:DS:0:name": "Cầu", "list:DS:0:due": "mai", "section:I": ""}
    refused = await officer.post(f"{desk}/form", **posted(page, action="check", **wrong))

    assert refused.status_code == 422
    for place in ("list-DS-0-due", "list-DS-0-planned", "section-I"):
        assert f'href="#{place}"' in refused.text
        assert f'id="{place}"' in refused.text
    assert "mai" in refused.text


async def test_a_report_is_read_with_what_changed_in_its_words(
    world: World, officer: Visitor, sender: Caller, desk: str, receiver: Visitor
) -> None:
    page = (await officer.get(f"{desk}/form")).text
    first = posted(page, action="check", **ENTRY, **{"list:DS": "1"})
    assert (await officer.post(f"{desk}/form", **first)).status_code == 303
    check = (await officer.get(f"{desk}/check")).text
    assert "Cầu Suối Đá" in check
    await officer.post(
        f"{desk}/check", key=hidden(check, "key"), draft_version=hidden(check, "draft_version")
    )
    body = report(sender, reason="Bổ sung")
    receipt = (await sender.send(body)).json()

    read = (await officer.get(f"/reports/{receipt['report_id']}")).text
    review = (await receiver.get(f"/review/{receipt['report_id']}")).text
    for shown in (read, review):
        assert "Giải phóng mặt bằng" in shown
        assert "30/09/2025" in shown
        assert re.search(r"Đường liên xã</span>\s*<del[^>]*>Cầu Suối Đá</del>", shown)
        assert re.search(r"Đã họp ba lần\..*?<del[^>]*>Đã họp\.</del>", shown, re.DOTALL)

    story = (await officer.get(f"{desk}")).text
    assert re.search(
        r"Danh sách dự án chậm tiến độ, 1, Tên dự án: <del[^>]*>Cầu Suối Đá</del>", story
    )
    told = (await sender.call("GET", f"/api/v1{desk}/history")).json()
    words = {each["pointer"]: each["after"] for each in told["items"][-1]["words"]}
    assert words["/content/sections/II"] == "Thiếu mặt bằng."
    assert words["/content/lists/DS/0/name"] == "Đường liên xã"


PHOTO = b"\x89PNG\r\n\x1a\n photo"


async def test_a_supporting_file_is_attached_to_a_section_and_read_by_the_receiver(
    officer: Visitor, sender: Caller, reviewer: Caller, desk: str
) -> None:
    obligation = desk.rpartition("/")[2]
    page = (await officer.get(f"{desk}/form")).text
    kept = await officer.post(f"{desk}/form", **posted(page, action="files"))
    assert kept.headers["location"].endswith("/document#files")
    page = (await officer.get(f"{desk}/document")).text
    place = {"obligation_id": obligation, "section": "II"}
    wrong = await officer.post_file(
        "/documents", b"MZ", **place, draft_version=hidden(page, "draft_version")
    )
    await officer.post_file(
        "/documents", PHOTO, **place, draft_version=hidden(page, "draft_version")
    )
    assert wrong.status_code == 422
    assert "xét theo nội dung" in wrong.text

    draft = (await sender.call("GET", f"/api/v1/drafts/{obligation}")).json()
    [file] = draft["content"]["files"]["II"]
    assert draft["content"]["sections"]["I"] == "Đã họp."
    address = f"/api/v1/obligations/{obligation}/attachments/{file['sha256']}"
    assert (await reviewer.call("GET", address)).status_code == 404

    body = report(sender)
    body["content"]["files"] = {"II": [file]}
    receipt = await sender.send(body)
    read = await reviewer.call("GET", address)
    shown = await officer.get(f"/reports/{receipt.json()['report_id']}")

    assert receipt.status_code == 201
    assert (read.content, read.headers["content-type"]) == (PHOTO, "image/png")
    assert read.headers["content-disposition"].startswith("attachment")
    assert f'href="{address}"' in shown.text


async def test_a_file_that_was_never_uploaded_cannot_be_named(sender: Caller) -> None:
    body = report(sender)
    body["content"]["files"] = {"II": [{"sha256": "0" * 64, "name": "a.pdf"}]}
    refused = await sender.send(body)

    assert faults_of(refused) == [("/content/files/II/0", "unknown_attachment")]


async def test_a_file_is_taken_off_again(officer: Visitor, sender: Caller, desk: str) -> None:
    obligation = desk.rpartition("/")[2]
    place = {"obligation_id": obligation, "section": "II"}
    await officer.post_file("/documents", PHOTO, **place, draft_version="0")
    path = f"/api/v1/drafts/{obligation}"
    [file] = (await sender.call("GET", path)).json()["content"]["files"]["II"]
    await officer.post("/documents", **place, draft_version="1", remove=file["sha256"])

    assert (await sender.call("GET", path)).json()["content"]["files"] == {"II": []}
