"""The page of the workbook: a file is read, looked at, and taken into the draft."""

import re

import httpx
import pytest

from shared.domain.forms import FormTemplate
from tests.support.intake_world import CSRF, Caller, World
from tests.support.uploading import FILLED, draft_of, form_of, template_of
from tests.support.visitor import Visitor, hidden
from tests.support.workbooks import saved_by_excel, table_of

FOREIGN = table_of(
    [
        ["STT", "Lĩnh vực", "(3)", "(4)", "(5)", "Ghi chú"],
        [1, "Ho tich", 40, 30, 10, ""],
        [2, "Thuế", 7, 5, 2, ""],
        ["", "TỔNG CỘNG", 47, 35, 12, ""],
    ]
)


@pytest.fixture
def form(world: World) -> FormTemplate:
    return form_of(world)


def number_of(desk: str) -> int:
    return int(desk.rpartition("/")[2])


async def send_file(
    officer: Visitor, desk: str, content: bytes, *, version: str = "0"
) -> httpx.Response:
    return await officer.post_file(
        "/workbooks", content, obligation_id=desk.rpartition("/")[2], draft_version=version
    )


async def test_a_filled_workbook_leads_to_a_page_that_says_what_was_kept(
    officer: Visitor, sender: Caller, desk: str, form: FormTemplate
) -> None:
    template = await template_of(sender, number_of(desk))
    sent = await send_file(officer, desk, saved_by_excel(template, form, {**FILLED, "M8": 2}))

    assert (sent.status_code, sent.headers["location"]) == (303, f"{desk}/workbook")
    page = (await officer.get(f"{desk}/workbook")).text
    assert "Đã nạp 8 ô vào bản nháp" in page
    assert "Số liệu, ô C8" in page
    assert f'href="/api/v1{desk}/workbook/marked"' in page
    assert (await draft_of(sender, number_of(desk)))["version"] == 1


async def test_a_file_with_faults_shows_each_at_its_cell_and_keeps_nothing(
    officer: Visitor, sender: Caller, desk: str, form: FormTemplate
) -> None:
    template = await template_of(sender, number_of(desk))

    page = await send_file(officer, desk, saved_by_excel(template, form, {"D8": "mười"}))

    assert page.status_code == 422
    assert "Số liệu, ô D8" in page.text
    assert "bản nháp không thay đổi" in page.text
    assert (await draft_of(sender, number_of(desk)))["version"] == 0


async def test_a_foreign_table_is_looked_at_before_it_becomes_the_draft(
    officer: Visitor, sender: Caller, desk: str
) -> None:
    await officer.post(f"{desk}/form", **{"cell:LV02:4": "9", "draft_version": "0"})

    sent = await send_file(officer, desk, FOREIGN, version="1")
    look = (await officer.get(sent.headers["location"])).text
    before = await draft_of(sender, number_of(desk))
    taken = await officer.post(f"{desk}/workbook", draft_version=hidden(look, "draft_version"))
    after = await draft_of(sender, number_of(desk))

    for told in ("Thuế", "TỔNG CỘNG", "Ghi chú", "Cột được nạp: (4), (5)"):
        assert told in look
    assert before["figures"] == {"LV02": {"4": "9"}}
    assert taken.headers["location"] == f"{desk}/form?faults=true"
    assert after["figures"] == {"LV01": {"4": "30", "5": "10"}, "LV02": {"4": "9"}}


async def test_a_table_can_be_pasted(officer: Visitor, sender: Caller, desk: str) -> None:
    text = "Lĩnh vực\t(4)\t(5)\nHộ tịch\t1.234\t5\n"

    sent = await officer.post(
        "/workbooks", obligation_id=desk.rpartition("/")[2], draft_version="0", text=text
    )
    look = (await officer.get(sent.headers["location"])).text

    assert "Bảng khớp 2 ô" in look
    assert re.search(r">\s*1\.234\s*<", look)


async def test_taking_a_table_twice_or_without_one_changes_nothing(
    officer: Visitor, sender: Caller, desk: str
) -> None:
    none = await officer.post(f"{desk}/workbook", draft_version="0")
    await send_file(officer, desk, FOREIGN)
    await officer.post(f"{desk}/workbook", draft_version="0")
    twice = await officer.post(f"{desk}/workbook", draft_version="1")

    assert {none.headers["location"], twice.headers["location"]} == {f"{desk}/workbook"}
    assert (await draft_of(sender, number_of(desk)))["version"] == 1


async def test_a_draft_that_changed_meanwhile_is_not_overwritten(
    officer: Visitor, sender: Caller, desk: str
) -> None:
    await send_file(officer, desk, FOREIGN)
    await officer.post(f"{desk}/form", **{"cell:LV02:4": "9", "draft_version": "0"})

    stale = await officer.post(f"{desk}/workbook", draft_version="0")

    assert stale.status_code == 412
    assert "Bản nháp vừa được người khác lưu" in stale.text
    assert (await draft_of(sender, number_of(desk)))["figures"] == {"LV02": {"4": "9"}}


async def test_neither_a_file_nor_a_table_is_said_at_the_field(officer: Visitor, desk: str) -> None:
    page = await officer.post(
        "/workbooks", obligation_id=desk.rpartition("/")[2], draft_version="0", text=" "
    )

    assert page.status_code == 422
    assert 'href="#file"' in page.text


async def test_the_name_of_a_file_is_shown_as_text(officer: Visitor, desk: str) -> None:
    answer = await officer.world.client.post(
        "/workbooks",
        headers={"Cookie": officer._headers()["Cookie"]},
        data={
            "csrf_token": CSRF,
            "obligation_id": desk.rpartition("/")[2],
            "draft_version": "0",
        },
        files={"file": ("<b>x</b>.xlsx", b"%PDF", "application/pdf")},
    )

    assert answer.status_code == 422
    assert "<b>x</b>" not in answer.text
    assert "&lt;b&gt;x&lt;/b&gt;.xlsx" in answer.text


async def test_the_entry_page_leads_to_both(officer: Visitor, desk: str) -> None:
    page = (await officer.get(f"{desk}/form")).text

    assert f'href="/api/v1{desk}/workbook"' in page
    assert f'href="{desk}/workbook"' in page


async def test_the_receiver_who_enters_for_a_sender_has_files_of_its_own(
    officer: Visitor, receiver: Visitor, desk: str
) -> None:
    await send_file(receiver, desk, FOREIGN)

    assert "Bảng khớp" in (await receiver.get(f"{desk}/workbook")).text
    assert "Bảng khớp" not in (await officer.get(f"{desk}/workbook")).text
