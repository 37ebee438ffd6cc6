"""Who does today what a unit was to do."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from shared.domain.holders import heirs, passed_on, successor
from shared.domain.identifiers import (
    FormCode,
    ObligationId,
    OrganizationId,
    PeriodCode,
    RegimeCode,
)
from shared.domain.lineage import Lineage
from shared.domain.obligations import Obligation, ObligationState
from tests.factories.lineage import AFTER, EDGES, LAST, LATER, edge, ids, tree

LINEAGE = Lineage.of(EDGES)
PROVINCE, MERGED, DIVIDED, WHOLE = (OrganizationId(each) for each in (10, 11, 6, 4))
DISTRICT, OLD_PROVINCE = OrganizationId(2), OrganizationId(1)


def duty(of: OrganizationId, *, to: OrganizationId | None) -> Obligation:
    return Obligation(
        id=ObligationId(1),
        organization_id=of,
        province_id=OLD_PROVINCE,
        regime=RegimeCode("KSTTHC"),
        form=FormCode("II.06a"),
        period=PeriodCode("2025-Q2"),
        receiver_id=to,
        cutoff_date=date(2025, 6, 14),
        deadline=datetime(2025, 6, 20, tzinfo=UTC),
        state=ObligationState.FIXED,
        sequence=3,
    )


def test_a_unit_that_is_there_answers_for_itself() -> None:
    assert successor(MERGED, lineage=LINEAGE, today=AFTER) == MERGED


def test_who_took_over_the_whole_answers_for_it() -> None:
    assert successor(WHOLE, lineage=LINEAGE, today=AFTER) == MERGED
    assert successor(DISTRICT, lineage=LINEAGE, today=AFTER) == PROVINCE


def test_for_a_divided_unit_nobody_answers_until_somebody_is_named() -> None:
    assert successor(DIVIDED, lineage=LINEAGE, today=AFTER) is None


def test_a_duty_passes_to_who_took_over_its_unit_and_its_receiver() -> None:
    passed = passed_on(duty(WHOLE, to=DISTRICT), lineage=LINEAGE, today=AFTER)
    assert (passed.met_by, passed.receiver_id, passed.sequence) == (MERGED, PROVINCE, 4)
    assert passed.organization_id == WHOLE


def test_where_only_the_receiver_has_ended_the_unit_goes_on_meeting_its_duty() -> None:
    passed = passed_on(duty(MERGED, to=DISTRICT), lineage=LINEAGE, today=AFTER)
    assert (passed.holder_id, passed.receiver_id) == (None, PROVINCE)


@pytest.mark.parametrize(
    "unchanged",
    [
        pytest.param(duty(MERGED, to=PROVINCE), id="both are there"),
        pytest.param(duty(DIVIDED, to=None), id="nobody took over the whole"),
        pytest.param(replace(duty(DIVIDED, to=PROVINCE), holder_id=MERGED), id="somebody is named"),
    ],
)
def test_a_duty_stays_where_nobody_took_over(unchanged: Obligation) -> None:
    assert passed_on(unchanged, lineage=LINEAGE, today=AFTER) is unchanged


def test_whoever_was_named_may_be_taken_over_too() -> None:
    lineage = Lineage.of([*EDGES, edge(12, 21, on=LATER)])
    today = tree(LAST, p10=(), c21=(10,))
    named = replace(duty(DIVIDED, to=PROVINCE), holder_id=OrganizationId(12))
    assert passed_on(named, lineage=lineage, today=today).met_by == 21


def test_a_unit_without_a_known_successor_has_none() -> None:
    lineage = Lineage.of([])
    assert successor(WHOLE, lineage=lineage, today=AFTER) is None


def test_a_duty_goes_to_who_has_a_part_or_is_above_them() -> None:
    assert heirs(DIVIDED, lineage=LINEAGE, today=AFTER) == ids(10, 12, 13)
    assert heirs(WHOLE, lineage=Lineage.of([]), today=AFTER) == frozenset()
