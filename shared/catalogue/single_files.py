"""A file that stands alone, taken as a pack of its own."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.catalogue.entries import Item
from shared.catalogue.faults import KeyPath
from shared.catalogue.packs import INHERITED, Pack
from shared.catalogue.schema_faults import validated
from shared.catalogue.schemas import FormFile, OrganizationsFile, PackFile
from shared.catalogue.yaml_source import SourceDocument, parse_source, read_source
from shared.domain.names import search_key

KIND = "organizations"


def read_organizations_file(file: Path) -> Pack:
    """The pack of one YAML file; raises PacksRefused with every fault and its line."""
    source = read_source(file)
    return _pack(SourceDocument(file, _with_inherited(source.data), source.lines))


def read_form_file(file: Path) -> Pack:
    """The pack of one form; raises PacksRefused with every fault and its line."""
    return _form_pack(read_source(file))


def form_pack_of_text(text: str, *, file: Path) -> Pack:
    """The same of a text; faults are told as of `file`."""
    return _form_pack(parse_source(text, file=file))


def _form_pack(source: SourceDocument) -> Pack:
    form = validated(FormFile, source.data, source=source)
    return Pack(
        manifest=_manifest(source.file, form.source),
        folder=source.file.parent,
        organizations=(),
        links=(),
        lineage=(),
        documents=(Item(form, source),),
    )


def pack_of_organizations(
    file: Path, data: Mapping[str, Any], *, lines: Mapping[KeyPath, int]
) -> Pack:
    """The pack of what was read from `file` by other means; `lines` says where entries stand.

    Raises:
        PacksRefused: with every fault and its line.
    """
    return _pack(SourceDocument(file, data, lines))


def _pack(source: SourceDocument) -> Pack:
    content = validated(OrganizationsFile, source.data, source=source)
    items = (
        Item(entry, source, (KIND, index)) for index, entry in enumerate(content.organizations)
    )
    return Pack(
        manifest=_manifest(source.file, content.source),
        folder=source.file.parent,
        organizations=tuple(items),
        links=(),
        lineage=(),
        documents=(),
    )


def _manifest(file: Path, come_from: str | None) -> PackFile:
    """Named after the file, so that the history of the catalogue tells where entries came from."""
    name = re.sub(r"[^a-z0-9]+", "-", search_key(file.stem)).strip("-") or "organizations"
    return PackFile(kind="pack", name=f"imported/{name}", title=file.name, source=come_from)


def _with_inherited(data: Any) -> Any:
    """What the file says once for all of its entries, written into each of them."""
    listed, keys = INHERITED[KIND]
    if not isinstance(data, dict) or not isinstance(data.get(listed), list):
        return data
    shared = {key: data[key] for key in keys if key in data}
    merged = [{**shared, **each} if isinstance(each, dict) else each for each in data[listed]]
    return {**data, listed: merged}
