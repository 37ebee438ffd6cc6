"""Conversion tables as people export them: CSV with a head, titles, and a line for each link."""

import csv
from functools import lru_cache
from pathlib import Path

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.conversions.conversion import Conversion, understand
from shared.catalogue.conversions.descriptor import (
    OFFICIAL,
    ConversionFile,
    corrected,
    read_descriptor,
)
from shared.catalogue.conversions.entries import entries_of
from shared.catalogue.conversions.table import TITLES, read_table
from shared.catalogue.stored import Stored
from tests.factories.packs import catalogue_of

HEAD = ("Đơn vị hành chính từ ngày 01/7/2025", "", "", "Đơn vị hành chính trước ngày 01/7/2025")
PROVINCE, OLD_PROVINCE, DISTRICT = "Tỉnh Mới (80)", "Tỉnh Cũ (70)", "Huyện Một (701)"
FIRST_LINE = 3
"""Of the links: the head and the titles are above."""


def link(
    new: str = "Xã Mới 20001",
    old: str = "Xã Một 10001",
    note: str = "Nhập toàn bộ",
    *,
    province: str = PROVINCE,
    district: str = DISTRICT,
    old_province: str = OLD_PROVINCE,
) -> tuple[str, ...]:
    """A line; names are given with the code behind them."""
    (new_name, _, new_code), (old_name, _, old_code) = new.rpartition(" "), old.rpartition(" ")
    return (
        province, new_name, new_code, old_name, old_code, note, district, old_province,
    )  # fmt: skip


WHOLE = (link(), link(old="Xã Hai 10002"))


def table_file(folder: Path, *links: tuple[str, ...], head: tuple[str, ...] = HEAD) -> Path:
    file = folder / "chuyen-doi.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([head, tuple(TITLES.values()), *links])
    return file


def conversion_of(folder: Path, *links: tuple[str, ...]) -> Conversion:
    """Raises PacksRefused with every fault of the table."""
    return understand(read_table(table_file(folder, *links)), effective_on=None)


def official_model() -> ConversionFile:
    return read_descriptor(OFFICIAL).model


@lru_cache
def official() -> Conversion:
    """The statistics office's table of 01/07/2025, its known errors corrected."""
    descriptor = read_descriptor(OFFICIAL)
    table = read_table(descriptor.table_file or Path())
    return understand(corrected(table, descriptor), effective_on=descriptor.model.effective_on)


@lru_cache
def official_catalogue() -> Catalogue:
    """What it makes of an empty catalogue; the ids are -1, -2, …"""
    made = entries_of(official(), official_model(), stored=Stored().content())
    return catalogue_of([made.pack])
