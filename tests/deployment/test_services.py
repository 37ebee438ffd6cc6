"""The three services as they are deployed: together, stopped, killed, and without Kafka's disk."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url, text

from shared.db.engine import driver, transaction
from tests.deployment.composition import PROJECT, SERVICES, memory_limit
from tests.deployment.conftest import Installation
from tests.deployment.processes import caddy
from tests.deployment.world import Sender, receipts
from tests.fixtures.availability import required_program
from tests.support.waiting import until

pytestmark = pytest.mark.kafka

SENT_BETWEEN_CRASHES = 8
SENDERS_AT_ONCE = 4
LOGINS = PROJECT / "deploy" / "postgres" / "logins.sql"
PASSWORD = "0123456789"


async def test_a_report_sent_to_intake_is_in_the_aggregator_s_total(
    installation: Installation,
) -> None:
    (sender,) = installation.province.take(1)
    await installation.province.send(sender, to=installation.intake)
    assert await until(installation.all_is_counted)


async def test_the_notifier_learns_from_kafka_what_is_owed(installation: Installation) -> None:
    async def knows_all() -> bool:
        async with installation.engine.connect() as connection:
            counted = await connection.execute(
                text(
                    "SELECT (SELECT count(*) FROM notifier.obligation) AS known,"
                    " (SELECT count(*) FROM log.obligation) AS owed"
                )
            )
            known, owed = counted.one()
            return bool(known == owed > 0)

    assert await until(knows_all)


@pytest.fixture
async def one_address(installation: Installation, tmp_path: Path) -> AsyncIterator[str]:
    program = required_program("caddy", group="deployment")
    upstreams = {
        name.upper(): f"127.0.0.1:{process.port}" for name, process in installation.services.items()
    }
    async with caddy(program, folder=tmp_path, upstreams=upstreams) as address:
        yield address


async def test_one_address_leads_to_each_service(
    installation: Installation, one_address: str
) -> None:
    described = {
        "/api/openapi.json": "/api/v1/submissions",
        "/api/aggregator/openapi.json": "/api/v1/indicators",
        "/api/notifier/openapi.json": "/api/v1/reminders",
    }
    async with httpx.AsyncClient(base_url=one_address) as client:
        for address, path in described.items():
            assert path in (await client.get(address)).json()["paths"]
        for inner in ("/metrics", "/readyz"):
            assert (await client.get(inner)).status_code == httpx.codes.NOT_FOUND
    (sender,) = installation.province.take(1)
    await installation.province.send(sender, to=one_address)

    async def is_counted() -> bool:
        total = await installation.province.total(at=one_address)
        return total == installation.province.expected

    assert await until(is_counted)


async def test_the_audit_names_who_asked_not_the_proxy_nor_what_was_claimed(
    installation: Installation, one_address: str
) -> None:
    from_elsewhere = httpx.AsyncHTTPTransport(local_address="127.0.0.2")
    async with httpx.AsyncClient(base_url=one_address, transport=from_elsewhere) as client:
        refused = await client.post(
            "/sign-in",
            data={"username": "nobody", "password": "nothing at all"},
            headers={"X-Forwarded-For": "203.0.113.9"},
        )
    assert refused.is_client_error
    async with installation.engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT details->>'address' FROM identity.audit WHERE action = 'sign_in_failed'")
        )
        assert rows.scalars().all() == ["127.0.0.2"]


@pytest.mark.parametrize("name", SERVICES)
async def test_a_service_needs_less_than_half_of_the_memory_it_may_use(
    installation: Installation, name: str
) -> None:
    assert installation.services[name].resident_bytes < memory_limit(name) / 2


async def test_nothing_acknowledged_is_lost_when_any_part_is_killed(
    installation: Installation,
) -> None:
    victims: list[Callable[[], Awaitable[None]]] = [
        *(lambda name=name: _crash(installation, name) for name in SERVICES),  # type: ignore[misc]
        lambda: _crash_broker(installation),
    ]
    province, before = installation.province, len(installation.province.acknowledged)
    senders = list(province.take(SENT_BETWEEN_CRASHES * (len(victims) + 1)))
    flow = asyncio.gather(*(_send_from(senders, installation) for _ in range(SENDERS_AT_ONCE)))
    for number, crash in enumerate(victims, start=1):
        due = before + number * SENT_BETWEEN_CRASHES

        async def enough_sent(due: int = due) -> bool:
            return len(province.acknowledged) >= due

        await until(enough_sent)
        await crash()
    await flow
    assert await receipts(installation.engine) == set(province.acknowledged)
    assert await until(installation.all_is_counted)


async def _send_from(senders: list[Sender], installation: Installation) -> None:
    while senders:
        await installation.province.send(senders.pop(), to=installation.intake)


async def _crash(installation: Installation, name: str) -> None:
    await installation.services[name].kill()
    await installation.services[name].start()


async def _crash_broker(installation: Installation) -> None:
    await installation.broker.kill()
    await installation.broker.start()


async def test_reports_are_taken_and_the_backlog_is_told_while_kafka_is_down(
    installation: Installation,
) -> None:
    await installation.broker.kill()
    for sender in installation.province.take(2):
        await installation.province.send(sender, to=installation.intake)

    async def backlog_is_told() -> bool:
        metrics = await installation.services["intake"].read("/metrics")
        return 'tonghop_relay_backlog_events{log="kafka"} 2.0' in metrics

    assert await until(backlog_is_told)
    await installation.broker.start()
    assert await until(installation.all_is_counted)


async def test_sigterm_ends_each_service_well_and_it_starts_again_with_rights_of_its_own_only(
    installation: Installation, empty_database: str
) -> None:
    async with transaction(installation.engine) as connection:
        native = await driver(connection)
        await native.execute(LOGINS.read_text())
        for name in SERVICES:
            await native.execute(f"ALTER ROLE login_{name} PASSWORD '{PASSWORD}'")

    async def restarted(name: str) -> None:
        process = installation.services[name]
        login = make_url(empty_database).set(username=f"login_{name}", password=PASSWORD)
        assert await process.stop() == 0, process.output
        url = login.render_as_string(hide_password=False)
        await process.start(TONGHOP_DATABASE_URL=url)

    await asyncio.gather(*map(restarted, SERVICES))
    (sender,) = installation.province.take(1)
    await installation.province.send(sender, to=installation.intake)
    assert await until(installation.all_is_counted)


async def test_an_empty_disk_of_kafka_is_filled_again_from_postgresql(
    installation: Installation,
) -> None:
    (lost,) = await _logs_read(installation)
    for process in installation.services.values():
        assert await process.stop() == 0, process.output
    await installation.broker.stop()
    shutil.rmtree(installation.broker_folder)
    await installation.broker.start()
    await asyncio.gather(*(process.start() for process in installation.services.values()))
    assert await until(lambda: _all_is_read_from_a_log_other_than(lost, installation))
    assert await installation.all_is_counted()
    (sender,) = installation.province.take(1)
    await installation.province.send(sender, to=installation.intake)
    assert await until(installation.all_is_counted)


async def _logs_read(installation: Installation) -> set[str]:
    async with installation.engine.connect() as connection:
        rows = await connection.execute(text("SELECT log_id FROM aggregator.consumer_offset"))
        return set(rows.scalars())


async def _all_is_read_from_a_log_other_than(lost: str, installation: Installation) -> bool:
    async with installation.engine.connect() as connection:
        found = await connection.execute(
            text(
                "SELECT max(position) = (SELECT max(position) FROM log.event)"
                " FROM aggregator.consumer_offset WHERE log_id <> :lost"
            ),
            {"lost": lost},
        )
        return bool(found.scalar())
