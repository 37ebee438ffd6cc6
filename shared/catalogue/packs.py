"""Reads packs: folders of YAML files that hold reference data.

A folder is a pack if it has a pack.yaml; its other YAML files each say their `kind`. Reading finds
every fault of every file before it gives up.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.catalogue.entries import (
    Content,
    Item,
    Key,
    content_of,
    document_key,
    lineage_key,
    link_key,
    organization_key,
)
from shared.catalogue.faults import PackFault, PacksRefused, Place
from shared.catalogue.regime_schemas import RegimeFile
from shared.catalogue.schema_faults import validated
from shared.catalogue.schemas import (
    CalendarFile,
    ChainFile,
    ChainLinkModel,
    DocumentModel,
    FormFile,
    IndicatorModel,
    IndicatorsFile,
    LineageFile,
    LineageModel,
    OrganizationModel,
    OrganizationsFile,
    PackFile,
)
from shared.catalogue.yaml_source import SourceDocument, parse_source, read_source

SHIPPED_PACKS = Path(__file__).parent / "packs"
MANIFEST = "pack.yaml"

Given = TypeVar("Given")
Read = TypeVar("Read")
Wanted = TypeVar("Wanted", bound=BaseModel)

CONTENT_FILES: Mapping[str, type[BaseModel]] = {
    "organizations": OrganizationsFile,
    "lineage": LineageFile,
    "chain": ChainFile,
    "calendar": CalendarFile,
    "regime": RegimeFile,
    "form": FormFile,
    "indicators": IndicatorsFile,
}
INHERITED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "organizations": ("organizations", ("valid_from", "valid_until")),
    "lineage": ("links", ("effective_on", "legal_basis")),
    "chain": ("links", ("valid_from", "valid_until", "regime")),
    "indicators": ("indicators", ("valid_from", "valid_until", "form")),
}
"""For each kind that is a list: the key of the list, and what its entries take from the file."""


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack as read: well formed, but not yet checked against itself or others."""

    manifest: PackFile
    folder: Path
    organizations: tuple[Item[OrganizationModel], ...]
    links: tuple[Item[ChainLinkModel], ...]
    lineage: tuple[Item[LineageModel], ...]
    documents: tuple[Item[DocumentModel], ...]


def find_packs(root: Path = SHIPPED_PACKS) -> tuple[Path, ...]:
    """The folders under `root` that hold a pack, in the order of their names."""
    return tuple(sorted(manifest.parent for manifest in root.rglob(MANIFEST)))


def shipped_packs(*names: str) -> tuple[Path, ...]:
    """The folders of packs that come with the program, by name."""
    return tuple(SHIPPED_PACKS / name for name in names)


def read_packs(folders: Iterable[Path]) -> tuple[Pack, ...]:
    """Read packs; raises PacksRefused with the faults of all of them."""
    packs, faults = _collect(folders, read=_read_pack)
    if faults:
        raise PacksRefused(faults)
    return tuple(packs)


def content_of_packs(packs: Iterable[Pack]) -> Content:
    """The entries of all packs together.

    Raises PacksRefused if two share a key and neither amends the other.
    """
    read = amended(packs)
    content, faults = content_of(
        organizations=(item for pack in read for item in pack.organizations),
        links=(item for pack in read for item in pack.links),
        lineage=(item for pack in read for item in pack.lineage),
        documents=(item for pack in read for item in pack.documents),
    )
    if faults:
        raise PacksRefused(faults)
    return content


def amended(packs: Iterable[Pack]) -> tuple[Pack, ...]:
    """The packs, without the entries in whose place another of them puts its own.

    Raises PacksRefused for packs that amend themselves or each other.
    """
    read = tuple(packs)
    order = TopologicalSorter({each.manifest.name: set(each.manifest.amends) for each in read})
    try:
        order.prepare()
    except CycleError as error:
        raise PacksRefused([_circle(name, read) for name in sorted(set(error.args[1]))]) from None
    return tuple(
        _without(each, [newer for newer in read if each.manifest.name in newer.manifest.amends])
        for each in read
    )


def _without(pack: Pack, newer: Sequence[Pack]) -> Pack:
    return replace(
        pack,
        organizations=_left(pack, newer, of=attrgetter("organizations"), key=organization_key),
        links=_left(pack, newer, of=attrgetter("links"), key=link_key),
        lineage=_left(pack, newer, of=attrgetter("lineage"), key=lineage_key),
        documents=_left(pack, newer, of=attrgetter("documents"), key=document_key),
    )


def _left(
    pack: Pack,
    newer: Sequence[Pack],
    *,
    of: Callable[[Pack], tuple[Item[Wanted], ...]],
    key: Callable[[Wanted], Key],
) -> tuple[Item[Wanted], ...]:
    replaced = {key(item.model) for each in newer for item in of(each)}
    return tuple(item for item in of(pack) if key(item.model) not in replaced)


def _circle(name: str, packs: Iterable[Pack]) -> PackFault:
    folder = next(each.folder for each in packs if each.manifest.name == name)
    detail = f"gói “{name}” sửa đổi chính nó, qua các gói khác; hãy bỏ một dòng amends"
    return PackFault("amends_in_a_circle", detail, Place(folder / MANIFEST, 1))


