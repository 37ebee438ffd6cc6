"""What officers do on the last afternoon: paste what they have, lose the line, use a phone."""

import pytest
from playwright.async_api import Page, expect

from shared.domain.organizations import OrganizationVersion
from tests.browser.entry import PHONE, SignIn, entry_page, paste, type_row
from tests.support.intake_world import World, submission_of

pytestmark = pytest.mark.browser

ROW = ("30", "10", "2", "20", "15", "1", "5", "1")
EXPORT = (
    "TT\tLĩnh vực\t(3)\t(4)\t(5)\t(6)\t(7)\t(8)\t(9)\t(10)\t(11)\t(12)\t(13)\n"
    "1\tCHỨNG THỰC\t42\t30\t10\t2\t36\t20\t15\t1\t6\t5\t1\n"
    "2\tHo tich\t14\t7\t5\t2\t12\t6\t5\t1\t2\t2\t0\n"
    "3\tHàng hải\t1\t1\t0\t0\t1\t1\t0\t0\t0\t0\t0\n"
    "\tTỔNG CỘNG\t57\t38\t15\t4\t49\t27\t20\t2\t8\t7\t1\n"
)


@pytest.fixture
def commune(world: World) -> OrganizationVersion:
    """A commune of the test's own."""
    return world.next_commune()


async def _typed(page: Page, row: str) -> list[str]:
    columns = ("4", "5", "6", "8", "9", "10", "12", "13")
    return [await page.locator(f"#cell-{row}-{column}").input_value() for column in columns]


async def test_without_a_connection_nothing_is_sent_and_the_page_says_so(
    signed_in: SignIn, commune: OrganizationVersion
) -> None:
    page = await entry_page(await signed_in(commune, "preparer", "signer"))
    await page.route("**/api/v1/drafts/*", lambda route: route.abort())
    await page.focus("#cell-LV01-4")
    await type_row(page, *ROW)
    await page.click("button[value=check]")

    await expect(page.locator("#save-state")).to_contain_text("chưa gửi được")
    await expect(page.locator("#cell-LV01-4")).to_have_value("30")
    await page.unroute("**/api/v1/drafts/*")
    await page.click("button[value=check]")
    await expect(page.get_by_role("button", name="Gửi báo cáo")).to_be_visible()


async def test_an_empty_form_is_not_called_faultless_and_the_first_save_makes_a_draft(
    signed_in: SignIn, commune: OrganizationVersion
) -> None:
    page = await entry_page(await signed_in(commune, "preparer"))
    await expect(page.locator("#fault-count")).to_have_text("Chưa nhập ô nào")
    await expect(page.locator(".entry-deadline .badges")).to_have_text("Chưa nhập")

    await page.focus("#cell-LV01-4")
    await type_row(page, *ROW)

    await expect(page.locator("#fault-count")).to_have_text("Chưa thấy lỗi")
    await expect(page.locator(".entry-deadline .badges")).to_have_text("Đang nhập")


