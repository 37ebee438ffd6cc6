"""A sheet of accounts becomes all of them, or none, with every fault at its cell."""

import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.accounts.service import open_accounts
from services.intake.accounts.use_cases import Caller, sign_in
from shared.db.engine import snapshot
from tests.support.commands import assert_one_line, run, run_well

TITLES = ("Tên đăng nhập", "Họ tên", "Mã đơn vị", "Cấp", "Vai trò", "Địa chỉ thư")
GOOD = (
    ("hoa.nguyen", "Nguyễn Thị Hoa", "26005", "", "Người lập, Người ký", "hoa@dongnai.example"),
    ("duc.le", "Lê Minh Đức", "75", "province", "reviewer", ""),
)


def sheet(file: Path, rows: Sequence[Sequence[object]], *, titles: Sequence[str] = TITLES) -> str:
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        for number, row in enumerate((titles, *rows)):
            page.write_row(number, 0, row)
    return str(file)


async def usernames(engine: AsyncEngine) -> list[str]:
    async with snapshot(engine) as connection:
        found = await connection.scalars(text("SELECT username FROM identity.account ORDER BY 1"))
        return list(found)


async def test_every_account_of_a_good_sheet_signs_in_with_the_password_kept_for_its_owner(
    province: AsyncEngine, tmp_path: Path
) -> None:
    kept = tmp_path / "passwords.xlsx"
    given = sheet(tmp_path / "accounts.xlsx", GOOD)
    told = await run_well("users", "import", given, "--passwords", str(kept))
    assert "2 tài khoản" in told
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    rows = CalamineWorkbook.from_path(kept).get_sheet_by_index(0).to_python()[1:]
    assert [row[2] for row in rows] == ["hoa.nguyen", "duc.le"]
    accounts = open_accounts(province, session_hours=1)
    for _, _, username, password in rows:
        await sign_in(
            accounts, username=username, password=password, caller=Caller(address="192.0.2.1")
        )


async def test_every_fault_is_told_with_its_row_and_column_and_nothing_is_applied(
    province: AsyncEngine, tmp_path: Path
) -> None:
    rows = (
        GOOD[0],
        ("HOA.NGUYEN", "Trùng tên", "75", "", "người lập", ""),
        ("a b", "", "75", "", "vua", "khong phai thu"),
        ("moi", "Người mới", "Tân Triều", "", "", ""),
        ("so99", "Mã là số", 99999, "", "preparer", ""),
    )
    kept = tmp_path / "passwords.xlsx"
    result = await run(
        "users", "import", sheet(tmp_path / "a.xlsx", rows), "--passwords", str(kept)
    )
    assert result.exit_code == 1
    told = result.stderr.splitlines()
    assert "Có 8 lỗi" in told[0]
    expected = (
        "a.xlsx: dòng 3, cột A (Tên đăng nhập): “hoa.nguyen” trùng với dòng 2",
        "a.xlsx: dòng 4, cột A (Tên đăng nhập): “a b” không dùng được",
        "a.xlsx: dòng 4, cột B (Họ tên): còn trống",
        "a.xlsx: dòng 4, cột E (Vai trò): không có vai trò “vua”",
        "a.xlsx: dòng 4, cột F (Địa chỉ thư): “khong phai thu” không phải địa chỉ thư",
        "a.xlsx: dòng 5, cột C (Mã đơn vị): “Tân Triều” không phải mã",
        "a.xlsx: dòng 5, cột E (Vai trò): còn trống",
        "a.xlsx: dòng 6, cột C (Mã đơn vị): “99999” không phải mã",
    )
    for line, beginning in zip(told[1:], expected, strict=True):
        assert line.startswith(beginning)
    assert "(Phường Tân Triều, commune)" in told[6]
    assert not kept.exists()
    assert await usernames(province) == []


async def test_a_name_that_has_an_account_is_refused_with_its_row(
    province: AsyncEngine, tmp_path: Path
) -> None:
    kept = str(tmp_path / "passwords.xlsx")
    await run_well("users", "import", sheet(tmp_path / "a.xlsx", GOOD[:1]), "--passwords", kept)
    again = await run(
        "users", "import", sheet(tmp_path / "b.xlsx", GOOD), "--passwords", f"{kept}.more.xlsx"
    )
    assert again.exit_code == 1
    assert "b.xlsx: dòng 2, cột A (Tên đăng nhập): “hoa.nguyen” đã có tài khoản" in again.stderr
    assert await usernames(province) == ["hoa.nguyen"]


async def test_passwords_never_overwrite_a_file(province: AsyncEngine, tmp_path: Path) -> None:
    kept = tmp_path / "passwords.xlsx"
    kept.write_text("of somebody else")
    given = sheet(tmp_path / "a.xlsx", GOOD)
    assert_one_line(await run("users", "import", given, "--passwords", str(kept)), saying="đã có")
    assert kept.read_text() == "of somebody else"
    assert await usernames(province) == []


@pytest.mark.parametrize(
    ("titles", "said"),
    [
        pytest.param(TITLES[:2], "thiếu cột “Mã đơn vị”", id="missing"),
        pytest.param((*TITLES, "ho ten"), "cột “ho ten” có hai lần", id="twice"),
    ],
)
async def test_titles_that_do_not_fit_are_named(
    province: AsyncEngine, tmp_path: Path, titles: tuple[str, ...], said: str
) -> None:
    result = await run("users", "import", sheet(tmp_path / "a.xlsx", GOOD, titles=titles))
    assert result.exit_code == 1
    assert said in result.stderr


async def test_what_is_no_spreadsheet_is_refused_in_one_line(
    province: AsyncEngine, tmp_path: Path
) -> None:
    (tmp_path / "a.xlsx").write_text("username;name")
    for name in ("a.xlsx", "absent.xlsx"):
        assert_one_line(await run("users", "import", str(tmp_path / name)), saying="Không đọc được")


async def test_the_template_has_the_titles_that_the_import_reads(
    province: AsyncEngine, tmp_path: Path
) -> None:
    file = tmp_path / "template.xlsx"
    await run_well("users", "template", str(file))
    titles = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()[0]
    assert tuple(titles) == TITLES
    assert_one_line(await run("users", "template", str(file)), saying="đã có")
    empty = await run("users", "import", str(file))
    assert "chưa có tài khoản nào" in empty.stderr
