"""The page of a pack's form computes and judges what its author types, from the file alone."""

from pathlib import Path

from playwright.async_api import Browser, expect
from typer.testing import CliRunner

from services.cli import app


async def test_an_author_tries_a_form_without_a_server(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "ii-06a.html"
    command = ["catalogue", "preview", "regimes/vpcp-kstt-ii06a", "--out", str(file)]
    assert CliRunner().invoke(app, command).exit_code == 0
    page = await browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(file.as_uri())
    await expect(page.locator("#entry-grid.is-live")).to_be_visible()

    await page.fill("#cell-LV01-4", "5")
    await page.keyboard.press("Enter")
    await page.fill("#cell-LV01-8", "3")
    await page.keyboard.press("Enter")

    total = page.locator('tr[data-row="TONG"] td[data-column="3"] output')
    await expect(total).to_have_text("5")
    await expect(page.locator("#fault-LV01")).to_contain_text("lệch 2")
    await expect(page.locator("#fault-count")).to_have_text("1 lỗi")
    assert faults == []
    await page.close()
