"""The command line over the log and its dead letters, on a real database."""

import asyncio
import json

import pytest
from click.testing import Result
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from typer import Typer
from typer.testing import CliRunner

from services.commands.logs import dead_letters, events
from shared.clock import SystemClock
from shared.db.engine import transaction
from shared.events.envelope import NewEvent
from shared.events.payloads import CatalogueChangedV1
from shared.events.topics import EventType
from shared.messaging.dead_letters import DeadLetters, ParkedMessage
from shared.messaging.offsets import ConsumerSchema
from shared.messaging.outbox import append_events

NOW = SystemClock().now()


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("TONGHOP_DATABASE_URL", database_url)
    monkeypatch.setenv("TONGHOP_EVENT_LOG", "postgres")


@pytest.fixture
async def parked(engine: AsyncEngine) -> AsyncEngine:
    """A database with one event that was set aside, and one message that was no event."""
    event = ParkedMessage(
        partition=0,
        offset=7,
        position=7,
        event_id="018f4e7c-0000-7000-8000-000000000001",
        type=EventType.REPORT_SUBMITTED,
        subject="report/123",
        code="unknown_form",
        reason="Không có biểu mẫu này.",
        data='{"id":"018f4e7c"}',
    )
    message = ParkedMessage(0, 8, None, None, None, None, "malformed_event", "…", "rubbish")
    async with transaction(engine) as connection:
        await DeadLetters(ConsumerSchema.AGGREGATOR).park(
            connection, [event, message], log_id="postgresql:x", at=NOW
        )
    return engine


async def invoke(app: Typer, *words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, list(words))


async def test_an_empty_list_says_so(engine: AsyncEngine) -> None:
    found = await invoke(dead_letters, "list")
    assert found.output == "Không có sự kiện nào bị gác lại.\n"


@pytest.mark.usefixtures("parked")
async def test_letters_are_listed_and_shown_with_place_reason_and_content() -> None:
    listed = (await invoke(dead_letters, "list")).output.splitlines()
    assert [line.split()[0] for line in listed] == ["2", "1"]
    assert "report/123  unknown_form  đang gác lại" in listed[1]
    shown = (await invoke(dead_letters, "show", "1")).output
    for part in ("offset 7", "Không có biểu mẫu này.", '{"id":"018f4e7c"}'):
        assert part in shown


async def test_a_letter_is_settled_with_a_reason_and_the_decision_is_audited(
    parked: AsyncEngine,
) -> None:
    settled = await invoke(dead_letters, "resolve", "1", "--reason", "đã gửi lại")
    assert settled.exit_code == 0
    assert "report/123" not in (await invoke(dead_letters, "list")).output
    assert "đã xử lý: đã gửi lại" in (await invoke(dead_letters, "list", "--all")).output
    again = await invoke(dead_letters, "retry", "1")
    assert again.exit_code == 1
    assert "đã gửi lại" in again.output
    async with parked.connect() as connection:
        audit = await connection.execute(
            text("SELECT action, details->>'reason', details->>'subject' FROM identity.audit")
        )
        assert [tuple(row) for row in audit] == [
            ("dead_letter.resolve", "đã gửi lại", "report/123")
        ]


@pytest.mark.usefixtures("parked")
async def test_a_retry_is_asked_for_once_the_event_can_be_read() -> None:
    assert (await invoke(dead_letters, "retry", "1")).exit_code == 0
    assert "chờ thử lại" in (await invoke(dead_letters, "show", "1")).output
    unreadable = await invoke(dead_letters, "retry", "2")
    assert unreadable.exit_code == 1
    assert "không thử lại được" in unreadable.output


@pytest.mark.usefixtures("parked")
async def test_letters_of_another_service_or_number_are_not_found() -> None:
    for words in (("show", "9"), ("show", "1", "--service", "notifier")):
        missing = await invoke(dead_letters, *words)
        assert missing.exit_code == 1
        assert "tonghop dead-letters list" in missing.output


async def test_the_last_events_are_printed_as_cloud_events(engine: AsyncEngine) -> None:
    new = [
        NewEvent(
            type=EventType.CATALOGUE_CHANGED,
            subject=f"catalogue/{number}",
            province_id=None,
            catalogue_number=number,
            data=CatalogueChangedV1(number=number, summary="Bình Phước"),
            occurred_at=NOW,
        )
        for number in (1, 2, 3)
    ]
    async with transaction(engine) as connection:
        await append_events(connection, new)
        await connection.execute(
            text("UPDATE log.event SET position = id, recorded_at = :now"), {"now": NOW}
        )
    lines = (await invoke(events, "tail", "--count", "2")).output.splitlines()
    printed = [json.loads(line) for line in lines]
    assert [each["subject"] for each in printed] == ["catalogue/2", "catalogue/3"]
    assert printed[1]["specversion"] == "1.0"
    assert printed[1]["data"] == {"number": 3, "summary": "Bình Phước"}
