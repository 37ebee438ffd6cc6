"""Intake served on a port, and a real browser in front of it."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, async_playwright
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.domain.organizations import OrganizationVersion
from shared.web.authentication import SESSION_COOKIE
from tests.support.intake_world import World, intake_world

SERVER_STARTS_WITHIN_SECONDS = 10
DESK = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
async def world(module_engine: AsyncEngine, module_database_url: str) -> AsyncIterator[World]:
    async with intake_world(module_engine, module_database_url) as made:
        yield made


@pytest.fixture(scope="module")
async def address(world: World) -> AsyncIterator[str]:
    """Where intake is served."""
    server = uvicorn.Server(
        uvicorn.Config(world.app, host="127.0.0.1", port=0, log_config=None, lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(SERVER_STARTS_WITHIN_SECONDS):
        while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
            await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


@pytest.fixture(scope="module")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        await launched.close()


@pytest.fixture
async def signed_in(
    world: World, address: str, browser: Browser
) -> AsyncIterator[Callable[..., object]]:
    """Opens a browser context of an account; each is closed with the test."""
    opened: list[BrowserContext] = []

    async def open_context(
        organization: OrganizationVersion, *roles: str, **options: object
    ) -> BrowserContext:
        context = await browser.new_context(
            base_url=address,
            locale="vi-VN",
            **{"viewport": {"width": 1440, "height": 900}} | options,
        )
        cookie = await world.session(organization, *roles)
        await context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": address}])
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        await context.close()
