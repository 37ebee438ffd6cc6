"""The entry grid, sending and review in a real browser."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from shared.domain.organizations import OrganizationVersion
from tests.browser.entry import PHONE, SignIn, entry_page, type_row
from tests.support.intake_world import World, submission_of

pytestmark = pytest.mark.browser

ROW = ("30", "10", "2", "20", "15", "1", "5", "1")


@pytest.fixture
def commune(world: World) -> OrganizationVersion:
    """A commune of the test's own."""
    return world.next_commune()


async def _overflow(page: Page) -> int:
    """How much wider than the window the page is, in CSS pixels."""
    assert page.viewport_size is not None
    width: int = await page.evaluate("document.documentElement.scrollWidth")
    return width - page.viewport_size["width"]


async def test_a_report_is_typed_by_keyboard_and_a_double_click_sends_it_once(
    world: World, signed_in: SignIn, commune: OrganizationVersion
) -> None:
    page = await entry_page(await signed_in(commune, "preparer", "signer"))
    await page.focus("#cell-LV01-4")
    await type_row(page, *ROW)
    await expect(page.locator('[data-row="TONG"][data-column="3"] output')).to_have_text("42")
    await expect(page.locator("#cell-LV02-4")).to_be_focused()
    await expect(page.locator("#save-state")).to_contain_text("Đã lưu")

    await page.click("button[value=check]")
    send = page.get_by_role("button", name="Gửi báo cáo")
    await send.dblclick()

    await expect(page.get_by_role("heading", name="Biên nhận báo cáo")).to_be_visible()
    versions = await world.rows(
        "SELECT v.version FROM log.report_version v JOIN log.report r ON r.id = v.report_id"
        " WHERE r.organization_id = :id",
        id=commune.id,
    )
    assert [version["version"] for version in versions] == [1]


async def test_faults_stand_at_their_cells_and_f8_goes_from_one_to_the_next(
    signed_in: SignIn, commune: OrganizationVersion
) -> None:
    page = await entry_page(await signed_in(commune, "preparer"))
    await page.focus("#cell-LV01-4")
    await type_row(page, *ROW[:6], "3", "1")
    await page.keyboard.type("1.234")
    await page.keyboard.press("Enter")

    await expect(page.locator("#fault-count")).to_have_text("2 lỗi")
    await expect(page.locator("#fault-LV01")).to_contain_text("lệch 2")
    await page.keyboard.press("F8")
    await expect(page.locator('[data-row="LV01"][data-column="3"]')).to_be_focused()
    await page.keyboard.press("F8")
    await expect(page.locator("#cell-LV02-4")).to_be_focused()


async def test_arrows_move_escape_cancels_and_undo_takes_back(
    signed_in: SignIn, commune: OrganizationVersion
) -> None:
    page = await entry_page(await signed_in(commune, "preparer"))
    first = page.locator("#cell-LV01-4")
    await first.focus()
    await page.keyboard.type("7")
    await page.keyboard.press("Enter")
    await expect(page.locator("#cell-LV02-4")).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.type("9")
    await page.keyboard.press("Escape")
    await expect(first).to_have_value("7")
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#cell-LV01-5")).to_be_focused()

    await page.keyboard.press("Control+z")
    await expect(first).to_have_value("")
    await page.keyboard.press("Control+y")
    await expect(first).to_have_value("7")


async def test_a_block_is_pasted_and_one_undo_takes_it_all_back(
    signed_in: SignIn, commune: OrganizationVersion
) -> None:
    context = await signed_in(commune, "preparer")
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await entry_page(context)
    await page.evaluate("navigator.clipboard.writeText('1\\t2\\t3\\n4\\t5\\t6\\n')")
    await page.focus("#cell-LV03-4")
    await page.keyboard.press("Control+v")

    await expect(page.locator("#cell-LV04-6")).to_have_value("6")
    await expect(page.locator('[data-row="LV04"][data-column="3"] output')).to_have_text("15")
    await page.keyboard.press("Control+z")
    await expect(page.locator("#cell-LV03-4")).to_have_value("")
    await expect(page.locator("#cell-LV04-6")).to_have_value("")


