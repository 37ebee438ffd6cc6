"""Disks without room.

One so small that a test fills it, where the kernel says so; and a trigger that speaks as PostgreSQL
does when it cannot extend a file (53100), for any table and any user.
"""

import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import transaction

FILLER = "filler"
CHUNK_BYTES = 1 << 12
FUNCTION = """
    CREATE OR REPLACE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$
"""


@contextmanager
def small_disk(*, megabytes: int) -> Iterator[Path]:
    """Memory, mounted on a folder of its own. Only root may: anybody else leaves the test out."""
    if os.geteuid() != 0:
        pytest.skip("only root mounts a disk")
    folder = Path(tempfile.mkdtemp(prefix="tonghop-disk-"))
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    mounted = subprocess.run(  # noqa: S603 - constant but for our own folder
        mounting, capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip(f"this machine mounts no disk: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        # Even if something on it is open still.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607
        folder.rmdir()


def fill(disk: Path) -> None:
    """Leaves not a block free."""
    with suppress(OSError), (disk / FILLER).open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * CHUNK_BYTES)


def make_room(disk: Path) -> None:
    """Gives back what `fill` took."""
    (disk / FILLER).unlink()


def names_on(disk: Path) -> list[str]:
    """Of its files."""
    return [each.name for each in disk.iterdir()]


@asynccontextmanager
async def full_table(owner: AsyncEngine, *, at: str) -> AsyncIterator[None]:
    """No room in the block; `at` is of a trigger, event and table: "INSERT ON log.report_act"."""
    table = at.rpartition(" ")[2]
    await _execute(
        owner,
        FUNCTION,
        f"CREATE TRIGGER no_room BEFORE {at} FOR EACH ROW EXECUTE FUNCTION public.no_room()",
    )
    try:
        yield
    finally:
        await _execute(owner, f"DROP TRIGGER no_room ON {table}")


async def _execute(owner: AsyncEngine, *statements: str) -> None:
    async with transaction(owner) as connection:
        for statement in statements:
            await connection.execute(text(statement))
