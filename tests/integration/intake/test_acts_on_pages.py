"""Signing, entering for a sender and approving many, on pages as plain forms."""

import re
from typing import Any

import httpx
import pytest

from services.intake.wording import office_name
from tests.support.intake_world import Caller, World
from tests.support.visitor import CELLS, Visitor, checked, fields_of, hidden


async def test_a_preparer_sends_for_signature_and_the_signer_hands_back_then_signs(
    world: World, sender: Caller, desk: str
) -> None:
    preparer = Visitor(world, await world.session(sender.organization, "preparer"))
    signer = Visitor(world, await world.session(sender.organization, "signer"))
    check = await checked(preparer, desk)
    fields = {name: hidden(check.text, name) for name in ("key", "draft_version")}

    laid = await preparer.post(f"{desk}/check", **fields)
    shown = await preparer.get(f"{desk}/form")
    home = await signer.get("/")
    version = hidden((await signer.get(f"{desk}/check")).text, "draft_version")
    blank = await signer.post(f"{desk}/hand-back", draft_version=version)
    asked = await signer.get(blank.headers["location"])
    await signer.post(f"{desk}/hand-back", draft_version=version, hand_back_reason="Ghi số văn bản")
    entry = await preparer.get(f"{desk}/form")
    check = await _checked_again(preparer, desk)
    fields = {name: hidden(check.text, name) for name in ("key", "draft_version")}
    await preparer.post(f"{desk}/check", **fields)
    page = await signer.get(f"{desk}/check")
    fields = {name: hidden(page.text, name) for name in ("key", "draft_version")}
    signed = await signer.post(f"{desk}/check", **fields)
    report = await signer.get(await _report_of(signer, signed))

    assert "Trình ký" in check.text
    assert laid.headers["location"] == shown.headers["location"] == f"{desk}/check"
    assert "Chờ ký duyệt" in home.text
    assert "Xem và ký" in home.text
    assert "Hãy nêu lý do trả lại." in asked.text
    assert "Ghi số văn bản" in entry.text
    assert "Ký và gửi báo cáo" in page.text
    assert signed.headers["location"].startswith("/receipts/")
    assert "Trả lại người lập" in report.text


async def test_the_documents_page_keeps_number_date_and_signed_file(
    officer: Visitor, desk: str
) -> None:
    await checked(officer, desk)
    obligation_id = desk.rpartition("/")[2]
    page = await officer.get(f"{desk}/document")
    fields = {"obligation_id": obligation_id, "draft_version": hidden(page.text, "draft_version")}

    wrong = await officer.post("/documents", **fields, number="12/BC", date="2025-06-17")
    long = await officer.post(
        "/documents", **fields, number="1" * 65, date="17/06", signer_name="A" * 201
    )
    html = await officer.post_file("/documents", b"<html>", **fields)
    kept = await officer.post_file(
        "/documents", b"%PDF-1.7", **fields, number="12/BC", date="2025-06-16"
    )
    check = await officer.get(kept.headers["location"])

    assert wrong.status_code == long.status_code == html.status_code == 422
    for told in ("Nhiều nhất 64 ký tự.", "Nhiều nhất 200 ký tự.", "Phải là ngày dạng"):
        assert long.text.count(told) == 2
    assert f'value="{"A" * 201}"' in long.text
    assert "không được sau hôm nay" in wrong.text
    assert 'value="12/BC"' in wrong.text
    assert "không phải là PDF" in html.text
    assert "12/BC" in check.text
    assert "/attachments/" in check.text


async def test_the_receiver_enters_for_the_sender_who_is_shown_it(
    world: World, sender: Caller, officer: Visitor, receiver: Visitor, desk: str
) -> None:
    listed = await receiver.get("/review?state=missing")
    check = await checked(receiver, desk)
    fields = {name: hidden(check.text, name) for name in ("key", "draft_version")}
    without = await receiver.post(f"{desk}/check", **fields)
    sent = await receiver.post(f"{desk}/check", **fields, reason="Đã gửi bản giấy")
    home = await officer.get("/")
    report = await officer.get(await _report_of(officer, sent))

    assert f"{desk}/form" in listed.text
    assert without.status_code == 422
    assert sent.headers["location"].startswith("/receipts/")
    assert "Nhập thay" in home.text
    assert "nhập thay" in report.text
    assert "Đã gửi bản giấy" in report.text


