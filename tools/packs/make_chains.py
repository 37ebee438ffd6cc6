"""Make the reporting chains of the new Đồng Nai: which department receives what of the communes.

    python tools/packs/make_chains.py FOLDER/vietnamadminunits/data/dataset.db

The communes are those of the dataset (see make_organizations.py); that their reports go to these
departments is an assumption, said in every file. Running it again gives the same files.
"""

import argparse
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from make_organizations import DATASET, FIRST_DAY_OF_TWO_TIERS, PACKS_FOLDER, text

PACK_NAME = "dong-nai-2025"
COMMUNES = "SELECT wardCode FROM admin_units WHERE provinceCode = '75' ORDER BY wardCode"


@dataclass(frozen=True, slots=True)
class Chain:
    """One regime whose commune reports go to one department."""

    file: str
    regime: str
    receiver: str
    note: str


CHAINS = (
    Chain(
        file="chain-ktxh.yaml",
        regime="KTXH-THANG",
        receiver="H19.15",
        note="Sở Tài chính tổng hợp báo cáo kinh tế - xã hội của cấp xã",
    ),
    Chain(
        file="chain-asxh.yaml",
        regime="ASXH-THANG",
        receiver="H19.18",
        note="Sở Y tế (bảo trợ xã hội) nhận báo cáo an sinh xã hội của cấp xã",
    ),
)


def chain_file(chain: Chain, communes: Iterable[str]) -> str:
    """The text of one chain."""
    lines = [
        f"# Made by tools/packs/make_chains.py from {DATASET} (MIT). Do not edit by hand.",
        "kind: chain",
        f"regime: {chain.regime}",
        f"valid_from: {FIRST_DAY_OF_TWO_TIERS}",
        "assumption: true",
        f"note: {chain.note} là giả định.",
        "links:",
        *(f"  - {{reporter: {text(code)}, receiver: {text(chain.receiver)}}}" for code in communes),
    ]
    return "\n".join(lines) + "\n"


def manifest_file() -> str:
    """The text of pack.yaml."""
    lines = [
        f"# Made by tools/packs/make_chains.py from {DATASET} (MIT). Do not edit by hand.",
        "kind: pack",
        f"name: chains/{PACK_NAME}",
        'title: "Nơi nhận báo cáo tháng của cấp xã ở Đồng Nai từ ngày 01/07/2025"',
        f'source: "{DATASET}, © 2025 Tran Ngoc Minh Hieu"',
        "licence: MIT",
        "licence_file: ../../organizations/LICENSE-vietnamadminunits.txt",
        "notes: >-",
        "  Mã xã lấy từ bộ dữ liệu nói trên; nơi nhận là giả định. Chế độ khác theo cây đơn vị.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the pack."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("dataset", type=Path, help="path of dataset.db inside the package")
    parser.add_argument(
        "--into", type=Path, default=PACKS_FOLDER.parent / "chains", help="folder of the packs"
    )
    arguments = parser.parse_args()
    dataset = sqlite3.connect(f"file:{arguments.dataset}?mode=ro", uri=True)
    communes = [code for (code,) in dataset.execute(COMMUNES)]
    folder = arguments.into / PACK_NAME
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(manifest_file(), encoding="utf-8")
    for chain in CHAINS:
        (folder / chain.file).write_text(chain_file(chain, communes), encoding="utf-8")
    print(f"{PACK_NAME}: {len(CHAINS)} chains of {len(communes)} communes")  # noqa: T201


if __name__ == "__main__":
    main()