async def test_a_report_is_checked_and_the_help_closed_without_a_mouse(
    signed_in: SignIn, commune: OrganizationVersion
) -> None:
    page = await entry_page(await signed_in(commune, "preparer", "signer"))
    await page.get_by_text("Phím tắt").press("Enter")
    await expect(page.locator(".entry-keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator(".entry-keys")).to_be_hidden()

    await page.focus("#cell-LV01-4")
    await type_row(page, *ROW)
    await page.keyboard.press("Control+Enter")

    await expect(page.get_by_role("button", name="Gửi báo cáo")).to_be_visible()


async def test_a_table_with_names_of_rows_is_placed_by_them_and_tells_what_it_left_out(
    signed_in: SignIn, commune: OrganizationVersion
) -> None:
    context = await signed_in(commune, "preparer")
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await entry_page(context)

    await paste(page, "#cell-LV05-8", EXPORT)

    assert await _typed(page, "LV01") == ["7", "5", "2", "6", "5", "1", "2", "0"]
    assert await _typed(page, "LV02") == ["30", "10", "2", "20", "15", "1", "5", "1"]
    assert await _typed(page, "LV05") == [""] * 8
    await expect(page.locator("#paste-note")).to_contain_text("Đã dán 16 ô")
    await expect(page.locator("#paste-note")).to_contain_text("chưa dán: Hàng hải")


async def test_a_table_whose_columns_are_not_known_changes_nothing(
    signed_in: SignIn, commune: OrganizationVersion
) -> None:
    context = await signed_in(commune, "preparer")
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await entry_page(context)

    await paste(page, "#cell-LV01-4", "Hộ tịch\t7\t5\nChứng thực\t3\t1\n")

    assert await _typed(page, "LV01") == [""] * 8
    await expect(page.locator("#paste-note")).to_contain_text("Chưa nhận ra các cột")


async def test_on_a_phone_enter_goes_on_and_the_count_of_faults_leads_to_the_fault(
    signed_in: SignIn, commune: OrganizationVersion
) -> None:
    page = await entry_page(await signed_in(commune, "preparer", **PHONE))
    await page.focus("#cell-LV01-4")
    await page.keyboard.type("12,5")
    await page.keyboard.press("Enter")
    await expect(page.locator("#cell-LV01-5")).to_be_focused()

    await page.tap("#row-next")
    await expect(page.locator("#cell-LV01-4")).to_be_hidden()
    await page.tap("#fault-count")
    await expect(page.locator("#cell-LV01-4")).to_be_focused()


async def test_a_return_without_a_reason_is_told_in_the_language_of_the_page(
    world: World, signed_in: SignIn, commune: OrganizationVersion
) -> None:
    sender = await world.as_sender(commune)
    report_id = (await sender.send(submission_of(commune))).json()["report_id"]
    page = await (await signed_in(world.parent(commune), "reviewer")).new_page()
    await page.goto(f"/review/{report_id}")

    await page.keyboard.press("Alt+t")
    await page.get_by_role("button", name="Trả lại báo cáo").click()

    await expect(page.locator(".error-summary")).to_be_focused()
    await expect(page.locator("#return #reason")).to_have_attribute("aria-invalid", "true")


async def test_a_form_is_printed_across_with_its_total_at_the_end(
    world: World, signed_in: SignIn, commune: OrganizationVersion
) -> None:
    sender = await world.as_sender(commune)
    report_id = (await sender.send(submission_of(commune))).json()["report_id"]
    page = await (await signed_in(commune, "preparer")).new_page()
    await page.set_viewport_size({"width": 1032, "height": 728})  # A4 that lies, less margins.
    await page.emulate_media(media="print")
    await page.goto(f"/reports/{report_id}")

    above = await page.locator(".grid-reading tbody tr:nth-last-child(2)").bounding_box()
    total = await page.locator(".grid-reading tbody .total th").bounding_box()
    assert above is not None
    assert total is not None
    assert total["y"] >= above["y"] + above["height"]
    assert await page.evaluate("document.documentElement.scrollWidth") <= 1032


async def test_the_cell_that_is_typed_in_is_never_under_the_total_or_the_bar(
    signed_in: SignIn, commune: OrganizationVersion
) -> None:
    page = await entry_page(await signed_in(commune, "preparer"))
    await page.set_viewport_size({"width": 1366, "height": 768})  # A common laptop.
    await page.focus("#cell-LV01-4")
    for row in range(2, 21):
        await page.keyboard.press("Enter")
        cell = f"#cell-LV{row:02}-4"
        await expect(page.locator(cell)).to_be_focused()
        assert await page.evaluate(
            """selector => {
              const cell = document.querySelector(selector);
              const box = cell.getBoundingClientRect();
              const x = box.left + box.width / 2;
              return [box.top + 2, box.bottom - 2]
                .every((y) => document.elementFromPoint(x, y) === cell);
            }""",
            cell,
        ), cell
