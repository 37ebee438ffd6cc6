"""Which units became which, through any number of reorganizations."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.identifiers import OrganizationId
from shared.domain.lineage import Lineage, LineageEdge, LineageKind, Reform, predecessors

REFORM = date(2025, 7, 1)
LATER = date(2026, 4, 30)


def edge(source: int, target: int, effective_on: date = REFORM) -> LineageEdge:
    return LineageEdge(
        OrganizationId(source),
        OrganizationId(target),
        effective_on,
        kind=LineageKind.MERGE_FULL,
        legal_basis="Nghị quyết",
    )


def before(*ids: int, edges: list[LineageEdge], on: date = LATER) -> set[int]:
    asked = [OrganizationId(each) for each in ids]
    return set(predecessors(asked, edges=edges, on=on))


def test_predecessors_are_followed_through_two_reorganizations() -> None:
    edges = [edge(1, 10), edge(2, 10), edge(10, 100, LATER)]
    assert before(100, edges=edges) == {10, 1, 2}
    assert before(10, edges=edges) == {1, 2}


def test_what_has_not_happened_yet_does_not_count() -> None:
    assert before(10, edges=[edge(1, 10)], on=date(2025, 6, 30)) == set()


def test_a_split_unit_came_before_each_of_its_parts() -> None:
    edges = [edge(1, 10), edge(1, 11)]
    assert before(10, edges=edges) == before(11, edges=edges) == {1}


def test_only_whole_units_bring_all_of_their_figures() -> None:
    assert {kind for kind in LineageKind if kind.adds_whole} == {
        LineageKind.MERGE_FULL,
        LineageKind.RENAME,
        LineageKind.RETYPE,
        LineageKind.UNCHANGED,
    }


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=20))
def test_whatever_the_edges_the_search_ends_and_leaves_out_who_asked(
    pairs: list[tuple[int, int]],
) -> None:
    edges = [edge(source, target) for source, target in pairs]
    found = before(1, edges=edges)
    assert 1 not in found
    assert found <= {source for source, _ in pairs}


def test_reforms_name_their_days_and_acts_and_pass_over_new_names() -> None:
    renamed = replace(edge(10, 10, LATER), kind=LineageKind.RENAME)
    lineage = Lineage.of([edge(1, 10), edge(2, 10), edge(3, 11), renamed])
    ten = [OrganizationId(10)]
    assert lineage.reforms(ten, after=date(2025, 6, 30), until=LATER) == (
        Reform(REFORM, ("Nghị quyết",)),
    )
    assert lineage.reforms(ten, after=REFORM, until=LATER) == ()
    assert lineage.reforms([OrganizationId(1)], after=date(2025, 6, 30), until=REFORM) != ()
