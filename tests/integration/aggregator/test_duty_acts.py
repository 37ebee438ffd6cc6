"""Completeness follows what people do with duties and periods at once, and remembers it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import transaction
from shared.domain.reports import Act
from shared.events.envelope import RecordedEvent
from shared.events.topics import EventType
from tests.integration.aggregator.conftest import Deliver
from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.log_rows import store
from tests.integration.aggregator.world import (
    COMMUNES,
    DEADLINE,
    DISTRICTS,
    PROVINCE,
    Q2,
    REGIME,
    SUMMED,
    History,
)

FIRST, SECOND, *_ = COMMUNES[DISTRICTS[0]]
LATER = DEADLINE + timedelta(days=3)
SENT = DEADLINE + timedelta(days=1)
CLOSED_AT = datetime(2025, 6, 24, 2, tzinfo=UTC)

Record = Callable[[], Awaitable[None]]


@pytest.fixture
def record(history: History, deliver: Deliver, engine: AsyncEngine) -> Record:
    """Stores the history in the log and hands it to the consumer."""

    async def record() -> None:
        await store(history, engine)
        await deliver(history.events)

    return record


async def test_an_exclusion_lowers_what_is_expected_and_says_why(
    desk: Desk, history: History, record: Record
) -> None:
    before = len(history.events)
    history.now += timedelta(hours=1)
    history.exclude((FIRST, SUMMED, Q2), reason="Không có bộ phận một cửa")
    await record()

    now = await desk.json("/api/v1/completeness", form=SUMMED)
    desk.clock.move_to(history.now + timedelta(hours=1))
    then = await desk.json("/api/v1/completeness", form=SUMMED, as_of=str(before))
    page = await desk.get("/completeness", form=SUMMED.lower())

    assert (then["expected"], now["expected"]) == (12, 11)
    assert then["excluded_units"] == []
    (excluded,) = now["excluded_units"]
    assert excluded["organization"]["code"] == str(FIRST)
    assert excluded["reason"] == "Không có bộ phận một cửa"
    assert "Không có bộ phận một cửa" in page.text


async def test_a_unit_taken_in_again_is_expected_again(
    desk: Desk, history: History, record: Record
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 1})
    history.exclude((FIRST, SUMMED, Q2), reason="nhầm")
    history.include((FIRST, SUMMED, Q2))
    await record()

    answer = await desk.json("/api/v1/completeness", form=SUMMED)

    assert (answer["expected"], answer["reported"]) == (12, 1)
    assert answer["excluded_units"] == []


async def test_a_report_is_on_time_by_the_deadline_in_force_and_late_by_the_rules(
    desk: Desk, history: History, record: Record
) -> None:
    history.extend((FIRST, SUMMED, Q2), until=LATER)
    history.extend((SECOND, SUMMED, Q2), until=LATER)
    history.now = SENT
    history.submit((FIRST, SUMMED, Q2), R1={"a": 1})
    await record()
    desk.clock.move_to(SENT)

    answer = await desk.json("/api/v1/completeness", form=SUMMED)
    page = (await desk.get("/completeness", form=SUMMED.lower())).text

    assert (answer["on_time"], answer["late"], answer["overdue"]) == (1, 0, 10)
    by_code = {each["organization"]["code"]: each for each in answer["extended_units"]}
    first, second = by_code[str(FIRST)], by_code[str(SECOND)]
    assert (first["late"], first["late_by_rule"]) == (False, True)
    assert (second["late"], second["late_by_rule"]) == (None, None)
    assert first["original_deadline"] == "2025-06-17T17:00:00Z"
    assert first["deadline"] == "2025-06-20T17:00:00Z"
    assert "Đúng hạn theo gia hạn" in page
    assert "gia hạn, thời hạn quy định 17/06/2025" in page


@pytest.mark.parametrize(
    ("sent", "words"),
    [(DEADLINE - timedelta(hours=1), "Đúng hạn<"), (LATER + timedelta(hours=1), "Gửi muộn<")],
)
async def test_the_page_says_how_an_extension_was_met(
    sent: datetime, words: str, *, desk: Desk, history: History, record: Record
) -> None:
    history.extend((FIRST, SUMMED, Q2), until=LATER)
    history.now = sent
    history.submit((FIRST, SUMMED, Q2), R1={"a": 1})
    await record()
    desk.clock.move_to(LATER + timedelta(days=1))

    page = (await desk.get("/completeness", form=SUMMED.lower())).text

    assert words in page.split("Đơn vị được gia hạn")[-1]


async def test_an_extension_that_is_over_is_overdue(
    desk: Desk, history: History, record: Record
) -> None:
    history.extend((FIRST, SUMMED, Q2), until=LATER)
    await record()
    desk.clock.move_to(LATER + timedelta(days=1))

    page = (await desk.get("/completeness", form=SUMMED.lower())).text

    assert "Quá hạn" in page.split("Đơn vị được gia hạn")[-1]


async def test_a_closed_period_says_so_and_a_cached_answer_is_not_kept(
    desk: Desk, history: History, record: Record, engine: AsyncEngine
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 1})
    history.act((FIRST, SUMMED, Q2), Act.APPROVE)
    await record()
    desk.clock.move_to(CLOSED_AT)
    before = await desk.get("/api/v1/completeness", form=SUMMED)
    history.now = CLOSED_AT
    closing = history.close(Q2)
    await record()
    await _store_period_act(engine, closing, sequence=1)
    desk.clock.move_to(CLOSED_AT + timedelta(hours=1))

    closed = await desk.client.get(
        "/api/v1/completeness",
        params={"form": SUMMED, "period": Q2, "organization": "1"},
        headers={"If-None-Match": before.headers["ETag"]},
    )
    pages = [await desk.get(path) for path in ("/completeness", "/dashboard")]
    as_of = str(closing.position)
    then = await desk.json("/api/v1/completeness", form=SUMMED, as_of=as_of)
    earlier = await desk.json("/api/v1/completeness", form=SUMMED, as_of=str(closing.position - 1))

    assert before.json()["closed_at"] is None
    assert closed.status_code == 200
    assert closed.json()["closed_at"] == then["closed_at"] == "2025-06-24T02:00:00Z"
    assert earlier["closed_at"] is None
    assert all("đã khóa kỳ lúc 09:00" in page.text for page in pages)


async def test_a_period_opened_again_is_open(
    desk: Desk, history: History, record: Record, engine: AsyncEngine
) -> None:
    history.now = CLOSED_AT
    acts = [history.close(Q2), history.reopen(Q2)]
    await record()
    for sequence, act in enumerate(acts, start=1):
        await _store_period_act(engine, act, sequence=sequence)
    desk.clock.move_to(CLOSED_AT + timedelta(hours=1))

    now = await desk.json("/api/v1/completeness", form=SUMMED)
    then = await desk.json("/api/v1/completeness", form=SUMMED, as_of=str(acts[-1].position))

    assert now["closed_at"] is None
    assert then["closed_at"] is None


async def _store_period_act(engine: AsyncEngine, event: RecordedEvent, *, sequence: int) -> None:
    verb = "close" if event.type == EventType.PERIOD_CLOSED else "reopen"
    async with transaction(engine) as connection:
        await connection.exec_driver_sql(
            """INSERT INTO log.period_act
                   (province_id, regime, period, sequence, verb, actor_name, at)
               VALUES ($1, $2, $3, $4, $5, 'Ai đó', $6)""",
            (PROVINCE, REGIME, Q2, sequence, verb, event.occurred_at),
        )
