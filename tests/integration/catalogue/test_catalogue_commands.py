"""`tonghop catalogue` as an operator types it."""

import asyncio
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from services.commands.catalogue import app
from services.commands.operators import operator_name
from shared.catalogue.packs import find_packs
from shared.db.engine import read_json, snapshot
from tests.factories.packs import DEMO_PACK_NAMES, copied_packs, spoil

UNITS = "organizations/binh-phuoc-2025/organizations.yaml"


@pytest.fixture(autouse=True)
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)


async def run(*words: str) -> Result:
    """Run a command in a thread of its own, since it opens its own event loop."""
    return await asyncio.to_thread(CliRunner().invoke, app, list(words))


async def test_check_names_every_shipped_pack() -> None:
    result = await run("check")
    assert result.exit_code == 0
    assert f"{len(find_packs())} gói hợp lệ." in result.output


async def test_check_tells_the_line_of_a_fault_and_fails(tmp_path: Path) -> None:
    folders = copied_packs(tmp_path)
    line = spoil(tmp_path / UNITS, "kind: ward", "kind: village")
    result = await run("check", *map(str, folders))
    assert result.exit_code == 1
    assert f"{tmp_path / UNITS}:{line}: organizations[" in result.output


async def test_an_unknown_pack_is_answered_with_the_known_ones() -> None:
    result = await run("check", "organizations/atlantis")
    assert result.exit_code == 2
    assert "binh-phuoc-2025" in result.output


async def test_loading_stores_one_event_and_loading_again_none(engine: AsyncEngine) -> None:
    first = await run("load", *DEMO_PACK_NAMES)
    second = await run("load", *DEMO_PACK_NAMES)
    assert first.output == second.output == "Danh mục đang ở thay đổi số 1.\n"
    async with snapshot(engine) as connection:
        events = (
            await connection.execute(
                text("SELECT type, subject, province_id, catalogue_number FROM log.event")
            )
        ).all()
    assert [tuple(event) for event in events] == [
        ("vn.tonghop.catalogue.changed.v1", "catalogue/1", None, 1)
    ]


async def test_the_audit_tells_who_loaded_what(engine: AsyncEngine) -> None:
    await run("load", *DEMO_PACK_NAMES)
    await run("load", *DEMO_PACK_NAMES)
    async with snapshot(engine) as connection:
        [line] = (
            await connection.execute(
                text("SELECT action, details FROM identity.audit"),
            )
        ).all()
    details = read_json(line.details)
    assert line.action == "catalogue_loaded"
    assert (details["number"], details["operator"]) == (1, operator_name())
    assert "đơn vị" in details["summary"]


async def test_diff_tells_what_load_would_do(tmp_path: Path) -> None:
    await run("load", *DEMO_PACK_NAMES)
    folders = copied_packs(tmp_path)
    spoil(tmp_path / UNITS, '{code: "25216"', '{retracted: true, code: "25216"')
    result = await run("diff", *map(str, folders))
    first, summary = result.output.splitlines()
    assert first.startswith("- đơn vị 25216 Phường Thác Mơ")
    assert summary.endswith("rút 1 đơn vị")
    assert (await run("diff", *DEMO_PACK_NAMES)).output.endswith("không có gì mới\n")


async def test_show_tells_what_is_in_force_on_a_day() -> None:
    await run("load", *DEMO_PACK_NAMES)
    result = await run("show", "--on", "2025-06-16")
    assert "111 đơn vị cấp xã" in result.output
    assert "biểu II.06a/VPCP/KSTT phiên bản 1: 160 ô nhập" in result.output
    shown = await run("show", "--on", "2025-06-14")
    assert "kỳ 2025-Q2, chốt số liệu 14/06/2025" in shown.output
    assert "thời hạn cấp tỉnh: 23/06/2025" in shown.output


async def test_a_day_that_is_none_is_refused() -> None:
    result = await run("show", "--on", "14/06/2025")
    assert result.exit_code == 2


async def test_a_database_without_tables_is_told_to_migrate(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA catalogue CASCADE"))
    result = await run("show")
    assert result.exit_code == 1
    assert "tonghop migrate" in result.output
