"""Figures of any source, shown in the tree of another day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.aggregator.history.members import shape_of
from services.aggregator.reading.adding import Weighed, added, estimated, own, refused
from services.aggregator.reading.figures import (
    FigureSource,
    Rollup,
)
from services.aggregator.reading.over import FiguresOver
from services.aggregator.shapes import Node, Shape, Sheaf
from services.aggregator.tracks import Track
from shared.catalogue.catalogue import Catalogue
from shared.domain.geography import Composition, Cover, Redrawing
from shared.domain.identifiers import OrganizationId

Rollups = Mapping[Node, Rollup]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A node of the shown tree, and of what it is put together."""

    node: Node
    shape: Shape
    made_of: Composition
    cover: Cover

    @property
    def lone(self) -> list[OrganizationId]:
        """Whose own figures are needed, without what lies below them."""
        parts = (each.unit_id for each in self.made_of.estimated)
        return [*self.cover.alone, *parts, *self.made_of.divided]

    def wanted(self) -> set[Node]:
        """What is asked of the source: for lone units, those directly below as well."""
        tree = self.shape.tree
        below = {child for each in self.lone for child in tree.children(each)}
        return {
            self.node._replace(organization_id=each)
            for each in (*self.cover.nodes, *self.lone, *below)
        }


@dataclass(frozen=True, slots=True)
class _Way:
    """From the shape of a sheaf into the tree that is shown."""

    shape: Shape
    redrawing: Redrawing

    def drawn(self, node: Node) -> _Drawn:
        made_of = self.redrawing.composition(node.organization_id)
        return _Drawn(node, self.shape, made_of, self.redrawing.cover(made_of.whole))


class RedrawnFigures(FiguresOver):
    """A `FigureSource` over another one, by the tree of `day`.

    A unit that the tree of that day does not have is answered for as it reported.
    """

    def __init__(self, source: FigureSource, *, catalogue: Catalogue, day: date) -> None:
        super().__init__(source)
        self._catalogue = catalogue
        self._day = day

    async def rollups(self, nodes: Iterable[Node], *, track: Track) -> dict[Node, Rollup]:
        drawn, plain = self._drawn(nodes)
        wanted = {each for one in drawn for each in one.wanted()} | plain
        found = await self._source.rollups(wanted, track=track)
        shown = {each: found[each] for each in plain if each in found}
        made = ((one.node, _rollup(one, found)) for one in drawn if one.made_of.units)
        return shown | dict(made)

    async def position(self, nodes: Iterable[Node]) -> int:
        drawn, plain = self._drawn(nodes)
        wanted = {each for one in drawn for each in one.wanted()} | plain
        return await self._source.position(wanted)

    def _drawn(self, nodes: Iterable[Node]) -> tuple[list[_Drawn], set[Node]]:
        """Those to put together, and those that are read as they are."""
        drawn: list[_Drawn] = []
        plain: set[Node] = set()
        known = set(nodes)
        ways = {sheaf: self._way(sheaf) for sheaf in {node.sheaf for node in known}}
        for node in known:
            way = ways[node.sheaf]
            if way is None or node.organization_id not in way.redrawing.shown.organizations:
                plain.add(node)
            else:
                drawn.append(way.drawn(node))
        return drawn, plain

    def _way(self, sheaf: Sheaf) -> _Way | None:
        shape = shape_of(self._catalogue, sheaf)
        redrawing = None if shape is None else redrawing_of(self._catalogue, shape, day=self._day)
        return None if shape is None or redrawing is None else _Way(shape, redrawing)


def redrawing_of(catalogue: Catalogue, shape: Shape, *, day: date) -> Redrawing | None:
    """How the reports of a sheaf are shown in the tree of a day; None if nothing changed since."""
    history = catalogue.history
    if history.stretch(shape.tree.on) == history.stretch(day):
        return None
    return history.redrawing(shape.form, reported_on=shape.tree.on, shown_on=day)


def _rollup(drawn: _Drawn, found: Rollups) -> Rollup:
    width, made_of = drawn.shape.width, drawn.made_of
    sums = [_at(drawn, each, found) for each in drawn.cover.nodes]
    sums += [_own(drawn, each, found) for each in drawn.cover.alone]
    known = [each for each in sums if each is not None]
    if made_of.divided:
        parts = [_own(drawn, each, found) for each in drawn.lone]
        return refused(
            [*known, *(each for each in parts if each is not None)], width=width, made_of=made_of
        )
    weighed = [
        Weighed(rollup, each.weight)
        for each in made_of.estimated
        if (rollup := _own(drawn, each.unit_id, found)) is not None
    ]
    whole = added(known, width=width, made_of=made_of)
    if not weighed:
        return whole
    return estimated(whole, weighed, form=drawn.shape.form, made_of=made_of)


def _at(drawn: _Drawn, organization_id: OrganizationId, found: Rollups) -> Rollup | None:
    return found.get(drawn.node._replace(organization_id=organization_id))


def _own(drawn: _Drawn, organization_id: OrganizationId, found: Rollups) -> Rollup | None:
    rollup = _at(drawn, organization_id, found)
    if rollup is None:
        return None
    children = drawn.shape.tree.children(organization_id)
    below = [each for child in children if (each := _at(drawn, child, found)) is not None]
    return own(rollup, below=below, sums=drawn.shape.sums(organization_id))
