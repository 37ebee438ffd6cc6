"""Copies of the shipped packs that a test may spoil."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.packs import SHIPPED_PACKS, Pack, read_packs, shipped_packs
from shared.catalogue.planning import plan_load
from shared.catalogue.stored import Stored

DEMO_PACK_NAMES = (
    "organizations/binh-phuoc-2025",
    "calendars/vietnam",
    "regimes/vpcp-kstt-ii06a",
)

TWO_PROVINCES = (
    "organizations/binh-phuoc-2025",
    "organizations/dong-nai-until-2025",
    "organizations/dong-nai-2025",
)
"""The new Đồng Nai with those that it was made of: seven of its communes go on from before."""


def demo_packs() -> tuple[Pack, ...]:
    """The packs of the demonstration, as shipped."""
    return read_packs(shipped_packs(*DEMO_PACK_NAMES))


def catalogue_of(packs: Iterable[Pack]) -> Catalogue:
    """The catalogue of packs, without a database; organizations have the ids -1, -2, …"""
    return Catalogue.of(stored_of(packs))


def stored_of(packs: Iterable[Pack]) -> Stored:
    """What a database would hold after the packs were loaded, with the same ids."""
    plan = plan_load(Stored(), packs)
    return Stored(
        number=1,
        organizations=tuple(change.value for change in plan.organizations),
        links=tuple(change.value for change in plan.links),
        lineage=tuple(change.value for change in plan.lineage),
        documents=tuple(change.value for change in plan.documents),
    )


def copied_packs(folder: Path, names: Iterable[str] = DEMO_PACK_NAMES) -> tuple[Path, ...]:
    """Copies of shipped packs under `folder`, by name."""
    for name in names:
        shutil.copytree(SHIPPED_PACKS / name, folder / name)
    return tuple(folder / name for name in names)


def spoil(file: Path, old: str, new: str) -> int:
    """Replace the one occurrence of `old` in a file; returns the line on which `new` begins."""
    text = file.read_text(encoding="utf-8")
    before, found, after = text.partition(old)
    assert found, f"{file} does not hold {old!r}"
    file.write_text(f"{before}{new}{after}", encoding="utf-8")
    return before.count("\n") + 1
