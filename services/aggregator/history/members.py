"""Whose reports a node is made of, and which nodes share them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from services.aggregator.shapes import Node, Shape, Sheaf, shape_at
from shared.catalogue.catalogue import Catalogue
from shared.domain.errors import CatalogueError, PeriodError
from shared.domain.identifiers import OrganizationId


@dataclass(frozen=True, slots=True)
class Member:
    """An organization at or below a node. `adds`: its own figures count there."""

    organization_id: OrganizationId
    adds: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Organizations of a sheaf that belong to the same `nodes`, in the same way."""

    sheaf: Sheaf
    adds: bool
    organization_ids: tuple[OrganizationId, ...]
    nodes: tuple[tuple[Node, bool], ...]
    """The nodes that the part counts in, and whether its figures are added there."""


@dataclass(frozen=True, slots=True)
class Division:
    """The nodes asked for, taken apart; `shapes` by the catalogue of the moment."""

    shapes: Mapping[Sheaf, Shape]
    parts: tuple[Part, ...]


def divide(nodes: Iterable[Node], *, catalogue: Catalogue) -> Division:
    """Every node that there is, in parts that share nothing."""
    shapes: dict[Sheaf, Shape] = {}
    parts: list[Part] = []
    ordered = sorted(set(nodes))
    for sheaf, of_sheaf in groupby(ordered, key=lambda node: node.sheaf):
        shape = shape_of(catalogue, sheaf)
        if shape is not None:
            shapes[sheaf] = shape
            parts.extend(_parts(sheaf, list(of_sheaf), shape=shape))
    return Division(shapes, tuple(parts))


def shape_of(catalogue: Catalogue, sheaf: Sheaf) -> Shape | None:
    """By the regime that asks for the form in that period; None if none does."""
    for regime in catalogue.regimes:
        if sheaf.form in regime.forms:
            try:
                cutoff = regime.period(sheaf.period).cutoff_date
                if regime.is_in_force(cutoff):
                    return shape_at(catalogue, sheaf.form, cutoff=cutoff)
            except (CatalogueError, PeriodError):
                continue
    return None


def members_of(organization_id: OrganizationId, *, shape: Shape) -> Iterator[Member]:
    """The organization and all below it; a level that does not sum hides figures, not duties."""

    def walk(each: OrganizationId, *, heard: bool) -> Iterator[Member]:
        yield Member(each, heard and shape.enters(each))
        below = heard and shape.sums(each)
        for child in shape.tree.children(each):
            yield from walk(child, heard=below)

    if organization_id in shape.tree.organizations:
        yield from walk(organization_id, heard=True)


def _parts(sheaf: Sheaf, nodes: Sequence[Node], *, shape: Shape) -> Iterator[Part]:
    belongs: dict[OrganizationId, list[tuple[Node, bool]]] = {}
    for node in nodes:
        for member in members_of(node.organization_id, shape=shape):
            belongs.setdefault(member.organization_id, []).append((node, member.adds))
    together: dict[tuple[tuple[Node, bool], ...], list[OrganizationId]] = {}
    for organization_id, places in belongs.items():
        together.setdefault(tuple(places), []).append(organization_id)
    for shared, organization_ids in together.items():
        adds = any(added for _, added in shared)
        yield Part(sheaf, adds=adds, organization_ids=tuple(organization_ids), nodes=shared)
