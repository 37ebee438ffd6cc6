"""Lineage as packs give it: what fits is stored, what does not is refused at its line."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from shared.catalogue.checking import catalogue_faults, require_sound
from shared.catalogue.faults import PackFault, PacksRefused
from shared.catalogue.packs import Pack, content_of_packs, read_packs
from shared.catalogue.planning import Verb, plan_load
from shared.catalogue.stored import Stored, StoredEdge
from shared.domain.identifiers import OrganizationCode
from shared.domain.lineage import LineageKind
from tests.factories.packs import catalogue_of

REFORM = date(2025, 7, 1)
OLD = "valid_from: 2024-01-01, valid_until: 2025-06-30"
NEW = "valid_from: 2025-07-01"
MANIFEST = "kind: pack\nname: world\ntitle: Một tỉnh nhỏ\n"
UNITS = f"""\
kind: organizations
assumption: true
organizations:
  - {{code: "70", level: province, kind: province, name: Tỉnh, valid_from: 2024-01-01}}
  - {{code: "00001", level: commune, kind: commune, parent: "70", name: Một, {OLD}}}
  - {{code: "00002", level: commune, kind: commune, parent: "70", name: Hai, {OLD}}}
  - {{code: "00003", level: commune, kind: commune, parent: "70", name: Ba, {OLD}}}
  - {{code: "00004", level: commune, kind: commune, parent: "70", name: Bốn,
     valid_from: 2024-01-01}}
  - {{code: "00002", level: commune, kind: ward, parent: "70", name: Một Hai, {NEW}}}
  - {{code: "00005", level: commune, kind: ward, parent: "70", name: Năm, {NEW}}}
  - {{code: "00003", level: commune, kind: ward, parent: "70", name: Ba, {NEW},
     continues_from: 2024-01-01}}
  - {{code: "00006", level: commune, kind: ward, parent: "70", name: Sáu, valid_from: 2025-08-01}}
