"""A backup made while reports flow gives the same totals elsewhere; a bad one changes nothing."""

import asyncio
import json
import os
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.all_in_one import serve
from services.commands.backup_manifest import manifest_file, sha256_of
from services.commands.operators import operator_name
from services.parts import ServiceName
from shared.clock import FixedClock
from shared.db.embedded import Server
from shared.db.engine import read_json
from shared.db.migrations import upgrade_async
from shared.runtime import listen
from shared.settings import Settings
from tests.support.commands import assert_one_line, run, run_well
from tests.support.intake_world import submission_of
from tests.support.province import EVE
from tests.support.system import System, running_system
from tests.support.waiting import until

SENT_BEFORE, SENT_AFTER = 4, 8


@dataclass(frozen=True)
class Target:
    """Another database, and how the commands are pointed at it."""

    dsn: str
    environment: pytest.MonkeyPatch

    def choose(self) -> None:
        self.environment.setenv("TONGHOP_DATABASE_URL", self.dsn)

    async def value(self, statement: str) -> Any:
        connection = await asyncpg.connect(self.dsn)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()


@pytest.fixture
async def target(postgres_server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Target]:
    """An empty database on the same server."""
    admin = await asyncpg.connect(postgres_server.dsn)
    await admin.execute("CREATE DATABASE restored TEMPLATE template0")
    yield Target(f"{postgres_server.dsn.rpartition('/')[0]}/restored", monkeypatch)
    await admin.execute("DROP DATABASE restored WITH (FORCE)")
    await admin.close()


@pytest.fixture
async def system(configured: str, engine: AsyncEngine) -> AsyncIterator[System]:
    async with running_system(engine, configured, settings=Settings(demo=True)) as made:
        yield made


