"""Reports and aggregates as official documents."""

import zipfile
from io import BytesIO

import pytest
from docx import Document

from tests.support.intake_world import EVE, PERIOD, Caller, World
from tests.support.rollups import publish_rollup
from tests.support.visitor import Visitor
from tests.support.workbooks import opened, paragraphs_of, part_of

SIMULATED = "Số liệu mô phỏng, không phải số liệu thật"
DOCUMENT = {
    "number": "12/BC-UBND",
    "date": "2025-06-05",
    "signer_name": "Nguyễn Thị Huyền",
    "signer_title": "Phó Chủ tịch",
}
STARTS_AT = EVE.replace(microsecond=123_456)
"""No clock stands at whole seconds."""

FORMATS = ("pdf", "docx", "xlsx")


@pytest.fixture
async def report(sender: Caller) -> int:
    """A report with a document; its first field of work has 42 files received."""
    response = await sender.send(sender.body(document=DOCUMENT))
    assert response.status_code == 201, response.text
    found: int = response.json()["report_id"]
    return found


async def document_of(caller: Caller, report: int, file_format: str) -> bytes:
    response = await caller.call("GET", f"/api/v1/reports/{report}/document.{file_format}")
    assert response.status_code == 200, response.text
    assert response.headers["content-disposition"].endswith(f".{file_format}")
    return response.content


async def test_the_parts_of_an_official_document_stand_in_their_order(
    sender: Caller, report: int
) -> None:
    words = paragraphs_of(await document_of(sender, report, "docx"))
    name = sender.organization.name
    place = name.removeprefix("Xã ").removeprefix("Phường ").removeprefix("Thị trấn ")
    expected = [
        "ỦY BAN NHÂN DÂN",
        name.upper(),
        "Số: 12/BC-UBND",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        f"{place}, ngày 05 tháng 6 năm 2025",
        "BÁO CÁO",
        "Tình hình, kết quả giải quyết thủ tục hành chính",
        "Quý II/2025",
        "Đơn vị tính: hồ sơ",
        "Nơi nhận:",
        "- Lưu: VT.",
        "TM. ỦY BAN NHÂN DÂN",
        "KT. CHỦ TỊCH",
        "PHÓ CHỦ TỊCH",
        "Nguyễn Thị Huyền",
    ]

    places = [words.index(each) for each in expected]

    assert places == sorted(places)
    assert [each for each in words if each.endswith("./.")] == [words[words.index("Nơi nhận:") - 1]]


async def test_the_paper_is_a4_with_the_margins_of_the_decree(sender: Caller, report: int) -> None:
    document = Document(BytesIO(await document_of(sender, report, "docx")))
    section = document.sections[0]
    margins = (
        section.top_margin,
        section.bottom_margin,
        section.left_margin,
        section.right_margin,
    )

    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    assert [round(each.mm) for each in margins] == [20, 20, 30, 15]
    assert document.styles["Normal"].font.name == "Times New Roman"


async def test_figures_of_the_workbook_are_numbers_and_totals_are_there(
    sender: Caller, report: int
) -> None:
    sheet = opened(await document_of(sender, report, "xlsx")).active
    rows = {row[1].value: [cell.value for cell in row[2:]] for row in sheet.iter_rows()}

    assert rows["Hộ tịch"] == [42, 30, 10, 2, 36, 20, 15, 1, 6, 5, 1]
    assert rows["TỔNG CỘNG"] == rows["Hộ tịch"]
    assert sheet.page_setup.orientation == "landscape"


async def test_a_pdf_is_fit_for_archives_and_carries_its_letters(
    sender: Caller, report: int
) -> None:
    content = await document_of(sender, report, "pdf")

    assert content.startswith(b"%PDF-")
    assert b"pdfaid:part" in content
    assert b"FontFile" in content


@pytest.mark.parametrize("file_format", FORMATS)
async def test_what_is_simulated_says_so_in_every_file(
    sender: Caller, report: int, file_format: str
) -> None:
    content = await document_of(sender, report, file_format)

    if file_format == "pdf":
        # Of what a PDF/A says, only the description of the file itself is plain text.
        assert SIMULATED.encode() in content
    elif file_format == "docx":
        names = zipfile.ZipFile(BytesIO(content)).namelist()
        headers = [part_of(content, name).decode() for name in names if "header" in name]
        assert len(headers) == 2
        assert all(SIMULATED in each for each in headers)
    else:
        assert opened(content).active["A1"].value == SIMULATED


