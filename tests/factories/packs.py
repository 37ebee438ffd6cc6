"""Copies of the shipped packs that a test may spoil."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from shared.catalogue.packs import SHIPPED_PACKS, Pack, read_packs, shipped_packs

DEMO_PACK_NAMES = (
    "organizations/binh-phuoc-2025",
    "calendars/vietnam",
    "regimes/vpcp-kstt-ii06a",
)


def demo_packs() -> tuple[Pack, ...]:
    """The packs of the demonstration, as shipped."""
    return read_packs(shipped_packs(*DEMO_PACK_NAMES))


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
