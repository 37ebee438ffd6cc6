"""Pages of intake, as plain forms: everything works without scripts."""

import re

from shared.domain.forms import Severity
from tests.support.intake_world import Caller, World
from tests.support.visitor import CELLS, Visitor, checked, fields_of, hidden


async def test_home_says_what_is_owed_until_when(officer: Visitor, sender: Caller) -> None:
    page = (await officer.get("/")).text

    assert "thứ Ba, 17/06/2025" in page
    assert "còn 1 ngày làm việc" in page
    assert "Chưa nhập" in page
    assert f"UBND {sender.organization.name[0].lower()}{sender.organization.name[1:]}" in page


async def test_a_report_is_entered_checked_and_sent_without_scripts(
    officer: Visitor, desk: str
) -> None:
    check = await checked(officer, desk)
    key, version = hidden(check.text, "key"), hidden(check.text, "draft_version")

    sent = await officer.post(f"{desk}/check", key=key, draft_version=version)
    again = await officer.post(f"{desk}/check", key=key, draft_version=version)
    receipt = await officer.get(sent.headers["location"])

    assert sent.status_code == again.status_code == 303
    assert sent.headers["location"] == again.headers["location"]
    assert "Đúng hạn" in receipt.text
    assert "Đã gửi (1)" in re.sub(r"<[^>]+>", "", (await officer.get("/")).text)


async def test_faults_are_shown_at_their_cells_with_the_input_kept(
    officer: Visitor, desk: str
) -> None:
    response = await officer.post(
        f"{desk}/form",
        **fields_of(CELLS | {"4": "1.234", "5": "mười"}, draft_version="0", action="check"),
    )

    assert response.status_code == 422
    [named] = re.findall(r'<a href="#cell-LV01-4">([^<]*)', response.text)
    assert named.startswith("Hộ tịch, cột (4) Tiếp nhận trong kỳ – trực tuyến: ")
    assert 'value="1.234"' in response.text
    assert 'value="mười"' in response.text
    assert response.text.count('aria-invalid="true"') == 2


async def test_a_draft_changed_elsewhere_is_not_overwritten(officer: Visitor, desk: str) -> None:
    await officer.post(f"{desk}/form", **fields_of(CELLS, draft_version="0", action="save"))

    stale = await officer.post(
        f"{desk}/form", **fields_of({"4": "77"}, draft_version="0", action="save")
    )

    assert stale.status_code == 412
    assert 'value="77"' in stale.text
    assert hidden(stale.text, "draft_version") == "1"


async def test_nothing_to_report_is_sent_from_the_page(officer: Visitor, desk: str) -> None:
    check = await checked(officer, desk, nothing_to_report="yes")

    sent = await officer.post(
        f"{desk}/check",
        key=hidden(check.text, "key"),
        draft_version=hidden(check.text, "draft_version"),
    )

    assert "Không phát sinh" in check.text
    assert sent.headers["location"].startswith("/receipts/")


async def test_returned_from_the_page_mended_and_approved(
    world: World, sender: Caller, officer: Visitor, receiver: Visitor, desk: str
) -> None:
    report_id = (await sender.send(sender.body())).json()["report_id"]
    blank = await receiver.post(f"/review/{report_id}/return", sequence="1", reason=" ")
    returned = await receiver.post(f"/review/{report_id}/return", sequence="1", reason="Xem cột 4")
    home = await officer.get("/")
    entry = await officer.get(f"{desk}/form")
    check = await checked(officer, desk)
    await officer.post(
        f"{desk}/check",
        key=hidden(check.text, "key"),
        draft_version=hidden(check.text, "draft_version"),
    )
    stale = await receiver.post(f"/review/{report_id}/approve", sequence="1")
    approved = await receiver.post(f"/review/{report_id}/approve", sequence="3")
    report = await officer.get(f"/reports/{report_id}")

    assert (blank.status_code, returned.status_code) == (422, 303)
    assert "Xem cột 4" in home.text
    assert 'value="30"' in entry.text
    assert (stale.status_code, approved.status_code) == (412, 303)
    assert "Đã duyệt" in report.text
    assert "Đính chính" in report.text


async def test_a_warning_asks_for_its_explanation_on_the_page(
    world: World, sender: Caller, officer: Visitor, desk: str
) -> None:
    await world.open_previous_quarter()
    assert (await sender.send(sender.body(period="2025-Q1"))).status_code == 201
    check = await checked(officer, desk)
    fields = {name: hidden(check.text, name) for name in ("key", "draft_version")}
    [name] = re.findall(r'name="(explain:[^"]+)"', check.text)

    refused = await officer.post(f"{desk}/check", **fields)
    sent = await officer.post(f"{desk}/check", **fields | {name: "Nhận bàn giao 2 hồ sơ"})

    assert refused.status_code == 422
    assert "Hãy giải trình" in refused.text
    assert sent.status_code == 303
    report = (await officer.get(sent.headers["location"])).text
    assert "Biên nhận" in report
    [report_page] = re.findall(r'href="(/reports/\d+)"', report)
    explained = (await officer.get(report_page)).text
    assert "Hộ tịch:</span> Nhận bàn giao 2 hồ sơ" in explained
    assert "II06A.CARRIED_OVER" not in explained


