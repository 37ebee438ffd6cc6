"""A release is a fact: nothing changes it, whoever tries."""

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.upkeep.rebuild import rebuild
from shared.db.engine import driver, transaction
from shared.domain.reports import Act
from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.releasing import (
    FIRST,
    RELEASES,
    Recorded,
    released,
)
from tests.integration.aggregator.world import (
    PROVINCE,
    Q2,
    SUMMED,
    History,
    make_catalogue,
)


async def test_a_release_outlives_a_rebuild_and_everything_else(
    desk: Desk, record: Recorded, approved: History, engine: AsyncEngine
) -> None:
    release = await released(desk)
    before = (await desk.client.get(release["links"]["content"])).content
    approved.act((FIRST, SUMMED, Q2), Act.RETURN)
    await record()
    await rebuild(engine, catalogue=make_catalogue())

    again = await desk.json(f"{RELEASES}/{release['id']}")

    assert again == release
    assert (await desk.client.get(release["links"]["content"])).content == before


UPDATE, DELETE = "UPDATE aggregator.release SET reason = 'khác'", "DELETE FROM aggregator.release"
EMPTY = "TRUNCATE aggregator.release"
SERVICE, OWNER = "SET LOCAL ROLE tonghop_aggregator", "SELECT 'whoever owns the database'"


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        pytest.param(SERVICE, UPDATE, id="the service updates"),
        pytest.param(SERVICE, DELETE, id="the service deletes"),
        pytest.param(SERVICE, EMPTY, id="the service empties"),
        pytest.param(OWNER, UPDATE, id="the owner updates"),
        pytest.param(OWNER, DELETE, id="the owner deletes"),
    ],
)
async def test_nobody_changes_a_release(
    role: str, statement: str, desk: Desk, record: Recorded, engine: AsyncEngine
) -> None:
    await released(desk)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(engine, role, statement)


COPY_WITH_ANOTHER_CONTENT = """
INSERT INTO aggregator.release
    (province_id, regime, form, form_version, period, sequence, track, position, recorded_at,
     catalogue_number, expected, reported, on_time, content, sha256, published_by,
     published_by_name, published_at, event_id)
SELECT province_id, regime, form, form_version, period, 2, track, position, recorded_at,
       catalogue_number, expected, reported, on_time, content || ' ', sha256, published_by,
       published_by_name, published_at, event_id
FROM aggregator.release
"""


async def test_the_database_refuses_a_release_whose_hash_is_not_that_of_its_content(
    desk: Desk, record: Recorded, engine: AsyncEngine
) -> None:
    await released(desk)
    with pytest.raises(asyncpg.CheckViolationError):
        await execute(engine, COPY_WITH_ANOTHER_CONTENT)


async def execute(engine: AsyncEngine, *statements: str) -> None:
    async with transaction(engine) as connection:
        native = await driver(connection)
        for statement in statements:
            await native.execute(statement)


async def test_the_audit_tells_who_released_what(
    desk: Desk, record: Recorded, engine: AsyncEngine
) -> None:
    release = await released(desk)
    async with engine.connect() as connection:
        [row] = await connection.exec_driver_sql(
            "SELECT action, organization_id, details ->> 'number' AS number, "
            "details ->> 'sha256' AS sha256 FROM identity.audit_trail WHERE source = 'release'"
        )
    assert (row.action, row.organization_id) == ("release_publish", PROVINCE)
    assert (row.number, row.sha256) == ("2025-Q2/1", release["sha256"])
