"""Text, dates, choices, lists and an outline come in by a workbook, and are printed."""

from collections.abc import AsyncIterator, Callable
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.workbooks.layout import FIGURES_SHEET
from services.intake.workbooks.word_layout import NARRATIVE_SHEET
from shared.domain.organizations import OrganizationKind
from tests.support.intake_world import Caller, World, intake_world, submission_of
from tests.support.layouts import WORDS_OF_PROJECTS, write_project_pack
from tests.support.uploading import draft_of, obligation_of, template_of, upload
from tests.support.workbooks import bytes_of, paragraphs_of

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


@pytest.fixture
async def ward_report(world: World) -> tuple[Caller, int]:
    """Of a ward, for which a row is closed."""
    wards = [each for each in world.communes if each.kind is OrganizationKind.WARD]
    world.communes.remove(wards[0])
    sender = await world.as_sender(wards[0])
    figures = {"DA": {"1": 4}, "CHAM": {}}
    body = submission_of(wards[0], form="DA-01", figures=figures, content=dict(WORDS_OF_PROJECTS))
    response = await sender.send(body)
    assert response.status_code == 201, response.text
    return sender, response.json()["report_id"]


async def printed(report: tuple[Caller, int], file_format: str) -> bytes:
    sender, number = report
    response = await sender.call("GET", f"/api/v1/reports/{number}/document.{file_format}")
    assert response.status_code == 200, response.text
    return response.content


async def test_on_paper_sections_come_before_the_table_and_lists_behind_it(
    ward_report: tuple[Caller, int],
) -> None:
    texts = paragraphs_of(await printed(ward_report, "docx"))

    expected = [
        "I. Kết quả",
        "Đã ban hành kế hoạch.",
        "Đã kiểm tra 03 lần.",
        "Có nguy cơ chậm",
        "10/06/2025",
        "x",
        "Dự án chậm",
        "Tên dự án",
        "Vốn (triệu đồng)",
        "Đường liên xã",
        "1.200,5",
        "31/12/2025",
        "Nguyên nhân khác, ghi rõ",
        "Nơi nhận:",
    ]
    places = [texts.index(each) for each in expected]
    assert "II. Kiến nghị" not in texts
    assert places[:3] == sorted(places[:3])
    assert places[7:] == sorted(places[7:])


async def test_the_printed_workbook_and_the_pdf_hold_them_too(
    ward_report: tuple[Caller, int],
) -> None:
    sheet = load_workbook(BytesIO(await printed(ward_report, "xlsx"))).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]

    assert ["1", "Đường liên xã", 1200.5, "31/12/2025", "Nguyên nhân khác, ghi rõ"] in [
        [str(row[0]), *row[1:5]] for row in rows
    ]
    assert any(row[1] == "Dự án chậm" and row[2] == 1 for row in rows)
    assert (await printed(ward_report, "pdf")).startswith(b"%PDF-")
