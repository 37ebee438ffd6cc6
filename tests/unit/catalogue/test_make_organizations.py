"""The script that makes organization packs, on a small dataset of the same shape."""

import sqlite3
import subprocess
import sys
import unicodedata
from pathlib import Path

from shared.catalogue.packs import read_packs

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "tools/packs/make_organizations.py"

OLD = """
    CREATE TABLE admin_units_legacy (
        provinceCode, province, provinceLat REAL, provinceLon REAL,
        districtCode, district, districtType, districtLat REAL, districtLon REAL,
        wardCode, ward, wardType, wardLat REAL, wardLon REAL)
"""
NEW = """
    CREATE TABLE admin_units (
        provinceCode, province, provinceLat REAL, provinceLon REAL,
        wardCode, ward, wardType, wardLat REAL, wardLon REAL)
"""


def dataset(file: Path) -> Path:
    """A province of three tiers and one of two, with a name in decomposed letters."""
    name = unicodedata.normalize("NFD", "Phường Thác Mơ")
    old = ("70", "Tỉnh Bình Phước", 11.7, 106.7, "688", "Thị xã Phước Long", "Thị xã", 11.8, 106.9)
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(OLD)
        connection.execute(NEW)
        connection.execute(
            f"INSERT INTO admin_units_legacy VALUES ({', '.join('?' * 14)})",
            (*old, "25216", f" {name} ", "Phường", 11.84, 107.0),
        )
        connection.execute(
            f"INSERT INTO admin_units VALUES ({', '.join('?' * 9)})",
            ("75", "Tỉnh Đồng Nai", 11.4, 107.0, "25195", "Xã Đồng Phú", "Xã", 11.5, 106.8),
        )
    connection.close()
    return file


def make(file: Path, *, into: Path) -> None:
    words = [sys.executable, str(SCRIPT), str(file), "--into", str(into)]
    subprocess.run(words, check=True, capture_output=True)  # noqa: S603 - our own script


def test_a_made_pack_is_well_formed_and_its_names_are_composed(tmp_path: Path) -> None:
    into = tmp_path / "organizations"
    make(dataset(tmp_path / "dataset.db"), into=into)
    old, new = read_packs([into / "binh-phuoc-2025", into / "dong-nai-2025"])
    assert [(item.model.code, item.model.parent) for item in old.organizations] == [
        ("70", None),
        ("688", "70"),
        ("25216", "688"),
    ]
    assert old.organizations[2].model.name == "Phường Thác Mơ"
    assert [item.model.parent for item in new.organizations] == [None, "75"]


def test_making_packs_again_gives_the_same_bytes(tmp_path: Path) -> None:
    file = dataset(tmp_path / "dataset.db")
    made = [tmp_path / "first", tmp_path / "second"]
    for into in made:
        make(file, into=into)
    first, second = (
        {each.relative_to(into): each.read_bytes() for each in into.rglob("*.yaml")}
        for into in made
    )
    assert first == second
    assert first
