"""A form as a workbook: taken away, filled in, uploaded, and given back with its faults marked."""

import httpx
import pytest

from services.intake.workbooks.identity import IDENTITY_SHEET
from services.intake.workbooks.layout import FIGURES_SHEET
from shared.domain.forms import FormTemplate
from tests.support.intake_world import PERIOD, Caller, World
from tests.support.workbooks import Typed, opened, saved_by_excel

FILLED: Typed = {
    "D8": 30, "E8": 10, "F8": 2, "H8": 20, "I8": 15, "J8": 1, "L8": 5, "M8": 1,
}  # fmt: skip
"""The first field of work, columns (4) (5) (6) (8) (9) (10) (12) (13): no fault."""


@pytest.fixture
def form(world: World) -> FormTemplate:
    [found] = [each for each in world.known.forms if each.slug == "ii-06a"]
    return found


@pytest.fixture
async def obligation(sender: Caller) -> int:
    response = await sender.call("GET", f"/api/v1/obligations?period={PERIOD}")
    found: int = response.json()["items"][0]["obligation_id"]
    return found


async def template_of(caller: Caller, obligation: int) -> bytes:
    response = await caller.call("GET", f"/api/v1/obligations/{obligation}/workbook")
    assert response.status_code == 200, response.text
    return response.content


async def upload(
    caller: Caller, obligation: int, content: bytes, *, version: int | None = 0, dry: bool = False
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {caller.token}"}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    return await caller.world.client.post(
        f"/api/v1/workbooks?obligation={obligation}&dry_run={str(dry).lower()}",
        headers=headers,
        files={"file": ("bieu-mau.xlsx", content)},
    )


async def draft_of(caller: Caller, obligation: int) -> dict[str, object]:
    found: dict[str, object] = (await caller.call("GET", f"/api/v1/drafts/{obligation}")).json()
    return found


def codes(response: httpx.Response) -> set[str]:
    return {fault["code"] for fault in response.json()["errors"]}


async def test_a_workbook_that_was_filled_in_becomes_the_draft(
    sender: Caller, obligation: int, form: FormTemplate
) -> None:
    content = saved_by_excel(await template_of(sender, obligation), form, FILLED)

    response = await upload(sender, obligation, content)

    assert response.status_code == 200, response.text
    assert (response.json()["cells"], response.json()["faults"]) == (8, [])
    draft = await draft_of(sender, obligation)
    assert draft["version"] == response.json()["draft_version"] == 1
    assert draft["figures"] == {
        "LV01": {
            "4": "30",
            "5": "10",
            "6": "2",
            "8": "20",
            "9": "15",
            "10": "1",
            "12": "5",
            "13": "1",
        }
    }


async def test_a_workbook_holds_the_draft_and_nothing_can_be_typed_elsewhere(
    sender: Caller, obligation: int
) -> None:
    body = {"figures": {"LV01": {"4": "1.234.567", "5": "mười"}}}
    await sender.call("PUT", f"/api/v1/drafts/{obligation}", body=body, if_match='"0"')

    workbook = opened(await template_of(sender, obligation))
    sheet = workbook[FIGURES_SHEET]

    assert (sheet["D8"].value, sheet["E8"].value) == (1_234_567, "mười")
    assert sheet["C8"].value == "=D8+E8+F8"
    assert (sheet["D8"].protection.locked, sheet["C8"].protection.locked) == (False, True)
    assert sheet.protection.sheet
    assert workbook[IDENTITY_SHEET].sheet_state == "veryHidden"
    assert (sheet.page_setup.orientation, sheet.freeze_panes) == ("landscape", "C8")
    assert sheet["A4"].value == "Số liệu mô phỏng, không phải số liệu thật"