def manifest_of(dump: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(manifest_file(dump).read_text())
    return found


def spoil(dump: Path, changes: dict[str, Any]) -> None:
    manifest_file(dump).write_text(json.dumps(manifest_of(dump) | changes))


async def send_all(system: System, *, first: int, last: int) -> None:
    for unit in system.province.communes[first:last]:
        body = json.dumps(submission_of(unit)).encode()
        answer = await system.caller(unit).send(body, key=secrets.token_hex(8))
        assert answer.status_code == 201, answer.text


@asynccontextmanager
async def served(dsn: str) -> AsyncIterator[None]:
    """The three services on that database for the length of the block."""
    stop = asyncio.Event()
    serving = asyncio.create_task(
        serve(
            Settings(demo=True),
            dsn,
            names=tuple(ServiceName),
            clock=FixedClock(EVE),
            on=listen("127.0.0.1", 0),
            stop=stop,
        )
    )
    try:
        yield
    finally:
        stop.set()
        assert await serving == 0


async def test_a_backup_made_while_reports_flow_gives_the_same_totals_elsewhere(
    system: System, target: Target, tmp_path: Path
) -> None:
    await send_all(system, first=0, last=SENT_BEFORE)
    flowing = asyncio.create_task(send_all(system, first=SENT_BEFORE, last=SENT_AFTER))
    dump = tmp_path / "flowing.dump"
    await run_well("backup", str(dump))
    await flowing
    manifest = manifest_of(dump)
    assert SENT_BEFORE <= manifest["reports"] <= SENT_AFTER

    target.choose()
    told = await run_well("restore", str(dump))
    assert f"{manifest['reports']} báo cáo" in told
    assert await target.value("SELECT count(*) FROM log.report") == manifest["reports"]
    assert await target.value("SELECT generation FROM log.identity") == 2
    restore = await target.value("SELECT restore::text FROM log.restore")
    assert restore.startswith(f"(2,{manifest['last_position']},")

    caught_up = """
        SELECT position = (SELECT max(position) FROM log.event) AND
               NOT EXISTS (SELECT FROM log.event WHERE position IS NULL)
        FROM aggregator.consumer_offset WHERE log_id LIKE '%:2'
    """
    async with served(target.dsn):
        await until(lambda: target.value(caught_up))
    assert re.search(r"Đã so sánh [1-9]\d* dòng, khác 0\.", await run_well("verify"))
    counted = "SELECT max(reported) FROM aggregator.rollup WHERE track = 'live'"
    assert await target.value(counted) == manifest["reports"]


@pytest.fixture
async def backup(province: AsyncEngine, tmp_path: Path) -> Path:
    """A backup of a catalogue and one account."""
    await run_well("users", "create", "hoa", "--name", "Hoa", "--organization", "75",
                   "--role", "administrator")  # fmt: skip
    return Path((await run_well("backup", str(tmp_path))).strip())


async def test_only_its_owner_may_read_a_backup(backup: Path) -> None:
    for file in (backup, manifest_file(backup)):
        assert file.stat().st_mode & 0o077 == 0


async def test_the_audit_tells_who_took_the_data_away(backup: Path, engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        row = (
            await connection.execute(
                text("SELECT details FROM identity.audit WHERE action = 'backup_made'")
            )
        ).one()
    details = read_json(row.details)
    assert (details["file_name"], details["operator"]) == (backup.name, operator_name())
    assert details["last_position"] == manifest_of(backup)["last_position"]


async def test_a_backup_never_takes_the_place_of_another(backup: Path) -> None:
    before = sha256_of(backup)
    assert_one_line(await run("backup", str(backup)), saying="đã có")
    assert sha256_of(backup) == before


async def test_a_database_with_data_is_replaced_only_by_force(backup: Path, target: Target) -> None:
    target.choose()
    await run_well("restore", str(backup))
    assert_one_line(await run("restore", str(backup)), saying="--force")
    await run_well("restore", str(backup), "--force")
    assert await target.value("SELECT generation FROM log.identity") == 3
    assert await target.value("SELECT count(*) FROM identity.account") == 1
    restores = "SELECT count(*) FROM identity.audit WHERE action = 'database_restored'"
    assert await target.value(restores) == 1


async def test_a_restore_waits_for_nobody_while_services_are_connected(
    backup: Path, target: Target
) -> None:
    target.choose()
    connection = await asyncpg.connect(
        target.dsn, server_settings={"application_name": "tonghop-intake"}
    )
    assert_one_line(await run("restore", str(backup)), saying="tonghop-intake")
    await connection.close()


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        pytest.param({"bytes": 1}, "bản kê ghi 1", id="length"),
        pytest.param({"sha256": "0" * 64}, "SHA-256", id="hash"),
        pytest.param({"format": 2}, "dạng 2", id="format"),
        pytest.param({"revision": "9999"}, "mới hơn", id="newer schema"),
    ],
)
async def test_a_backup_that_is_not_what_it_says_changes_nothing(
    backup: Path, target: Target, spoilt: dict[str, Any], said: str
) -> None:
    spoil(backup, spoilt)
    target.choose()
    assert_one_line(await run("restore", str(backup)), saying=said)
    assert await target.value("SELECT to_regclass('log.event')") is None


async def test_a_backup_without_its_manifest_is_refused(backup: Path, target: Target) -> None:
    os.unlink(manifest_file(backup))
    target.choose()
    assert_one_line(await run("restore", str(backup)), saying=".dump.json")


async def test_a_dump_that_cannot_be_loaded_leaves_everything_as_it_was(
    backup: Path, target: Target
) -> None:
    """A constraint in the way makes psql fail in the middle of the dump."""
    target.choose()
    await upgrade_async(target.dsn)
    connection = await asyncpg.connect(target.dsn)
    await connection.execute("CREATE VIEW public.kept AS SELECT 1 AS one")
    await connection.execute(
        "CREATE FUNCTION public.refuse() RETURNS event_trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no tables today'; END $$;"
        "CREATE EVENT TRIGGER no_tables ON ddl_command_end WHEN TAG IN ('CREATE TABLE')"
        " EXECUTE FUNCTION public.refuse()"
    )
    await connection.close()
    assert_one_line(await run("restore", str(backup)), saying="no tables today")
    assert await target.value("SELECT generation FROM log.identity") == 1
    assert await target.value("SELECT one FROM public.kept") == 1