def pack_of_texts(files: Mapping[str, str]) -> Pack:
    """The pack that files would make, given by name; raises PacksRefused as read_packs does."""
    if MANIFEST not in files:
        raise PacksRefused([_no_manifest(Path())])
    sources, faults = _collect(
        sorted(files), read=lambda name: parse_source(files[name], file=Path(name))
    )
    if faults:
        raise PacksRefused(faults)
    by_name = {source.file.name: source for source in sources}
    return _pack(by_name.pop(MANIFEST), by_name.values(), manifest=_manifest)


def _read_pack(folder: Path) -> Pack:
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise PacksRefused([_no_manifest(folder)])
    files = sorted(file for file in folder.glob("*.yaml") if file != manifest)
    sources, faults = _collect([manifest, *files], read=read_source)
    # A file that cannot be read hides nothing of what is wrong with the others.
    readable = [source for source in sources if source.file != manifest]
    headers = [source for source in sources if source.file == manifest]
    try:
        pack = _pack(headers[0], readable, manifest=_manifest_of_folder) if headers else None
    except PacksRefused as refused:
        raise PacksRefused([*faults, *refused.faults]) from refused
    if faults or pack is None:
        raise PacksRefused(faults)
    return pack


def _pack(
    header: SourceDocument,
    sources: Iterable[SourceDocument],
    *,
    manifest: Callable[[SourceDocument], PackFile],
) -> Pack:
    headers, header_faults = _collect([header], read=manifest)
    read, faults = _collect(sources, read=_content)
    if faults or header_faults:
        raise PacksRefused([*header_faults, *faults])
    items = [item for file_items in read for item in file_items]
    return Pack(
        manifest=headers[0],
        folder=header.file.parent,
        organizations=tuple(_only(items, OrganizationModel)),
        links=tuple(_only(items, ChainLinkModel)),
        lineage=tuple(_only(items, LineageModel)),
        documents=(
            *_only(items, CalendarFile),
            *_only(items, RegimeFile),
            *_only(items, FormFile),
            *_only(items, IndicatorModel),
        ),
    )


def _collect(
    inputs: Iterable[Given], *, read: Callable[[Given], Read]
) -> tuple[list[Read], list[PackFault]]:
    done: list[Read] = []
    faults: list[PackFault] = []
    for given in inputs:
        try:
            done.append(read(given))
        except PacksRefused as refused:
            faults.extend(refused.faults)
    return done, faults


def _manifest(source: SourceDocument) -> PackFile:
    return validated(PackFile, source.data, source=source)


def _manifest_of_folder(source: SourceDocument) -> PackFile:
    manifest, folder = _manifest(source), source.file.parent
    if not folder.as_posix().endswith(manifest.name):
        detail = f"tên “{manifest.name}” khác thư mục {folder}; hãy đặt tên theo thư mục"
        raise PacksRefused([PackFault("wrong_pack_name", detail, source.place(("name",)))])
    return manifest


def _content(source: SourceDocument) -> list[Item[BaseModel]]:
    kind = source.data.get("kind") if isinstance(source.data, dict) else None
    if not isinstance(kind, str) or kind not in CONTENT_FILES:
        raise PacksRefused([_unknown_kind(source, kind)])
    data = _with_inherited(source.data, kind=kind)
    return list(_items(validated(CONTENT_FILES[kind], data, source=source), source=source))


def _with_inherited(data: dict[str, Any], *, kind: str) -> dict[str, Any]:
    """The data of a file with what its entries take from it written into each of them."""
    if kind not in INHERITED:
        return data
    listed, keys = INHERITED[kind]
    entries = data.get(listed)
    if not isinstance(entries, list):
        return data
    shared = {key: data[key] for key in keys if key in data}
    merged = [{**shared, **each} if isinstance(each, dict) else each for each in entries]
    return {**data, listed: merged}


def _items(model: BaseModel, *, source: SourceDocument) -> Iterator[Item[BaseModel]]:
    match model:
        case OrganizationsFile(organizations=entries):
            listed: tuple[BaseModel, ...] = entries
        case ChainFile(links=entries):
            listed = entries
        case LineageFile(links=entries):
            listed = entries
        case IndicatorsFile(indicators=entries):
            listed = entries
        case _:
            yield Item(model, source)
            return
    key = INHERITED[str(source.data["kind"])][0]
    for index, entry in enumerate(listed):
        yield Item(entry, source, (key, index))


def _only(items: Iterable[Item[BaseModel]], wanted: type[Wanted]) -> Iterator[Item[Wanted]]:
    for item in items:
        if isinstance(item.model, wanted):
            yield Item(item.model, item.source, item.path)


def _no_manifest(folder: Path) -> PackFault:
    detail = f"thư mục không có tệp {MANIFEST} nên không phải là gói danh mục; hãy thêm tệp này"
    return PackFault("no_manifest", detail, Place(folder / MANIFEST, 1))


def _unknown_kind(source: SourceDocument, kind: object) -> PackFault:
    known = ", ".join(CONTENT_FILES)
    detail = f"“kind: {kind}” không phải loại tệp đã biết; hãy chọn: {known}"
    return PackFault("unknown_kind", detail, source.place(("kind",)))
