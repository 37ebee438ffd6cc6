"""The entry page, opened and typed in as officers do."""

from collections.abc import Awaitable, Callable

from playwright.async_api import BrowserContext, Page, expect

SignIn = Callable[..., Awaitable[BrowserContext]]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


async def entry_page(context: BrowserContext) -> Page:
    """The form of the first duty on the home page, ready to be typed in."""
    page = await context.new_page()
    await page.goto("/")
    await page.goto(str(await page.locator(".duty-name").first.get_attribute("href")))
    await expect(page.locator("#entry-grid.is-live")).to_be_visible()
    return page


async def type_row(page: Page, *texts: str) -> None:
    """Types from the cell that has the focus on, going right."""
    for text in texts:
        await page.keyboard.type(text)
        await page.keyboard.press("Tab")


async def paste(page: Page, cell: str, text: str) -> None:
    """Pastes from the clipboard of a context that may use it."""
    await page.evaluate("text => navigator.clipboard.writeText(text)", text)
    await page.focus(cell)
    await page.keyboard.press("Control+v")
