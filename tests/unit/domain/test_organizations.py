"""The tree of organizations on a day: codes that change meaning, moves, and its laws."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.domain.errors import (
    AmbiguousOrganizationCode,
    EmptyValidity,
    OverlappingVersions,
    TreeCycle,
    UnknownOrganization,
    UnknownOrganizationCode,
)
from shared.domain.identifiers import OrganizationCode, OrganizationId
from shared.domain.organizations import OrganizationKind, OrganizationVersion, Tree

TODAY = date(2025, 6, 16)
LAST_OF_DISTRICTS = date(2025, 6, 30)
REFORM = date(2025, 7, 1)
PROVINCE, DISTRICT, COMMUNE = map(OrganizationId, (1, 2, 3))

MakeOrganization = Callable[..., OrganizationVersion]


@pytest.fixture(scope="session")
def three_tiers(make_organization: MakeOrganization) -> Tree:
    """A province (1) of two districts (2, 4) with the communes 3 and 5 under 2."""
    return Tree.at(
        [
            make_organization(1, name="Bình Phước", level="province"),
            make_organization(4, 1, name="Phú Riềng", level="district"),
            make_organization(2, 1, name="Đồng Phú", level="district"),
            make_organization(5, 2, name="Tân Tiến"),
            make_organization(3, 2, name="Tân Lập"),
        ],
        TODAY,
    )


def trees(*, min_size: int = 1) -> st.SearchStrategy[dict[int, int | None]]:
    """Parents by id: every id from 2 hangs from a smaller one."""
    return st.integers(min_size, 25).flatmap(
        lambda size: st.tuples(*(st.integers(1, child - 1) for child in range(2, size + 1))).map(
            lambda parents: {1: None} | dict(enumerate(parents, start=2))
        )
    )


def grown(parents: dict[int, int | None], make: MakeOrganization) -> Tree:
    return Tree.at([make(child, parent) for child, parent in parents.items()], TODAY)


def test_a_code_reused_by_the_reform_is_resolved_by_date(
    make_organization: MakeOrganization,
) -> None:
    code = OrganizationCode("00004")
    versions = [
        make_organization(1, code="01", name="Hà Nội", level="province"),
        make_organization(
            2, 1, code=code, name="Trúc Bạch", kind=OrganizationKind.WARD, valid_to=REFORM
        ),
        make_organization(
            3, 1, code=code, name="Ba Đình", kind=OrganizationKind.WARD, valid_from=REFORM
        ),
    ]

    assert Tree.at(versions, LAST_OF_DISTRICTS).by_code(code).name == "Trúc Bạch"
    assert Tree.at(versions, REFORM).by_code(code).name == "Ba Đình"


def test_the_district_tier_ends_with_the_versions_that_name_it(
    make_organization: MakeOrganization,
) -> None:
    commune = make_organization(3, 2, valid_to=REFORM)
    versions = [
        make_organization(1),
        make_organization(2, 1, level="district", valid_to=REFORM),
        commune,
        replace(commune, parent_id=PROVINCE, valid_from=REFORM, valid_to=None),
    ]

    assert Tree.at(versions, LAST_OF_DISTRICTS).ancestors(COMMUNE) == (DISTRICT, PROVINCE)
    assert Tree.at(versions, REFORM).ancestors(COMMUNE) == (PROVINCE,)


def test_siblings_stand_in_vietnamese_order(three_tiers: Tree) -> None:
    assert three_tiers.roots == (1,)
    assert three_tiers.children(PROVINCE) == (2, 4)
    assert three_tiers.children(DISTRICT) == (3, 5)
    assert three_tiers.children(COMMUNE) == ()


def test_a_subtree_lists_parents_before_children(three_tiers: Tree) -> None:
    assert three_tiers.subtree(PROVINCE) == (1, 2, 3, 5, 4)
    assert three_tiers.subtree(COMMUNE) == (3,)


def test_roll_up_order_is_deepest_first_then_by_id(three_tiers: Tree) -> None:
    assert three_tiers.deepest_first() == (3, 5, 2, 4, 1)


@pytest.mark.parametrize("method", ["get", "children", "ancestors", "subtree", "depth"])
def test_an_organization_that_the_tree_lacks_is_refused(three_tiers: Tree, method: str) -> None:
    with pytest.raises(UnknownOrganization, match="99 vào ngày 16/06/2025") as raised:
        getattr(three_tiers, method)(OrganizationId(99))
    assert (raised.value.organization_id, raised.value.on) == (99, TODAY)


def test_a_code_that_nobody_bears_is_refused(three_tiers: Tree) -> None:
    with pytest.raises(UnknownOrganizationCode, match="00099") as raised:
        three_tiers.by_code(OrganizationCode("00099"))
    assert raised.value.organization_code == "00099"


def test_a_code_that_two_bear_needs_the_level(make_organization: MakeOrganization) -> None:
    tree = Tree.at(
        [
            make_organization(1, code="H30", level="province"),
            make_organization(2, 1, code="H30", level="department"),
        ],
        TODAY,
    )

    assert tree.by_code(OrganizationCode("H30"), level="department").id == 2
    with pytest.raises(AmbiguousOrganizationCode, match="H30") as raised:
        tree.by_code(OrganizationCode("H30"))
    assert raised.value.organization_ids == (1, 2)


def test_a_parent_that_is_not_in_force_is_refused(make_organization: MakeOrganization) -> None:
    versions = [make_organization(2, 1), make_organization(1, valid_to=TODAY)]

    with pytest.raises(UnknownOrganization) as raised:
        Tree.at(versions, TODAY)
    assert raised.value.organization_id == 1


def test_two_versions_of_one_organization_on_one_day_are_refused(
    make_organization: MakeOrganization,
) -> None:
    with pytest.raises(OverlappingVersions) as raised:
        Tree.at([make_organization(1), make_organization(1)], TODAY)
    assert raised.value.organization_id == 1


def test_a_version_is_valid_for_at_least_a_day(make_organization: MakeOrganization) -> None:
    with pytest.raises(EmptyValidity):
        make_organization(1, valid_from=TODAY, valid_to=TODAY)


def test_a_cycle_is_refused_and_named(make_organization: MakeOrganization) -> None:
    parents = {1: None, 2: 3, 3: 4, 4: 2, 5: 2}
    versions = [make_organization(child, parent) for child, parent in sorted(parents.items())]

    with pytest.raises(TreeCycle, match="2 → 3 → 4 → 2") as raised:
        Tree.at(versions, TODAY)
    assert raised.value.organization_ids == (2, 3, 4, 2)


def test_a_cycle_is_named_without_what_hangs_from_it(make_organization: MakeOrganization) -> None:
    with pytest.raises(TreeCycle) as raised:
        Tree.at([make_organization(5, 2), make_organization(2, 2)], TODAY)
    assert raised.value.organization_ids == (2, 2)


@given(parents=trees())
def test_subtrees_and_ancestors_tell_the_same_tree(
    make_organization: MakeOrganization, parents: dict[int, int | None]
) -> None:
    tree = grown(parents, make_organization)
    for each in tree.organizations:
        below = set(tree.subtree(each))
        assert below == {
            other for other in tree.organizations if each == other or each in tree.ancestors(other)
        }
        assert len(below) == len(tree.subtree(each))
        assert tree.depth(each) == len(tree.ancestors(each))


@given(parents=trees())
def test_children_are_rolled_up_before_their_parents(
    make_organization: MakeOrganization, parents: dict[int, int | None]
) -> None:
    tree = grown(parents, make_organization)
    order = tree.deepest_first()

    assert sorted(order) == sorted(tree.organizations)
    for each in tree.organizations:
        assert all(order.index(child) < order.index(each) for child in tree.children(each))


@given(parents=trees(min_size=2), data=st.data())
def test_a_move_takes_the_whole_subtree_along_and_nothing_else(
    make_organization: MakeOrganization, parents: dict[int, int | None], data: st.DataObject
) -> None:
    tree = grown(parents, make_organization)
    moved = OrganizationId(data.draw(st.integers(2, len(parents))))
    target = OrganizationId(data.draw(st.sampled_from(sorted(parents))))
    assume(target not in tree.subtree(moved))
    after = grown(parents | {moved: target}, make_organization)

    assert after.subtree(moved) == tree.subtree(moved)
    assert after.ancestors(moved) == (target, *tree.ancestors(target))
    for untouched in set(tree.organizations) - set(tree.subtree(moved)):
        assert after.ancestors(untouched) == tree.ancestors(untouched)


@given(parents=trees(min_size=2), data=st.data())
def test_a_move_below_itself_is_refused(
    make_organization: MakeOrganization, parents: dict[int, int | None], data: st.DataObject
) -> None:
    tree = grown(parents, make_organization)
    moved = OrganizationId(data.draw(st.integers(2, len(parents))))
    target = data.draw(st.sampled_from(tree.subtree(moved)))

    with pytest.raises(TreeCycle) as raised:
        grown(parents | {moved: target}, make_organization)
    assert {moved, target} <= set(raised.value.organization_ids)


def test_a_tree_in_which_nothing_changed_is_the_same_on_another_day(
    make_organization: MakeOrganization,
) -> None:
    tree = Tree.at([make_organization(1), make_organization(2, 1)], date(2025, 3, 1))
    later = tree.on_day(date(2025, 4, 1))
    assert later == Tree.at([make_organization(1), make_organization(2, 1)], date(2025, 4, 1))
    assert (later.children(OrganizationId(1)), tree.on) == ((2,), date(2025, 3, 1))
