"""Figures of any source, with what weighted averages over the tree are made of.

A rollup keeps sums, counts and extremes; an average with weights needs each report, so the reports
of the units below are read beside it. Forms without such averages cost nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import reduce

from services.aggregator.history.members import members_of, shape_of
from services.aggregator.reading.adding import own
from services.aggregator.reading.figures import (
    FigureSource,
    Rollup,
)
from services.aggregator.reading.over import FiguresOver
from services.aggregator.shapes import Node, Shape, Sheaf
from services.aggregator.tracks import Track
from shared.catalogue.catalogue import Catalogue
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.measures import WeighedSum, weighted_cells


class WeighedFigures(FiguresOver):
    """A `FigureSource` over another one."""

    def __init__(self, source: FigureSource, *, catalogue: Catalogue) -> None:
        super().__init__(source)
        self._catalogue = catalogue

    async def rollups(self, nodes: Iterable[Node], *, track: Track) -> dict[Node, Rollup]:
        asked = list(nodes)
        shapes = {sheaf: self._shape(sheaf) for sheaf in {node.sheaf for node in asked}}
        below = {
            node: _reporters(node, shape)
            for node in asked
            if (shape := shapes[node.sheaf]) is not None
        }
        wanted = {each for units in below.values() for unit in units for each in unit.nodes}
        found = await self._source.rollups({*asked, *wanted}, track=track)
        return {
            node: replace(found[node], weighed=_weighed(below[node], found))
            if node in below
            else found[node]
            for node in asked
            if node in found
        }

    def _shape(self, sheaf: Sheaf) -> Shape | None:
        """None where nothing has to be weighed."""
        shape = shape_of(self._catalogue, sheaf)
        return shape if shape is not None and weighted_cells(shape.form) else None


def weighs(catalogue: Catalogue) -> bool:
    """Whether any form asks for a weighted average over the tree."""
    return any(weighted_cells(form) for form in catalogue.forms)


class _Reporter:
    """A unit whose own figures count at a node, with the nodes that tell them."""

    def __init__(self, node: Node, shape: Shape) -> None:
        self.node = node
        self.form: FormTemplate = shape.form
        self._sums = shape.sums(node.organization_id)
        children = shape.tree.children(node.organization_id)
        self._below = [node._replace(organization_id=each) for each in children]
        self.nodes = [node, *self._below]

    def figures(self, found: Mapping[Node, Rollup]) -> Mapping[CellRef, Decimal | None]:
        """What it typed itself; nothing if it has not reported."""
        rollup = found.get(self.node)
        if rollup is None:
            return {}
        below = [found[each] for each in self._below if each in found]
        typed = own(rollup, below=below, sums=self._sums)
        return dict(zip(self.form.input_cells, typed.totals, strict=True))


def _reporters(node: Node, shape: Shape) -> list[_Reporter]:
    return [
        _Reporter(node._replace(organization_id=member.organization_id), shape)
        for member in members_of(node.organization_id, shape=shape)
        if member.adds
    ]


def _weighed(
    reporters: Sequence[_Reporter], found: Mapping[Node, Rollup]
) -> dict[CellRef, WeighedSum]:
    """Of each weighted cell, over those that have both the figure and its weight."""
    if not reporters:
        return {}
    return weighed_over(reporters[0].form, [each.figures(found) for each in reporters])


def weighed_over(
    form: FormTemplate, typed: Collection[Mapping[CellRef, Decimal | None]]
) -> dict[CellRef, WeighedSum]:
    """Of what each organization has typed."""
    made: dict[CellRef, WeighedSum] = {}
    for cell, weight in weighted_cells(form):
        parts = [
            WeighedSum.of(value, weight=weighing)
            for figures in typed
            if (value := figures.get(cell)) is not None
            and (weighing := figures.get(weight)) is not None
        ]
        if parts:
            made[cell] = reduce(WeighedSum.combine, parts)
    return made
