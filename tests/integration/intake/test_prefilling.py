"""What was sent before is filled in with its source, and what is usual is told; nothing is kept."""

from datetime import date
from typing import Any

import pytest

from services.intake.obligations.use_cases import keep_obligations
from services.intake.workbooks.layout import FIGURES_SHEET
from shared.domain.organizations import OrganizationVersion
from tests.support.intake_world import PERIOD, Caller, World, submission_of
from tests.support.uploading import obligation_of, template_of
from tests.support.visitor import Visitor
from tests.support.workbooks import opened

QUARTERS = ("2024-Q2", "2024-Q3", "2024-Q4", "2025-Q1")
OPEN = {"12": 5, "13": 1}


def row(received: int) -> dict[str, int]:
    """A row that takes over six files and leaves six open."""
    return {"4": received, "5": 0, "6": 6, "8": received, "9": 0, "10": 0, **OPEN}


async def report(caller: Caller, period: str, *, received: int) -> None:
    body = submission_of(caller.organization, period=period, figures={"LV01": row(received)})
    response = await caller.send(body)
    assert response.status_code == 201, response.text


async def draft_path(caller: Caller) -> str:
    response = await caller.call("GET", f"/api/v1/obligations?period={PERIOD}")
    found: str = response.json()["items"][0]["links"]["draft"]
    return found


@pytest.fixture
async def commune(world: World) -> OrganizationVersion:
    """A commune that owes the five quarters up to now."""
    await keep_obligations(world.intake, since=date(2024, 4, 1))
    return world.next_commune()


async def test_a_new_draft_names_the_figures_that_are_known_and_keeps_none(
    world: World, commune: OrganizationVersion
) -> None:
    sender = await world.as_sender(commune)
    path = await draft_path(sender)
    before = (await sender.call("GET", path)).json()

    await report(sender, "2025-Q1", received=10)
    after = (await sender.call("GET", path)).json()

    assert (before["prefilled"], before["usual"]) == ([], [])
    assert after["prefilled"] == [
        {
            "row": "LV01",
            "column": "6",
            "figure": "6",
            "form": "II.06a/VPCP/KSTT",
            "periods": ["2025-Q1"],
        }
    ]
    assert (after["version"], after["figures"]) == (0, {})


async def test_the_page_fills_in_what_is_known_and_names_its_source_until_something_is_kept(
    world: World, commune: OrganizationVersion
) -> None:
    sender = await world.as_sender(commune)
    await report(sender, "2025-Q1", received=10)
    path = await draft_path(sender)
    page = path.replace("/api/v1/drafts", "/obligations") + "/form"
    visitor = Visitor(world, cookie=await world.session(commune, "preparer"))

    opened = (await visitor.get(page)).text
    await sender.call("PUT", path, body={"figures": {"LV01": {"6": "7"}}}, if_match='"0"')
    kept = (await visitor.get(page)).text

    assert "1 ô đã được điền sẵn" in opened
    assert "Lấy từ quý I/2025" in opened
    assert 'name="cell:LV01:6" value="6"' in opened
    assert "đã được điền sẵn" not in kept
    assert 'name="cell:LV01:6" value="7"' in kept


async def test_the_usual_range_is_that_of_the_units_own_periods_and_marks_what_is_outside(
    world: World, commune: OrganizationVersion
) -> None:
    sender = await world.as_sender(commune)
    for period, received in zip(QUARTERS, (30, 12, 40, 15), strict=True):
        await report(sender, period, received=received)
    path = await draft_path(sender)
    await sender.call("PUT", path, body={"figures": {"LV01": {"4": "41"}}}, if_match='"0"')
    visitor = Visitor(world, cookie=await world.session(commune, "preparer"))

    usual: list[dict[str, Any]] = (await sender.call("GET", path)).json()["usual"]
    page = (await visitor.get(path.replace("/api/v1/drafts", "/obligations") + "/form")).text

    assert {"row": "LV01", "column": "4", "least": "12", "most": "40", "periods": 4} in usual
    assert {each["column"] for each in usual} == {"4", "6", "8", "12", "13"}
    assert page.count("is-unusual") == 1
    assert "nằm ngoài khoảng thường gặp 12–40" in page


async def test_the_workbook_is_filled_in_too_and_notes_the_source_at_the_cell(
    world: World, commune: OrganizationVersion
) -> None:
    sender = await world.as_sender(commune)
    await report(sender, "2025-Q1", received=10)
    obligation = await obligation_of(sender)

    sheet = opened(await template_of(sender, obligation))[FIGURES_SHEET]
    await sender.call(
        "PUT", await draft_path(sender), body={"figures": {"LV01": {"6": "7"}}}, if_match='"0"'
    )
    kept = opened(await template_of(sender, obligation))[FIGURES_SHEET]

    assert sheet["F8"].value == 6
    assert sheet["F8"].comment.text == "Lấy từ quý I/2025"
    assert (kept["F8"].value, kept["F8"].comment) == (7, None)


async def test_the_same_period_last_year_stands_beside_the_previous_one(
    world: World, commune: OrganizationVersion
) -> None:
    sender = await world.as_sender(commune)
    page = (await draft_path(sender)).replace("/api/v1/drafts", "/obligations") + "/form"
    visitor = Visitor(world, cookie=await world.session(commune, "preparer"))
    await report(sender, "2025-Q1", received=10)
    alone = (await visitor.get(page)).text

    await report(sender, "2024-Q2", received=17)
    both = (await visitor.get(page)).text

    assert "Hiện số kỳ trước</label>" in alone
    assert ">CK</abbr>" not in alone
    assert "Hiện số kỳ trước (KT) và cùng kỳ năm trước (CK)</label>" in both
    assert 'title="Số cùng kỳ năm trước">CK</abbr> 17</span>' in both
    assert 'title="Số kỳ trước">KT</abbr> 10</span>' in both
