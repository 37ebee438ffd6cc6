"""Reports of one day's units, shown in the tree of another day (địa giới).

A node of the tree that is shown adds every unit that reported **all** of whose successors lie
inside it: that sum is exact. Only a unit divided across its boundary needs a share, which no law
gives: it is estimated by a weight that says of what it is a share, or the sum is refused. So a
node may add more than its children do: a unit divided between two of them lies wholly in it.

It works over any number of reforms, and backwards: later reports in an older tree.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import reduce

from shared.domain.identifiers import OrganizationId
from shared.domain.lineage import UNWEIGHED, Lineage, Parts, Share
from shared.domain.organizations import Tree


class Exactness(StrEnum):
    """EXACT: whole units only. ESTIMATED: weights were used. REFUSED: a share is not known."""

    EXACT = "exact"
    ESTIMATED = "estimated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A divided unit of which `weight` lies inside; `bases` say of what the weight is a share."""

    unit_id: OrganizationId
    weight: Fraction
    bases: frozenset[str]


@dataclass(frozen=True, slots=True)
class Composition:
    """What a node of the shown tree is made of, in units of the tree that reported.

    `divided` need a share that nobody gave. `unplaced` ended without a known successor somewhere
    around the node: they are in the sums higher up, and perhaps belong here.
    """

    whole: frozenset[OrganizationId]
    estimated: tuple[Estimate, ...] = ()
    divided: tuple[OrganizationId, ...] = ()
    unplaced: tuple[OrganizationId, ...] = ()

    @property
    def exactness(self) -> Exactness:
        if self.divided:
            return Exactness.REFUSED
        return Exactness.ESTIMATED if self.estimated else Exactness.EXACT

    @property
    def units(self) -> frozenset[OrganizationId]:
        """Every unit that lies inside with any part."""
        return self.whole | {each.unit_id for each in self.estimated} | set(self.divided)


@dataclass(frozen=True, slots=True)
class Cover:
    """Whole units as few sums: each of `nodes` with all below it, each of `alone` by itself."""

    nodes: tuple[OrganizationId, ...]
    alone: tuple[OrganizationId, ...]


