"""Adding up: order and grouping never matter, nothing is lost, nothing is rounded."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.forms import CellRef, Column, ColumnType, FormTemplate, Row
from shared.domain.identifiers import ColumnCode, FormCode, OrganizationId, RowCode
from shared.domain.organizations import OrganizationVersion, Tree
from shared.domain.rollups import (
    NO_COVERAGE,
    CellSummaries,
    CellSummary,
    Coverage,
    ImpossibleCoverage,
    added_figures,
    combine_cells,
    exact_sum,
    roll_up,
    roll_up_coverage,
)
from tests.factories.forms import form

figures = st.decimals(-(10**18), 10**18, allow_nan=False, allow_infinity=False, places=4)
summaries = st.lists(figures, min_size=1, max_size=4).map(
    lambda values: reduce(CellSummary.combine, map(CellSummary.of, values))
)
cells = st.sampled_from([CellRef(RowCode("D1"), ColumnCode(code)) for code in "1234"])
tables = st.dictionaries(cells, summaries)
coverages = st.lists(st.integers(0, 1000), min_size=3, max_size=3).map(
    lambda counts: Coverage(*sorted(counts, reverse=True))
)
LEVELS = ("province", "district", "commune")
FORM = form(
    entering_levels=frozenset({"commune"}), summing_levels=frozenset({"district", "province"})
)


@given(summaries, summaries, summaries)
def test_summaries_combine_in_any_order_and_grouping(
    first: CellSummary, second: CellSummary, third: CellSummary
) -> None:
    assert first.combine(second) == second.combine(first)
    assert first.combine(second).combine(third) == first.combine(second.combine(third))


@given(coverages, coverages, coverages)
def test_coverages_combine_in_any_order_and_grouping(
    first: Coverage, second: Coverage, third: Coverage
) -> None:
    assert first.combine(second) == second.combine(first)
    assert first.combine(second).combine(third) == first.combine(second.combine(third))
    assert first.combine(NO_COVERAGE) == first


@given(tables, tables, tables)
def test_tables_of_cells_combine_in_any_order_and_grouping(
    first: CellSummaries, second: CellSummaries, third: CellSummaries
) -> None:
    assert combine_cells(first, second) == combine_cells(second, first)
    assert combine_cells(combine_cells(first, second), third) == combine_cells(
        first, combine_cells(second, third)
    )


@given(st.lists(figures, min_size=1))
def test_a_summary_is_exact(values: list[Decimal]) -> None:
    found = reduce(CellSummary.combine, map(CellSummary.of, values))

    assert Fraction(found.total) == sum(map(Fraction, values))
    assert (found.count, found.minimum, found.maximum) == (len(values), min(values), max(values))


def test_a_sum_is_never_rounded() -> None:
    parts = [Decimal("1E+30"), Decimal("1E-9"), Decimal("-1E+30")]

    assert exact_sum(parts) == Decimal("1E-9")
    assert exact_sum([]) == 0


def test_coverage_is_a_share_of_what_is_expected() -> None:
    assert Coverage(111, 88, 84).share == Fraction(88, 111)
    assert NO_COVERAGE.share is None


@pytest.mark.parametrize("counts", [(1, 2, 0), (2, 1, 2), (1, 0, -1), (-1, -1, -1)])
def test_coverage_never_exceeds_what_is_expected(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ImpossibleCoverage):
        Coverage(*counts)


@pytest.fixture(scope="session")
def make_tree(make_organization: Callable[..., OrganizationVersion]) -> Callable[..., Tree]:
    """A tree from parent numbers: the first is the root, each later one names an earlier one."""

    def make(parents: list[int]) -> Tree:
        depths = [0]
        for parent in parents:
            depths.append(depths[parent] + 1)
        versions = [
            make_organization(
                place + 1,
                None if place == 0 else parents[place - 1] + 1,
                level=LEVELS[min(depth, 2)],
            )
            for place, depth in enumerate(depths)
        ]
        return Tree.at(versions, date(2025, 6, 14))

    return make


shapes = st.lists(st.integers(0, 30), max_size=12).map(
    lambda picks: [pick % (place + 1) for place, pick in enumerate(picks)]
)


@given(shapes, st.data())
def test_a_node_sums_all_entering_nodes_below_it(
    make_tree: Callable[..., Tree], parents: list[int], data: st.DataObject
) -> None:
    tree = make_tree([parent if parent < 4 else 0 for parent in parents])
    one = CellRef(RowCode("D1"), ColumnCode("1"))
    own = data.draw(
        st.dictionaries(
            st.sampled_from(sorted(tree.organizations)),
            figures.map(lambda value: {one: value}),
        )
    )
    found = roll_up(tree, own, form=form(summing_levels=frozenset(LEVELS)))

    for node in tree.organizations:
        below = [
            own[each][one]
            for each in tree.subtree(node)
            if each in own and tree.get(each).level == "commune"
        ]
        assert ([found[node][one].total] if found[node] else []) == ([sum(below)] if below else [])


@given(st.permutations([1, 2, 3, 4, 5]), st.lists(figures, min_size=5, max_size=5))
def test_the_order_of_reports_does_not_matter(
    make_tree: Callable[..., Tree], order: list[int], values: list[Decimal]
) -> None:
    tree = make_tree([0, 0, 1, 1, 2])
    one = CellRef(RowCode("D1"), ColumnCode("1"))
    own = {OrganizationId(node + 1): {one: values[node - 1]} for node in range(1, 6)}
    shuffled = {OrganizationId(node + 1): own[OrganizationId(node + 1)] for node in order}

    assert roll_up(tree, own, form=FORM) == roll_up(tree, shuffled, form=FORM)


def roll_up_one_commune(make_tree: Callable[..., Tree], template: FormTemplate) -> list[Any]:
    """Province, district and commune all typed 1, 2 and 4."""
    one = CellRef(RowCode("D1"), ColumnCode("1"))
    own = {OrganizationId(place + 1): {one: Decimal(2**place)} for place in range(3)}
    found = roll_up(make_tree([0, 1]), own, form=template)
    return [
        found[OrganizationId(place)][one].total if found[OrganizationId(place)] else None
        for place in (1, 2, 3)
    ]


def test_only_levels_that_enter_count_their_own_figures(make_tree: Callable[..., Tree]) -> None:
    assert roll_up_one_commune(make_tree, FORM) == [4, 4, 4]


def test_a_level_that_enters_and_sums_adds_both(make_tree: Callable[..., Tree]) -> None:
    template = form(entering_levels=frozenset(LEVELS), summing_levels=frozenset(LEVELS))

    assert roll_up_one_commune(make_tree, template) == [7, 6, 4]


def test_a_level_that_does_not_sum_hides_what_is_below(make_tree: Callable[..., Tree]) -> None:
    template = form(summing_levels=frozenset({"province"}))

    assert roll_up_one_commune(make_tree, template) == [None, None, 4]


def test_coverage_rolls_up_over_the_whole_tree(make_tree: Callable[..., Tree]) -> None:
    own = {OrganizationId(3): Coverage(1, 1, 0), OrganizationId(4): Coverage(1, 0, 0)}
    found = roll_up_coverage(make_tree([0, 1, 1]), own)

    assert list(found.values()) == [
        Coverage(1, 1, 0),
        Coverage(1, 0, 0),
        Coverage(2, 1, 0),
        Coverage(2, 1, 0),
    ]


def two_column_form(*, blank_is_zero: bool) -> FormTemplate:
    return FormTemplate(
        code=FormCode("F"),
        slug="f",
        version=1,
        name="F",
        rows=(Row(code=RowCode("R"), label="R", number=""),),
        columns=tuple(
            Column(code=ColumnCode(c), label=c, type=ColumnType.COUNT, unit="", number=c)
            for c in "ab"
        ),
        checks=(),
        entering_levels=frozenset({"commune"}),
        summing_levels=frozenset(),
        blank_is_zero=blank_is_zero,
        valid_from=date(2024, 1, 1),
    )


@pytest.mark.parametrize("blank_is_zero", [False, True])
def test_figures_of_several_units_add_up_cell_by_cell(*, blank_is_zero: bool) -> None:
    row, second = RowCode("R"), {"b": Decimal(1)} if blank_is_zero else {}
    parts = [
        {row: {ColumnCode("a"): Decimal(10), ColumnCode("b"): Decimal(1)}},
        {row: {ColumnCode("a"): Decimal(20)}},
    ]
    added = added_figures(two_column_form(blank_is_zero=blank_is_zero), parts)
    assert added == {row: {"a": Decimal(30), **second}}


def test_a_cell_that_nobody_typed_stays_missing() -> None:
    assert added_figures(two_column_form(blank_is_zero=True), [{}, {}]) == {}
