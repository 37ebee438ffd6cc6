"""What loading packs would change: pure, so that `diff` shows exactly what `load` does."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from shared.catalogue.checking import require_sound
from shared.catalogue.entries import (
    Content,
    Item,
    OrganizationKey,
    document_key,
    identity_key,
)
from shared.catalogue.faults import PackFault, PacksRefused
from shared.catalogue.form_building import build_form
from shared.catalogue.organization_checks import Directory, Organization
from shared.catalogue.packs import Pack, content_of_packs
from shared.catalogue.schema_parts import ONE_DAY
from shared.catalogue.schemas import ChainLinkModel, DocumentModel, FormFile, LineageModel
from shared.catalogue.stored import Stored, StoredEdge, StoredLink, StoredOrganization
from shared.domain.chains import ChainLink
from shared.domain.identifiers import OrganizationCode, OrganizationId, RegimeCode
from shared.domain.lineage import LineageEdge
from shared.domain.names import search_key, sort_key
from shared.domain.organizations import OrganizationVersion

ValueT = TypeVar("ValueT")
ValueT_co = TypeVar("ValueT_co", covariant=True)
KeyT = TypeVar("KeyT")


class Verb(StrEnum):
    """What happens to an entry."""

    ADDED = "added"
    CHANGED = "changed"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Change(Generic[ValueT_co]):
    """One entry as it will be, and what that means for it."""

    verb: Verb
    value: ValueT_co


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """Every row to append. New organizations have the ids -1, -2, … until real ones are given."""

    packs: tuple[str, ...]
    new_organizations: int
    organizations: tuple[Change[StoredOrganization], ...]
    links: tuple[Change[StoredLink], ...]
    lineage: tuple[Change[StoredEdge], ...]
    documents: tuple[Change[DocumentModel], ...]

    @property
    def is_empty(self) -> bool:
        """Whether the catalogue holds all of it already."""
        return not (self.organizations or self.links or self.lineage or self.documents)


def plan_load(stored: Stored, packs: Iterable[Pack]) -> LoadPlan:
    """Lay packs over what is stored; raises PacksRefused with every fault of the result."""
    read = tuple(packs)
    before = stored.content()
    after = before.overlaid_with(content_of_packs(read))
    require_sound(after)
    faults = list(_forms_changed_in_place(before, after=after))
    if faults:
        raise PacksRefused(faults)
    ids, new_organizations = _identities(stored, after)
    compiler = _Compiler(Directory.of(after.live_organizations()), ids)
    return LoadPlan(
        packs=tuple(pack.manifest.name for pack in read),
        new_organizations=new_organizations,
        organizations=tuple(compiler.organization_changes(stored, after)),
        links=tuple(compiler.link_changes(stored, after)),
        lineage=tuple(compiler.lineage_changes(stored, after)),
        documents=tuple(_document_changes(before, after=after)),
    )


def _identities(
    stored: Stored, after: Content
) -> tuple[Mapping[OrganizationKey, OrganizationId], int]:
    """The id of every organization: known ones keep theirs, new ones count down from -1."""
    ids = stored.identities()
    count = 0
    for item in after.live_organizations():
        key = identity_key(item.model)
        if key not in ids:
            count += 1
            ids[key] = OrganizationId(-count)
    return ids, count


@dataclass(frozen=True, slots=True)
class _Compiler:
    """Turns sound entries into rows with ids."""

    directory: Directory
    ids: Mapping[OrganizationKey, OrganizationId]

    def organization_changes(
        self, stored: Stored, after: Content
    ) -> Iterator[Change[StoredOrganization]]:
        known = {(each.version.id, each.version.valid_from): each for each in stored.organizations}
        wanted = {
            (version.id, version.valid_from): StoredOrganization(version)
            for version in map(self._version, after.live_organizations())
        }
        yield from _differences(known, wanted)
        for key, old in known.items():
            if key not in wanted and not old.retracted:
                yield Change(Verb.RETRACTED, StoredOrganization(old.version, retracted=True))

    def link_changes(self, stored: Stored, after: Content) -> Iterator[Change[StoredLink]]:
        known = {
            (each.regime, each.link.reporter_id, each.link.valid_from): each
            for each in stored.links
        }
        wanted = {
            (link.regime, link.link.reporter_id, link.link.valid_from): link
            for link in map(self._link, after.live_links())
        }
        yield from _differences(known, wanted)
        for key, old in known.items():
            if key not in wanted and not old.retracted:
                yield Change(Verb.RETRACTED, StoredLink(old.regime, old.link, retracted=True))

    def lineage_changes(self, stored: Stored, after: Content) -> Iterator[Change[StoredEdge]]:
        known = {_edge_key(each.edge): each for each in stored.lineage}
        wanted = {
            _edge_key(edge): StoredEdge(edge) for edge in map(self._edge, after.live_lineage())
        }
        yield from _differences(known, wanted)
        for key, old in known.items():
            if key not in wanted and not old.retracted:
                yield Change(Verb.RETRACTED, StoredEdge(old.edge, retracted=True))

    def _version(self, item: Organization) -> OrganizationVersion:
        model = item.model
        return OrganizationVersion(
            id=self._id(item),
            code=OrganizationCode(model.code),
            name=model.name,
            kind=model.kind,
            level=model.level,
            parent_id=self._id(self._parent(item)) if model.parent else None,
            province_id=self._id(self._province(item)),
            valid_from=model.valid_from,
            valid_to=model.valid_to,
            email=model.email,
            phone=model.phone,
            contact_name=model.contact_name,
            latitude=model.latitude,
            longitude=model.longitude,
            search_key=search_key(model.name),
            sort_key=sort_key(model.name),
            agency_code=model.agency_code,
        )

    def _link(self, item: Item[ChainLinkModel]) -> StoredLink:
        model = item.model
        reporter, receiver = (
            self._id(self._found(code, on=model.valid_from))
            for code in (model.reporter, model.receiver)
        )
        link = ChainLink(reporter, receiver, model.valid_from, model.valid_to)
        return StoredLink(RegimeCode(model.regime), link)

    def _edge(self, item: Item[LineageModel]) -> LineageEdge:
        model = item.model
        return LineageEdge(
            source_id=self._id(self._found(model.source, on=model.effective_on - ONE_DAY)),
            target_id=self._id(self._found(model.target, on=model.effective_on)),
            effective_on=model.effective_on,
            kind=model.kind,
            legal_basis=model.legal_basis,
            weight=model.weight,
            weight_basis=model.weight_basis,
        )

    def _id(self, item: Organization) -> OrganizationId:
        return self.ids[identity_key(item.model)]

    def _province(self, item: Organization) -> Organization:
        while item.model.parent is not None:
            item = self._parent(item)
        return item

    def _parent(self, item: Organization) -> Organization:
        return self._found(item.model.parent or "", on=item.model.valid_from)

    def _found(self, code: str, *, on: date) -> Organization:
        found = self.directory.find(code, on=on)
        if found is None:
            raise LookupError(f"a sound catalogue has no organization {code}")
        return found


def _edge_key(edge: LineageEdge) -> tuple[OrganizationId, OrganizationId, date]:
    return edge.source_id, edge.target_id, edge.effective_on


def _differences(
    known: Mapping[KeyT, ValueT], wanted: Mapping[KeyT, ValueT]
) -> Iterator[Change[ValueT]]:
    for key, value in wanted.items():
        if key not in known:
            yield Change(Verb.ADDED, value)
        elif known[key] != value:
            yield Change(Verb.CHANGED, value)


def _document_changes(before: Content, *, after: Content) -> Iterator[Change[DocumentModel]]:
    for key, item in after.documents.items():
        old = before.documents.get(key)
        if item.model.retracted:
            if old is not None and not old.model.retracted:
                yield Change(Verb.RETRACTED, item.model)
        elif old is None or old.model.retracted:
            yield Change(Verb.ADDED, item.model)
        elif old.model != item.model:
            yield Change(Verb.CHANGED, item.model)


def _places(model: FormFile) -> tuple[object, ...]:
    """Where a version keeps what is typed: its cells, the columns of its lists, its sections."""
    form = build_form(model)
    lists = tuple((each.code, tuple(each.column_by_code)) for each in form.lists)
    return form.input_cells, form.word_cells, lists, tuple(form.section_by_code)


def _forms_changed_in_place(before: Content, *, after: Content) -> Iterator[PackFault]:
    """Stored figures are arrays in the order of a version's cells, so that order is for ever."""
    for item in after.live_documents(FormFile):
        old = before.documents.get(document_key(item.model))
        if old is None or not isinstance(old.model, FormFile) or old.model.retracted:
            continue
        same_version = old.model.version == item.model.version
        if same_version and _places(old.model) != _places(item.model):
            detail = (
                f"phiên bản {item.model.version} của biểu “{item.model.code}” đã nạp với các ô "
                "khác; hãy kết thúc bản cũ và thêm bản mới với version và valid_from khác"
            )
            yield item.fault("form_changed_in_place", detail, "version")
