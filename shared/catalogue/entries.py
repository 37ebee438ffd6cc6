"""The content of a catalogue as entries with natural keys, whether from packs or the database.

An entry is known by its natural key: an organization by (level, code, valid_from), a chain link by
(regime, reporter, valid_from), a lineage edge by (source, target, effective_on), a document by
(kind, code, valid_from). Loading an entry under a
known key replaces it; an entry marked `retracted` takes it back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Generic, Protocol, TypeVar, cast

from pydantic import BaseModel

from shared.catalogue.faults import KeyPath, PackFault, Place
from shared.catalogue.regime_schemas import RegimeFile
from shared.catalogue.schemas import (
    CalendarFile,
    ChainLinkModel,
    DocumentModel,
    FormFile,
    IndicatorModel,
    LineageModel,
    OrganizationModel,
)
from shared.catalogue.yaml_source import SourceDocument

OrganizationKey = tuple[str, str, date]
"""(level, code, valid_from); with the first valid_from it is the identity of the organization."""

LinkKey = tuple[str, str, date]
LineageKey = tuple[str, str, date]
DocumentKey = tuple[str, str, date]

Key = tuple[str, str, date]
ModelT_co = TypeVar("ModelT_co", bound=BaseModel, covariant=True)
Wanted = TypeVar("Wanted", bound=BaseModel)

DOCUMENT_MODELS: Mapping[str, type[DocumentModel]] = {
    "regime": RegimeFile,
    "form": FormFile,
    "indicator": IndicatorModel,
    "calendar": CalendarFile,
}


class Validity(Protocol):
    """What holds from a day until the day before another, or without end."""

    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Item(Generic[ModelT_co]):
    """An entry and where it stands; without a source, it is in the database already."""

    model: ModelT_co
    source: SourceDocument | None = field(default=None, compare=False, repr=False)
    path: KeyPath = field(default=(), compare=False)

    def place(self, *inside: str | int) -> Place | None:
        """The place of something inside the entry."""
        return None if self.source is None else self.source.place((*self.path, *inside))

    def fault(self, code: str, detail: str, *inside: str | int) -> PackFault:
        """A fault at something inside the entry."""
        return PackFault(code, detail, self.place(*inside))


@dataclass(frozen=True, slots=True)
class Content:
    """Every entry of a catalogue, retracted ones included, by natural key."""

    organizations: Mapping[OrganizationKey, Item[OrganizationModel]] = field(default_factory=dict)
    links: Mapping[LinkKey, Item[ChainLinkModel]] = field(default_factory=dict)
    lineage: Mapping[LineageKey, Item[LineageModel]] = field(default_factory=dict)
    documents: Mapping[DocumentKey, Item[DocumentModel]] = field(default_factory=dict)

    def overlaid_with(self, newer: "Content") -> "Content":
        """This content with the entries of `newer` added or put in place of those they replace."""
        return Content(
            organizations={**self.organizations, **newer.organizations},
            links={**self.links, **newer.links},
            lineage={**self.lineage, **newer.lineage},
            documents={**self.documents, **newer.documents},
        )

    def live_organizations(self) -> list[Item[OrganizationModel]]:
        """The organizations that hold, in the order of their keys."""
        return [item for item in self.organizations.values() if not item.model.retracted]

    def live_links(self) -> list[Item[ChainLinkModel]]:
        """The chain links that hold."""
        return [item for item in self.links.values() if not item.model.retracted]

    def live_lineage(self) -> list[Item[LineageModel]]:
        """The edges between organizations that hold."""
        return [item for item in self.lineage.values() if not item.model.retracted]

    def live_documents(self, wanted: type[Wanted]) -> list[Item[Wanted]]:
        """The documents of one kind that hold."""
        return [
            Item(item.model, item.source, item.path)
            for item in self.documents.values()
            if isinstance(item.model, wanted) and not item.model.retracted
        ]


def organization_key(model: OrganizationModel) -> OrganizationKey:
    """What a version of an organization is known by."""
    return model.level, model.code, model.valid_from


def identity_key(model: OrganizationModel) -> OrganizationKey:
    """What the organization itself is known by: the key of its first version."""
    return model.level, model.code, model.continues_from or model.valid_from


def link_key(model: ChainLinkModel) -> LinkKey:
    """What a chain link is known by."""
    return model.regime, model.reporter, model.valid_from


def lineage_key(model: LineageModel) -> LineageKey:
    """What an edge between organizations is known by."""
    return model.source, model.target, model.effective_on


def document_key(model: DocumentModel) -> DocumentKey:
    """What a document is known by."""
    return document_kind(model), model.code, model.valid_from


def document_kind(model: DocumentModel) -> str:
    """The kind under which a document is stored."""
    return next(kind for kind, known in DOCUMENT_MODELS.items() if isinstance(model, known))


def content_of(
    *,
    organizations: Iterable[Item[OrganizationModel]],
    links: Iterable[Item[ChainLinkModel]],
    lineage: Iterable[Item[LineageModel]],
    documents: Iterable[Item[DocumentModel]],
) -> tuple[Content, list[PackFault]]:
    """Entries by key, and a fault for each whose key is taken by an earlier one."""
    faults: list[PackFault] = []
    content = Content(
        organizations=_by_key(organizations, key=organization_key, faults=faults),
        links=_by_key(links, key=link_key, faults=faults),
        lineage=_by_key(lineage, key=lineage_key, faults=faults),
        documents=_by_key(documents, key=document_key, faults=faults),
    )
    return content, faults


def _by_key(
    items: Iterable[Item[Wanted]], *, key: Callable[[Wanted], Key], faults: list[PackFault]
) -> dict[Key, Item[Wanted]]:
    found: dict[Key, Item[Wanted]] = {}
    for item in items:
        taken = found.setdefault(key(item.model), item)
        if taken is not item:
            faults.append(_duplicate(item, taken=taken, code=key(item.model)[1]))
    return found


def _duplicate(item: Item[Wanted], *, taken: Item[Wanted], code: str) -> PackFault:
    detail = (
        f"mã “{code}” đã có với cùng ngày bắt đầu ở {taken.place() or 'cơ sở dữ liệu'}; "
        "hãy bỏ một trong hai, hoặc sửa mã"
    )
    return item.fault("duplicate_code", detail, "code")


def holds_throughout(spans: Iterable[Validity], *, wanted: Validity) -> bool:
    """Whether the spans together hold on every day of `wanted`."""
    reached = wanted.valid_from
    for span in sorted(spans, key=lambda each: each.valid_from):
        if span.valid_from > reached:
            break
        if span.valid_to is None:
            return True
        reached = max(reached, span.valid_to)
    return wanted.valid_to is not None and reached >= wanted.valid_to


def overlapping(items: Iterable[Item[Wanted]]) -> Iterator[tuple[Item[Wanted], Item[Wanted]]]:
    """Each pair of neighbours (earlier, later) of which the later starts before the earlier ends.

    The items are organizations, links or documents, which all have a validity.
    """
    ordered = sorted(items, key=lambda item: _validity(item).valid_from)
    for earlier, later in pairwise(ordered):
        end = _validity(earlier).valid_to
        if end is None or end > _validity(later).valid_from:
            yield earlier, later


def _validity(item: Item[BaseModel]) -> Validity:
    return cast("Validity", item.model)
