"""Commands on a full disk, theirs or the database's: named in one line, nothing half done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.integration.commands.test_users_import import GOOD, sheet, usernames
from tests.support.commands import assert_one_line, run, run_well
from tests.support.disks import FILLER, fill, full_table, make_room, names_on, small_disk

NO_ROOM = "No space left on device"


@pytest.fixture
def disk() -> Iterator[Path]:
    """A full one."""
    with small_disk(megabytes=1) as made:
        fill(made)
        yield made


@pytest.mark.optional
async def test_no_account_is_made_whose_password_could_not_be_kept(
    province: AsyncEngine, tmp_path: Path, disk: Path
) -> None:
    kept, given = disk / "passwords.xlsx", sheet(tmp_path / "accounts.xlsx", GOOD)
    importing = ("users", "import", given, "--passwords", str(kept))
    refused = await run(*importing)
    assert f"Không còn chỗ để ghi tệp ({NO_ROOM}" in refused.stderr
    assert await usernames(province) == []
    assert not kept.exists()
    make_room(disk)
    assert "2 tài khoản" in await run_well(*importing)


async def test_no_password_is_kept_whose_account_could_not_be_made(
    province: AsyncEngine, tmp_path: Path
) -> None:
    kept, given = tmp_path / "passwords.xlsx", sheet(tmp_path / "accounts.xlsx", GOOD)
    importing = ("users", "import", given, "--passwords", str(kept))
    async with full_table(province, at="INSERT ON identity.account"):
        refused = await run(*importing)
    assert refused.stderr.splitlines()[0].startswith("Đĩa của máy chủ cơ sở dữ liệu đã đầy")
    assert await usernames(province) == []
    assert not kept.exists()
    assert "2 tài khoản" in await run_well(*importing)


@pytest.mark.optional
async def test_half_a_backup_is_not_left_behind(province: AsyncEngine, disk: Path) -> None:
    dump = disk / "tonghop.dump"
    refused = await run("backup", str(dump))
    assert refused.exit_code == 1
    assert NO_ROOM in refused.stderr
    assert names_on(disk) == [FILLER]


@pytest.mark.optional
async def test_half_a_template_is_not_left_behind(province: AsyncEngine, disk: Path) -> None:
    assert_one_line(await run("users", "template", str(disk / "a.xlsx")), saying=NO_ROOM)
    assert names_on(disk) == [FILLER]


async def test_a_catalogue_is_loaded_whole_or_not_at_all(
    configured: str, engine: AsyncEngine
) -> None:
    loading = ("catalogue", "load", "organizations/binh-phuoc-2025")
    async with full_table(engine, at="INSERT ON catalogue.organization_version"):
        assert_one_line(await run(*loading), saying="máy chủ cơ sở dữ liệu đã đầy")
    assert await run_well(*loading) == "Danh mục đang ở thay đổi số 1.\n"
