"""Packs that put later law in the place of what older packs say, and that of 30/04/2026."""

import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.faults import PacksRefused
from shared.catalogue.packs import content_of_packs, read_packs, shipped_packs
from shared.domain.identifiers import FormCode, OrganizationCode
from shared.domain.lineage import LineageKind
from shared.domain.organizations import OrganizationKind, OrganizationVersion
from tests.factories.packs import DEMO_PACK_NAMES, TWO_PROVINCES, catalogue_of, copied_packs, spoil

ROOT = Path(__file__).resolve().parents[3]
OLD, NEW = "organizations/dong-nai-2025", "organizations/dong-nai-2026"
BEFORE, BETWEEN, AFTER = date(2025, 6, 14), date(2025, 9, 14), date(2026, 6, 14)
CITY, WARD = OrganizationCode("75"), OrganizationCode("25363")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    reform = (*TWO_PROVINCES, "organizations/dong-nai-lineage-2025", NEW)
    return catalogue_of(read_packs(shipped_packs(*reform, *DEMO_PACK_NAMES[1:])))


def at(catalogue: Catalogue, code: OrganizationCode, *, on: date) -> OrganizationVersion:
    return catalogue.tree(on).by_code(code)


def test_one_code_tells_of_three_units(catalogue: Catalogue) -> None:
    """25363 (domain knowledge): a township, then a commune of another name, then a ward."""
    found = [at(catalogue, WARD, on=on) for on in (BEFORE, BETWEEN, AFTER)]
    assert [(each.name, each.kind) for each in found] == [
        ("Thị trấn Tân Phú", OrganizationKind.TOWNSHIP),
        ("Xã Đồng Phú", OrganizationKind.COMMUNE),
        ("Phường Đồng Phú", OrganizationKind.WARD),
    ]
    assert found[0].id != found[1].id == found[2].id


def test_the_province_became_a_city_and_ten_communes_became_wards(catalogue: Catalogue) -> None:
    names = [at(catalogue, CITY, on=on).name for on in (BETWEEN, AFTER)]
    assert names == ["Tỉnh Đồng Nai", "Thành phố Đồng Nai"]
    before, after = catalogue.tree(BETWEEN).organizations, catalogue.tree(AFTER).organizations
    assert before.keys() == after.keys()
    changed = {each for each in after if before[each].kind is not after[each].kind}
    edges = [e for e in catalogue.lineage if e.kind is LineageKind.RETYPE]
    assert len(changed) == 10
    assert {edge.source_id for edge in edges} == changed


def test_both_reforms_in_a_row_are_one_sum_and_the_second_breaks_nothing(
    catalogue: Catalogue,
) -> None:
    form = catalogue.form(FormCode("II.06a/VPCP/KSTT"), on=BEFORE)
    unit = at(catalogue, WARD, on=AFTER).id
    history = catalogue.history
    once = history.redrawing(form, reported_on=BEFORE, shown_on=BETWEEN).composition(unit)
    twice = history.redrawing(form, reported_on=BEFORE, shown_on=AFTER).composition(unit)
    since = history.redrawing(form, reported_on=BETWEEN, shown_on=AFTER).composition(unit)
    assert twice == once
    assert len(once.whole) > 1
    assert since.whole == {unit}
    assert history.lineage.reforms([unit], after=BETWEEN, until=AFTER) == ()


def test_what_amends_takes_the_place_of_what_it_amends_whatever_the_order() -> None:
    packs = read_packs(shipped_packs(OLD, NEW))
    for order in (packs, packs[::-1]):
        [item] = [
            each
            for key, each in content_of_packs(order).organizations.items()
            if key == ("province", "75", date(2025, 7, 1))
        ]
        assert item.model.valid_until == date(2026, 4, 29)


def test_without_the_word_two_packs_may_not_share_an_entry(tmp_path: Path) -> None:
    folders = copied_packs(tmp_path, (OLD, NEW))
    spoil(tmp_path / NEW / "pack.yaml", f"amends: [{OLD}]\n", "")
    with pytest.raises(PacksRefused) as refused:
        content_of_packs(read_packs(folders))
    assert {fault.code for fault in refused.value.faults} == {"duplicate_code"}


def test_packs_that_amend_each_other_are_refused_by_name(tmp_path: Path) -> None:
    folders = copied_packs(tmp_path, (OLD, NEW))
    spoil(tmp_path / OLD / "pack.yaml", "licence: MIT", f"amends: [{NEW}]\nlicence: MIT")
    with pytest.raises(PacksRefused) as refused:
        content_of_packs(read_packs(folders))
    faults = refused.value.faults
    assert {fault.code for fault in faults} == {"amends_in_a_circle"}
    assert {
        str(fault.place.file.parent.relative_to(tmp_path)) for fault in faults if fault.place
    } == {
        OLD,
        NEW,
    }


def make(file: Path, *, into: Path) -> subprocess.CompletedProcess[bytes]:
    script = ROOT / "tools/packs/make_changes_2026.py"
    words = [sys.executable, str(script), str(file), "--into", str(into)]
    return subprocess.run(words, check=False, capture_output=True)  # noqa: S603 - our own script


def dataset(file: Path, *, without: str = "") -> Path:
    """The new units of Đồng Nai as the shipped pack has them, in the shape of the dataset."""
    [pack] = read_packs(shipped_packs(OLD))
    kinds = {OrganizationKind.COMMUNE: "Xã", OrganizationKind.WARD: "Phường"}
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(
            "CREATE TABLE admin_units (provinceCode, province, provinceLat REAL, provinceLon REAL,"
            " wardCode, ward, wardType, wardLat REAL, wardLon REAL)"
        )
        for item in pack.organizations:
            unit = item.model
            if unit.level == "commune" and unit.code != without:
                connection.execute(
                    "INSERT INTO admin_units VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        "75",
                        "Tỉnh Đồng Nai",
                        11.4369,
                        107.034,
                        unit.code,
                        unit.name,
                        kinds[unit.kind],
                        float(unit.latitude or 0),
                        float(unit.longitude or 0),
                    ),
                )
    connection.close()
    return file


def test_the_pack_is_made_of_the_dataset_byte_for_byte(tmp_path: Path) -> None:
    assert make(dataset(tmp_path / "dataset.db"), into=tmp_path).returncode == 0
    [shipped] = shipped_packs(NEW)
    made = {each.name: each.read_bytes() for each in (tmp_path / shipped.name).iterdir()}
    assert made == {each.name: each.read_bytes() for each in shipped.iterdir()}


def test_a_dataset_without_one_of_the_units_is_refused(tmp_path: Path) -> None:
    made = make(dataset(tmp_path / "dataset.db", without=WARD), into=tmp_path / "packs")
    assert made.returncode != 0
    assert b"ChangedDataset" in made.stderr
    assert not (tmp_path / "packs").exists()
