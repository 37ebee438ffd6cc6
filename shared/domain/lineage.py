"""What became of organizations: merges, splits and renames, as edges from old to new."""

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from operator import add, mul

from shared.domain.identifiers import OrganizationId


class LineageKind(StrEnum):
    """How a source came into its target.

    MERGE_FULL: the whole source, added with others. MERGE_PART: a part of a divided source, joined
    with others; SPLIT: a part that stands alone. RENAME, RETYPE: the whole source under another
    name or type. MOVE: its work went to an organization that is not made of it (a district's to
    the province), so figures are not added. UNCHANGED: the law left it as it was, and the
    organization continues.
    """

    MERGE_FULL = "merge_full"
    MERGE_PART = "merge_part"
    SPLIT = "split"
    RENAME = "rename"
    RETYPE = "retype"
    MOVE = "move"
    UNCHANGED = "unchanged"

    @property
    def is_partial(self) -> bool:
        """The target got a part of the source, and no law says which share of its figures."""
        return self in {LineageKind.MERGE_PART, LineageKind.SPLIT}

    @property
    def adds_whole(self) -> bool:
        """All figures of the source are figures of the target."""
        return not self.is_partial and self is not LineageKind.MOVE


@dataclass(frozen=True, slots=True)
class LineageEdge:
    """On `effective_on`, `target_id` took over `source_id` or a part of it.

    An organization that continues (`unchanged`, or a rename in place) is its own target. `weight`
    is the share of a divided source (0 to 1), and `weight_basis` says of what: never one without
    the other.
    """

    source_id: OrganizationId
    target_id: OrganizationId
    effective_on: date
    kind: LineageKind
    legal_basis: str
    weight: Decimal | None = None
    weight_basis: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a unit lies somewhere: None where it was divided and nobody gave a weight.

    `bases` say what the weights are shares of; empty where none was used.
    """

    weight: Fraction | None
    bases: frozenset[str] = frozenset()

    def of(self, other: "Share") -> "Share":
        """This share of that share: a part that was divided again."""
        return self._with(other, weigh=mul)

    def plus(self, other: "Share") -> "Share":
        """Two parts of one unit that lie in the same place."""
        return self._with(other, weigh=add)

    def _with(self, other: "Share", *, weigh: Callable[[Fraction, Fraction], Fraction]) -> "Share":
        bases = self.bases | other.bases
        if self.weight is None or other.weight is None:
            return Share(None, bases)
        return Share(weigh(self.weight, other.weight), bases)


WHOLE = Share(Fraction(1))
UNWEIGHED = Share(None)


@dataclass(frozen=True, slots=True)
class Reform:
    """A day on which units became others, and the acts that say so."""

    on: date
    legal_bases: tuple[str, ...]


Parts = Mapping[OrganizationId, Share]
"""Where a unit lies on another day. One part only: there lies the whole of it."""

_Edges = Mapping[OrganizationId, tuple[LineageEdge, ...]]


@dataclass(frozen=True, slots=True)
class Lineage:
    """The edges of a catalogue, ready to be followed over any number of reforms.

    An organization that no edge leaves continues, or has ended without a known successor: which of
    the two the tree of the day tells.
    """

    leaving: _Edges
    arriving: _Edges

    @classmethod
    def of(cls, edges: Iterable[LineageEdge]) -> "Lineage":
        """Earliest first on the way there, latest first on the way back."""
        ordered = sorted(edges, key=lambda edge: edge.effective_on)
        return cls(
            leaving=_grouped(ordered, by="source_id"),
            arriving=_grouped(reversed(ordered), by="target_id"),
        )

    def parts(self, organization_id: OrganizationId, *, known_on: date, on: date) -> Parts:
        """Where a unit of the day `known_on` lies on the day `on`, later or earlier.

        What was divided and came together again is one part. A unit whose work moved lies, as a
        whole, where its work went. Going back in time, a unit that was made of several lies in all
        of them, and no weight tells how much in each.
        """
        if on >= known_on:
            return self._forward(organization_id, known_on=known_on, on=on)
        return self._backward(organization_id, known_on=known_on, on=on)

    def touched(
        self, organization_ids: Iterable[OrganizationId], *, known_on: date, on: date
    ) -> frozenset[OrganizationId]:
        """Every unit of the day `known_on` that may lie, with any part, in these of the day `on`.

        The ids themselves included: they may be those of the other day.
        """
        first, last = min(known_on, on), max(known_on, on)
        there = self.arriving if on >= known_on else self.leaving
        found = set(organization_ids)
        waiting = list(found)
        while waiting:
            for edge in there.get(waiting.pop(), ()):
                other = edge.source_id if on >= known_on else edge.target_id
                if first < edge.effective_on <= last and other not in found:
                    found.add(other)
                    waiting.append(other)
        return frozenset(found)

    def dead_ends(
        self,
        organization_ids: Iterable[OrganizationId],
        *,
        known_on: date,
        on: date,
        there: Container[OrganizationId],
    ) -> frozenset[OrganizationId]:
        """Where ways from these units to the day `on` end short of any that is `there`.

        Few or none, in a catalogue that knows what became of its units.
        """
        first, last = min(known_on, on), max(known_on, on)
        forward = on >= known_on
        ways = self.leaving if forward else self.arriving
        waiting = [each for each in organization_ids if each not in there]
        seen, found = set(waiting), set()
        while waiting:
            current = waiting.pop()
            edges = [e for e in ways.get(current, ()) if first < e.effective_on <= last]
            further = {e.target_id if forward else e.source_id for e in edges}
            if not further:
                found.add(current)
            waiting.extend(each for each in further - seen if each not in there)
            seen |= further
        return frozenset(found)

    def reforms(
        self, organization_ids: Collection[OrganizationId], *, after: date, until: date
    ) -> tuple["Reform", ...]:
        """On which days, after one and up to another, these were made of others or became others.

        A unit that goes on under another name breaks no series.
        """
        acts: dict[date, dict[str, None]] = defaultdict(dict)
        for organization_id in organization_ids:
            edges = (
                *self.leaving.get(organization_id, ()),
                *self.arriving.get(organization_id, ()),
            )
            for edge in edges:
                if after < edge.effective_on <= until and edge.source_id != edge.target_id:
                    acts[edge.effective_on][edge.legal_basis] = None
        return tuple(Reform(day, tuple(sorted(acts[day]))) for day in sorted(acts))

    def _forward(self, organization_id: OrganizationId, *, known_on: date, on: date) -> Parts:
        step = next(
            (e for e in self.leaving.get(organization_id, ()) if known_on < e.effective_on <= on),
            None,
        )
        if step is None:
            return {organization_id: WHOLE}
        day = step.effective_on
        edges = _of_figures([e for e in self.leaving[organization_id] if e.effective_on == day])
        return _joined(
            (part, _share_of(edge, of=len(edges)).of(share))
            for edge in edges
            for part, share in self._forward(edge.target_id, known_on=day, on=on).items()
        )

    def _backward(self, organization_id: OrganizationId, *, known_on: date, on: date) -> Parts:
        made_of = [
            e
            for e in self.arriving.get(organization_id, ())
            if on < e.effective_on <= known_on and e.kind is not LineageKind.MOVE
        ]
        if not made_of:
            return {organization_id: WHOLE}
        day = made_of[0].effective_on
        sources = [edge.source_id for edge in made_of if edge.effective_on == day]
        share = WHOLE if len(sources) == 1 else UNWEIGHED
        day_before = day - timedelta(days=1)
        return _joined(
            (part, share.of(further))
            for source_id in sources
            for part, further in self._backward(source_id, known_on=day_before, on=on).items()
        )


def predecessors(
    organization_ids: Iterable[OrganizationId], *, edges: Iterable[LineageEdge], on: date
) -> frozenset[OrganizationId]:
    """All that became these by a day, directly or through others; not these themselves."""
    sources: dict[OrganizationId, list[OrganizationId]] = defaultdict(list)
    for edge in edges:
        if edge.effective_on <= on:
            sources[edge.target_id].append(edge.source_id)
    asked = frozenset(organization_ids)
    found: set[OrganizationId] = set()
    waiting = list(asked)
    while waiting:
        for source_id in sources.get(waiting.pop(), ()):
            if source_id not in found:
                found.add(source_id)
                waiting.append(source_id)
    return frozenset(found - asked)


def _grouped(edges: Iterable[LineageEdge], *, by: str) -> _Edges:
    groups: dict[OrganizationId, list[LineageEdge]] = defaultdict(list)
    for edge in edges:
        groups[getattr(edge, by)].append(edge)
    return {each: tuple(group) for each, group in groups.items()}


def _of_figures(edges: list[LineageEdge]) -> list[LineageEdge]:
    """A unit's duties may move beside its figures; only where nothing else is known they count."""
    return [edge for edge in edges if edge.kind is not LineageKind.MOVE] or edges


def _share_of(edge: LineageEdge, *, of: int) -> Share:
    if not edge.kind.is_partial:
        return WHOLE if of == 1 else UNWEIGHED
    if edge.weight is None or edge.weight_basis is None:
        return UNWEIGHED
    return Share(Fraction(edge.weight), frozenset([edge.weight_basis]))


def _joined(parts: Iterable[tuple[OrganizationId, Share]]) -> Parts:
    found: dict[OrganizationId, Share] = {}
    for organization_id, share in parts:
        held = found.get(organization_id)
        found[organization_id] = share if held is None else held.plus(share)
    return found
