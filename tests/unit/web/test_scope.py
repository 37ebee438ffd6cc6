from datetime import date

import pytest

from shared.domain.organizations import OrganizationKind, OrganizationVersion, Tree
from shared.web.principals import Principal, Role
from shared.web.problems import NotFound
from shared.web.scope import scope_of

TODAY = date(2025, 7, 1)
PROVINCE, COMMUNE, OTHER, OLD_COMMUNE, OFFICE = 1, 2, 3, 4, 5


def organization(number: int, parent: int | None) -> OrganizationVersion:
    return OrganizationVersion(
        id=number,
        code=f"{number:05}",
        name=f"Đơn vị {number}",
        kind=OrganizationKind.COMMUNE,
        level="commune",
        parent_id=parent,
        province_id=PROVINCE,
        valid_from=date(2025, 7, 1),
        search_key=str(number),
        sort_key=str(number),
        valid_to=None,
        email=None,
        phone=None,
        contact_name=None,
        latitude=None,
        longitude=None,
    )


class Catalogue:
    """A province with two communes, one of which took over an old one; an office that receives."""

    def tree(self, on):
        parents = {PROVINCE: None, COMMUNE: PROVINCE, OTHER: PROVINCE, OFFICE: PROVINCE}
        return Tree.at([organization(*each) for each in parents.items()], on)

    def reporters_to(self, receiver_id, *, on):
        return {OFFICE: [COMMUNE]}.get(receiver_id, [])

    def predecessors(self, organization_ids, *, on):
        return [OLD_COMMUNE] if COMMUNE in organization_ids else []


def scope(organization_id: int):
    principal = Principal(1, "a", "A", organization_id, frozenset({Role.PREPARER}))
    return scope_of(principal, Catalogue(), on=TODAY)


def test_a_parent_reads_all_below_it_and_what_became_part_of_it():
    assert scope(PROVINCE).subtree == {PROVINCE, COMMUNE, OTHER, OFFICE, OLD_COMMUNE}


def test_a_commune_reads_itself_and_its_predecessors_only():
    assert scope(COMMUNE).readable == {COMMUNE, OLD_COMMUNE}
    assert not scope(COMMUNE).can_read(PROVINCE)
    assert not scope(COMMUNE).can_read(OTHER)


def test_a_receiver_reads_those_who_report_to_it_and_their_predecessors():
    assert scope(OFFICE).receives == {COMMUNE, OLD_COMMUNE}


def test_what_lies_outside_is_not_found():
    with pytest.raises(NotFound):
        scope(COMMUNE).require_read(OTHER)


def test_an_organization_that_ended_keeps_only_itself():
    assert scope(OLD_COMMUNE).readable == {OLD_COMMUNE}
