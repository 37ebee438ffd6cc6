"""Units from a sheet or a YAML file become one change of the catalogue, or none."""

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.catalogue.catalogue import CatalogueReader
from shared.clock import SystemClock
from shared.domain.identifiers import OrganizationCode
from shared.domain.organizations import OrganizationVersion
from tests.support.commands import assert_one_line, run, run_well

TITLES = (
    "Mã", "Tên", "Loại", "Cấp", "Mã đơn vị cấp trên", "Hiệu lực từ", "Địa chỉ thư",
    "Mã định danh cơ quan",
)  # fmt: skip
PROVINCE = ("75", "Tỉnh Đồng Nai", "tỉnh", "cấp tỉnh", "", "01/07/2025", "")
WARD = ("00004", "Phường Ba Đình", "Phường", "Cấp xã", "75", "2025-07-01", "bd@dn.vn", "H19.44")
SOURCE = ("--source", "Nghị quyết 1662/NQ-UBTVQH15")


def sheet(file: Path, *rows: Sequence[object]) -> str:
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        for number, row in enumerate((TITLES, *rows)):
            page.write_row(number, 0, row)
    return str(file)


async def found(engine: AsyncEngine, code: str) -> OrganizationVersion:
    known = await CatalogueReader(engine).current()
    return known.organization_by_code(OrganizationCode(code), on=SystemClock().today())


async def test_a_sheet_becomes_one_change_and_again_none(
    configured: str, engine: AsyncEngine, tmp_path: Path
) -> None:
    given = sheet(tmp_path / "Đơn vị mới.xlsx", PROVINCE, WARD)
    dry = await run_well("organizations", "import", given, *SOURCE, "--dry-run")
    assert dry == "imported/don-vi-moi: thêm 2 đơn vị\n"
    for _ in range(2):
        told = await run_well("organizations", "import", given, *SOURCE)
        assert told == "Danh mục đang ở thay đổi số 1.\n"
    ward = await found(engine, "00004")
    assert (ward.name, ward.email) == ("Phường Ba Đình", "bd@dn.vn")
    assert ward.agency_code == "H19.44"
    assert ward.parent_id == (await found(engine, "75")).id


async def test_every_fault_of_cells_is_told_with_its_place(configured: str, tmp_path: Path) -> None:
    rows = (
        ("", "Tỉnh", "tỉnh", "cấp tỉnh", "", "31/02/2025", ""),
        ("1", "Làng", "làng", "cấp làng", "75", "01/07/2025", ""),
    )
    result = await run("organizations", "import", sheet(tmp_path / "a.xlsx", *rows), *SOURCE)
    assert result.exit_code == 1
    told = [line.partition(": ")[2].partition(":")[0] for line in result.stderr.splitlines()[1:]]
    assert told == [
        "dòng 2, cột A (Mã)",
        "dòng 2, cột F (Hiệu lực từ)",
        "dòng 3, cột C (Loại)",
        "dòng 3, cột D (Cấp)",
    ]


async def test_what_contradicts_the_catalogue_is_told_with_its_row_and_not_applied(
    configured: str, engine: AsyncEngine, tmp_path: Path
) -> None:
    orphan = ("00008", "Phường Ngọc Hà", "phường", "cấp xã", "01", "01/07/2025", "khong-phai-thu")
    given = sheet(tmp_path / "a.xlsx", PROVINCE, orphan)
    result = await run("organizations", "import", given, *SOURCE)
    assert result.exit_code == 1
    assert "a.xlsx:3: organizations[1].email" in result.stderr
    assert (await CatalogueReader(engine).current()).number == 0


async def test_a_yaml_file_alone_is_taken_with_its_lines(
    configured: str, engine: AsyncEngine, tmp_path: Path
) -> None:
    file = tmp_path / "units.yaml"
    head = "kind: organizations\nassumption: true\nvalid_from: 2025-07-01\norganizations:\n"
    province = '  - {code: "75", level: province, kind: province, name: Tỉnh Đồng Nai}\n'
    file.write_text(head + province.replace("kind: province", "kind: realm"), encoding="utf-8")
    refused = await run("organizations", "import", str(file))
    assert refused.exit_code == 1
    assert f"{file}:5: organizations[0].kind" in refused.stderr
    file.write_text(head + province, encoding="utf-8")
    await run_well("organizations", "import", str(file))
    assert (await found(engine, "75")).name == "Tỉnh Đồng Nai"


async def test_a_sheet_must_say_where_it_comes_from(configured: str, tmp_path: Path) -> None:
    result = await run("organizations", "import", sheet(tmp_path / "a.xlsx", PROVINCE))
    assert result.exit_code == 2
    assert "--source" in result.output


async def test_the_template_has_the_titles_that_the_import_reads(
    configured: str, tmp_path: Path
) -> None:
    file = tmp_path / "template.xlsx"
    await run_well("organizations", "template", str(file))
    titles = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()[0]
    assert set(TITLES) <= set(titles)
    assert_one_line(await run("organizations", "template", str(file)), saying="đã có")
