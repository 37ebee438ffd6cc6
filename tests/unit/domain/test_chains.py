"""Who receives: the regime's chain, with the tree as its default."""

from collections.abc import Callable
from datetime import date

import pytest

from shared.domain.chains import ChainLink, receiver_of
from shared.domain.errors import AmbiguousReceiver, EmptyValidity, UnknownOrganization
from shared.domain.identifiers import OrganizationId
from shared.domain.organizations import OrganizationVersion, Tree

PROVINCE, COMMUNE, FINANCE, OFFICE = map(OrganizationId, (1, 2, 3, 4))
START = date(2025, 7, 1)


@pytest.fixture
def tree(make_organization: Callable[..., OrganizationVersion]) -> Tree:
    versions = [
        make_organization(PROVINCE),
        make_organization(COMMUNE, PROVINCE),
        make_organization(FINANCE, PROVINCE, level="department"),
        make_organization(OFFICE, PROVINCE, level="department"),
    ]
    return Tree.at(versions, START)


def link(receiver_id: OrganizationId, **changed: date | None) -> ChainLink:
    validity = {"valid_from": START, "valid_to": None} | changed
    return ChainLink(COMMUNE, receiver_id, **validity)  # type: ignore[arg-type]


def test_without_a_link_the_parent_receives(tree: Tree) -> None:
    assert receiver_of(COMMUNE, links=[], tree=tree) == PROVINCE


def test_the_root_reports_to_nobody(tree: Tree) -> None:
    assert receiver_of(PROVINCE, links=[link(FINANCE)], tree=tree) is None


def test_a_link_overrides_the_tree(tree: Tree) -> None:
    assert receiver_of(COMMUNE, links=[link(FINANCE)], tree=tree) == FINANCE


def test_a_link_of_another_time_does_not_count(tree: Tree) -> None:
    ended = link(FINANCE, valid_from=date(2025, 1, 1), valid_to=START)
    to_come = link(OFFICE, valid_from=date(2025, 7, 2))

    assert receiver_of(COMMUNE, links=[ended, to_come], tree=tree) == PROVINCE


def test_two_receivers_at_once_are_refused(tree: Tree) -> None:
    with pytest.raises(AmbiguousReceiver, match="01/07/2025") as raised:
        receiver_of(COMMUNE, links=[link(OFFICE), link(FINANCE)], tree=tree)
    assert raised.value.receiver_ids == (FINANCE, OFFICE)


def test_the_same_receiver_named_twice_is_one(tree: Tree) -> None:
    assert receiver_of(COMMUNE, links=[link(OFFICE), link(OFFICE)], tree=tree) == OFFICE


def test_reporter_and_receiver_must_be_in_the_tree(tree: Tree) -> None:
    unknown = OrganizationId(99)
    with pytest.raises(UnknownOrganization):
        receiver_of(unknown, links=[], tree=tree)
    with pytest.raises(UnknownOrganization):
        receiver_of(COMMUNE, links=[link(unknown)], tree=tree)


def test_a_link_is_valid_for_at_least_a_day() -> None:
    with pytest.raises(EmptyValidity):
        link(FINANCE, valid_to=START)
