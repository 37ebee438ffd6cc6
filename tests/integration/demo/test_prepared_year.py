"""The prepared history of two provinces: what is stored is what acts would have stored."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.upkeep.verify import verify
from services.demo.accounts import create_people, narrator_id
from services.demo.people import seeder
from services.demo.seeding import load_world
from services.demo.worlds import WORLDS, WorldName
from services.demo.year.seeding import seed_year
from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.db.engine import read_json, transaction
from shared.domain.figures import figures_from_text
from shared.domain.identifiers import FormCode, OrganizationCode, OrganizationId, RegimeCode
from shared.domain.sheets import check
from shared.events.payloads import ObligationStateV1, ReportStateV1, read_payload
from shared.events.topics import EventType

WORLD = WORLDS[WorldName.YEAR]
DISTRICTS = ("695", "741")
"""Đồng Phú, and Xuân Lộc with the commune that was divided."""

COMPARED = """
SELECT v.figures::text, v.nothing_to_report, v.explanations::text, r.form, r.period,
       (SELECT e.figures::text FROM log.report p
        JOIN log.report_version e ON e.report_id = p.id AND e.version = p.last_version
        WHERE p.organization_id = r.organization_id AND p.form = r.form AND p.period = :previous
       ) AS previous
FROM log.report r JOIN log.report_version v ON v.report_id = r.id
WHERE r.form = :form AND r.period = :period
"""


@dataclass(frozen=True)
class Told:
    engine: AsyncEngine
    known: Catalogue

    async def rows(self, statement: str, **values: object) -> list[Any]:
        async with transaction(self.engine) as connection:
            return list(await connection.execute(text(statement), values))


def sample(known: Catalogue) -> frozenset[OrganizationId]:
    """Two districts of before the reform, and what became of them."""
    tree = known.tree(date(2025, 6, 30))
    heads = [known.organization_by_code(OrganizationCode(c), on=tree.on) for c in DISTRICTS]
    old = {each for head in heads for each in tree.subtree(head.id)}
    return frozenset(old | {edge.target_id for edge in known.lineage if edge.source_id in old})


@pytest.fixture(
    params=[
        pytest.param(True, id="two districts"),
        pytest.param(False, marks=pytest.mark.soak, id="all"),
    ]
)
async def told(request: pytest.FixtureRequest, engine: AsyncEngine) -> Told:
    await load_world(engine, packs=WORLD.packs, at=WORLD.begins)
    known = await CatalogueReader(engine).current()
    narrator = seeder(WORLD.province)
    await create_people(
        engine, known, people=WORLD.people, narrator=narrator, on=WORLD.starts.date()
    )
    await seed_year(
        engine,
        actor_id=await narrator_id(engine, narrator),
        progress=lambda done, total, *, doing: None,
        only=sample(known) if request.param else None,
        played=frozenset({"25210"}),
    )
    return Told(engine, known)


async def test_a_prepared_history_is_as_sound_as_one_that_was_lived(told: Told) -> None:
    found = await verify(told.engine, catalogue=told.known)
    assert found.compared > 20_000
    assert (found.differences, found.pending) == ((), ())
    await _every_version_keeps_the_rules(told)
    await _every_event_has_its_shape_and_place(told)
    await _nothing_past_will_be_mailed(told)
    await _there_is_work_left(told)
    await _a_dissolved_units_account_has_ended(told)
    await _the_province_has_signed_off_what_is_past(told)


async def _every_version_keeps_the_rules(told: Told) -> None:
    topics = await told.rows(
        "SELECT DISTINCT regime, form, period, cutoff_date FROM log.obligation"
    )
    judged = 0
    for regime, form, code, cutoff in topics:
        template = told.known.form(FormCode(form), on=cutoff)
        period = told.known.regime(RegimeCode(regime), on=cutoff).period(code)
        previous = period.previous()
        for row in await told.rows(COMPARED, form=form, period=code, previous=previous.code):
            before = None if row.previous is None else figures_from_text(read_json(row.previous))
            faults = check(
                template,
                figures_from_text(read_json(row.figures)),
                previous=before,
                same_year=previous.year == period.year,
            )
            explained = read_json(row.explanations)
            assert {f"{fault.check}/{fault.row}" for fault in faults} <= explained.keys()
            judged += 1
    assert judged > 1_000


async def _every_event_has_its_shape_and_place(told: Told) -> None:
    events = await told.rows(
        "SELECT type, subject, data::text AS data, position, occurred_at, recorded_at "
        "FROM log.event ORDER BY position"
    )
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    sequences: dict[str, int] = {}
    for event in events:
        placed_later = event.type == EventType.AGGREGATE_SIGNED_OFF
        assert event.recorded_at == (WORLD.starts if placed_later else event.occurred_at)
        if ".report." in event.type or ".obligation." in event.type:
            sequence = _sequence(event)
            assert sequence == sequences.get(event.subject, 0) + 1, event.subject
            sequences[event.subject] = sequence
    heads = await told.rows("SELECT 'report/' || id AS subject, sequence FROM log.report")
    assert all(sequences[head.subject] == head.sequence for head in heads)


def _sequence(event: Any) -> int:
    """Raises InvalidPayload for data that has not the published shape."""
    data = read_json(event.data)
    if ".report." in event.type:
        return read_payload(data, ReportStateV1).sequence
    return read_payload(data, ObligationStateV1).sequence


async def _nothing_past_will_be_mailed(told: Told) -> None:
    waiting = await told.rows("SELECT min(due_at) FROM notifier.timer WHERE state = 'waiting'")
    assert waiting[0][0] > WORLD.starts


async def _there_is_work_left(told: Told) -> None:
    states = {
        (row.period, row.state): row.count
        for row in await told.rows(
            "SELECT period, state, count(*) FROM log.report GROUP BY period, state"
        )
    }
    assert states["2025-09", "submitted"] > 0
    assert states["2025-Q3", "approved"] > 0
    assert {period for period, state in states if state != "approved"} <= {"2025-09", "2025-Q3"}
    assert states["2024-Q1", "approved"] > 0
    assert ("2024-01", "approved") in states


async def _the_province_has_signed_off_what_is_past(told: Told) -> None:
    rows = await told.rows(
        "SELECT form, period FROM log.aggregate_signoff WHERE signed_at < :now ORDER BY period",
        now=WORLD.starts,
    )
    assert {(row.form, row.period) for row in rows} == {
        (form, period) for form in ("KTXH-01", "KTXH-02") for period in ("2025-07", "2025-08")
    }


async def _a_dissolved_units_account_has_ended(told: Told) -> None:
    (ended,) = [person for person in WORLD.people if person.until]
    rows = await told.rows(
        "SELECT active FROM identity.account WHERE username = :name", name=ended.username
    )
    assert [row.active for row in rows] == [False]
