"""Why a figure changed: the parts sum to the difference, whatever happened in between."""

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.changes.measures import CellMeasure, IndicatorMeasure
from services.aggregator.changes.use_cases import Changes, Then, Wanted, read_changes
from services.aggregator.changes.walk import CauseKind
from services.aggregator.history.past import PastFigures
from services.aggregator.reading.figures import sheet_of
from services.aggregator.reading.questions import ask
from services.aggregator.tracks import Track
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import driver, snapshot
from shared.domain.forms import CellRef
from shared.domain.identifiers import ColumnCode, IndicatorCode, OrganizationId, RowCode
from shared.domain.reports import Act
from shared.messaging.positions import LogPlace
from shared.web.scope import Scope
from tests.integration.aggregator.log_rows import store
from tests.integration.aggregator.world import (
    COMMUNES,
    DISTRICTS,
    FORMS,
    PROVINCE,
    Q2,
    SUMMED,
    TYPED,
    History,
    make_catalogue,
    province,
)

FIRST, SECOND, *_ = COMMUNES[DISTRICTS[0]]
EVERYBODY = frozenset(each.id for each in province())


def cell(row: str, column: str) -> CellRef:
    return CellRef(RowCode(row), ColumnCode(column))


TYPED_CELL, DERIVED_CELL = CellMeasure(cell("R1", "a")), CellMeasure(cell("ALL", "share"))
TOTAL, SHARE = (IndicatorMeasure(IndicatorCode(each)) for each in ("S.TOTAL", "S.SHARE"))
MEASURES = (TYPED_CELL, DERIVED_CELL, TOTAL, SHARE)


async def changes(
    engine: AsyncEngine,
    history: History,
    *,
    since: int,
    until: int | None = None,
    node: OrganizationId = PROVINCE,
    track: Track = Track.LIVE,
    form: str = SUMMED,
    catalogues: tuple[Catalogue, Catalogue] | None = None,
    readable: frozenset[OrganizationId] = EVERYBODY,
    limit: int = 500,
) -> Changes:
    """Between two positions at a node, seen by somebody of the province."""
    before, after = catalogues or (make_catalogue(), make_catalogue())
    places = (LogPlace(each, history.now) for each in (since, until or len(history.events)))
    question = ask(
        after,
        period=Q2,
        organization=str(node),
        form=form,
        track=track,
        scope=Scope(PROVINCE, EVERYBODY),
    )
    ends = (Then(known, place) for known, place in zip((before, after), places, strict=True))
    wanted = Wanted(question, *ends, measures=MEASURES, readable=readable, limit=limit)
    async with snapshot(engine) as connection:
        return await read_changes(await driver(connection), wanted)


def parts(found: Changes) -> list[Decimal]:
    """What all parts add up to, number by number."""
    told: Sequence[Sequence[Decimal]] = [
        [each.difference for each in step.stretches] for step in found.steps
    ]
    return [sum(each) for each in zip(found.others.contributions, *told, strict=True)]


async def values_at(
    engine: AsyncEngine, history: History, *, position: int, found: Changes
) -> list[Decimal | None]:
    """The same numbers as of a position, by the way that all reads go."""
    question = found.wanted.question
    place, known = LogPlace(position, history.now), question.catalogue
    async with snapshot(engine) as connection:
        figures = PastFigures(await driver(connection), catalogue=known, place=place)
        rollups = await figures.rollups([question.node], track=question.track)
    sheet = sheet_of(rollups.get(question.node), form=FORMS[question.node.form])
    cutoff = question.period.cutoff_date
    return [each.value(sheet, catalogue=known, cutoff=cutoff) for each in MEASURES]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("track", Track)
async def test_the_parts_sum_to_the_difference_between_any_two_positions(
    seed: int, track: Track, history: History, engine: AsyncEngine
) -> None:
    opened = len(history.events)
    history.live_through(seed, acts=400)
    await store(history, engine)
    chance, told = random.Random(seed), 0  # noqa: S311 (the same positions each time)
    for node, form in ((PROVINCE, SUMMED), (DISTRICTS[1], SUMMED), (PROVINCE, TYPED)):
        since = opened + chance.randrange(30)
        until = len(history.events) - chance.randrange(30)
        found = await changes(
            engine, history, since=since, until=until, node=node, track=track, form=form
        )
        before = await values_at(engine, history, position=since, found=found)
        after = await values_at(engine, history, position=until, found=found)
        assert [(each.before, each.after) for each in found.stretches] == list(
            zip(before, after, strict=True)
        )
        assert parts(found) == [each.difference for each in found.stretches]
        told += len(found.steps)
    assert told > 5