async def test_a_sent_report_that_is_being_corrected_is_work_to_do(
    sender: Caller, officer: Visitor, desk: str
) -> None:
    await sender.send(sender.body())
    before = (await officer.get("/")).text
    entry = await officer.get(f"{desk}/form")
    version = hidden(entry.text, "draft_version")
    await officer.post(
        f"{desk}/form", action="save", draft_version=version, **{"cell:LV01:4": "31"}
    )
    home = (await officer.get("/")).text

    assert "Tiếp tục" not in before
    assert "Đang sửa, chưa gửi lại" in home
    assert "Tiếp tục" in home


async def test_what_was_decided_is_named_on_the_page_of_the_next_report(
    world: World, sender: Caller, receiver: Visitor
) -> None:
    other = await world.as_sender(world.next_commune())
    await other.send(other.body())
    report_id = (await sender.send(sender.body())).json()["report_id"]

    returned = await receiver.post(f"/review/{report_id}/return", sequence="1", reason="Xem cột 4")
    page = (await receiver.get(returned.headers["location"])).text

    name = (await receiver.get(f"/review/{report_id}")).text.split("<h1>")[1].split("</h1>")[0]
    assert f"Đã trả lại báo cáo: {name}" in page
    assert f"<h1>{name}</h1>" not in page


async def test_the_sender_withdraws_with_a_reason(
    world: World, sender: Caller, officer: Visitor
) -> None:
    report_id = (await sender.send(sender.body())).json()["report_id"]

    blank = await officer.post(f"/reports/{report_id}/withdraw", sequence="1", reason="")
    done = await officer.post(f"/reports/{report_id}/withdraw", sequence="1", reason="Nhầm kỳ")
    page = await officer.get(done.headers["location"])

    assert (blank.status_code, done.status_code) == (422, 303)
    assert "Đã rút" in page.text
    assert "Nhầm kỳ" in page.text


async def test_the_queue_and_the_report_beside_it(sender: Caller, receiver: Visitor) -> None:
    report_id = (await sender.send(sender.body())).json()["report_id"]
    body = sender.body()
    body["figures"]["LV02"] = {"4": 3, "8": 3}
    await sender.send(body)

    queue = await receiver.get("/review")
    report = await receiver.get(f"/review/{report_id}")

    assert f"/review/{report_id}" in queue.text
    assert "trước đây là 0, nay là" in report.text
    assert "Xác nhận duyệt" in report.text


async def test_an_explanation_that_names_no_row_is_shown_by_its_rule(
    world: World, sender: Caller, officer: Visitor, receiver: Visitor
) -> None:
    rule = next(
        check.code
        for form in world.known.forms
        for check in form.checks
        if check.severity is Severity.SOFT
    )
    said = {rule: "Đã rà soát từng dòng"}
    report_id = (await sender.send(sender.body(explanations=said))).json()["report_id"]

    for reader, path in ((officer, "reports"), (receiver, "review")):
        page = await reader.get(f"/{path}/{report_id}")
        assert page.status_code == 200
        assert f"{rule}:</span> Đã rà soát từng dòng" in page.text


async def test_pages_of_others_are_not_found(world: World, sender: Caller, desk: str) -> None:
    receipt = (await sender.send(sender.body())).json()
    commune = world.next_commune()
    stranger = Visitor(world, await world.session(commune, "preparer", "reviewer"))
    paths = [
        f"{desk}/form",
        f"{desk}/check",
        f"/reports/{receipt['report_id']}",
        f"/review/{receipt['report_id']}",
        f"/receipts/{receipt['receipt_number']}",
        "/receipts/BN1-99999999-1",
    ]

    answers = {path: (await stranger.get(path)).status_code for path in paths}

    assert set(answers.values()) == {404}, answers


async def test_without_the_csrf_token_nothing_is_kept(officer: Visitor, desk: str) -> None:
    response = await officer.post(f"{desk}/form", csrf_token="wrong", draft_version="0")

    assert response.status_code == 403


async def test_those_who_only_watch_begin_at_the_dashboard(world: World) -> None:
    province = next(o for o in world.known.organizations if o.level == "province")
    leader = Visitor(world, await world.session(province, "leader"))

    assert (await leader.get("/")).headers["location"] == "/dashboard"


async def test_the_interpreter_is_served_and_nothing_else_of_its_folder(world: World) -> None:
    script = await world.client.get("/forms/scripts/interpreter.js")
    source = await world.client.get("/forms/scripts/parser.py")

    assert script.headers["content-type"].startswith("text/javascript")
    assert source.status_code == 404


async def test_every_page_is_there_in_english(
    sender: Caller, officer: Visitor, receiver: Visitor, desk: str
) -> None:
    receipt = (await sender.send(sender.body())).json()
    paths = ["/", f"{desk}/form", f"/reports/{receipt['report_id']}"]
    for visitor, path in [
        *((officer, path) for path in paths),
        (officer, f"/receipts/{receipt['receipt_number']}"),
        (receiver, "/"),
        (receiver, "/review"),
        (receiver, f"/review/{receipt['report_id']}"),
    ]:
        visitor.cookie = f"{visitor.cookie.split(';')[0]}; tonghop_language=en"
        page = await visitor.get(path)
        assert page.status_code == 200, path
        assert 'lang="en"' in page.text
