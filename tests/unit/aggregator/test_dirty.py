"""What a change makes stale, and in which order it is locked and recomputed."""

from datetime import date

from services.aggregator.consuming.dirty import all_nodes, dirt_of
from services.aggregator.shapes import Node, Shape, Sheaf, shape_at
from shared.domain.identifiers import OrganizationId
from tests.integration.aggregator.world import (
    COMMUNES,
    DISTRICTS,
    PROVINCE,
    Q1,
    Q2,
    SUMMED,
    TYPED,
    make_catalogue,
)

FIRST = COMMUNES[DISTRICTS[0]][0]
OTHER = COMMUNES[DISTRICTS[1]][0]


def shape() -> Shape:
    return shape_at(make_catalogue(), SUMMED, cutoff=date(2025, 6, 14))


def node(organization_id: OrganizationId) -> Node:
    return Node(SUMMED, Q2, organization_id)


def test_a_change_makes_everything_above_it_stale_and_nothing_else() -> None:
    dirt = dirt_of({node(FIRST): 5}, shapes={Sheaf(SUMMED, Q2): shape()})
    assert {each.node.organization_id for each in dirt.nodes} == {FIRST, DISTRICTS[0], PROVINCE}


def test_levels_come_deepest_first() -> None:
    dirt = dirt_of({node(FIRST): 5, node(OTHER): 7}, shapes={Sheaf(SUMMED, Q2): shape()})
    assert [{each.depth for each in level} for level in dirt.levels()] == [{2}, {1}, {0}]


def test_a_node_takes_the_newest_position_below_it() -> None:
    dirt = dirt_of({node(FIRST): 5, node(OTHER): 7}, shapes={Sheaf(SUMMED, Q2): shape()})
    positions = {each.node.organization_id: each.position for each in dirt.nodes}
    assert positions[DISTRICTS[0]] == 5
    assert positions[DISTRICTS[1]] == positions[PROVINCE] == 7


def test_leaves_are_guarded_by_the_lock_of_their_parent() -> None:
    dirt = dirt_of({node(FIRST): 5}, shapes={Sheaf(SUMMED, Q2): shape()})
    assert dirt.lock_names == ("SUMMED|2025-Q2|2", "SUMMED|2025-Q2|1")


def test_locks_are_in_one_order_whatever_the_order_of_the_events() -> None:
    sheaves = [Sheaf(form, period) for form in (SUMMED, TYPED) for period in (Q1, Q2)]
    shapes = dict.fromkeys(sheaves, shape())
    touched = {Node(*sheaf, each): 1 for sheaf in sheaves for each in (FIRST, OTHER)}
    forwards = dirt_of(touched, shapes=shapes).lock_names
    backwards = dirt_of(dict(reversed(touched.items())), shapes=shapes).lock_names
    assert forwards == backwards
    assert forwards[:3] == ("SUMMED|2025-Q1|2", "SUMMED|2025-Q1|3", "SUMMED|2025-Q1|1")


def test_an_organization_that_the_tree_lacks_has_no_node() -> None:
    gone = node(OrganizationId(999))
    assert dirt_of({gone: 5}, shapes={Sheaf(SUMMED, Q2): shape()}).nodes == ()
    assert all_nodes([gone], shape=shape()) == set()
