"""What receivers do on pages: periods, duties, requests; and the whole history of a report."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.support.intake_world import FORM, PERIOD, Caller, World, intake_world
from tests.support.visitor import Visitor

REGIME = "VPCP-KSTT"
AFTER = datetime(2025, 6, 18, 2, tzinfo=UTC)
WHY = "Mất điện toàn huyện do bão"
PERIOD_PAGE = f"/periods/{PERIOD}?regime={REGIME}"


@pytest.fixture(scope="module")
async def world(module_engine: AsyncEngine, module_database_url: str) -> AsyncIterator[World]:
    async with intake_world(module_engine, module_database_url) as made:
        yield made


@pytest.fixture
async def province(world: World) -> Visitor:
    tree = world.known.tree(world.clock.today())
    return Visitor(world, await world.session(tree.get(tree.roots[0]), "reviewer"))


async def _duty(caller: Caller) -> dict[str, Any]:
    response = await caller.call("GET", f"/api/v1/obligations?period={PERIOD}")
    found: dict[str, Any] = response.json()["items"][0]
    return found


async def test_a_receiver_extends_on_the_page_and_the_officer_sees_it(
    sender: Caller, receiver: Visitor, officer: Visitor
) -> None:
    duty = await _duty(sender)
    path = f"/obligations/{duty['obligation_id']}"
    before = await receiver.get(path)

    done = await receiver.post(
        f"{path}/extend", sequence=str(duty["sequence"]), until="2025-06-20", reason=WHY
    )
    after, home = await receiver.get(path), await officer.get("/")

    assert 'action="' + f'{path}/extend"' in before.text
    assert (done.status_code, done.headers["location"]) == (303, path)
    assert "thứ Sáu, 20/06/2025" in after.text
    assert "thứ Ba, 17/06/2025" in after.text
    assert WHY in after.text
    assert "gia hạn đến 20/06/2025" in home.text


@pytest.mark.parametrize(
    ("typed", "status", "shown"),
    [
        pytest.param({"until": "2025-06-20", "reason": " "}, 422, "cần nêu lý do", id="no reason"),
        pytest.param({"until": "2025-06-16", "reason": WHY}, 422, "17/06/2025", id="too early"),
        pytest.param({"until": "", "reason": WHY}, 422, "Chưa có ngày cuối", id="no day"),
        pytest.param({"until": "2025-06-20", "reason": WHY, "sequence": "9"}, 412, "vừa", id="old"),
    ],
)
async def test_what_cannot_be_extended_is_said_where_it_was_typed(
    sender: Caller, receiver: Visitor, *, typed: dict[str, str], status: int, shown: str
) -> None:
    duty = await _duty(sender)

    refused = await receiver.post(
        f"/obligations/{duty['obligation_id']}/extend",
        **{"sequence": str(duty["sequence"]), **typed},
    )

    assert refused.status_code == status
    assert shown in refused.text
    assert (await _duty(sender))["sequence"] == duty["sequence"]


async def test_an_excluded_unit_is_taken_in_again_on_the_page(
    sender: Caller, receiver: Visitor
) -> None:
    duty = await _duty(sender)
    path = f"/obligations/{duty['obligation_id']}"

    await receiver.post(f"{path}/exclude", sequence=str(duty["sequence"]), reason="Nhầm đơn vị")
    excluded = await receiver.get(path)
    await receiver.post(f"{path}/include", sequence=str(duty["sequence"] + 1), reason="Loại nhầm")

    assert "Không thuộc diện gửi" in excluded.text
    assert f'action="{path}/include"' in excluded.text
    assert (await _duty(sender))["state"] == "fixed"


async def test_the_officer_may_read_the_duty_but_not_change_it(
    sender: Caller, officer: Visitor
) -> None:
    duty = await _duty(sender)
    path = f"/obligations/{duty['obligation_id']}"

    page = await officer.get(path)

    assert page.status_code == 200
    assert "act-form" not in page.text
    assert (await officer.post(f"{path}/extend", sequence="1")).status_code == 403


async def test_many_units_are_extended_at_once(world: World, receiver: Visitor) -> None:
    page = await receiver.get(PERIOD_PAGE)
    picked = re.findall(r'name="obligation" value="(\d+:\d+)"', page.text)[:3]

    done = await receiver.post(
        f"/periods/{PERIOD}/duties",
        regime=REGIME,
        verb="extend",
        until="2025-06-19",
        reason=WHY,
        shown="extended",
        obligation=picked,
    )
    after = await receiver.get(done.headers["location"])

    assert done.status_code == 303
    assert after.text.count("19/06/2025") >= 3
    refused = await receiver.post(
        f"/periods/{PERIOD}/duties",
        regime=REGIME,
        verb="extend",
        until="2025-06-19",
        obligation=picked,
    )
    assert refused.status_code == 412


async def test_what_was_not_said_for_many_units_is_named_all_at_once(
    world: World, receiver: Visitor
) -> None:
    path = f"/periods/{PERIOD}/duties"
    page = await receiver.get(PERIOD_PAGE)
    picked = re.findall(r'name="obligation" value="(\d+:\d+)"', page.text)[:1]

    nothing = await receiver.post(path, regime=REGIME, verb="extend", reason=WHY)
    no_day = await receiver.post(path, regime=REGIME, verb="extend", reason=WHY, obligation=picked)
    handed_over = await receiver.post(
        path, regime=REGIME, verb="transfer", reason=WHY, obligation=picked
    )
    too_early = await receiver.post(
        path, regime=REGIME, verb="extend", until="2025-06-16", reason=WHY, obligation=picked
    )

    assert 'value="transfer"' not in page.text
    refused = (nothing, no_day, handed_over, too_early)
    assert [each.status_code for each in refused] == [422] * 4
    assert "Chưa chọn dòng nào" in nothing.text
    assert "Chưa có ngày cuối của gia hạn" in nothing.text
    assert "Chưa có ngày cuối của gia hạn" in no_day.text
    assert f'value="{picked[0]}" checked' in no_day.text
    assert "Chưa chọn việc cần làm" in handed_over.text
    assert too_early.text.count("Hãy chọn ngày muộn hơn") == 2


async def test_the_province_closes_a_period_on_the_page(
    world: World, province: Visitor, officer: Visitor, sender: Caller
) -> None:
    before = world.clock.now()
    report_id = (await sender.send(sender.body())).json()["report_id"]
    world.clock.move_to(datetime(2025, 6, 24, 2, tzinfo=UTC))
    try:
        unexplained = await province.post(
            f"/periods/{PERIOD}/close", regime=REGIME, sequence="0", reason=""
        )
        closed = await province.post(
            f"/periods/{PERIOD}/close", regime=REGIME, sequence="0", reason="Đã tổng hợp"
        )
        page, home = await province.get(PERIOD_PAGE), await officer.get("/")
        duty = await _duty(sender)
        form = await officer.get(f"/obligations/{duty['obligation_id']}/form")
        opened = await province.post(
            f"/periods/{PERIOD}/reopen", regime=REGIME, sequence="1", reason="Còn sửa"
        )
        report = await officer.get(f"/reports/{report_id}")
    finally:
        world.clock.move_to(before)

    assert unexplained.status_code == 422
    assert "chưa duyệt" in unexplained.text
    assert (closed.status_code, opened.status_code) == (303, 303)
    for shown in (page, home):
        assert "Đã khóa" in shown.text
    assert "phải nêu lý do" in form.text
    assert report.status_code == 200
    assert "Khóa kỳ báo cáo" in report.text
    assert "Mở khóa kỳ báo cáo" in report.text


async def test_periods_are_listed(receiver: Visitor, officer: Visitor) -> None:
    listed = await receiver.get("/periods")

    assert "quý II/2025" in listed.text
    assert PERIOD_PAGE.replace("&", "&amp;") in listed.text
    assert "quý II/2025" in (await officer.get("/periods")).text


async def test_a_request_is_asked_on_the_page(world: World, province: Visitor) -> None:
    page = await province.get("/requests/new")
    codes = re.findall(r'name="addressee" value="(\d{5})"', page.text)
    typed = {
        "subject": f"VPCP-KSTT-DX|{FORM}",
        "title": "Rà soát hồ sơ quá hạn",
        "purpose": "Chuẩn bị họp giao ban.",
        "first": "2025-05-01",
        "last": "2025-05-31",
        "last_day": "2025-06-20",
        "addressee": codes[:2],
    }

    empty = await province.post("/requests/new", subject=typed["subject"], title="Rà soát")
    done = await province.post("/requests/new", **typed)
    shown, listed = await province.get(done.headers["location"]), await province.get("/requests")
    again = await province.post("/requests/new", **typed)

    assert len(codes) == 111
    assert (empty.status_code, again.status_code) == (422, 422)
    assert 'value="Rà soát"' in empty.text
    assert done.status_code == 303
    assert "0 trên 2" in shown.text
    assert "Rà soát hồ sơ quá hạn" in listed.text
    assert "đã được yêu cầu" in again.text


async def test_what_is_too_long_to_ask_is_refused_and_never_cut(province: Visitor) -> None:
    typed = {
        "subject": f"VPCP-KSTT-DX|{FORM}",
        "title": "R" * 201,
        "purpose": "C" * 2001,
        "first": "2025-05-01",
        "last": "2025-05-31",
        "last_day": "2025-06-20",
        "addressee": ["25195"] * 2001,
    }

    answer = await province.post("/requests/new", **typed)

    assert answer.status_code == 422
    for told in ("Nhiều nhất 200 ký tự.", "Nhiều nhất 2000 ký tự.", "Nhiều nhất 2000 mục."):
        assert told in answer.text


async def test_who_was_asked_sees_the_request_at_home(
    world: World, province: Visitor, sender: Caller, officer: Visitor
) -> None:
    await province.post(
        "/requests/new",
        subject=f"VPCP-KSTT-DX|{FORM}",
        title="Kiểm tra đột xuất",
        purpose="Theo chỉ đạo.",
        first="2025-04-01",
        last="2025-04-20",
        last_day="2025-06-23",
        addressee=[sender.organization.code],
    )

    home = await officer.get("/")

    assert "Kiểm tra đột xuất" in home.text
    assert "từ 01/04/2025 đến 20/04/2025" in home.text


async def test_who_may_not_ask_is_not_offered_it(officer: Visitor) -> None:
    assert (await officer.get("/requests/new")).status_code == 403
    assert "/requests/new" not in (await officer.get("/requests")).text


async def test_the_history_tells_who_did_what_when_and_why_cell_by_cell(
    sender: Caller, reviewer: Caller, receiver: Visitor
) -> None:
    duty = await _duty(sender)
    first = (await sender.send(sender.body())).json()
    at = f"/api/v1/reports/{first['report_id']}"
    await reviewer.call("POST", f"{at}/return", body={"reason": "Sai cột 4"}, if_match='"1"')
    figures = {"LV01": {"4": 31, "5": 10, "6": 2, "8": 21, "9": 15, "10": 1, "12": 5, "13": 1}}
    await sender.send(sender.body(figures=figures, reason="Đã sửa cột 4"))

    story = (await sender.call("GET", f"{at}/history")).json()
    same = (await sender.call("GET", f"/api/v1/obligations/{duty['obligation_id']}/history")).json()
    page = await receiver.get(f"/obligations/{duty['obligation_id']}")

    assert story == same
    told = [(each["subject"], each["verb"], each["version"]) for each in story["items"]]
    assert told == [
        ("duty", "opened", None),
        ("report", "submit", 1),
        ("report", "return", 1),
        ("report", "submit", 2),
    ]
    *_, returned, sent = story["items"]
    assert returned["reason"] == "Sai cột 4"
    assert sent["changes"] == [
        {"row": "LV01", "column": "4", "before": "30", "after": "31"},
        {"row": "LV01", "column": "8", "before": "20", "after": "21"},
    ]
    assert sent["actor_name"] == f"Cán bộ {sender.organization.name}"
    assert "30 → <strong>31</strong>" in page.text
    assert "Sai cột 4" in page.text


async def test_drafts_and_papers_are_part_of_the_history_for_the_sender_only(
    sender: Caller, reviewer: Caller, officer: Visitor
) -> None:
    duty = await _duty(sender)
    number = duty["obligation_id"]
    await sender.call(
        "PUT",
        f"/api/v1/drafts/{number}",
        body={"figures": {"LV01": {"4": "30", "5": "10", "6": "2", "8": "20", "9": "15"}}},
        if_match='"0"',
    )
    figures = sender.body()["figures"]["LV01"]
    typed = {"LV01": {column: str(figure) for column, figure in figures.items()}}
    await sender.call("PUT", f"/api/v1/drafts/{number}", body={"figures": typed}, if_match='"1"')
    sent = await sender.call("POST", f"/api/v1/drafts/{number}/send-for-signature", if_match='"2"')
    back = await sender.call(
        "POST",
        f"/api/v1/drafts/{number}/hand-back",
        body={"reason": "Thiếu chữ ký nháy"},
        if_match='"3"',
    )
    path = f"/api/v1/obligations/{number}/history"

    own = (await sender.call("GET", path)).json()["items"]
    theirs = (await reviewer.call("GET", path)).json()["items"]

    assert (sent.status_code, back.status_code) == (200, 200), (sent.text, back.text)
    assert [(each["subject"], each["verb"]) for each in own] == [
        ("duty", "opened"),
        ("draft", "send_for_signature"),
        ("draft", "hand_back"),
    ]
    assert own[-1]["reason"] == "Thiếu chữ ký nháy"
    assert [each["subject"] for each in theirs] == ["duty"]


async def test_the_history_of_a_report_is_found_from_its_page(
    sender: Caller, officer: Visitor
) -> None:
    receipt = (await sender.send(sender.body())).json()
    duty = await _duty(sender)

    page = await officer.get(f"/reports/{receipt['report_id']}")
    moved = await officer.get(f"/reports/{receipt['report_id']}/history")

    assert f'href="/reports/{receipt["report_id"]}/history"' in page.text
    assert moved.headers["location"].startswith(f"/obligations/{duty['obligation_id']}")


async def test_the_regimes_in_force_are_shown_with_their_basis(officer: Visitor) -> None:
    page = await officer.get("/regimes")
    before = await officer.get("/regimes?on=2020-01-01")

    for shown in (
        "Báo cáo định kỳ",
        "Báo cáo đột xuất",
        "Thông tư 01/2020/TT-VPCP",
        "Hằng quý",
        "từ ngày 15 đến ngày 14",
        "thứ Ba, 17/06/2025",
    ):
        assert shown in page.text
    assert "Không có chế độ báo cáo nào" in before.text
