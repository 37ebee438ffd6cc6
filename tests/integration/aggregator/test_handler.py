"""The consumer against the oracle: whatever is duplicated, delayed, reordered or taken back."""

import random
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.tracks import Track
from shared.domain.identifiers import OrganizationId
from shared.domain.reports import Act
from shared.domain.rollups import Coverage
from shared.messaging.errors import PoisonEvent
from tests.integration.aggregator.conftest import Deliver, Verified
from tests.integration.aggregator.stored import everything, rollup_at
from tests.integration.aggregator.world import (
    COMMUNES,
    DISTRICTS,
    PROVINCE,
    Q2,
    SUMMED,
    TYPED,
    History,
    make_catalogue,
    province,
)

DISTRICT = DISTRICTS[0]
FIRST, SECOND, *_ = COMMUNES[DISTRICT]


@pytest.mark.parametrize("seed", range(8))
async def test_rollups_equal_the_oracle_after_any_history(
    seed: int, history: History, deliver: Deliver, verified: Verified
) -> None:
    history.live_through(seed, acts=150)
    await deliver(history.events, size=1 + 13 * seed)
    result = await verified(history)
    assert result.compared > 100
    assert not result.pending
    assert list(map(str, result.differences)) == []


@pytest.mark.parametrize("seed", range(5))
async def test_neither_repetition_nor_disorder_changes_a_sum(
    seed: int, history: History, deliver: Deliver, verified: Verified
) -> None:
    opened = list(history.events)
    history.live_through(seed, acts=120)
    later = history.events[len(opened) :]
    chance = random.Random(seed)  # noqa: S311 (the same disorder each time)
    disordered = chance.sample(later * 2, k=2 * len(later))
    await deliver([*opened, *disordered], size=23)
    result = await verified(history)
    assert list(map(str, result.differences)) == []


async def test_a_replay_of_the_whole_log_changes_nothing(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    history.live_through(1, acts=80)
    await deliver(history.events)
    before = await everything(engine)
    await deliver(history.events, size=7)
    assert await everything(engine) == before


async def test_a_parent_is_the_sum_of_its_children(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 3, "b": 4}, R2={"a": 1, "b": 2})
    history.submit((SECOND, SUMMED, Q2), R1={"a": 5, "b": 6}, R2={"a": 7, "b": 0})
    await deliver(history.events)
    for node in (DISTRICT, PROVINCE):
        rollup = await rollup_at(engine, node)
        assert list(rollup.totals) == [8, 10, 8, 2]
        assert list(rollup.counts) == [2, 2, 2, 2]
        assert list(rollup.minima) == [3, 4, 1, 0]
        assert list(rollup.maxima) == [5, 6, 7, 2]


async def test_missing_is_not_zero(history: History, deliver: Deliver, engine: AsyncEngine) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 0})
    await deliver(history.events)
    rollup = await rollup_at(engine, PROVINCE)
    assert list(rollup.totals) == [Decimal(0), None, None, None]
    assert list(rollup.counts) == [1, 0, 0, 0]