"""
HEADER = """\
kind: lineage
effective_on: 2025-07-01
legal_basis: Nghị quyết
source: Nghị quyết
links:
"""
WHOLE = '  - {source: "00001", target: "00002", kind: merge_full}\n'
PART = (
    '  - {source: "00002", target: "00002", kind: merge_part, weight: 0.25, weight_basis: dân số}\n'
)
SPLIT = '  - {source: "00002", target: "00005", kind: split, weight: 0.75, weight_basis: dân số}\n'
SAME = '  - {source: "00003", target: "00003", kind: unchanged}\n'


def write(folder: Path, links: str) -> Path:
    pack = folder / "world"
    pack.mkdir(exist_ok=True)
    (pack / "pack.yaml").write_text(MANIFEST, encoding="utf-8")
    (pack / "units.yaml").write_text(UNITS, encoding="utf-8")
    (pack / "lineage.yaml").write_text(HEADER + links, encoding="utf-8")
    return pack


def read(folder: Path, links: str) -> tuple[Pack, ...]:
    return read_packs([write(folder, links)])


def faults_of(folder: Path, links: str) -> list[PackFault]:
    with pytest.raises(PacksRefused) as refused:
        require_sound(content_of_packs(read(folder, links)))
    return list(refused.value.faults)


def test_the_edges_of_a_pack_are_the_lineage_of_the_catalogue(tmp_path: Path) -> None:
    catalogue = catalogue_of(read(tmp_path, WHOLE + PART + SPLIT + SAME))
    before, after = catalogue.tree(date(2025, 6, 30)), catalogue.tree(REFORM)
    names = [
        (before.get(edge.source_id).name, after.get(edge.target_id).name, edge.kind)
        for edge in catalogue.lineage
    ]
    assert names == [
        ("Một", "Một Hai", LineageKind.MERGE_FULL),
        ("Hai", "Một Hai", LineageKind.MERGE_PART),
        ("Hai", "Năm", LineageKind.SPLIT),
        ("Ba", "Ba", LineageKind.UNCHANGED),
    ]
    weights = [(edge.weight, edge.weight_basis) for edge in catalogue.lineage]
    named = [(Decimal("0.25"), "dân số"), (Decimal("0.75"), "dân số")]
    assert weights == [(None, None), *named, (None, None)]
    assert {edge.effective_on for edge in catalogue.lineage} == {REFORM}


def test_an_unchanged_unit_keeps_its_id_and_one_with_its_code_only_does_not(
    tmp_path: Path,
) -> None:
    catalogue = catalogue_of(read(tmp_path, SAME))
    before, after = catalogue.tree(date(2025, 6, 30)), catalogue.tree(REFORM)
    third, second = OrganizationCode("00003"), OrganizationCode("00002")
    assert before.by_code(third).id == after.by_code(third).id
    assert before.by_code(second).id != after.by_code(second).id


def test_whole_and_partial_edges_say_whether_figures_may_be_added() -> None:
    added = {kind for kind in LineageKind if kind.adds_whole}
    partial = {kind for kind in LineageKind if kind.is_partial}
    assert added == set(LineageKind) - partial - {LineageKind.MOVE}
    assert partial == {LineageKind.MERGE_PART, LineageKind.SPLIT}


def test_the_work_of_a_unit_may_move_beside_its_figures(tmp_path: Path) -> None:
    moved = '  - {source: "00001", target: "00005", kind: move}\n'
    assert catalogue_faults(content_of_packs(read(tmp_path, WHOLE + moved))) == []


def test_loading_again_changes_nothing_and_taking_back_retracts(tmp_path: Path) -> None:
    stored = loaded(Stored(), read(tmp_path, WHOLE + PART + SPLIT))
    assert plan_load(stored, read(tmp_path, WHOLE + PART + SPLIT)).is_empty
    back = SPLIT.replace("split,", "split, retracted: true,")
    (change,) = plan_load(stored, read(tmp_path, WHOLE + PART + back)).lineage
    assert (change.verb, change.value.edge.kind) == (Verb.RETRACTED, LineageKind.SPLIT)
    after = replace(stored, lineage=(change.value,))
    assert not list(after.live_lineage())
    assert plan_load(after, read(tmp_path, back)).is_empty


def loaded(stored: Stored, packs: Iterable[Pack]) -> Stored:
    plan = plan_load(stored, packs)
    edges: tuple[StoredEdge, ...] = tuple(change.value for change in plan.lineage)
    return Stored(
        number=stored.number + 1,
        organizations=tuple(change.value for change in plan.organizations),
        lineage=edges,
    )


@dataclass(frozen=True)
class Case:
    """`links` has one fault, in its last line unless `line` says otherwise."""

    name: str
    links: str
    code: str
    line: int | None = None


CASES = [
    Case("source", '  - {source: "00005", target: "00002", kind: merge_full}', "unknown_source"),
    Case("target", '  - {source: "00001", target: "00006", kind: merge_full}', "unknown_target"),
    Case(
        "source goes on",
        '  - {source: "00004", target: "00005", kind: merge_full}',
        "source_goes_on",
    ),
    Case(
        "target was there",
        '  - {source: "00001", target: "00004", kind: merge_full}',
        "target_begins_another_day",
    ),
    Case(
        "no stretch begins",
        '  - {source: "00004", target: "00004", kind: rename}',
        "target_begins_another_day",
    ),
    Case(
        "merged with itself",
        '  - {source: "00003", target: "00003", kind: merge_full}',
        "lineage_to_itself",
    ),
    Case(
        "unchanged, but another",
        '  - {source: "00002", target: "00002", kind: unchanged}',
        "not_the_same_organization",
    ),
    Case("whole and part", WHOLE + WHOLE.replace("00002", "00005"), "whole_given_twice", 6),
    Case(
        "share of a whole",
        WHOLE.replace("merge_full", "merge_full, weight: 0.5"),
        "weight_of_a_whole",
    ),
    Case("shares over one", PART + SPLIT.replace("0.75", "0.76"), "weights_over_one"),
    Case("twice", WHOLE + WHOLE, "duplicate_code"),
    Case("unknown kind", WHOLE.replace("merge_full", "merged"), "unknown_choice"),
    Case("share of more than all", PART.replace("0.25", "1.5"), "invalid_value"),
    Case(
        "share of nobody knows what",
        PART.replace(", weight_basis: dân số", ""),
        "weight_without_basis",
    ),
    Case("no share of something", PART.replace(" weight: 0.25,", ""), "basis_without_weight"),
]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_a_bad_edge_is_refused_at_its_line(tmp_path: Path, case: Case) -> None:
    faults = faults_of(tmp_path, case.links)
    line = case.line or (HEADER + case.links.rstrip("\n")).count("\n") + 1
    assert faults[0].code == case.code
    assert faults[0].place is not None
    assert (faults[0].place.file.name, faults[0].place.line) == ("lineage.yaml", line)


def test_units_that_come_from_each_other_are_a_cycle(tmp_path: Path) -> None:
    links = (
        '  - {source: "00001", target: "00004", kind: merge_full}\n'
        '  - {source: "00004", target: "00001", kind: merge_full, effective_on: 2024-06-01}\n'
    )
    faults = faults_of(tmp_path, links)
    (cycle,) = [fault for fault in faults if fault.code == "lineage_cycle"]
    assert "00001" in cycle.detail
    assert "00004" in cycle.detail


def test_a_lineage_without_its_law_is_refused(tmp_path: Path) -> None:
    pack = write(tmp_path, WHOLE)
    bare = HEADER.replace("legal_basis: Nghị quyết\n", "")
    (pack / "lineage.yaml").write_text(bare + WHOLE, encoding="utf-8")
    with pytest.raises(PacksRefused) as refused:
        read_packs([pack])
    assert [fault.code for fault in refused.value.faults] == ["missing_field"]