@dataclass(frozen=True, slots=True)
class Redrawing:
    """The reports of the day `reported.on` in the tree of the day `shown.on`.

    Units are the organizations whose level enters figures; what is below a node reaches it if its
    level sums. Methods raise UnknownOrganization for a node that the shown tree lacks.
    """

    reported: Tree
    shown: Tree
    lineage: Lineage
    entering_levels: frozenset[str]
    summing_levels: frozenset[str]
    _lost: Mapping[OrganizationId, Parts] = field(init=False, repr=False, compare=False)
    _known: dict[tuple[OrganizationId, bool], Composition] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    _sums: dict[OrganizationId, frozenset[OrganizationId]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lost", dict(self._units_lost()))

    def composition(self, node: OrganizationId, *, alone: bool = False) -> Composition:
        """What the node adds up; `alone`: without what lies below it."""
        found = self._known.get((node, alone))
        if found is None:
            found = self._known[node, alone] = self._composed(node, alone=alone)
        return found

    def _composed(self, node: OrganizationId, *, alone: bool) -> Composition:
        reach = {self.shown.get(node).id} if alone else self._in_sum(self.shown, node)
        whole: set[OrganizationId] = set()
        estimated: list[Estimate] = []
        divided: list[OrganizationId] = []
        for unit_id in sorted(self._candidates(reach)):
            parts = self._parts(unit_id)
            inside = [share for part, share in parts.items() if part in reach]
            if inside and len(inside) == len(parts):
                whole.add(unit_id)
            elif inside:
                share = reduce(Share.plus, inside)
                if share.weight is None:
                    divided.append(unit_id)
                elif share.weight:
                    estimated.append(Estimate(unit_id, share.weight, share.bases))
        around = self._unplaced_around(node)
        return Composition(frozenset(whole), tuple(estimated), tuple(divided), tuple(around))

    def cover(self, units: Set[OrganizationId]) -> Cover:
        """The largest sums of the tree that reported that hold these units and no others."""
        nodes: list[OrganizationId] = []
        alone: list[OrganizationId] = []
        left = set(units)
        leading = {each for unit in units for each in (unit, *self.reported.ancestors(unit))}
        waiting = [each for each in leading if self.reported.get(each).parent_id is None]
        while waiting and left:
            node = waiting.pop()
            waiting.extend(each for each in self.reported.children(node) if each in leading)
            held = self._held(node)
            if held and held <= left and self._holds_all_below(node):
                nodes.append(node)
                left -= held
            elif node in left:
                alone.append(node)
                left.discard(node)
        return Cover(tuple(sorted(nodes)), tuple(sorted(alone)))

    def sources(self, node: OrganizationId) -> frozenset[OrganizationId] | None:
        """The units whose own figures the node's own go on from: all of them whole, or None.

        None where a source was divided, where a unit above a source had figures of its own that
        were handed down to nobody knows whom, and where there is no source. Only the sums higher
        up can then be compared over the reform.
        """
        found = self.composition(node, alone=True)
        if not found.whole or found.exactness is not Exactness.EXACT:
            return None
        above = {each for unit in found.whole for each in self.reported.ancestors(unit)}
        handed_down = [e for e in above if self._is_unit(e) and self._parts(e).keys() != {e}]
        return None if handed_down else found.whole

    def _is_unit(self, organization_id: OrganizationId) -> bool:
        found = self.reported.organizations.get(organization_id)
        return found is not None and found.level in self.entering_levels

    def _in_sum(self, tree: Tree, node: OrganizationId) -> set[OrganizationId]:
        """The node and all below it whose figures are in its sum."""
        found: set[OrganizationId] = set()
        waiting = [tree.get(node).id]
        while waiting:
            current = waiting.pop()
            found.add(current)
            if tree.get(current).level in self.summing_levels:
                waiting.extend(tree.children(current))
        return found

    def _held(self, node: OrganizationId) -> frozenset[OrganizationId]:
        """The units in the sum of a node of the tree that reported."""
        found = self._sums.get(node)
        if found is None:
            units = (each for each in self._in_sum(self.reported, node) if self._is_unit(each))
            found = self._sums[node] = frozenset(units)
        return found

    def _holds_all_below(self, node: OrganizationId) -> bool:
        """A node that does not sum counts the reports below it all the same."""
        sums = self.reported.get(node).level in self.summing_levels
        return sums or not self.reported.children(node)

    def _candidates(self, reach: Set[OrganizationId]) -> set[OrganizationId]:
        """Every unit that may lie inside, and those of which one cannot know."""
        touched = self.lineage.touched(reach, known_on=self.reported.on, on=self.shown.on)
        return {each for each in touched if self._is_unit(each)} | self._lost.keys()

    def _parts(self, unit_id: OrganizationId) -> Parts:
        lost = self._lost.get(unit_id)
        return self._traced(unit_id) if lost is None else lost

    def _traced(self, organization_id: OrganizationId) -> Parts:
        return self.lineage.parts(organization_id, known_on=self.reported.on, on=self.shown.on)

    def _units_lost(self) -> Iterator[tuple[OrganizationId, Parts]]:
        """Units that ended without a known successor lie somewhere where those above them went."""
        shown, days = self.shown.organizations, {"known_on": self.reported.on, "on": self.shown.on}
        dead = self.lineage.dead_ends(self.reported.organizations, **days, there=shown)
        for unit_id in self.lineage.touched(dead, **days) if dead else ():
            parts = self._traced(unit_id)
            if self._is_unit(unit_id) and not parts.keys() <= shown.keys():
                known = {part: share for part, share in parts.items() if part in shown}
                yield unit_id, known | dict.fromkeys(self._place_above(unit_id), UNWEIGHED)

    def _place_above(self, unit_id: OrganizationId) -> Iterable[OrganizationId]:
        for above in self.reported.ancestors(unit_id):
            place = self._traced(above).keys()
            if place <= self.shown.organizations.keys():
                return place
        return ()

    def _unplaced_around(self, node: OrganizationId) -> list[OrganizationId]:
        if not self._lost:
            return []
        above = set(self.shown.ancestors(node))
        return sorted(unit for unit, parts in self._lost.items() if above & parts.keys())
