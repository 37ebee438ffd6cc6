"""Reports of one day in the tree of another: exact for whole units, else estimated or refused."""

from datetime import date
from fractions import Fraction

import pytest

from shared.domain.errors import UnknownOrganization
from shared.domain.geography import Composition, Estimate, Exactness, Redrawing
from shared.domain.identifiers import OrganizationId
from shared.domain.lineage import LineageKind
from tests.factories.lineage import (
    AFTER,
    BEFORE,
    EDGES,
    EVERY_LEVEL,
    FIRST,
    LAST,
    LATER,
    MIDDLE,
    MOVE,
    PART,
    RENAME,
    SPLIT,
    edge,
    ids,
    redrawing,
    tree,
)


def made_of(drawn: Redrawing, node: int, *, alone: bool = False) -> Composition:
    return drawn.composition(OrganizationId(node), alone=alone)


def test_a_merged_unit_adds_its_parents_whole() -> None:
    drawn = redrawing()
    found = made_of(drawn, 11)
    assert found == Composition(frozenset(ids(4, 5)))
    assert made_of(drawn, 11) is found
    assert found.exactness is Exactness.EXACT


def test_a_node_that_holds_every_part_of_a_divided_unit_adds_it_exactly() -> None:
    found = made_of(redrawing(), 10)
    assert found.whole == ids(4, 5, 6, 7)
    assert found.exactness is Exactness.EXACT


def test_a_part_without_a_weight_is_refused_and_named() -> None:
    found = made_of(redrawing(), 12)
    assert found.exactness is Exactness.REFUSED
    assert (found.whole, found.divided) == (frozenset(), (6,))
    assert made_of(redrawing(), 13).units == ids(6, 7)


def test_a_part_with_a_weight_is_an_estimate_that_says_of_what_the_weight_is_a_share() -> None:
    weighed = [each for each in EDGES if each.source_id != 6]
    weighed += [edge(6, 12, SPLIT, weight="0.25"), edge(6, 13, PART, weight="0.75")]
    found = made_of(redrawing(edges=weighed), 13)
    estimate = Estimate(OrganizationId(6), Fraction(3, 4), frozenset({"dân số"}))
    assert found == Composition(frozenset(ids(7)), (estimate,))
    assert found.exactness is Exactness.ESTIMATED
    assert made_of(redrawing(edges=weighed), 10).exactness is Exactness.EXACT


def test_a_weight_of_nothing_adds_nothing() -> None:
    weighed = [edge(6, 12, SPLIT, weight="1"), edge(6, 13, PART, weight="0"), edge(7, 13)]
    assert made_of(redrawing(edges=weighed), 13) == Composition(frozenset(ids(7)))


def test_figures_of_districts_that_ended_lie_in_the_province_and_in_no_commune() -> None:
    drawn = redrawing(entering=frozenset({"commune", "district"}))
    assert made_of(drawn, 10).whole == ids(2, 3, 4, 5, 6, 7)
    assert made_of(drawn, 11).whole == ids(4, 5)


def test_a_district_may_become_a_special_zone() -> None:
    before = tree(FIRST, p1=(), d2=(1,))
    after = tree(MIDDLE, p1=(), c8=(1,))
    drawn = redrawing(
        before,
        after,
        [edge(2, 8, LineageKind.RETYPE), edge(2, 1, MOVE)],
        entering=frozenset({"district", "commune"}),
    )
    assert made_of(drawn, 8).whole == ids(2)
    assert made_of(drawn, 1).whole == ids(2)


def test_work_that_moved_to_two_is_nobodys_alone() -> None:
    drawn = redrawing(
        tree(FIRST, p1=(), d2=(1,)),
        tree(MIDDLE, p1=(), c8=(1,), c9=(1,)),
        [edge(2, 8, MOVE), edge(2, 9, MOVE)],
        entering=frozenset({"district"}),
    )
    assert made_of(drawn, 8).divided == (2,)
    assert made_of(drawn, 1).whole == ids(2)


def test_reforms_follow_one_another() -> None:
    latest = tree(LAST, p20=(), c21=(20,), c22=(20,))
    edges = [
        *EDGES,
        edge(10, 20, RENAME, on=LATER),
        edge(11, 21, on=LATER),
        edge(12, 22, on=LATER),
        edge(13, 22, on=LATER),
    ]
    drawn = redrawing(shown=latest, edges=edges)
    assert made_of(drawn, 22) == Composition(frozenset(ids(6, 7)))
    assert made_of(drawn, 21).whole == ids(4, 5)
    assert made_of(drawn, 20).whole == ids(4, 5, 6, 7)
    between = redrawing(AFTER, latest, edges)
    assert made_of(between, 22).whole == ids(12, 13)


def test_a_unit_divided_twice_has_the_share_of_its_share() -> None:
    edges = [
        edge(4, 11, SPLIT, weight="0.5"),
        edge(4, 12, SPLIT, weight="0.5"),
        edge(11, 21, SPLIT, on=LATER, weight="0.2"),
        edge(11, 22, PART, on=LATER, weight="0.8"),
        edge(12, 22, on=LATER),
    ]
    latest = tree(LAST, p1=(), c21=(1,), c22=(1,))
    before = tree(FIRST, p1=(), c4=(1,))
    drawn = redrawing(before, latest, edges)
    assert made_of(drawn, 21).estimated[0].weight == Fraction(1, 10)
    assert made_of(drawn, 22).estimated[0].weight == Fraction(9, 10)
    assert made_of(drawn, 1).whole == ids(4)


