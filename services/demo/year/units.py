"""What every unit is made of, so that figures of before and after the reform add up.

Figures are made up for parts that no reform divides: a unit of 2024 is one part, one that was
divided is a part for each successor, and a unit of today holds the parts of all that it took over.
Whatever a part leaves at the end of one period it therefore starts with in the next, under
whichever unit it is then.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.catalogue.catalogue import Catalogue
from shared.domain.identifiers import OrganizationId
from shared.domain.lineage import LineageEdge, LineageKind
from shared.domain.organizations import OrganizationVersion


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of country, or an office, that stays whole. `key` seeds its figures."""

    key: str
    level: str


@dataclass(frozen=True, slots=True)
class Unit:
    """`divided` names the units of which this one took over a part only."""

    parts: tuple[Part, ...]
    divided: tuple[str, ...] = ()


Units = Mapping[OrganizationId, Unit]


def units_of(known: Catalogue) -> Units:
    """The parts of every organization that the catalogue knows."""
    first = _first_versions(known.organizations)
    into: dict[OrganizationId, list[LineageEdge]] = defaultdict(list)
    for edge in known.lineage:
        if edge.source_id != edge.target_id and edge.kind is not LineageKind.MOVE:
            into[edge.target_id].append(edge)
    return {each: _unit(each, first=first, into=into) for each in first}


def _first_versions(
    versions: Iterable[OrganizationVersion],
) -> dict[OrganizationId, OrganizationVersion]:
    in_order = sorted(versions, key=lambda each: each.valid_from, reverse=True)
    return {each.id: each for each in in_order}


def _unit(
    organization_id: OrganizationId,
    *,
    first: Mapping[OrganizationId, OrganizationVersion],
    into: Mapping[OrganizationId, list[LineageEdge]],
) -> Unit:
    edges = sorted(into.get(organization_id, ()), key=lambda edge: first[edge.source_id].code)
    if not edges:
        return Unit(_own_parts(first[organization_id], first=first, into=into))
    whole = [edge.source_id for edge in edges if edge.kind.adds_whole]
    divided = [first[edge.source_id] for edge in edges if edge.kind.is_partial]
    parts = [part for each in whole for part in _unit(each, first=first, into=into).parts]
    pieces = [_piece(each, first[organization_id]) for each in divided]
    return Unit((*parts, *pieces), tuple(each.name for each in divided))


def _own_parts(
    unit: OrganizationVersion,
    *,
    first: Mapping[OrganizationId, OrganizationVersion],
    into: Mapping[OrganizationId, list[LineageEdge]],
) -> tuple[Part, ...]:
    """One part, or one for each unit that a divided one went to."""
    successors = [
        first[target]
        for target, edges in into.items()
        if any(edge.source_id == unit.id and edge.kind.is_partial for edge in edges)
    ]
    if not successors:
        return (Part(f"{unit.code} {unit.valid_from}", unit.level),)
    successors.sort(key=lambda each: each.code)
    return tuple(_piece(unit, each) for each in successors)


def _piece(source: OrganizationVersion, target: OrganizationVersion) -> Part:
    """What of a divided unit went to one successor."""
    return Part(f"{source.code} {source.valid_from} {target.code}", source.level)
