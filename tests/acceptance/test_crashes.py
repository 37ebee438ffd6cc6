"""Killed at any moment of a stream of reports, the services lose and repeat nothing.

Invariants I1, I2 and I6 of the design.
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.upkeep.verify import verify
from shared.ports import free_port
from shared.settings import Settings
from tests.acceptance.recomputation import Account
from tests.acceptance.showing import assert_sums, rollup
from tests.acceptance.stream import STARTS_AT, Stream
from tests.integration.notifier.mail_host import MailHost, mail_host
from tests.support.program import Program
from tests.support.province import Caller, Province, found_province
from tests.support.waiting import until

SEED = 1407
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Extent:
    """How long a run is: how often the services are killed, and how often a commune sends."""

    kills: int
    communes: int
    versions: int

    @property
    def between_kills(self) -> int:
        """At most so many reports, so that the last kill is before the last of them."""
        return self.communes * self.versions // (self.kills + 1)


SHORT = Extent(kills=3, communes=40, versions=2)
LONG = Extent(kills=40, communes=100, versions=40)


@dataclass(frozen=True)
class Installation:
    """The services as a process of their own, and the mail server that they know."""

    engine: AsyncEngine
    province: Province
    program: Program
    address: str
    host: MailHost
    began: float


@pytest.fixture
async def installation(
    engine: AsyncEngine, database_url: str, log_settings: Settings, tmp_path: Path
) -> AsyncIterator[Installation]:
    """On each log; not started yet."""
    port, began = free_port(), time.monotonic()
    async with mail_host() as host:
        program = Program(
            *(sys.executable, "-m", "tests.acceptance.serve_in_june"),
            *(STARTS_AT.isoformat(), str(began)),
            output=tmp_path / "services.log",
            environment={
                **_environment(log_settings, port=port, mail_port=host.port),
                "TONGHOP_DATABASE_URL": database_url,
            },
        )
        province, address = await found_province(engine), f"http://127.0.0.1:{port}"
        yield Installation(engine, province, program, address, host=host, began=began)
        await program.abandon()


def _environment(settings: Settings, *, port: int, mail_port: int) -> dict[str, str]:
    return {
        "TONGHOP_HTTP_PORT": str(port),
        "TONGHOP_EVENT_LOG": settings.event_log.value,
        "TONGHOP_KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers or "",
        "TONGHOP_KAFKA_TOPIC_PREFIX": settings.kafka_topic_prefix,
        "TONGHOP_KAFKA_PARTITIONS": str(settings.kafka_partitions),
        "TONGHOP_SMTP_HOST": "127.0.0.1",
        "TONGHOP_SMTP_PORT": str(mail_port),
        "TONGHOP_SMTP_SECURITY": "none",
    }


@pytest.mark.parametrize(
    "extent",
    [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.soak)],
)
async def test_nothing_acknowledged_is_lost_and_no_mail_goes_out_twice(
    installation: Installation, extent: Extent
) -> None:
    random = Random(f"{SEED} {extent}")  # noqa: S311 (made-up figures, moments of death)
    communes = random.sample(installation.province.communes, extent.communes)
    async with httpx.AsyncClient(base_url=installation.address, timeout=30) as client:
        stream = Stream(installation.province, client, installation.began, random)
        sending = asyncio.create_task(stream.run(communes, versions=extent.versions))
        for _ in range(extent.kills):
            await installation.program.start()
            await installation.program.ready(installation.address)
            await stream.further(random.randint(1, extent.between_kills))
            assert not stream.has_ended, sending
            await installation.program.kill()
        await installation.program.start()
        await sending
        await _assert_durable(installation.engine, stream)
        await _assert_sums(installation.engine, stream)
        await _assert_mails(installation, stream)


_KEPT = text("""
SELECT version.receipt_number, version.report_id, version.version, version.content_sha256,
       CAST(event.event_id AS text) AS event_id
FROM log.report_version AS version
JOIN log.report_act AS act USING (report_id, version)
JOIN log.event USING (event_id)
WHERE act.verb = 'submit'
""")
_LAST_POSITION = text("""
SELECT CASE WHEN count(*) = count(position) THEN max(position) END FROM log.event
WHERE subject LIKE 'report/%'
""")
_REMINDERS = text("""
SELECT organization.code, reminder.recipient, reminder.message_id, reminder.decided_at,
       reminder.state, count(*) FILTER (WHERE attempt.outcome = 'unknown') AS unknowns
FROM notifier.reminder
JOIN catalogue.organization_version AS organization USING (organization_id)
LEFT JOIN notifier.delivery_attempt AS attempt ON attempt.reminder_id = reminder.id
GROUP BY reminder.id, organization.code
""")


async def _rows(engine: AsyncEngine, statement: TextClause) -> list[dict[str, Any]]:
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(statement)).mappings()]


async def _assert_durable(engine: AsyncEngine, stream: Stream) -> None:
    """What was acknowledged is kept with its event, and under one key only once."""
    kept = {
        (
            row["receipt_number"],
            row["report_id"],
            row["version"],
            row["content_sha256"],
            row["event_id"],
        )
        for row in await _rows(engine, _KEPT)
    }
    assert kept == {
        (
            each["receipt_number"],
            each["report_id"],
            each["version"],
            each["sha256"],
            each["event_id"],
        )
        for each in stream.receipts
    }


async def _assert_sums(engine: AsyncEngine, stream: Stream) -> None:
    province = stream.province
    analyst = Caller(stream.client, province.tokens[province.province.code])

    async def all_is_applied() -> bool:
        [row] = await _rows(engine, _LAST_POSITION)
        [last] = row.values()
        answer = await rollup(analyst, province.province)
        return last is not None and answer["as_of"]["position"] >= last

    await until(all_is_applied)
    for unit in (*province.districts, province.province):
        codes = [commune.code for commune in province.communes_of(unit)]
        await assert_sums(analyst, unit, [stream.accounts.get(code, Account()) for code in codes])
    found = await verify(engine, catalogue=province.known)
    assert (found.differences, found.pending) == ((), ())


async def _assert_mails(installation: Installation, stream: Stream) -> None:
    """One for each commune that is late, none for one that was in; a mail that came again is one
    whose hand-over was cut off, and is the same mail.
    """
    late = {commune.code for commune in stream.province.communes} - stream.in_since.keys()

    async def all_are_settled() -> list[dict[str, Any]] | None:
        found = await _rows(installation.engine, _REMINDERS)
        open_ones = [row for row in found if row["state"] in ("decided", "handing_over")]
        return None if open_ones or late - {row["code"] for row in found} else found

    reminders = await until(all_are_settled)
    came = Counter((mail["To"], mail["Message-ID"]) for mail in installation.host.received)
    assert Counter(row["code"] for row in reminders).most_common(1)[0][1] == 1
    assert came.keys() <= {(row["recipient"], row["message_id"]) for row in reminders}
    for row in reminders:
        sent = came[row["recipient"], row["message_id"]]
        assert (row["state"] == "sent") <= (sent >= 1), row
        assert sent <= 1 + row["unknowns"], row
        assert row["decided_at"] < stream.in_since.get(row["code"], NEVER)