def test_a_unit_that_was_left_alone_is_made_of_itself() -> None:
    before = tree(FIRST, p1=(), c4=(1,), c5=(1,))
    after = tree(MIDDLE, p1=(), c4=(1,), c5=(1,))
    drawn = redrawing(before, after, [edge(4, 4, LineageKind.UNCHANGED)])
    assert made_of(drawn, 4).whole == ids(4)
    assert made_of(drawn, 5).whole == ids(5)
    assert made_of(redrawing(after, before, [edge(4, 4, RENAME)]), 4).whole == ids(4)


def test_later_reports_are_shown_in_an_older_tree() -> None:
    drawn = redrawing(AFTER, BEFORE)
    assert made_of(drawn, 1).whole == ids(11, 12, 13)
    assert made_of(drawn, 2).whole == ids(11)
    assert made_of(drawn, 3).whole == ids(12, 13)
    assert made_of(drawn, 6) == Composition(frozenset(ids(12)), (), (OrganizationId(13),))
    assert made_of(drawn, 4).divided == (11,)


def test_two_reforms_are_undone_one_after_the_other() -> None:
    latest = tree(LAST, p20=(), c21=(20,))
    edges = [*EDGES, edge(10, 20, RENAME, on=LATER), edge(12, 21, on=LATER)]
    edges += [edge(13, 21, on=LATER)]
    drawn = redrawing(latest, BEFORE, edges)
    assert made_of(drawn, 3).whole == ids(21)
    assert made_of(drawn, 6).divided == (21,)


def test_a_unit_without_a_known_successor_is_added_where_all_around_it_went() -> None:
    edges = [each for each in EDGES if each.source_id != 5]
    drawn = redrawing(edges=edges)
    assert made_of(drawn, 10) == Composition(frozenset(ids(4, 5, 6, 7)))
    found = made_of(drawn, 11)
    assert (found.whole, found.unplaced) == (ids(4), (5,))
    assert found.exactness is Exactness.EXACT


def test_a_unit_of_which_a_part_is_lost_is_refused_below_its_province() -> None:
    edges = [*EDGES, edge(12, 99, on=date(2025, 8, 1))]
    drawn = redrawing(shown=tree(MIDDLE, p10=(), c11=(10,), c13=(10,)), edges=edges)
    assert made_of(drawn, 13).divided == (6,)
    assert made_of(drawn, 10).whole == ids(4, 5, 6, 7)


def test_where_nothing_around_is_known_a_unit_lies_nowhere() -> None:
    drawn = redrawing(tree(FIRST, p1=(), c4=(1,)), AFTER, [])
    assert made_of(drawn, 10) == Composition(frozenset())


def test_a_node_that_does_not_sum_adds_only_what_lies_in_itself() -> None:
    drawn = redrawing(summing=frozenset())
    assert made_of(drawn, 10) == Composition(frozenset())
    assert made_of(drawn, 11).whole == ids(4, 5)


def test_alone_leaves_out_what_lies_below() -> None:
    drawn = redrawing(entering=EVERY_LEVEL)
    assert made_of(drawn, 10, alone=True).whole == ids(1, 2, 3)


def test_a_node_that_the_shown_tree_lacks_is_unknown() -> None:
    with pytest.raises(UnknownOrganization):
        made_of(redrawing(), 4)


def test_whole_provinces_are_covered_by_one_sum_each() -> None:
    drawn = redrawing()
    cover = drawn.cover(made_of(drawn, 10).whole)
    assert (cover.nodes, cover.alone) == ((1,), ())


def test_a_cover_takes_the_largest_sums_that_hold_nothing_else() -> None:
    drawn = redrawing()
    cover = drawn.cover(ids(4, 5, 6))
    assert (cover.nodes, cover.alone) == ((2, 6), ())


def test_a_unit_above_others_is_taken_alone_where_they_are_not_wanted() -> None:
    drawn = redrawing(entering=EVERY_LEVEL)
    cover = drawn.cover(ids(2, 4))
    assert (cover.nodes, cover.alone) == ((4,), (2,))


def test_what_a_node_does_not_sum_is_covered_beside_it() -> None:
    drawn = redrawing(entering=EVERY_LEVEL, summing=frozenset({"province"}))
    cover = drawn.cover(ids(2, 4, 5))
    assert (cover.nodes, cover.alone) == ((4, 5), (2,))


def test_figures_go_on_from_whole_sources() -> None:
    drawn = redrawing()
    assert drawn.sources(OrganizationId(11)) == ids(4, 5)


@pytest.mark.parametrize(
    "node",
    [
        pytest.param(12, id="its source was divided"),
        pytest.param(13, id="one of its sources was divided"),
        pytest.param(10, id="it never had figures of its own"),
    ],
)
def test_figures_do_not_go_on_where_a_share_would_be_needed(node: int) -> None:
    assert redrawing().sources(OrganizationId(node)) is None


def test_figures_do_not_go_on_where_a_district_handed_down_its_own() -> None:
    drawn = redrawing(entering=frozenset({"commune", "district"}))
    assert drawn.sources(OrganizationId(11)) is None


def test_figures_go_on_beside_a_district_that_stayed() -> None:
    reported = tree(FIRST, p1=(), d2=(1,), c4=(2,), c5=(2,))
    shown = tree(MIDDLE, p1=(), d2=(1,), c11=(2,))
    drawn = redrawing(
        reported, shown, [edge(4, 11), edge(5, 11)], entering=frozenset({"commune", "district"})
    )
    assert drawn.sources(OrganizationId(11)) == ids(4, 5)