@pytest.mark.parametrize("limit", [0, 1, 7])
async def test_what_is_not_told_one_by_one_still_adds_up(
    limit: int, history: History, engine: AsyncEngine
) -> None:
    opened = len(history.events)
    history.live_through(8, acts=150)
    await store(history, engine)
    below_first = frozenset({PROVINCE, *COMMUNES[DISTRICTS[0]]})
    whole = await changes(engine, history, since=opened)
    found = await changes(engine, history, since=opened, limit=limit, readable=below_first)
    assert len(found.steps) + found.others.count == len(whole.steps)
    assert len(found.steps) <= limit
    assert {step.organization_id for step in found.steps} <= below_first
    assert found.stretches == whole.stretches
    assert parts(found) == [each.difference for each in found.stretches]


async def test_each_part_names_the_report_the_act_and_its_cells(
    history: History, engine: AsyncEngine
) -> None:
    nothing = {"a": 0, "b": 0}
    history.submit((SECOND, SUMMED, Q2), R1={"a": 1, "b": 1}, R2=nothing)
    history.submit((FIRST, SUMMED, Q2), R1={"a": 82, "b": 5}, R2=nothing)
    since = len(history.events)
    event = history.submit((FIRST, SUMMED, Q2), R1={"a": 80, "b": 5}, R2=nothing)
    await store(history, engine)
    [step] = (await changes(engine, history, since=since)).steps
    assert step.organization_id == FIRST
    assert (step.cause.kind, step.cause.verb) == (CauseKind.REPORT, "submit")
    assert (step.cause.version, step.cause.position) == (2, event.position)
    assert step.cause.report_id == history.duties[FIRST, SUMMED, Q2].id
    [move] = step.cells
    assert (move.cell, move.before, move.after) == (cell("R1", "a"), 82, 80)
    assert [each.difference for each in step.stretches] == [-2, Decimal("-0.2"), -2, Decimal("0.2")]


async def test_an_approval_changes_the_official_figures_only(
    history: History, engine: AsyncEngine
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 3})
    since = len(history.events)
    history.act((FIRST, SUMMED, Q2), Act.APPROVE)
    await store(history, engine)
    official = await changes(engine, history, since=since, track=Track.OFFICIAL)
    assert [step.cause.verb for step in official.steps] == ["approve"]
    assert (official.stretches[0].before, official.stretches[0].after) == (None, 3)
    assert not (await changes(engine, history, since=since, track=Track.LIVE)).steps


async def test_an_exclusion_is_the_cause_when_it_takes_a_report_out_of_the_sum(
    history: History, engine: AsyncEngine
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 3})
    since = len(history.events)
    history.exclude((FIRST, SUMMED, Q2))
    await store(history, engine)
    [step] = (await changes(engine, history, since=since)).steps
    assert (step.cause.kind, step.cause.verb) == (CauseKind.DUTY, "excluded")
    assert step.stretches[0].difference == -3


async def test_a_corrected_tree_is_the_cause_when_it_moves_a_unit(
    history: History, engine: AsyncEngine
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 3})
    since = len(history.events)
    history.catalogue_changed(2)
    history.submit((SECOND, SUMMED, Q2), R1={"a": 5})
    await store(history, engine)
    moved = [
        replace(each, parent_id=DISTRICTS[1]) if each.id == FIRST else each for each in province()
    ]
    catalogues = (make_catalogue(), make_catalogue(moved, number=2))
    found = await changes(engine, history, since=since, node=DISTRICTS[0], catalogues=catalogues)
    tree, report = found.steps
    assert (tree.cause.kind, tree.cause.catalogue_number) == (CauseKind.CATALOGUE, 2)
    assert (tree.stretches[0].before, tree.stretches[0].after) == (3, None)
    assert (report.organization_id, report.stretches[0].difference) == (SECOND, 5)
    assert parts(found) == [each.difference for each in found.stretches]


async def test_what_was_published_and_no_longer_adds_up_is_told_as_such(
    history: History, engine: AsyncEngine
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 3})
    await store(history, engine)
    position = len(history.events)
    place, known = LogPlace(position, history.now), make_catalogue()
    question = ask(
        known, period=Q2, organization="1", form=SUMMED, scope=Scope(PROVINCE, EVERYBODY)
    )
    async with snapshot(engine) as connection:
        native = await driver(connection)
        figures = PastFigures(native, catalogue=known, place=place)
        rollup = (await figures.rollups([question.node], track=Track.LIVE))[question.node]
        frozen = replace(rollup, totals=[Decimal(9), *rollup.totals[1:]])
        wanted = Wanted(
            question,
            Then(known, place, frozen),
            Then(known, place),
            measures=MEASURES,
            readable=EVERYBODY,
        )
        found = await read_changes(native, wanted)
    [step] = found.steps
    assert step.cause.kind is CauseKind.RECOMPUTED
    assert (found.stretches[0].before, found.stretches[0].after) == (9, 3)
    assert parts(found) == [each.difference for each in found.stretches]


async def test_where_nothing_happened_there_is_nothing_to_tell(
    history: History, engine: AsyncEngine
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 3})
    await store(history, engine)
    found = await changes(engine, history, since=len(history.events))
    assert not found.steps
    assert not found.cells
    assert found.others.count == 0
    assert parts(found) == [0, 0, 0, 0]
