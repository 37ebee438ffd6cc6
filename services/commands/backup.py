"""`tonghop backup`: the whole database in one file, while everything runs."""

import asyncio
import os
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.commands.backup_manifest import (
    FORMAT,
    Manifest,
    manifest_file,
    sha256_of,
    write_manifest,
)
from services.commands.database import database
from services.commands.faults import run_command
from services.commands.new_files import OWNER_ONLY, FileExists
from services.commands.operators import operator
from services.commands.pg_programs import Programs, find_programs
from services.intake.accounts.records import Action
from services.intake.accounts.repository import record
from shared.clock import SystemClock
from shared.db.engine import create_engine, snapshot, transaction
from shared.settings import load_settings

SUFFIX = ".dump"

_TRUTH = text("""
    SELECT pg_export_snapshot() AS snapshot, current_setting('server_version') AS server_version,
           (SELECT version_num FROM alembic_version) AS revision,
           identity.log_id::text AS log_id, identity.generation,
           (SELECT coalesce(max(position), 0) FROM log.event) AS last_position,
           (SELECT count(*) FROM log.report) AS reports
    FROM log.identity
""")


@dataclass(frozen=True, slots=True)
class Truth:
    """What the database holds as of one snapshot, which `snapshot` names to other sessions."""

    snapshot: str
    server_version: str
    revision: str
    log_id: str
    generation: int
    last_position: int
    reports: int


def backup(
    file: Annotated[
        Path, typer.Argument(help="Tệp sẽ được tạo, hoặc thư mục (tên tệp theo thời điểm).")
    ],
) -> None:
    """Sao lưu toàn bộ cơ sở dữ liệu; các dịch vụ vẫn chạy. Tạo hai tệp: .dump và .dump.json."""
    dump = run_command(_backup(file))
    typer.echo(str(dump))


async def _backup(file: Path) -> Path:
    settings, now = load_settings(), SystemClock().now()
    async with database(settings) as dsn:
        programs = find_programs(dsn, pg_bin=settings.pg_bin)
        dump = await asyncio.to_thread(_place, file, now)
        engine = create_engine(dsn, pool_size=1, application_name="tonghop backup")
        try:
            # The snapshot is open while pg_dump reads: manifest and dump tell of the same moment.
            async with snapshot(engine) as connection:
                truth = await _truth(connection)
                await asyncio.to_thread(_write, programs, dump, truth=truth, now=now)
            await _audit(engine, dump, truth=truth, now=now)
        finally:
            await engine.dispose()
    return dump


async def _audit(engine: AsyncEngine, dump: Path, *, truth: Truth, now: datetime) -> None:
    """Who took all of the data away, and up to which event. The backup itself does not hold it."""
    async with transaction(engine) as connection:
        await record(
            connection,
            Action.BACKUP_MADE,
            at=now,
            account_id=None,
            details={"file_name": dump.name, "last_position": truth.last_position},
            by=operator(),
        )


async def _truth(connection: AsyncConnection) -> Truth:
    row = (await connection.execute(_TRUTH)).one()
    return Truth(**row._mapping)


def _place(file: Path, now: datetime) -> Path:
    """Raises FileExists: a backup never takes the place of another."""
    dump = file / f"tonghop-{now:%Y%m%dT%H%M%SZ}{SUFFIX}" if file.is_dir() else file
    for each in (dump, manifest_file(dump)):
        if each.exists():
            raise FileExists(each)
    dump.parent.mkdir(parents=True, exist_ok=True)
    return dump


def _write(programs: Programs, dump: Path, *, truth: Truth, now: datetime) -> None:
    """Under another name until it is whole; nothing is left behind when it fails."""
    partial = dump.with_name(f"{dump.name}.partial")
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
        programs.run(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            f"--snapshot={truth.snapshot}",
            f"--file={partial}",
        )
        # A dump that was cut short has no table of contents to list.
        programs.run("pg_restore", "--list", str(partial))
        _sync(partial)
        write_manifest(manifest_file(dump), _manifest(partial, truth=truth, now=now))
        manifest_file(dump).chmod(OWNER_ONLY)
        partial.rename(dump)
    except BaseException:
        partial.unlink(missing_ok=True)
        manifest_file(dump).unlink(missing_ok=True)
        raise


def _manifest(dump: Path, *, truth: Truth, now: datetime) -> Manifest:
    return Manifest(
        format=FORMAT,
        program=version("tonghop"),
        made_at=now.isoformat(timespec="seconds"),
        revision=truth.revision,
        log_id=truth.log_id,
        generation=truth.generation,
        last_position=truth.last_position,
        reports=truth.reports,
        server_version=truth.server_version,
        sha256=sha256_of(dump),
        bytes=dump.stat().st_size,
    )


def _sync(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