async def test_a_blank_is_zero_only_where_the_form_says_so(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    history.submit((FIRST, TYPED, Q2), R1={"a": 2})
    await deliver(history.events)
    rollup = await rollup_at(engine, FIRST, owner=(FIRST, TYPED, Q2))
    assert list(rollup.totals) == [2, 0, 0, 0]


async def test_figures_stay_exact_beyond_what_a_float_holds(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    for each in COMMUNES[DISTRICT][:3]:
        history.submit((each, SUMMED, Q2), R1={"a": "9007199254740993.1"})
    await deliver(history.events)
    assert (await rollup_at(engine, PROVINCE)).totals[0] == Decimal("27021597764222979.3")


async def test_a_level_that_does_not_sum_hides_figures_but_not_duties(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    history.submit((FIRST, TYPED, Q2), R1={"a": 2})
    history.submit((DISTRICT, TYPED, Q2), R1={"a": 5})
    await deliver(history.events)
    rollup = await rollup_at(engine, PROVINCE, owner=(PROVINCE, TYPED, Q2))
    assert rollup.totals[0] == 5
    assert rollup.coverage == Coverage(15, 2, 2)


async def test_the_official_sum_takes_approved_reports_only(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    owner = (FIRST, SUMMED, Q2)
    history.submit(owner, R1={"a": 3})
    history.act(owner, Act.APPROVE)
    history.submit(owner, R1={"a": 4})
    await deliver(history.events)
    live = await rollup_at(engine, PROVINCE, track=Track.LIVE)
    official = await rollup_at(engine, PROVINCE, track=Track.OFFICIAL)
    assert (live.totals[0], official.totals[0]) == (4, 3)
    assert live.coverage.reported == official.coverage.reported == 1


async def test_a_returned_report_leaves_the_sum_and_the_coverage(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    owner = (FIRST, SUMMED, Q2)
    history.submit(owner, R1={"a": 3})
    history.act(owner, Act.RETURN)
    await deliver(history.events)
    rollup = await rollup_at(engine, PROVINCE)
    assert rollup.totals[0] is None
    assert rollup.coverage == Coverage(12, 0, 0)


async def test_an_excluded_unit_counts_neither_in_the_sum_nor_in_what_is_expected(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 3})
    history.exclude((FIRST, SUMMED, Q2))
    await deliver(history.events)
    rollup = await rollup_at(engine, PROVINCE)
    assert rollup.totals[0] is None
    assert rollup.coverage == Coverage(11, 0, 0)


async def test_a_rollup_shows_the_position_of_the_newest_event_below_it(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    event = history.submit((FIRST, SUMMED, Q2), R1={"a": 3})
    history.submit((COMMUNES[DISTRICTS[1]][0], SUMMED, Q2), R1={"a": 3})
    await deliver(history.events)
    assert (await rollup_at(engine, DISTRICT)).position == event.position
    assert (await rollup_at(engine, PROVINCE)).position == len(history.events)


async def test_a_report_that_nobody_owes_is_poison(history: History, deliver: Deliver) -> None:
    event = history.submit((FIRST, SUMMED, Q2), R1={"a": 3})
    with pytest.raises(PoisonEvent) as raised:
        await deliver([event])
    assert raised.value.code == "report_without_obligation"
    assert raised.value.event is event


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"form_version": 9}, "unknown_form", id="a form version nobody knows"),
        pytest.param({"sequence": 0}, "invalid_payload", id="a sequence below one"),
        pytest.param({"live": {"version": 1}}, "invalid_payload", id="half a track"),
    ],
)
async def test_an_event_that_can_never_be_applied_is_poison(
    changed: dict[str, object], code: str, history: History, deliver: Deliver
) -> None:
    opened = list(history.events)
    event = history.submit((FIRST, SUMMED, Q2), R1={"a": 3})
    bad = replace(event, data={**event.data, **changed})
    with pytest.raises(PoisonEvent) as raised:
        await deliver([*opened, bad], size=500)
    assert raised.value.code == code


async def test_a_figure_for_a_derived_cell_is_poison(history: History, deliver: Deliver) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"c": 3})
    with pytest.raises(PoisonEvent, match="unknown_cell"):
        await deliver(history.events, size=500)


async def test_a_poisoned_state_that_a_newer_one_supersedes_does_no_harm(
    history: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"c": 3})
    history.submit((FIRST, SUMMED, Q2), R1={"a": 3})
    await deliver(history.events, size=500)
    assert (await rollup_at(engine, PROVINCE)).totals[0] == 3


async def test_a_corrected_tree_moves_figures_to_the_right_parent(
    history: History, deliver: Deliver, verified: Verified, engine: AsyncEngine
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 3})
    await deliver(history.events)
    applied = len(history.events)
    history.catalogue_changed(2)
    corrected = make_catalogue(
        [
            replace(each, parent_id=DISTRICTS[1]) if each.id == FIRST else each
            for each in province()
        ],
        number=2,
    )
    await deliver(history.events[applied:], catalogue=corrected)
    assert (await rollup_at(engine, DISTRICTS[0])).totals[0] is None
    assert (await rollup_at(engine, DISTRICTS[1])).totals[0] == 3
    assert (await verified(history, catalogue=corrected)).differences == ()


async def test_a_unit_taken_out_of_the_tree_leaves_its_rollup_behind_nowhere(
    history: History, deliver: Deliver, verified: Verified
) -> None:
    history.submit((FIRST, SUMMED, Q2), R1={"a": 3})
    await deliver(history.events)
    applied = len(history.events)
    for owner in list(history.duties):
        if owner[0] == FIRST:
            history.exclude(owner)
    history.catalogue_changed(2)
    without = make_catalogue([each for each in province() if each.id != FIRST], number=2)
    await deliver(history.events[applied:], catalogue=without)
    assert (await verified(history, catalogue=without)).differences == ()


async def test_an_obligation_of_an_unknown_organization_is_poison(
    history: History, deliver: Deliver
) -> None:
    history.open((OrganizationId(999), SUMMED, Q2))
    with pytest.raises(PoisonEvent, match="unknown_organization"):
        await deliver(history.events, size=500)
