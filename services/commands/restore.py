"""`tonghop restore`: puts a backup in the place of what the database holds, all or nothing.

One transaction drops what was there, loads the dump and raises the log's generation: consumers
then read the log from its beginning, and receipts of the undone time cannot be mistaken for new
ones.
"""

import asyncio
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated

import typer
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.commands.backup_manifest import Manifest, read_manifest, require_whole
from services.commands.database import database
from services.commands.faults import CommandFault, run_command
from services.commands.operators import operator_name
from services.commands.pg_programs import ProgramFailed, Programs, find_programs
from services.commands.restore_statements import AFTER, BEFORE
from shared.clock import SystemClock
from shared.db.engine import create_engine, transaction
from shared.db.migrations import alembic_configuration, newest_revision, upgrade_async
from shared.settings import EventLogKind, Settings, load_settings

COPY_BYTES = 1 << 20
HEAD_LINES = 60
_TOO_NEW_FOR_OLD_SERVERS = b"SET transaction_timeout = 0;\n"
_FIRST_MAJOR_THAT_KNOWS_IT = 17


class SchemaNewer(CommandFault):
    """There is no way back to an older schema."""

    code = "schema_newer"

    def __init__(self, manifest: Manifest) -> None:
        super().__init__(
            f"Bản sao lưu có lược đồ {manifest.revision} của tonghop {manifest.program}, mới hơn "
            f"chương trình này ({newest_revision()}). Hãy cài phiên bản đó trước rồi phục hồi."
        )


class DatabaseNotEmpty(CommandFault):
    """What is there would be lost."""

    code = "database_not_empty"

    def __init__(self, reports: int, accounts: int) -> None:
        super().__init__(
            f"Cơ sở dữ liệu đang có {reports} báo cáo và {accounts} tài khoản. Hãy sao lưu trước "
            "(tonghop backup), rồi thêm --force để thay toàn bộ bằng bản sao lưu."
        )


