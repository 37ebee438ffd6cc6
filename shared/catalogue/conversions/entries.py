"""The catalogue entries that a conversion makes, laid over what the catalogue holds already.

A unit that the catalogue knows stays what it is, with its contacts and its name; the table only
ends it, or goes on with it. An edge that is there already keeps its legal basis and its weight.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from pydantic import BaseModel

from shared.catalogue.conversions.conversion import Conversion
from shared.catalogue.conversions.descriptor import ConversionFile
from shared.catalogue.conversions.known_units import KnownUnits
from shared.catalogue.conversions.links import Link
from shared.catalogue.conversions.names import Tier
from shared.catalogue.conversions.sides import Placed, Sides
from shared.catalogue.entries import Content, Item, identity_key, lineage_key
from shared.catalogue.faults import PacksRefused
from shared.catalogue.organization_checks import Directory
from shared.catalogue.packs import Pack
from shared.catalogue.schemas import LineageModel, OrganizationModel, PackFile
from shared.catalogue.yaml_source import SourceDocument
from shared.domain.lineage import LineageKind

ModelT = TypeVar("ModelT", bound=BaseModel)

GOING_ON = frozenset({LineageKind.UNCHANGED, LineageKind.RENAME, LineageKind.RETYPE})
"""Kinds in which a unit of the same code is the same organization."""

KEPT = ("email", "phone", "contact_name", "latitude", "longitude", "agency_code")
"""What an organization that goes on takes along."""


@dataclass(frozen=True, slots=True)
class OtherName:
    """A unit that the catalogue calls otherwise; its own name is kept."""

    line: int
    code: str
    table: str
    catalogue: str


@dataclass(frozen=True, slots=True)
class Entries:
    """A pack that does what the table says, and whose names were left as they are."""

    sides: Sides
    pack: Pack
    other_names: tuple[OtherName, ...]


def entries_of(conversion: Conversion, model: ConversionFile, *, stored: Content) -> Entries:
    """Raises PacksRefused where table and catalogue do not know the same units."""
    sides = Sides.of(conversion)
    directory = Directory.of(stored.live_organizations())
    known = KnownUnits(directory, conversion.effective_on)
    faults = list(known.faults(sides, table=conversion.table))
    if faults:
        raise PacksRefused(faults)
    maker = _Maker(conversion, model, sides, known)
    pack = Pack(
        manifest=PackFile(
            kind="pack",
            name=f"conversions/{conversion.effective_on.isoformat()}",
            title=model.title,
            source=model.source,
        ),
        folder=conversion.table.file.parent,
        organizations=(*maker.ended(), *maker.begun()),
        links=(),
        lineage=tuple(_new_edges(maker.edges(), stored=stored)),
        documents=(),
    )
    return Entries(sides, pack, tuple(maker.other_names()))


def _new_edges(
    edges: Iterator[Item[LineageModel]], *, stored: Content
) -> Iterator[Item[LineageModel]]:
    for item in edges:
        held = stored.lineage.get(lineage_key(item.model))
        if held is None or held.model.retracted or held.model.kind is not item.model.kind:
            yield item


@dataclass(frozen=True, slots=True)
class _Maker:
    conversion: Conversion
    model: ConversionFile
    sides: Sides
    known: KnownUnits

    @property
    def day(self) -> date:
        return self.known.day

    def ended(self) -> Iterator[Item[OrganizationModel]]:
        """The old units up to the day before; a province that goes on has no end."""
        for code, placed in self.sides.old.items():
            known = self.known.old(code)
            model = known.model if known else self._fresh(placed, since=self.model.known_since)
            if placed.unit.tier is Tier.PROVINCE and self.sides.goes_on(code):
                if known is None:
                    yield self._item(model, line=placed.line)
            else:
                ended = model.model_copy(update={"valid_until": self.known.day_before})
                yield self._item(ended, line=placed.line)

    def begun(self) -> Iterator[Item[OrganizationModel]]:
        """The new units that the catalogue does not know yet."""
        for code, placed in self.sides.new.items():
            if placed.unit.tier is Tier.PROVINCE and self.sides.goes_on(code):
                continue
            if self.known.new(code) is None:
                model = self._fresh(placed, since=self.day)
                going_on = self._goes_on(code)
                model = self._continued(model) if going_on else model
                yield self._item(model, line=placed.line)

    def edges(self) -> Iterator[Item[LineageModel]]:
        """Of communes as the table says; of districts and provinces as it follows."""
        for link in self.conversion.links:
            weight = self.conversion.people(link)
            model = self._edge(
                link.source.code,
                link.target.code,
                kind=self.conversion.kind(link),
                basis=self.model.legal_basis.commune,
            )
            named = {"weight": weight, "weight_basis": self.model.people_basis}
            weighed = model if weight is None else model.model_copy(update=named)
            yield self._item(weighed, line=link.line)
        for code, placed in self.sides.old.items():
            if placed.unit.tier is not Tier.COMMUNE and not self.conversion.out_of.get(code):
                yield from self._edges_above(code, placed)

    def other_names(self) -> Iterator[OtherName]:
        for side, find in ((self.sides.old, self.known.old), (self.sides.new, self.known.new)):
            for code, placed in side.items():
                known, name = find(code), placed.unit.named.name
                if known is not None and known.model.name != name:
                    yield OtherName(placed.line, code, name, known.model.name)

    def _edges_above(self, code: str, placed: Placed) -> Iterator[Item[LineageModel]]:
        """A district's work goes to the province; provinces join."""
        targets, basis = self.sides.became[code], self.model.legal_basis
        if placed.unit.tier is Tier.DISTRICT:
            kind, act = LineageKind.MOVE, basis.district
        elif self.sides.goes_on(code):
            return
        else:
            kind, act = self._province_kind(targets), basis.province
        for target in targets:
            yield self._item(self._edge(code, target, kind=kind, basis=act), line=placed.line)

    def _province_kind(self, targets: tuple[str, ...]) -> LineageKind:
        if len(targets) > 1:
            return LineageKind.MERGE_PART
        alone = len(self.sides.joined(targets[0])) == 1
        return LineageKind.RENAME if alone else LineageKind.MERGE_FULL

    def _edge(self, source: str, target: str, *, kind: LineageKind, basis: str) -> LineageModel:
        return LineageModel(
            source=source, target=target, kind=kind, effective_on=self.day, legal_basis=basis
        )

    def _goes_on(self, code: str) -> bool:
        """Whether a new commune is an old one under the same code."""
        links: list[Link] = self.conversion.into.get(code, [])
        return any(each.source.code == code and each.note.kind in GOING_ON for each in links)

    def _continued(self, model: OrganizationModel) -> OrganizationModel:
        known = self.known.old(model.code)
        if known is None:
            return model.model_copy(update={"continues_from": self.model.known_since})
        kept = {name: getattr(known.model, name) for name in KEPT}
        first = identity_key(known.model)[2]
        return model.model_copy(update={"continues_from": first, **kept})

    def _fresh(self, placed: Placed, *, since: date) -> OrganizationModel:
        return OrganizationModel(
            code=placed.unit.code,
            name=placed.unit.named.name,
            kind=placed.unit.named.kind,
            level=placed.unit.tier.value,
            parent=placed.above.code if placed.above else None,
            valid_from=since,
        )

    def _item(self, model: ModelT, *, line: int) -> Item[ModelT]:
        """An entry whose faults are told at the line of the table."""
        return Item(model, SourceDocument(self.conversion.table.file, None, {(): line}))