async def test_what_is_typed_without_a_connection_is_kept_on_this_device(
    signed_in: SignIn, commune: OrganizationVersion
) -> None:
    context = await signed_in(commune, "preparer")
    page = await entry_page(context)
    await page.route("**/api/v1/drafts/*", lambda route: route.abort())
    await page.focus("#cell-LV01-4")
    await page.keyboard.type("12")
    await page.keyboard.press("Tab")
    await expect(page.locator("#save-state")).to_have_text("Mất kết nối, vẫn lưu trên máy này")

    await page.unroute("**/api/v1/drafts/*")
    await page.reload()

    await expect(page.locator("#cell-LV01-4")).to_have_value("12")
    await expect(page.locator("#save-state")).to_contain_text("Đã lưu")


async def test_a_phone_shows_one_row_at_a_time(
    signed_in: SignIn, commune: OrganizationVersion
) -> None:
    page = await entry_page(await signed_in(commune, "preparer", **PHONE))

    await expect(page.locator("#cell-LV01-4")).to_be_visible()
    await expect(page.locator("#cell-LV02-4")).to_be_hidden()
    await page.tap("#row-next")
    await expect(page.locator("#cell-LV02-4")).to_be_visible()
    await expect(page.locator("#cell-LV01-4")).to_be_hidden()
    assert await _overflow(page) <= 0


async def test_the_reviewer_decides_by_keyboard(
    world: World, signed_in: SignIn, commune: OrganizationVersion
) -> None:
    sender = await world.as_sender(commune)
    report_id = (await sender.send(submission_of(commune))).json()["report_id"]
    page = await (await signed_in(world.parent(commune), "reviewer")).new_page()
    await page.goto(f"/review/{report_id}")

    await page.keyboard.press("Alt+t")
    await page.get_by_role("button", name="Thiếu số liệu của một số lĩnh vực.").click()
    await page.get_by_role("button", name="Trả lại báo cáo").click()
    await expect(page.get_by_text("Đã trả lại báo cáo")).to_be_visible()
    await sender.send(submission_of(commune))
    await page.goto(f"/review/{report_id}")
    await page.keyboard.press("Alt+d")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Đã duyệt báo cáo")).to_be_visible()

    [report] = await world.rows("SELECT state FROM log.report WHERE id = :id", id=report_id)
    assert report["state"] == "approved"


@pytest.mark.parametrize("options", [pytest.param({}, id="desk"), pytest.param(PHONE, id="phone")])
async def test_no_page_breaks_a_script_or_overflows(
    world: World, signed_in: SignIn, commune: OrganizationVersion, options: dict[str, Any]
) -> None:
    sender = await world.as_sender(commune)
    await sender.send(submission_of(commune, figures={"LV01": {"4": 1, "8": 1}}))
    receipt = (await sender.send(submission_of(commune))).json()
    own = await (await signed_in(commune, "preparer", **options)).new_page()
    theirs = await (await signed_in(world.parent(commune), "reviewer", **options)).new_page()
    troubles: list[str] = []
    for page in (own, theirs):
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console", lambda line: troubles.append(line.text) if line.type == "error" else None
        )
    [duty] = await world.rows(
        "SELECT obligation_id FROM log.report WHERE id = :id", id=receipt["report_id"]
    )
    visits = [
        (own, "/"),
        (own, f"/obligations/{duty['obligation_id']}/form"),
        (own, f"/obligations/{duty['obligation_id']}/check"),
        (own, f"/receipts/{receipt['receipt_number']}"),
        (own, f"/reports/{receipt['report_id']}"),
        (theirs, "/"),
        (theirs, "/review"),
        (theirs, f"/review/{receipt['report_id']}"),
    ]
    for page, path in visits:
        await page.goto(path)
        if await _overflow(page) > 0:
            troubles.append(f"{path} is wider than the window")

    assert troubles == []
