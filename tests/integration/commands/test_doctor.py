"""`tonghop doctor` names what is wrong, says what to do, and ends with a status by severity."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.doctor.database import _skew_finding
from services.doctor.findings import Finding, Severity, worst
from services.doctor.surroundings import check_broker, check_calendar, check_disk, check_mail
from shared.catalogue.schemas import CalendarFile
from shared.db.engine import transaction
from shared.db.migrations import newest_revision
from shared.domain.time import in_vietnam
from shared.settings import EventLogKind, MailSecurity, Settings
from tests.support.commands import run
from tests.support.intake_world import World, intake_world


async def examined(*words: str) -> tuple[int, dict[str, str], str]:
    """The exit status, the severity of each check, and everything that was said."""
    result = await run("doctor", "--json", *words)
    answer = json.loads(result.stdout)
    found = {each["check"]: each["severity"] for each in answer["findings"]}
    assert all(each["remedy"] for each in answer["findings"] if each["severity"] != "good")
    return result.exit_code, found, result.stdout


async def change(engine: AsyncEngine, statement: str, **values: object) -> None:
    async with transaction(engine) as connection:
        await connection.execute(text(statement), values)


async def test_a_database_that_does_not_answer_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TONGHOP_DATABASE_URL", "postgresql://tonghop@127.0.0.1:1/tonghop")
    status, found, _ = await examined()
    assert (status, found["database"]) == (Severity.ERROR, "error")


async def test_an_old_schema_is_an_error_and_nothing_else_is_guessed(
    configured: str, engine: AsyncEngine
) -> None:
    await change(engine, "UPDATE alembic_version SET version_num = '0000'")
    status, found, said = await examined()
    assert (status, found["schema"]) == (Severity.ERROR, "error")
    assert "tonghop migrate" in said
    assert newest_revision() in said
    assert "relay" not in found


async def test_an_installation_without_a_mail_server_or_duties_is_a_warning(
    province: AsyncEngine,
) -> None:
    _, found, _ = await examined()
    for check in ("database", "schema", "roles", "audit", "clock", "broker", "contents"):
        assert found[check] == "good", check
    assert found["durability"] == "error", "the server of the tests is not durable"
    assert found["mail"] == "warning"
    assert found["obligations"] == "warning"


async def test_what_waits_and_what_was_set_aside_is_counted(
    province: AsyncEngine,
) -> None:
    await change(
        province,
        'INSERT INTO notifier.dead_letter (log_id, partition, "offset", code, reason, data,'
        " parked_at) VALUES ('x', 0, 1, 'unknown_form', '', '', :at)",
        at=datetime.now(UTC),
    )
    status, found, said = await examined()
    assert status == Severity.ERROR
    assert found["relay"] == "warning"
    assert found["notifier_dead_letters"] == "error"
    assert found["aggregator_dead_letters"] == "good"
    assert "tonghop dead-letters list --service notifier" in said


async def test_events_recorded_in_the_future_tell_of_a_clock_that_jumped(
    province: AsyncEngine,
) -> None:
    at = datetime.now(UTC) + timedelta(hours=2)
    await change(province, "UPDATE log.event SET position = id, recorded_at = :at", at=at)
    _, found, said = await examined()
    assert found["clock_jumped"] == "warning"
    assert f"{in_vietnam(at):%H:%M:%S %d/%m/%Y}" in said
    assert found["aggregator_lag"] == "warning"


async def test_a_report_that_somebody_changed_is_found(
    configured: str, engine: AsyncEngine
) -> None:
    async with intake_world(engine, configured) as world:
        await _send_two(world)
    _, found, _ = await examined("--all")
    assert found["contents"] == "good"
    assert found["obligations"] == "good"
    await change(engine, "UPDATE log.obligation SET state = 'provisional'")
    await change(
        engine,
        'UPDATE log.report_version SET figures = \'{"LV01": {"4": "1"}}\' WHERE report_id = 1',
    )
    status, found, said = await examined("--all")
    assert (status, found["contents"]) == (Severity.ERROR, "error")
    assert found["obligations"] == "error"
    assert "1 trong 2 bản báo cáo" in said


async def _send_two(world: World) -> None:
    for _ in range(2):
        caller = await world.as_sender(world.next_commune())
        answer = await caller.send(caller.body(explanations={}))
        assert answer.status_code == 201, answer.text


async def test_text_says_what_to_do_below_each_finding(province: AsyncEngine) -> None:
    result = await run("doctor")
    assert "mail: chưa đặt máy chủ thư" in result.stdout
    assert "→ Đặt TONGHOP_SMTP_HOST" in result.stdout


def calendar(year: int, *, estimated: bool = False) -> CalendarFile:
    return CalendarFile(
        kind="calendar", year=year, estimated=estimated, days_off=(), assumption=True
    )


@pytest.mark.parametrize(
    ("calendars", "expected"),
    [
        pytest.param((), [Severity.ERROR, Severity.WARNING], id="none"),
        pytest.param((calendar(2026),), [Severity.GOOD, Severity.WARNING], id="next missing"),
        pytest.param(
            (calendar(2026), calendar(2027, estimated=True)),
            [Severity.GOOD, Severity.WARNING],
            id="next estimated",
        ),
        pytest.param((calendar(2026), calendar(2027)), [Severity.GOOD] * 2, id="both"),
    ],
)
def test_the_calendar_of_this_and_the_coming_year_is_asked_for(
    calendars: tuple[CalendarFile, ...], expected: list[Severity]
) -> None:
    findings = check_calendar(calendars, today=date(2026, 11, 2))
    assert [finding.severity for finding in findings] == expected


@pytest.mark.parametrize(
    ("seconds", "severity"),
    [(0.5, Severity.GOOD), (5, Severity.WARNING), (60, Severity.ERROR)],
    ids=["together", "apart", "far apart"],
)
def test_clocks_that_are_apart_are_told(seconds: float, severity: Severity) -> None:
    assert _skew_finding(timedelta(seconds=seconds)).severity is severity


def test_free_disk_is_that_of_the_folder_that_will_be_made(tmp_path: Path) -> None:
    assert "GB" in check_disk(tmp_path / "not" / "yet").found


async def test_a_mail_server_that_is_not_there_is_an_error() -> None:
    settings = Settings(smtp_host="127.0.0.1", smtp_port=1, smtp_security=MailSecurity.NONE)
    assert (await check_mail(settings)).severity is Severity.ERROR


async def test_a_mail_server_without_tls_is_a_warning_and_an_error_when_tls_is_asked_for() -> None:
    loop = asyncio.get_running_loop()
    async with await loop.create_server(lambda: SMTP(Sink()), "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        for security, severity in (
            (MailSecurity.NONE, Severity.WARNING),
            (MailSecurity.STARTTLS, Severity.ERROR),
        ):
            settings = Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_security=security)
            assert (await check_mail(settings)).severity is severity


async def test_a_broker_without_an_address_is_an_error() -> None:
    settings = Settings(event_log=EventLogKind.KAFKA)
    assert (await check_broker(settings)).severity is Severity.ERROR


@pytest.mark.kafka
async def test_a_broker_tells_its_partitions_or_that_it_has_no_topic_yet(
    kafka_bootstrap: str,
) -> None:
    settings = Settings(
        event_log=EventLogKind.KAFKA,
        kafka_bootstrap_servers=kafka_bootstrap,
        kafka_topic_prefix="doctor",
    )
    assert (await check_broker(settings)).severity is Severity.WARNING


def test_the_worst_finding_gives_the_exit_status() -> None:
    assert worst([]) is Severity.GOOD
    mixed = [Finding("a", Severity.WARNING, "", "x"), Finding("b", Severity.GOOD, "")]
    assert worst(mixed) is Severity.WARNING
