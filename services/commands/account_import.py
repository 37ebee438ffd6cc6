"""Makes all accounts of a sheet, or none, and keeps their one-time passwords for their owner."""

import asyncio
import io
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import xlsxwriter
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.commands.account_sheet import (
    COLUMNS,
    USERNAME,
    NewAccount,
    accounts_of,
)
from services.commands.new_files import OWNER_ONLY, require_absent, write_new
from services.commands.organization_catalogue import catalogue_in_force
from services.commands.sheets import (
    Sheet,
    SheetFault,
    SheetRefused,
    column_name,
    read_sheet,
)
from services.intake.accounts.administration import create_account
from services.intake.accounts.passwords import Passwords, generate_password
from services.intake.accounts.records import Actor
from services.intake.accounts.repository import taken_usernames
from shared.clock import Clock
from shared.db.engine import snapshot, transaction

PASSWORD_TITLES = ("Đơn vị", "Họ tên", "Tên đăng nhập", "Mật khẩu dùng một lần")

Progress = Callable[[int, int], None]
"""How many of how many passwords are hashed; each takes a good tenth of a second."""


async def import_accounts(
    engine: AsyncEngine,
    file: Path,
    *,
    passwords_file: Path,
    clock: Clock,
    by: Actor,
    progress: Progress,
) -> int:
    """How many accounts were made.

    Raises:
        SheetUnreadable, SheetRefused, FileExists: nothing was done.
    """
    sheet = read_sheet(file, COLUMNS)
    async with snapshot(engine) as connection:
        accounts = await _checked(connection, sheet, file=file, clock=clock)
    passwords = {each.username: generate_password() for each in accounts}
    require_absent(passwords_file)
    hashes = await _hashes(passwords, progress=progress)
    write_new(passwords_file, _book(accounts, passwords), mode=OWNER_ONLY)
    try:
        async with transaction(engine) as connection:
            await _create(connection, accounts, hashes=hashes, clock=clock, by=by)
    except BaseException:
        await asyncio.to_thread(passwords_file.unlink)
        raise
    return len(accounts)


async def _checked(
    connection: AsyncConnection, sheet: Sheet, *, file: Path, clock: Clock
) -> list[NewAccount]:
    tree = (await catalogue_in_force(connection, on=clock.today())).tree(clock.today())
    accounts = accounts_of(sheet, file=file, tree=tree)
    taken = await taken_usernames(connection, [each.username for each in accounts])
    faults = [
        SheetFault(each.row, column_name(sheet, USERNAME), f"“{each.username}” đã có tài khoản")
        for each in accounts
        if each.username in taken
    ]
    if faults:
        raise SheetRefused(file, faults)
    return accounts


async def _hashes(passwords: Mapping[str, str], *, progress: Progress) -> dict[str, str]:
    hasher, done = Passwords(at_once=os.cpu_count() or 1), 0

    async def hash_one(username: str) -> tuple[str, str]:
        nonlocal done
        hashed = await hasher.hash(passwords[username])
        done += 1
        progress(done, len(passwords))
        return username, hashed

    return dict(await asyncio.gather(*(hash_one(username) for username in passwords)))


async def _create(
    connection: AsyncConnection,
    accounts: Sequence[NewAccount],
    *,
    hashes: Mapping[str, str],
    clock: Clock,
    by: Actor,
) -> None:
    for each in accounts:
        await create_account(
            connection,
            username=each.username,
            display_name=each.name,
            organization_id=each.organization.id,
            roles=each.roles,
            email=each.email,
            password_hash=hashes[each.username],
            now=clock.now(),
            by=by,
        )


def _book(accounts: Sequence[NewAccount], passwords: Mapping[str, str]) -> bytes:
    """A sheet of text cells: a password may begin like a formula."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        page, bold = book.add_worksheet("Mật khẩu"), book.add_format({"bold": True})
        page.set_column(0, len(PASSWORD_TITLES) - 1, 32)
        for column, title in enumerate(PASSWORD_TITLES):
            page.write_string(0, column, title, bold)
        for row, each in enumerate(accounts, start=1):
            told = (each.organization.name, each.name, each.username, passwords[each.username])
            for column, text in enumerate(told):
                page.write_string(row, column, text)
    return content.getvalue()
