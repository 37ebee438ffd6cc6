"""Somebody who uses the pages of intake as plain forms."""

import re
from typing import Any

import httpx

from shared.web.authentication import SESSION_COOKIE
from tests.support.intake_world import CSRF, World

CELLS = {"4": "30", "5": "10", "6": "2", "8": "20", "9": "15", "10": "1", "12": "5", "13": "1"}


class Visitor:
    """Somebody with a session cookie."""

    def __init__(self, world: World, cookie: str) -> None:
        self.world, self.cookie = world, cookie

    async def get(self, path: str) -> httpx.Response:
        return await self.world.client.get(path, headers=self._headers())

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.world.client.post(
            path, headers=self._headers(), data={"csrf_token": CSRF} | fields
        )

    async def post_many(self, path: str, **fields: list[str]) -> httpx.Response:
        return await self.world.client.post(
            path, headers=self._headers(), data={"csrf_token": CSRF, **fields}
        )

    async def post_file(self, path: str, content: bytes, **fields: str) -> httpx.Response:
        return await self.world.client.post(
            path,
            headers=self._headers(),
            data={"csrf_token": CSRF} | fields,
            files={"file": ("bao-cao.pdf", content, "application/pdf")},
        )

    def _headers(self) -> dict[str, str]:
        return {"Cookie": f"{SESSION_COOKIE}={self.cookie}"}


def fields_of(cells: dict[str, str], **more: str) -> dict[str, str]:
    return {f"cell:LV01:{column}": text for column, text in cells.items()} | more


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


async def checked(officer: Visitor, desk: str, **more: str) -> Any:
    saved = await officer.post(
        f"{desk}/form", **fields_of(CELLS, draft_version="0", action="check", **more)
    )
    assert saved.status_code == 303, saved.text
    return await officer.get(saved.headers["location"])