class ServicesConnected(CommandFault):
    """Services that go on writing would lose what they acknowledge."""

    code = "services_connected"

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"Còn kết nối đang dùng cơ sở dữ liệu ({', '.join(names)}). Hãy dừng các dịch vụ trước."
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What the database holds before the restore; generation 0 when it has no log."""

    generation: int
    reports: int
    accounts: int
    server_major: int


def restore(
    file: Annotated[Path, typer.Argument(help="Tệp .dump; bản kê .dump.json nằm bên cạnh.")],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Thay cả cơ sở dữ liệu đang có số liệu.")
    ] = False,
) -> None:
    """Phục hồi từ bản sao lưu: phục hồi hết, hoặc không thay đổi gì."""
    typer.echo(run_command(_restore(file, force=force)))


async def _restore(dump: Path, *, force: bool) -> str:
    settings, now = load_settings(), SystemClock().now()
    manifest = await asyncio.to_thread(_checked, dump)
    async with database(settings) as dsn:
        programs = find_programs(dsn, pg_bin=settings.pg_bin)
        await asyncio.to_thread(programs.run, "pg_restore", "--list", str(dump))
        found = await _look(dsn)
        if (found.reports or found.accounts) and not force:
            raise DatabaseNotEmpty(found.reports, found.accounts)
        generation = max(found.generation, manifest.generation) + 1
        loading = Loading(programs, dump, manifest, found.server_major, generation, now)
        await asyncio.to_thread(loading.run)
        await upgrade_async(dsn)
    return _told(manifest, generation=generation, settings=settings)


def _checked(dump: Path) -> Manifest:
    """The manifest of a whole backup whose schema this program knows.

    Raises:
        BackupBroken, SchemaNewer.
    """
    manifest = read_manifest(dump)
    require_whole(dump, manifest)
    scripts = ScriptDirectory.from_config(alembic_configuration())
    if manifest.revision not in {script.revision for script in scripts.walk_revisions()}:
        raise SchemaNewer(manifest)
    return manifest


async def _look(dsn: str) -> Found:
    """Raises ServicesConnected while anybody else uses the database."""
    engine = create_engine(dsn, pool_size=1, application_name="tonghop restore")
    try:
        async with transaction(engine) as connection:
            await _require_alone(connection)
            return await _found(connection)
    finally:
        await engine.dispose()


async def _require_alone(connection: AsyncConnection) -> None:
    others = text("""
        SELECT DISTINCT coalesce(nullif(application_name, ''), usename, 'pid ' || pid)
        FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
          AND backend_type = 'client backend'
        ORDER BY 1
    """)
    names = list(await connection.scalars(others))
    if names:
        raise ServicesConnected(names)


async def _found(connection: AsyncConnection) -> Found:
    setting = await connection.scalar(text("SELECT current_setting('server_version_num')::int"))
    major = int(setting or 0) // 10_000
    if await connection.scalar(text("SELECT to_regclass('log.identity') IS NULL")):
        return Found(generation=0, reports=0, accounts=0, server_major=major)
    counted = text("""
        SELECT generation, (SELECT count(*) FROM log.report) AS reports,
               (SELECT count(*) FROM identity.account) AS accounts
        FROM log.identity
    """)
    row = (await connection.execute(counted)).one()
    return Found(row.generation, row.reports, row.accounts, major)


@dataclass(frozen=True, slots=True)
class Loading:
    """pg_restore writes SQL, psql runs it between ours, in one transaction. Blocks."""

    programs: Programs
    dump: Path
    manifest: Manifest
    server_major: int
    generation: int
    now: datetime

    def run(self) -> None:
        """Raises ProgramFailed: nothing has changed."""
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as words:
            before, after = Path(folder, "before.sql"), Path(folder, "after.sql")
            before.write_text(BEFORE, encoding="utf-8")
            after.write_text(AFTER, encoding="utf-8")
            loading = self._psql(before, after, words=words)
            try:
                self._feed(loading)
            except BaseException:
                # psql must not take the end of its input for the end of the dump.
                loading.kill()
                loading.wait()
                raise
            if loading.wait() != 0:
                words.seek(0)
                raise ProgramFailed("psql", words.read().decode(errors="replace"))

    def _psql(self, before: Path, after: Path, *, words: IO[bytes]) -> "subprocess.Popen[bytes]":
        variables = {
            "generation": self.generation,
            "last_position": self.manifest.last_position,
            "sha256": self.manifest.sha256,
            "restored_at": self.now.isoformat(),
            "operator": operator_name(),
        }
        command = self.programs.command(
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--single-transaction",
            "--set=ON_ERROR_STOP=1",
            *(f"--set={name}={value}" for name, value in variables.items()),
            f"--file={before}",
            "--file=-",
            f"--file={after}",
        )
        return subprocess.Popen(  # noqa: S603 - a program found as the server's is
            command,
            env=self.programs.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=words,
        )

    def _feed(self, loading: "subprocess.Popen[bytes]") -> None:
        command = self.programs.command("pg_restore", "--no-owner", "--file=-", str(self.dump))
        with tempfile.TemporaryFile() as words:
            reading = subprocess.Popen(  # noqa: S603 - a program found as the server's is
                command, env=self.programs.environment, stdout=subprocess.PIPE, stderr=words
            )
            try:
                self._copy(reading, loading)
            finally:
                if reading.stdout is not None:
                    reading.stdout.close()
                status = reading.wait()
            if status != 0 and loading.poll() is None:
                words.seek(0)
                raise ProgramFailed("pg_restore", words.read().decode(errors="replace"))
        if loading.stdin is not None:
            loading.stdin.close()

    def _copy(self, reading: "subprocess.Popen[bytes]", loading: "subprocess.Popen[bytes]") -> None:
        """A server before 17 does not know a setting that newer programs write at the head."""
        source, target = reading.stdout, loading.stdin
        if source is None or target is None:
            return
        try:
            for line in [source.readline() for _ in range(HEAD_LINES)]:
                known = self.server_major >= _FIRST_MAJOR_THAT_KNOWS_IT
                if known or line != _TOO_NEW_FOR_OLD_SERVERS:
                    target.write(line)
            while chunk := source.read(COPY_BYTES):
                target.write(chunk)
        except BrokenPipeError:
            # psql has given up and says why.
            return


def _told(manifest: Manifest, *, generation: int, settings: Settings) -> str:
    told = (
        f"Đã phục hồi {manifest.reports} báo cáo, đến vị trí {manifest.last_position} của nhật ký "
        f"({manifest.made_at}); thế hệ của nhật ký là {generation}."
    )
    if settings.event_log is EventLogKind.KAFKA:
        told += (
            "\nTrước khi chạy lại: làm trống đĩa của Kafka (docs/operations.md), vì Kafka còn giữ "
            "những sự kiện mà cơ sở dữ liệu vừa phục hồi không biết."
        )
    return told