async def test_text_that_looks_like_markup_or_a_formula_stays_text(sender: Caller) -> None:
    document = DOCUMENT | {"signer_name": '=HYPERLINK("x") #let a = 1 *b* <w:p/>'}
    sent = await sender.send(sender.body(document=document))
    number = sent.json()["report_id"]

    assert document["signer_name"] in paragraphs_of(await document_of(sender, number, "docx"))
    sheet = opened(await document_of(sender, number, "xlsx")).active
    [signer] = [c for row in sheet.iter_rows() for c in row if str(c.value).startswith("=HYPER")]
    assert signer.data_type != "f"
    assert (await document_of(sender, number, "pdf")).startswith(b"%PDF-")


async def test_an_earlier_version_is_printed_as_it_was(sender: Caller, report: int) -> None:
    changed = sender.body(document=DOCUMENT | {"number": "13/BC-UBND"})
    assert (await sender.send(changed)).status_code == 201

    address = f"/api/v1/reports/{report}/document.docx?version="
    first, second, none = [await sender.call("GET", f"{address}{n}") for n in (1, 2, 3)]

    assert "Số: 12/BC-UBND" in paragraphs_of(first.content)
    assert "Số: 13/BC-UBND" in paragraphs_of(second.content)
    assert none.status_code == 404


async def test_nothing_to_report_has_no_table(sender: Caller) -> None:
    body = sender.body(figures={}, nothing_to_report=True)
    number = (await sender.send(body)).json()["report_id"]

    words = paragraphs_of(await document_of(sender, number, "docx"))

    assert "Trong kỳ báo cáo, đơn vị không phát sinh số liệu." in words
    assert "STT" not in words
    assert (await document_of(sender, number, "pdf")).startswith(b"%PDF-")
    assert opened(await document_of(sender, number, "xlsx")).active["A1"].value == SIMULATED


async def test_an_aggregate_that_nobody_signed_says_so(reviewer: Caller) -> None:
    address = f"/api/v1/aggregates/ii-06a/{PERIOD}/document"
    answers = {each: await reviewer.call("GET", f"{address}.{each}") for each in FORMATS}
    word = answers["docx"].content
    footers = [n for n in zipfile.ZipFile(BytesIO(word)).namelist() if "footer" in n]

    assert {each.status_code for each in answers.values()} == {200}
    assert "STT" not in paragraphs_of(word), "nothing was approved: that is not zero"
    assert all("chưa ký duyệt" in part_of(word, name).decode() for name in footers)


async def test_an_aggregate_is_printed_as_it_was_signed_off(world: World, reviewer: Caller) -> None:
    address = f"/api/v1/aggregates/ii-06a/{PERIOD}"
    await publish_rollup(world, reviewer.organization, first=120)
    tag = (await reviewer.call("GET", address)).headers["etag"]
    body = {"form": "ii-06a", "period": PERIOD}
    signed = await reviewer.call("POST", "/api/v1/aggregates", body=body, If_Match=tag)
    assert signed.status_code == 201, signed.text
    await publish_rollup(world, reviewer.organization, first=118, position=55)

    word = (await reviewer.call("GET", f"{address}/document.docx")).content
    sheet = opened((await reviewer.call("GET", f"{address}/document.xlsx")).content).active

    words = paragraphs_of(word)
    assert any("8 trên 8 đơn vị" in each for each in words)
    assert words[-1] == signed.json()["signed_off"]["signed_by"]
    [row] = [cells for cells in sheet.iter_rows(values_only=True) if cells[1] == "Hộ tịch"]
    assert row[3] == 120


async def test_pages_lead_to_the_files(sender: Caller, report: int, officer: Visitor) -> None:
    page = await officer.get(f"/reports/{report}")

    for each in FORMATS:
        assert f'href="/api/v1/reports/{report}/document.{each}?version=1"' in page.text
