"""Signing off an aggregate: who owes it, when it may be done, and what changed since."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared.domain.aggregates import (
    AggregateError,
    AggregateStanding,
    AggregateUnchanged,
    CellChange,
    IncompleteAggregate,
    NothingToSignOff,
    aggregate_deadline,
    aggregate_standing,
    changed_cells,
    owes_aggregate,
    require_sign_off,
)
from shared.domain.deadlines import LadderDeadline
from shared.domain.forms import CellRef
from shared.domain.identifiers import ColumnCode, OrganizationCode, OrganizationId, RowCode
from shared.domain.organizations import OrganizationKind, OrganizationVersion, Tree
from shared.domain.rollups import Coverage

WHOLE = Coverage(expected=10, reported=10, on_time=9)
PART = Coverage(expected=10, reported=8, on_time=8)
FIRST, SECOND = RowCode("LV01"), RowCode("LV02")
FOUR, FIVE = ColumnCode("4"), ColumnCode("5")


def refusal(
    coverage: Coverage, *, reason: str | None, unchanged: bool = False
) -> AggregateError | None:
    """Why it may not be signed off; None if it may."""
    try:
        require_sign_off(coverage, reason=reason, unchanged=unchanged)
    except AggregateError as error:
        return error
    return None


def test_a_whole_aggregate_is_signed_off_without_a_reason() -> None:
    assert refusal(WHOLE, reason=None) is None


def test_one_that_lacks_reports_needs_a_reason() -> None:
    assert refusal(PART, reason="Hai xã mất kết nối") is None
    refused = refusal(PART, reason=" ")
    assert isinstance(refused, IncompleteAggregate)
    assert refused.missing == 2


def test_nothing_approved_is_nothing_to_sign_off() -> None:
    assert isinstance(refusal(Coverage(10, 0, 0), reason="Gấp"), NothingToSignOff)


def test_the_same_is_not_signed_off_twice() -> None:
    assert isinstance(refusal(WHOLE, reason="Gửi lại", unchanged=True), AggregateUnchanged)


def test_changes_since_are_told_cell_by_cell() -> None:
    signed = {FIRST: {FOUR: Decimal(5), FIVE: Decimal(1)}}
    now = {FIRST: {FOUR: Decimal(6)}, SECOND: {FOUR: Decimal(2)}}

    assert changed_cells(signed, now) == (
        CellChange(CellRef(FIRST, FOUR), Decimal(5), Decimal(6)),
        CellChange(CellRef(FIRST, FIVE), Decimal(1), None),
        CellChange(CellRef(SECOND, FOUR), None, Decimal(2)),
    )
    assert changed_cells(signed, signed) == ()


def _unit(number: int, *, level: str, parent: int | None) -> OrganizationVersion:
    return OrganizationVersion(
        id=OrganizationId(number),
        code=OrganizationCode(str(number)),
        name=f"Đơn vị {number}",
        kind=OrganizationKind.COMMUNE,
        level=level,
        parent_id=None if parent is None else OrganizationId(parent),
        province_id=OrganizationId(1),
        valid_from=date(2004, 1, 1),
        valid_to=None,
        search_key="",
        sort_key="",
    )


TREE = Tree.at(
    (
        _unit(1, level="province", parent=None),
        _unit(2, level="district", parent=1),
        _unit(3, level="commune", parent=2),
        _unit(4, level="department", parent=1),
    ),
    date(2025, 6, 14),
)


@pytest.mark.parametrize(
    ("number", "owes"),
    [
        pytest.param(1, True, id="province"),
        pytest.param(2, True, id="district"),
        pytest.param(3, False, id="commune without children"),
        pytest.param(4, False, id="level that does not add up"),
        pytest.param(5, False, id="unknown on that day"),
    ],
)
def test_who_has_children_and_adds_them_up_owes_the_aggregate(number: int, *, owes: bool) -> None:
    levels = frozenset({"commune", "district", "province"})
    assert owes_aggregate(OrganizationId(number), summing_levels=levels, tree=TREE) is owes


def test_its_deadline_is_the_step_of_its_level() -> None:
    instant = datetime(2025, 6, 19, 17, tzinfo=UTC)
    deadlines = {"district": LadderDeadline("district", date(2025, 6, 19), instant, ())}

    assert aggregate_deadline(OrganizationId(2), deadlines=deadlines, tree=TREE) == instant
    assert aggregate_deadline(OrganizationId(1), deadlines=deadlines, tree=TREE) is None


EVE, END, AFTER = (datetime(2025, 6, day, 17, tzinfo=UTC) for day in (18, 19, 20))


@pytest.mark.parametrize(
    ("signed_at", "now", "standing"),
    [
        pytest.param(None, EVE, AggregateStanding.DUE, id="open"),
        pytest.param(None, END, AggregateStanding.DUE, id="at the last instant"),
        pytest.param(None, AFTER, AggregateStanding.OVERDUE, id="past"),
        pytest.param(END, AFTER, AggregateStanding.SIGNED_ON_TIME, id="signed in time"),
        pytest.param(AFTER, AFTER, AggregateStanding.SIGNED_LATE, id="signed late"),
    ],
)
def test_how_a_duty_to_sign_off_stands(
    signed_at: datetime | None, now: datetime, standing: AggregateStanding
) -> None:
    assert aggregate_standing(deadline=END, signed_at=signed_at, now=now) is standing
