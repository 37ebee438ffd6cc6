"""A full disk: a clear refusal, nothing half done, and work goes on when there is room again."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from services.doctor.log import check_relay
from shared.clock import FixedClock
from shared.db.engine import snapshot
from shared.messaging.factory import open_event_log
from shared.messaging.relay import Relay
from shared.runtime import Supervisor
from shared.settings import Settings
from tests.support.disks import FILLER, fill, full_table, make_room, names_on, small_disk
from tests.support.intake_world import EVE, Caller, World
from tests.support.uploading import draft_of, obligation_of, upload
from tests.support.waiting import until

LARGER_THAN_IS_KEPT_IN_MEMORY = 2 << 20


@pytest.fixture
async def log_disk(world: World, server_folder: Path) -> AsyncIterator[Path]:
    """Full, and the place of the table of events."""
    with small_disk(megabytes=8) as disk:
        place = disk / "postgres"
        place.mkdir()
        _give_to_server(place, server_folder)
        await _outside_transactions(
            world,
            f"CREATE TABLESPACE small LOCATION '{place}'",
            "ALTER TABLE log.event SET TABLESPACE small",
        )
        fill(disk)
        yield disk
        await _outside_transactions(
            world, "ALTER TABLE log.event SET TABLESPACE pg_default", "DROP TABLESPACE small"
        )


def _give_to_server(place: Path, server_folder: Path) -> None:
    """Passable down to there, and owned by whom the server runs as."""
    for folder in place.parents:
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)
    owner = (server_folder / "postgres").stat()
    os.chown(place, owner.st_uid, owner.st_gid)


async def _outside_transactions(world: World, *statements: str) -> None:
    async with world.owner.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in statements:
            await connection.execute(text(statement))


@pytest.mark.parametrize(
    "table", ["report_version", "report_act", "event", "report"], ids=lambda name: f"log.{name}"
)
async def test_a_submission_is_refused_whole_and_taken_when_there_is_room(
    world: World, sender: Caller, table: str
) -> None:
    before = await world.log_counts()
    body = sender.body(explanations={})
    async with full_table(world.owner, at=f"INSERT ON log.{table}"):
        refused = await sender.send(body, key=f"full {table}")
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "60"
    assert refused.json()["code"] == "service_unavailable"
    assert "Đĩa của máy chủ đã đầy" in refused.json()["detail"]
    assert await world.log_counts() == before
    again = await sender.send(body, key=f"full {table}")
    assert again.status_code == 201, again.text


@pytest.mark.optional
async def test_on_a_disk_that_is_really_full_all_that_was_acknowledged_is_there_and_no_more(
    world: World, sender: Caller, log_disk: Path
) -> None:
    """The table of events lies on it."""
    before, sent = await world.log_counts(), 0
    while (refused := await sender.send(sender.body(explanations={}), key="full")).is_success:
        sent, sender = sent + 1, await world.as_sender(world.next_commune())
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "60"), refused.text
    counts = await world.log_counts()
    assert counts["event"] - before["event"] == sent
    assert counts["report_version"] - before["report_version"] == sent
    assert (await sender.call("GET", "/api/v1/obligations")).status_code == 200
    make_room(log_disk)
    taken = await sender.send(sender.body(explanations={}), key="full")
    assert taken.status_code == 201, taken.text


async def test_reading_goes_on(world: World, sender: Caller) -> None:
    async with full_table(world.owner, at="INSERT ON log.event"):
        assert (await sender.call("GET", "/api/v1/obligations")).status_code == 200


@pytest.mark.optional
async def test_a_file_that_there_is_no_room_for_is_refused_and_the_draft_stays(
    world: World, sender: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large files wait on this machine's disk until they have come whole."""
    obligation = await obligation_of(sender)
    before = await draft_of(sender, obligation)
    with small_disk(megabytes=1) as disk:
        fill(disk)
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        refused = await upload(sender, obligation, bytes(LARGER_THAN_IS_KEPT_IN_MEMORY))
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
        assert "Đĩa của máy chủ đã đầy" in refused.json()["detail"]
        assert names_on(disk) == [FILLER]
    assert await draft_of(sender, obligation) == before


async def test_the_relay_waits_for_room_and_goes_on(world: World, sender: Caller) -> None:
    assert (await sender.send(sender.body(explanations={}))).status_code == 201
    log = await open_event_log(Settings(), world.owner)
    relay = Relay(world.owner, log, clock=FixedClock(EVE))
    supervisor = Supervisor(stop := asyncio.Event())
    async with full_table(world.owner, at="UPDATE ON log.event"):
        supervisor.start("relay", relay.run)
        await until(lambda: _leads(relay))
    await until(lambda: _all_placed(world))
    stop.set()
    assert await supervisor.wait() == 0


async def _leads(relay: Relay) -> bool:
    return relay.leading


async def _all_placed(world: World) -> bool:
    async with snapshot(world.owner) as connection:
        return not (await check_relay(connection)).severity
