"""An official conversion table becomes one change of the catalogue, or none."""

from collections import Counter
from datetime import date
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from services.catalogue_events import announce_change
from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.catalogue.conversions.descriptor import OFFICIAL, read_descriptor
from shared.catalogue.packs import read_packs, shipped_packs
from shared.catalogue.store import load_packs
from shared.clock import SystemClock
from shared.db.engine import transaction
from shared.domain.identifiers import OrganizationCode
from tests.factories.conversions import WHOLE, link, table_file
from tests.factories.packs import TWO_PROVINCES
from tests.support.commands import run, run_well

IMPORT = ("catalogue", "import-conversion")
BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


async def known(engine: AsyncEngine) -> Catalogue:
    return await CatalogueReader(engine).current()


async def shipped(engine: AsyncEngine) -> None:
    """Bình Phước and Đồng Nai, whose communes have contacts and their own ids."""
    async with transaction(engine) as connection:
        packs = read_packs(shipped_packs(*TWO_PROVINCES, "organizations/dong-nai-lineage-2025"))
        await load_packs(connection, packs, clock=SystemClock(), announce=announce_change)


async def test_the_official_table_is_one_change_over_what_is_there_and_again_none(
    configured: str, engine: AsyncEngine
) -> None:
    await shipped(engine)
    before = (await known(engine)).tree(BEFORE).by_code(OrganizationCode("25217"))
    told = await run_well(*IMPORT)
    assert "Hiểu 10570 liên kết, từ ngày 01/07/2025:" in told
    assert "dòng 4749: “Khu vực bãi bồi ven biển do huyện Kim Sơn quản lý”" in told
    assert told.endswith("Danh mục đang ở thay đổi số 2.\n")
    catalogue = await known(engine)
    levels = Counter(each.level for each in catalogue.tree(AFTER).organizations.values())
    assert levels == {"province": 34, "commune": 3321}
    assert catalogue.tree(BEFORE).by_code(OrganizationCode("25217")) == before
    assert len(catalogue.lineage) == 10570 + 691 + 52
    again = await run_well(*IMPORT)
    assert again.endswith("Danh mục đang ở thay đổi số 2.\n")


async def test_a_dry_run_tells_all_and_changes_nothing(
    configured: str, engine: AsyncEngine, tmp_path: Path
) -> None:
    told = await run_well(*IMPORT, str(table_file(tmp_path, *WHOLE)), "--dry-run")
    assert "Hiểu 2 liên kết" in told
    assert told.endswith("thêm 6 đơn vị; thêm 4 quan hệ kế thừa\n")
    assert (await known(engine)).number == 0


async def test_every_fault_is_told_with_its_line_and_nothing_is_applied(
    configured: str, engine: AsyncEngine, tmp_path: Path
) -> None:
    await shipped(engine)
    bad = link("Phường Phước Long 25217", "Xã Lạ 99999", old_province="Tỉnh Bình Phước (70)")
    result = await run(*IMPORT, str(table_file(tmp_path, bad, link(note="Nhập nửa"))))
    assert result.exit_code == 1
    assert "1 dòng không dùng được" in result.stdout
    assert "chuyen-doi.csv:4: không hiểu ghi chú “Nhập nửa”" in result.stderr
    result = await run(*IMPORT, str(table_file(tmp_path, bad)))
    assert result.exit_code == 1
    assert "chuyen-doi.csv:3: danh mục có các đơn vị khác của tỉnh 70" in result.stderr
    assert "bảng không có “Phường Thác Mơ” (25216)" in result.stderr
    assert (await known(engine)).number == 1


async def test_a_table_is_read_with_the_description_beside_it(
    configured: str, tmp_path: Path
) -> None:
    file = table_file(tmp_path, link("Xã Mới 20001", "Xã Một 1000", "Nhập toàn bộ"))
    description = (
        "kind: conversion\ntitle: Bảng thử\nassumption: true\nknown_since: 2024-01-01\n"
        "people_basis: dân số\nlegal_basis: {province: Luật, district: Luật, commune: Luật}\n"
        'corrections:\n  - {line: 3, column: old_code, says: "1000", reads: "10001", why: thiếu}\n'
    )
    file.with_suffix(".yaml").write_text(description, encoding="utf-8")
    told = await run_well(*IMPORT, str(file), "--dry-run")
    assert "dòng 3, cột “Mã Xã cũ”: “1000” → “10001” (thiếu)" in told


async def test_the_known_table_without_its_corrections_is_refused_with_what_to_do(
    configured: str, tmp_path: Path
) -> None:
    shipped_table = read_descriptor(OFFICIAL).table_file
    assert shipped_table is not None
    copy = tmp_path / "tai-ve.csv.gz"
    copy.write_bytes(shipped_table.read_bytes())
    result = await run(*IMPORT, str(copy), "--dry-run")
    assert result.exit_code == 1
    assert "9 dòng không dùng được" in result.stdout
    assert "hãy chạy lại lệnh mà không ghi tên tệp" in result.stdout
    assert "tai-ve.csv.gz:9532: “Thành phố Tân An” (794) ở đây thuộc" in result.stderr
