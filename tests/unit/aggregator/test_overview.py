"""How a figure is compared with the period before."""

from decimal import Decimal

import pytest

from services.aggregator.dashboard.use_cases import change_of, share_of
from services.aggregator.indicators.comparisons import Change
from services.aggregator.indicators.use_cases import NodeReadings, Reading
from shared.domain.indicators import Indicator
from shared.domain.operators import ValueKind
from shared.domain.rollups import NO_COVERAGE, Coverage
from tests.integration.aggregator.world import INDICATORS, province

SIZE, SHARE = INDICATORS
ALL_IN, SOME_IN = Coverage(95, 95, 95), Coverage(95, 80, 80)


def reading(indicator: Indicator, now: Decimal | None, before: Decimal | None) -> Reading:
    return Reading(indicator, now, before, kind=ValueKind.ACTUAL, reason=None)


def node(now: Coverage, before: Coverage) -> NodeReadings:
    return NodeReadings(
        organization=province()[0], coverage=now, previous_coverage=before, readings=()
    )


@pytest.mark.parametrize(
    ("indicator", "now", "before", "change"),
    [
        pytest.param(SIZE, "106", "100", Change(Decimal(6), in_points=False), id="growth"),
        pytest.param(SIZE, "1", "3", Change(Decimal("-66.7"), in_points=False), id="rounded once"),
        pytest.param(SIZE, "5", "0", None, id="nothing to grow from"),
        pytest.param(SIZE, None, "5", None, id="missing now"),
        pytest.param(SIZE, "5", None, None, id="missing before"),
        pytest.param(SHARE, "97.4", "98.0", Change(Decimal("-0.6"), in_points=True), id="points"),
        pytest.param(SHARE, "1.5", "0", Change(Decimal("1.5"), in_points=True), id="from zero"),
    ],
)
def test_sizes_are_compared_in_percent_and_shares_in_points(
    indicator: object, now: str | None, before: str | None, change: Change | None
) -> None:
    values = [None if each is None else Decimal(each) for each in (now, before)]
    assert change_of(reading(indicator, *values), at=node(ALL_IN, ALL_IN)) == change


@pytest.mark.parametrize(
    ("now", "before"),
    [
        pytest.param(SOME_IN, ALL_IN, id="not all of this period"),
        pytest.param(ALL_IN, SOME_IN, id="not all of the period before"),
    ],
)
def test_a_size_that_lacks_units_says_so_where_it_is_compared(
    now: Coverage, before: Coverage
) -> None:
    values = Decimal(80), Decimal(100)
    size = change_of(reading(SIZE, *values), at=node(now, before))
    share = change_of(reading(SHARE, *values), at=node(now, before))
    assert size is not None
    assert share is not None
    assert (size.partial, share.partial) == (True, False)


def test_the_share_of_nothing_expected_is_missing_and_not_zero() -> None:
    assert share_of(NO_COVERAGE) is None
    assert share_of(Coverage(111, 88, 88)) == Decimal("79.3")
