"""What is known is at hand while officers type, and never in their way."""

from datetime import date

import pytest
from playwright.async_api import expect

from services.intake.obligations.use_cases import keep_obligations
from tests.browser.entry import PHONE, SignIn
from tests.support.intake_world import PERIOD, World, submission_of

pytestmark = pytest.mark.browser

QUARTERS = {"2024-Q2": 30, "2024-Q3": 12, "2024-Q4": 40, "2025-Q1": 15}


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
async def test_a_figure_outside_the_usual_range_is_marked_while_it_is_typed_and_blocks_nothing(
    world: World, signed_in: SignIn, options: dict[str, object]
) -> None:
    await keep_obligations(world.intake, since=date(2024, 4, 1))
    commune = world.next_commune()
    sender = await world.as_sender(commune)
    for period, received in QUARTERS.items():
        row = {"4": received, "5": 0, "6": 6, "8": received, "9": 0, "10": 0, "12": 5, "13": 1}
        await sender.send(submission_of(commune, period=period, figures={"LV01": row}))
    answer = await sender.call("GET", f"/api/v1/obligations?period={PERIOD}")
    duty = answer.json()["items"][0]["obligation_id"]

    page = await (await signed_in(commune, "preparer", **options)).new_page()
    await page.goto(f"/obligations/{duty}/form")
    taken = page.locator("#cell-LV01-6")
    await expect(taken).to_have_value("6")
    await expect(taken).to_have_attribute("title", "Lấy từ quý I/2025")
    await expect(page.locator("#fault-count")).to_have_text("Chưa thấy lỗi")

    await page.focus("#cell-LV01-4")
    await expect(page.locator("#cell-hint")).to_have_text("thường gặp 12–40 (4 kỳ gần nhất)")
    await page.keyboard.type("41")
    await expect(page.locator("#cell-hint")).to_have_text("nằm ngoài khoảng thường gặp 12–40")
    await expect(page.locator("td.is-unusual")).to_have_count(1)
    await page.keyboard.press("Escape")
    await taken.fill("7")
    await expect(page.locator("td.is-taken")).to_have_count(0)