async def _checked_again(officer: Visitor, desk: str) -> Any:
    version = hidden((await officer.get(f"{desk}/form")).text, "draft_version")
    fields = fields_of(CELLS, draft_version=version, action="check")
    saved = await officer.post(f"{desk}/form", **fields)
    return await officer.get(saved.headers["location"])


async def _report_of(visitor: Visitor, sent: httpx.Response) -> str:
    receipt = await visitor.get(sent.headers["location"])
    found = re.search(r'href="(/reports/\d+)"', receipt.text)
    assert found is not None
    return found[1]


async def test_several_reports_are_approved_after_their_totals_were_shown(
    world: World, sender: Caller, receiver: Visitor
) -> None:
    neighbour = next(
        each for each in world.communes if each.parent_id == sender.organization.parent_id
    )
    world.communes.remove(neighbour)
    other = await world.as_sender(neighbour)
    ids = [(await each.send(each.body())).json()["report_id"] for each in (sender, other)]
    query = "&".join(f"report={each}" for each in ids)

    queue = await receiver.get("/review")
    none = await receiver.get("/review/approve")
    shown = await receiver.get(f"/review/approve?{query}")
    pairs = re.findall(r'name="report" value="(\d+:\d+)"', shown.text)
    await other.send(other.body())
    refused = await receiver.post_many("/review/approve", report=pairs)
    before = await _states(world, ids)
    again = re.findall(r'name="report" value="(\d+:\d+)"', refused.text)
    rest = await receiver.post_many("/review/approve", report=again)

    assert all(f'name="report" value="{each}"' in queue.text for each in ids)
    assert none.status_code == 200
    assert "Duyệt 2 báo cáo" in shown.text
    assert (refused.status_code, len(again)) == (412, 2)
    assert f"Báo cáo của {office_name(neighbour)} vừa thay đổi" in refused.text
    assert f"Báo cáo của {office_name(sender.organization)} vừa thay đổi" not in refused.text
    assert before == ["submitted", "submitted"]
    assert rest.headers["location"] == "/review?done=approved"
    assert await _states(world, ids) == ["approved", "approved"]


async def test_a_report_of_somebody_else_among_the_picked_approves_none(
    world: World, sender: Caller, receiver: Visitor
) -> None:
    elsewhere = next(
        each for each in world.communes if each.parent_id != sender.organization.parent_id
    )
    world.communes.remove(elsewhere)
    stranger = await world.as_sender(elsewhere)
    ids = [(await each.send(each.body())).json()["report_id"] for each in (sender, stranger)]

    answer = await receiver.post_many("/review/approve", report=[f"{each}:1" for each in ids])

    assert answer.status_code in {403, 404}
    assert await _states(world, ids) == ["submitted", "submitted"]


@pytest.mark.parametrize(
    ("picked", "told"),
    [
        pytest.param([], "Chưa chọn dòng nào", id="nothing"),
        pytest.param(["7"], "Không đọc được", id="no sequence"),
        pytest.param(["7:1", "7:1"], "Không đọc được", id="twice"),
        pytest.param([f"{n}:1" for n in range(101)], "nhiều nhất 100 dòng", id="too many"),
    ],
)
async def test_an_odd_selection_is_told_and_never_called_approved(
    receiver: Visitor, picked: list[str], told: str
) -> None:
    answer = await receiver.post_many("/review/approve", report=picked)

    assert answer.status_code == 422
    assert told in answer.text


async def _states(world: World, ids: list[int]) -> list[str]:
    rows = await world.rows(
        "SELECT state FROM log.report WHERE id = ANY(:ids) ORDER BY id", ids=ids
    )
    return [each["state"] for each in rows]
