"""Whatever is called exact must be the sum of what really lies in the node asked about.

The laws are held against a country made of plots: a unit is a set of plots, a reform puts plots
together anew, and a unit's figure is the sum of its plots'.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.geography import Composition, Exactness
from shared.domain.identifiers import OrganizationId
from shared.domain.lineage import LineageEdge, LineageKind
from shared.domain.organizations import Tree
from tests.factories.lineage import (
    FIRST,
    LAST,
    LATER,
    MIDDLE,
    PART,
    REFORM,
    SPLIT,
    edge,
    redrawing,
    tree,
)

PLOTS = 8
DAYS = (FIRST, MIDDLE, LAST)
REFORMS = (REFORM, LATER)

Partition = tuple[frozenset[int], ...]


@dataclass(frozen=True)
class Country:
    """Communes by stretch, each the plots that it holds; two provinces, fixed by plot."""

    partitions: tuple[Partition, ...]

    def unit(self, stretch: int, place: int) -> OrganizationId:
        return OrganizationId(100 * (stretch + 1) + place)

    def units(self, stretch: int) -> dict[OrganizationId, frozenset[int]]:
        parts = self.partitions[stretch]
        return {self.unit(stretch, place): plots for place, plots in enumerate(parts)}

    def tree(self, stretch: int) -> Tree:
        """Communes with a plot below the middle belong to province 1, the others to 2."""
        parents = {"p1": (), "p2": ()}
        parents |= {
            f"c{each}": (1,) if min(plots) < PLOTS // 2 else (2,)
            for each, plots in self.units(stretch).items()
        }
        return tree(DAYS[stretch], **parents)

    def edges(self) -> list[LineageEdge]:
        return [
            edge(source, target, self._kind(held, into), on=REFORMS[stretch])
            for stretch in range(len(self.partitions) - 1)
            for source, held in self.units(stretch).items()
            for target, into in self.units(stretch + 1).items()
            if held & into
        ]

    @staticmethod
    def _kind(held: frozenset[int], into: frozenset[int]) -> LineageKind:
        if held <= into:
            return LineageKind.MERGE_FULL
        return SPLIT if into < held else PART


def partition_of(labels: list[int]) -> Partition:
    groups: dict[int, set[int]] = {}
    for plot, label in enumerate(labels):
        groups.setdefault(label, set()).add(plot)
    return tuple(map(frozenset, groups.values()))


PARTITIONS = st.lists(
    st.lists(st.integers(0, 4), min_size=PLOTS, max_size=PLOTS).map(partition_of),
    min_size=3,
    max_size=3,
)
COUNTRIES = PARTITIONS.map(lambda each: Country(tuple(each)))
FIGURES = st.lists(st.integers(0, 1000), min_size=PLOTS, max_size=PLOTS)
STRETCHES = st.tuples(st.integers(0, 2), st.integers(0, 2))


def land(country: Country, stretch: int, node: OrganizationId) -> frozenset[int]:
    """The plots of a commune, or of all communes of a province."""
    shown, units = country.tree(stretch), country.units(stretch)
    below = [units[each] for each in shown.subtree(node) if each in units]
    return frozenset().union(*below)


def total(plots: Iterable[int], figures: list[int]) -> int:
    return sum(figures[plot] for plot in plots)


def plots_of(
    units: Mapping[OrganizationId, frozenset[int]], wanted: Iterable[OrganizationId]
) -> list[int]:
    return [plot for each in wanted for plot in units[each]]


@given(COUNTRIES, FIGURES, STRETCHES)
def test_whatever_is_called_exact_is_the_sum_of_the_plots(
    country: Country, figures: list[int], stretches: tuple[int, int]
) -> None:
    reported, shown = stretches
    drawn = redrawing(country.tree(reported), country.tree(shown), country.edges())
    units = country.units(reported)
    for node in drawn.shown.organizations:
        found = drawn.composition(node)
        exact = total(plots_of(units, found.whole), figures)
        truth = total(land(country, shown, node), figures)
        most = exact + total(plots_of(units, found.divided), figures)
        assert exact <= truth <= most
        if found.exactness is Exactness.EXACT:
            assert exact == truth


@given(COUNTRIES, STRETCHES)
def test_a_cover_reads_every_unit_once_and_no_other(
    country: Country, stretches: tuple[int, int]
) -> None:
    reported, shown = stretches
    drawn = redrawing(country.tree(reported), country.tree(shown), country.edges())
    for node in drawn.shown.organizations:
        whole = drawn.composition(node).whole
        cover = drawn.cover(whole)
        read = [
            each
            for covered in cover.nodes
            for each in drawn.reported.subtree(covered)
            if drawn.reported.get(each).level == "commune"
        ]
        assert sorted([*read, *cover.alone]) == sorted(whole)


@given(COUNTRIES, st.integers(0, 2))
def test_in_its_own_tree_every_node_is_made_of_what_lies_below_it(
    country: Country, stretch: int
) -> None:
    own = country.tree(stretch)
    drawn = redrawing(own, own, country.edges())
    for node in own.organizations:
        below = {each for each in own.subtree(node) if own.get(each).level == "commune"}
        assert drawn.composition(node) == Composition(frozenset(below))


@given(COUNTRIES, FIGURES)
def test_what_goes_on_from_its_sources_holds_exactly_their_plots(
    country: Country, figures: list[int]
) -> None:
    drawn = redrawing(country.tree(0), country.tree(1), country.edges())
    for node, plots in country.units(1).items():
        sources = drawn.sources(node)
        if sources is not None:
            assert sorted(plots_of(country.units(0), sources)) == sorted(plots)
