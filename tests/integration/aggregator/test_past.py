"""Figures as of any position against the oracle, whatever had happened by then."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.history.past import PastFigures
from services.aggregator.reading.figures import Rollup
from services.aggregator.reading.live import LiveFigures
from services.aggregator.shapes import Node, Sheaf, shape_at
from services.aggregator.tracks import Track
from services.aggregator.upkeep.oracle import LoggedReport, RollupValues, expected_rollups
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import driver, snapshot
from shared.domain.figures import figures_from_text
from shared.domain.identifiers import OrganizationId
from shared.domain.rollups import NO_COVERAGE
from shared.messaging.positions import LogPlace
from tests.integration.aggregator.conftest import Deliver
from tests.integration.aggregator.log_rows import store
from tests.integration.aggregator.world import (
    COMMUNES,
    CUTOFFS,
    DISTRICTS,
    FORMS,
    Q1,
    Q2,
    SUMMED,
    History,
    make_catalogue,
    organization,
    province,
)

Expected = Mapping[tuple[Node, Track], RollupValues]


def oracle(history: History, *, position: int, catalogue: Catalogue) -> Expected:
    """What every node of every sheaf adds up to after the first `position` events."""
    newest = {event.subject: event.data for event in history.events[:position]}
    expected = {}
    for period, cutoff in CUTOFFS.items():
        for form in FORMS:
            shape = shape_at(catalogue, form, cutoff=cutoff)
            logged = logged_reports(newest, sheaf=Sheaf(form, period))
            for organization_id, track, values in expected_rollups(logged, shape=shape):
                if values.coverage != NO_COVERAGE:
                    expected[Node(form, period, organization_id), track] = values
    return expected


def logged_reports(newest: Mapping[str, Mapping], *, sheaf: Sheaf) -> list[LoggedReport]:
    reports = {
        each["organization_id"]: each
        for subject, each in newest.items()
        if subject.startswith("report/") and (each["form"], each["period"]) == sheaf
    }
    return [
        logged_report(each, report=reports.get(each["organization_id"], {}))
        for subject, each in newest.items()
        if subject.startswith("obligation/")
        and (each["form"], each["period"]) == sheaf
        and each["state"] != "excluded"
    ]


def logged_report(duty: Mapping, *, report: Mapping) -> LoggedReport:
    first = report.get("first_submitted_at")
    standing = {track: report.get(track.value) for track in Track}
    return LoggedReport(
        organization_id=OrganizationId(duty["organization_id"]),
        deadline=datetime.fromisoformat(duty["deadline"]),
        first_submitted_at=first and datetime.fromisoformat(first),
        figures={
            track: figures_from_text(each["figures"]) for track, each in standing.items() if each
        },
    )


async def past(
    engine: AsyncEngine, *, position: int, catalogue: Catalogue, history: History
) -> Expected:
    """What the log gives for every node at the position."""
    place = LogPlace(position, history.events[position - 1].recorded_at)
    found = {}
    async with snapshot(engine) as connection:
        figures = PastFigures(await driver(connection), catalogue=catalogue, place=place)
        for track in Track:
            rollups = await figures.rollups(every_node(catalogue), track=track)
            found |= {(node, track): values_of(rollup) for node, rollup in rollups.items()}
    return found


def every_node(catalogue: Catalogue) -> list[Node]:
    return [
        Node(form, period, each)
        for period, cutoff in CUTOFFS.items()
        for form in FORMS
        for each in catalogue.tree(cutoff).organizations
    ]


def values_of(rollup: Rollup) -> RollupValues:
    arrays = (rollup.totals, rollup.counts, rollup.minima, rollup.maxima)
    return RollupValues(*map(tuple, arrays), rollup.coverage)


@pytest.mark.parametrize("seed", range(6))
async def test_figures_as_of_any_position_equal_the_oracle(
    seed: int, history: History, engine: AsyncEngine
) -> None:
    opened = len(history.events)
    history.live_through(seed, acts=150)
    await store(history, engine)
    catalogue = make_catalogue()
    chance = random.Random(seed)  # noqa: S311 (the same positions each time)
    last = len(history.events)
    for position in (1, opened, *chance.sample(range(opened, last), k=4), last):
        found = await past(engine, position=position, catalogue=catalogue, history=history)
        assert found == oracle(history, position=position, catalogue=catalogue)


@pytest.mark.parametrize("seed", range(3))
async def test_a_tree_that_changes_between_the_periods_is_that_of_each_cut_off(
    seed: int, history: History, engine: AsyncEngine
) -> None:
    history.live_through(seed, acts=120)
    await store(history, engine)
    catalogue = make_catalogue(merged_province())
    position = len(history.events) - 20
    found = await past(engine, position=position, catalogue=catalogue, history=history)
    assert found == oracle(history, position=position, catalogue=catalogue)


def merged_province():
    """After the first quarter the last district joins the first, and two of its communes one."""
    day = CUTOFFS[Q1].replace(day=15)
    gone, kept = DISTRICTS[2], DISTRICTS[0]
    for each in province():
        if each.id == gone or each.id == COMMUNES[gone][0]:
            yield replace(each, valid_to=day)
        elif each.parent_id == gone:
            yield replace(each, valid_to=day)
            yield replace(each, valid_from=day, parent_id=kept)
        else:
            yield each
    yield replace(organization(99, level="commune", parent=kept), valid_from=day)


@pytest.mark.parametrize("seed", range(4))
async def test_as_of_the_last_position_equals_the_live_figures(
    seed: int, history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    history.live_through(seed, acts=150)
    await store(history, engine)
    await deliver(history.events * 2, size=31)
    catalogue = make_catalogue()
    found = await past(engine, position=len(history.events), catalogue=catalogue, history=history)
    assert found == await live(engine, catalogue=catalogue)


async def live(engine: AsyncEngine, *, catalogue: Catalogue) -> Expected:
    found = {}
    async with snapshot(engine) as connection:
        figures = LiveFigures(await driver(connection))
        for track in Track:
            rollups = await figures.rollups(every_node(catalogue), track=track)
            found |= {
                (node, track): values_of(rollup)
                for node, rollup in rollups.items()
                if rollup.coverage != NO_COVERAGE
            }
    return found


async def test_duties_and_reports_stand_as_they_stood(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    history.live_through(9, acts=200)
    await store(history, engine)
    await deliver(history.events)
    place = LogPlace(len(history.events), history.now)
    sheaf, units = Sheaf(SUMMED, Q2), [each.id for each in province()]
    async with snapshot(engine) as connection:
        native = await driver(connection)
        then = PastFigures(native, catalogue=make_catalogue(), place=place)
        now = LiveFigures(native)
        duties = await then.duties(sheaf, organization_ids=units)
        assert duties == await now.duties(sheaf, organization_ids=units)
        assert any(each.is_in for each in duties.values())
        for track in Track:
            reports = await then.reports(sheaf, organization_ids=units, track=track)
            assert reports == await now.reports(sheaf, organization_ids=units, track=track)
            assert reports


async def test_what_was_set_aside_counts_no_more_then_than_now(
    history: History, engine: AsyncEngine
) -> None:
    first = COMMUNES[DISTRICTS[0]][0]
    history.submit((first, SUMMED, Q2), R1={"a": 5})
    bad = history.submit((first, SUMMED, Q2), R1={"a": 7})
    await store(history, engine)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(
            'INSERT INTO aggregator.dead_letter (log_id, partition, "offset", event_id, code, '
            f"reason, data, parked_at) VALUES ('log', 0, 1, '{bad.event_id}', 'c', '', '', now())"
        )
    found = await past(
        engine, position=len(history.events), catalogue=make_catalogue(), history=history
    )
    assert found[Node(SUMMED, Q2, first), Track.LIVE].totals[0] == 5
