"""Laying a report before the signer, and signing it, in a real browser."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import BrowserContext, expect

from tests.support.intake_world import World

pytestmark = pytest.mark.browser

SignIn = Callable[..., Awaitable[BrowserContext]]
ROW = ("30", "10", "2", "20", "15", "1", "5", "1")


async def test_a_preparer_lays_the_report_before_the_signer_who_signs_it(
    world: World, signed_in: SignIn
) -> None:
    commune = world.next_commune()
    preparer = await (await signed_in(commune, "preparer")).new_page()
    await preparer.goto("/")
    await preparer.goto(str(await preparer.locator(".duty-name").first.get_attribute("href")))
    await expect(preparer.locator("#entry-grid.is-live")).to_be_visible()
    await preparer.focus("#cell-LV01-4")
    for text in ROW:
        await preparer.keyboard.type(text)
        await preparer.keyboard.press("Tab")
    await expect(preparer.locator("#save-state")).to_contain_text("Đã lưu")
    await preparer.click("button[value=check]")
    await preparer.get_by_role("link", name="Ghi thông tin văn bản").click()
    await preparer.get_by_label("Số, ký hiệu").fill("12/BC-UBND")
    await preparer.get_by_label("Ngày văn bản").fill("2025-06-16")
    await preparer.get_by_label("Tệp PDF đã ký").set_input_files(
        {"name": "bao-cao.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 signed"}
    )
    await preparer.get_by_role("button", name="Lưu thông tin").click()
    await preparer.get_by_role("button", name="Trình ký").click()
    await expect(preparer.get_by_role("button", name="Lấy lại để sửa")).to_be_visible()

    signer = await (await signed_in(commune, "signer")).new_page()
    await signer.goto("/")
    await signer.get_by_role("link", name="Xem và ký").click()
    await signer.get_by_role("button", name="Ký và gửi báo cáo").click()

    await expect(signer.get_by_role("heading", name="Biên nhận báo cáo")).to_be_visible()
    await expect(signer.get_by_text("12/BC-UBND")).to_be_visible()
    async with signer.expect_download() as download:
        await signer.get_by_role("link", name="Tải tệp về").click()
    assert (await download.value).suggested_filename == "bao-cao.pdf"
