"""The script that makes the lineage pack, on a dataset that disagrees with the law."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "tools/packs/make_lineage.py"
OLD = """
    CREATE TABLE admin_units_legacy (
        provinceCode, provinceKey, districtCode, districtKey, district, wardCode, wardKey, ward)
"""
NEW = "CREATE TABLE admin_units (provinceCode, wardCode, wardKey, ward)"


def test_a_mapping_that_contradicts_the_law_makes_no_pack(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "dataset.db")
    with connection:
        connection.execute(OLD)
        connection.execute(NEW)
        connection.execute(
            f"INSERT INTO admin_units_legacy VALUES ({', '.join('?' * 8)})",
            ("75", "p", "734", "d", "Huyện", "26443", "xuanhoa", "Xã Xuân Hòa"),
        )
        connection.execute(
            "INSERT INTO admin_units VALUES (?, ?, ?, ?)",
            ("75", "26446", "xuanhoa", "Xã Xuân Hòa"),
        )
    connection.close()
    mapping = {
        "DICT_PROVINCE_WARD_NO_DIVIDED": {"tinhdongnai": {"xuanhoa": ["p_d_xuanhoa"]}},
        "DICT_PROVINCE_WARD_DIVIDED": {"tinhdongnai": {}},
    }
    (tmp_path / "converter_2025.json").write_text(json.dumps(mapping), encoding="utf-8")
    words = [sys.executable, str(SCRIPT), str(tmp_path), "--into", str(tmp_path / "made")]
    made = subprocess.run(words, check=False, capture_output=True, text=True)  # noqa: S603
    assert made.returncode != 0
    assert "26446" in made.stderr
    assert not (tmp_path / "made").exists()
