"""Where a unit lies on the map, and how its figure looks."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.aggregator.dashboard.symbol_map import (
    ALIKE,
    LARGEST,
    MISSING,
    SHADES,
    Symbol,
    SymbolMap,
    symbol_map,
)
from services.aggregator.indicators.use_cases import NodeReadings, Reading
from shared.domain.indicators import Indicator
from shared.domain.operators import ValueKind
from shared.domain.organizations import OrganizationVersion
from shared.domain.rollups import NO_COVERAGE, Coverage
from tests.integration.aggregator.world import INDICATORS, province

SIZE, SHARE = INDICATORS
UNITS = [each for each in province() if each.level == "commune"][:4]
PLACES = [
    ("11.9", "106.5"),
    ("11.5", "106.5"),
    ("11.5", "107.5"),
    ("10.9", "107.0"),
    ("11.2", "107"),
]


def unit(number: int) -> OrganizationVersion:
    latitude, longitude = (Decimal(each) for each in PLACES[number])
    return replace(UNITS[number], latitude=latitude, longitude=longitude)


def node(number: int, value: str | None, *, indicator: Indicator = SIZE) -> NodeReadings:
    found = None if value is None else Decimal(value)
    reading = Reading(indicator, found, None, kind=ValueKind.ACTUAL, reason=None)
    return NodeReadings(unit(number), Coverage(1, 1, 1), NO_COVERAGE, (reading,))


def drawn(*values: str | None, indicator: Indicator = SIZE) -> SymbolMap:
    nodes = [node(number, value, indicator=indicator) for number, value in enumerate(values)]
    found = symbol_map(nodes, indicator)
    assert found is not None
    return found


def symbol(drawing: SymbolMap, number: int) -> Symbol:
    return next(each for each in drawing.symbols if each.organization.id == UNITS[number].id)


def test_north_is_up_and_east_is_right() -> None:
    drawing = drawn("1", "1", "1", "1")
    north, west, east, south = (symbol(drawing, number) for number in range(4))

    assert north.y < west.y == east.y < south.y
    assert north.x == west.x < south.x < east.x
    for each in drawing.symbols:
        assert LARGEST <= each.x <= drawing.width - LARGEST
        assert LARGEST <= each.y <= drawing.height - LARGEST


def test_four_times_as_much_is_twice_as_wide_and_lies_below() -> None:
    drawing = drawn("400", "100", "0")

    assert [symbol(drawing, number).radius for number in range(2)] == [LARGEST, LARGEST // 2]
    assert [each.radius for each in drawing.symbols] == sorted(
        (each.radius for each in drawing.symbols), reverse=True
    )
    assert (drawing.lowest, drawing.highest) == (0, 400)


def test_shares_are_all_of_one_size_and_darker_where_they_are_higher() -> None:
    drawing = drawn("90", "95", "100", indicator=SHARE)

    assert {each.radius for each in drawing.symbols} == {ALIKE}
    assert [symbol(drawing, number).shade for number in range(3)] == [1, 3, SHADES]


def test_equal_shares_are_equally_dark() -> None:
    assert {each.shade for each in drawn("97", "97", "97", indicator=SHARE).symbols} == {SHADES}


def test_what_is_missing_is_drawn_as_missing_and_not_as_zero() -> None:
    drawing = drawn("5", "6", "7", None)

    assert drawing.has_missing
    assert symbol(drawing, 3).radius == MISSING
    assert symbol(drawing, 3).value is None


@pytest.mark.parametrize(
    "nodes",
    [
        pytest.param([node(0, "1"), node(1, "2")], id="too few"),
        pytest.param([node(0, "1"), node(1, None), node(2, None)], id="too few with a value"),
        pytest.param(
            [replace(node(n, "1"), organization=UNITS[n]) for n in range(4)], id="no coordinates"
        ),
        pytest.param(
            [replace(node(n, "1"), coverage=NO_COVERAGE) for n in range(4)], id="who owes nothing"
        ),
    ],
)
def test_of_too_few_there_is_no_map(nodes: list[NodeReadings]) -> None:
    assert symbol_map(nodes, SIZE) is None
