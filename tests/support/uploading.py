"""Somebody who takes the workbook of a duty away and brings files back."""

import httpx

from shared.domain.forms import FormTemplate
from tests.support.intake_world import PERIOD, Caller, World
from tests.support.workbooks import Typed

FILLED: Typed = {
    "D8": 30, "E8": 10, "F8": 2, "H8": 20, "I8": 15, "J8": 1, "L8": 5, "M8": 1,
}  # fmt: skip
"""The first field of work, columns (4) (5) (6) (8) (9) (10) (12) (13): no fault."""


def form_of(world: World) -> FormTemplate:
    """II.06a."""
    [found] = [each for each in world.known.forms if each.slug == "ii-06a"]
    return found


async def obligation_of(caller: Caller, *, period: str = PERIOD) -> int:
    """What the caller's organization owes for the period."""
    response = await caller.call("GET", f"/api/v1/obligations?period={period}")
    found: int = response.json()["items"][0]["obligation_id"]
    return found


async def template_of(caller: Caller, obligation: int) -> bytes:
    """The workbook as it is downloaded."""
    response = await caller.call("GET", f"/api/v1/obligations/{obligation}/workbook")
    assert response.status_code == 200, response.text
    return response.content


async def upload(
    caller: Caller, obligation: int, content: bytes, *, version: int | None = 0, dry: bool = False
) -> httpx.Response:
    """POST /api/v1/workbooks; `version` is that of the draft which was read."""
    headers = {"Authorization": f"Bearer {caller.token}"}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    return await caller.world.client.post(
        f"/api/v1/workbooks?obligation={obligation}&dry_run={str(dry).lower()}",
        headers=headers,
        files={"file": ("bieu-mau.xlsx", content)},
    )


async def draft_of(caller: Caller, obligation: int) -> dict[str, object]:
    """What is kept."""
    found: dict[str, object] = (await caller.call("GET", f"/api/v1/drafts/{obligation}")).json()
    return found
