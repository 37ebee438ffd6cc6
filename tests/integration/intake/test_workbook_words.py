"""A workbook with text, dates, choices, lists and an outline becomes the draft, or is told why."""

from collections.abc import AsyncIterator, Callable
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.workbooks.layout import FIGURES_SHEET
from services.intake.workbooks.word_layout import NARRATIVE_SHEET
from tests.support.intake_world import Caller, World, intake_world
from tests.support.layouts import write_project_pack
from tests.support.uploading import draft_of, obligation_of, template_of, upload
from tests.support.workbooks import bytes_of

LIST = "Danh sách 1"


@pytest.fixture(scope="module")
async def world(
    module_engine: AsyncEngine, module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    pack = write_project_pack(tmp_path_factory.mktemp("packs"))
    packs = ("organizations/binh-phuoc-2025", "calendars/vietnam", str(pack))
    async with intake_world(module_engine, module_database_url, packs=packs) as made:
        yield made


async def filled_in(sender: Caller, obligation: int, fill: Callable[[Workbook], None]) -> bytes:
    book = load_workbook(BytesIO(await template_of(sender, obligation)))
    fill(book)
    return bytes_of(book)


def fill_all(book: Workbook) -> None:
    figures = book[FIGURES_SHEET]
    for address, value in {"C8": 2, "D8": "Có nguy cơ chậm", "E8": "10/06/2025"}.items():
        figures[address] = value
    if figures["C9"].protection.locked is False:
        figures["C9"] = 0
    for address, value in {"B5": "Cầu Đồng Phú", "C5": 12.5, "D5": "31/12/2025"}.items():
        book[LIST][address] = value
    book[NARRATIVE_SHEET]["A5"] = "Đã họp giao ban."


async def test_words_of_a_workbook_become_the_draft(world: World, sender: Caller) -> None:
    obligation = await obligation_of(sender)

    response = await upload(sender, obligation, await filled_in(sender, obligation, fill_all))

    assert (response.status_code, response.json()["faults"]) == (200, [])
    draft = await draft_of(sender, obligation)
    assert draft["content"] == {
        "texts": {"DA": {"2": "at_risk", "3": "2025-06-10"}},
        "lists": {"DS": [{"name": "Cầu Đồng Phú", "planned": "12,5", "due": "2025-12-31"}]},
        "sections": {"I": "Đã họp giao ban."},
    }
    again = load_workbook(BytesIO(await template_of(sender, obligation)))
    assert again[LIST]["B5"].value == "Cầu Đồng Phú"
    assert again[FIGURES_SHEET]["D8"].value == "Có nguy cơ chậm"


async def test_what_is_still_missing_is_told_by_sheet_and_cell(
    world: World, sender: Caller
) -> None:
    obligation = await obligation_of(sender)

    def fill(book: Workbook) -> None:
        fill_all(book)
        book[FIGURES_SHEET]["D8"] = None
        book[LIST]["C5"] = None
        book[NARRATIVE_SHEET]["A5"] = None

    response = await upload(sender, obligation, await filled_in(sender, obligation, fill))

    assert response.status_code == 200, response.text
    found = [(each["code"], each["sheet"], each["cell"]) for each in response.json()["faults"]]
    assert found == [
        ("missing_text", FIGURES_SHEET, "D8"),
        ("missing_entry", LIST, "C5"),
        ("missing_section", NARRATIVE_SHEET, "A5"),
    ]


async def test_what_cannot_be_read_is_refused_whole(world: World, sender: Caller) -> None:
    obligation = await obligation_of(sender)

    def fill(book: Workbook) -> None:
        fill_all(book)
        book[FIGURES_SHEET]["D8"] = "Không rõ"
        book[LIST]["D5"] = "cuối năm"

    response = await upload(sender, obligation, await filled_in(sender, obligation, fill))

    assert response.status_code == 422
    found = [(each["code"], each["sheet"], each["cell"]) for each in response.json()["errors"]]
    assert found == [("unknown_choice", FIGURES_SHEET, "D8"), ("not_a_date", LIST, "D5")]
    assert (await draft_of(sender, obligation))["version"] == 0
