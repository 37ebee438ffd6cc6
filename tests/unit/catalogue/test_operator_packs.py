"""What a form says about putting figures together must make sense; what does not is named."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.catalogue.checking import catalogue_faults
from shared.catalogue.faults import PacksRefused
from shared.catalogue.packs import content_of_packs, read_packs
from tests.factories.packs import copied_packs, spoil

PACK = "regimes/socio-economic-monthly"
FORM, INDICATORS = f"{PACK}/form-ktxh-01.yaml", f"{PACK}/indicators-ktxh-01.yaml"
PACKS = ("organizations/binh-phuoc-2025", "organizations/departments-binh-phuoc-2025", PACK)

PLAN_ROW = "      time_operator: last\n      value_kind: plan\n"
ONLINE_ROW = "      label_en: of which received online\n      unit: hồ sơ\n"
COLUMN = "label_en: Figure, decimals: 0}"
SHARE = "      label_en: of which behind schedule\n      unit: dự án\n      time_operator: last\n"


@dataclass(frozen=True)
class Case:
    """`old` in `file` becomes `new`; the fault stands on the line where `at` begins."""

    name: str
    file: str
    old: str
    new: str
    code: str
    at: str


CASES = [
    Case(
        "a weighted average without a weight",
        FORM, PLAN_ROW, PLAN_ROW.replace("last", "weighted_average"),
        "weight_missing", "    - code: DTC01",
    ),
    Case(
        "a weight that nothing uses",
        FORM, PLAN_ROW, PLAN_ROW + "      weight: DTC04\n",
        "weight_unused", "      weight: DTC04",
    ),
    Case(
        "a weight that is not there",
        FORM, PLAN_ROW, PLAN_ROW.replace("last", "weighted_average") + "      weight: DTC99\n",
        "unknown_weight", "      weight: DTC99",
    ),
    Case(
        "a figure that weighs itself",
        FORM, PLAN_ROW, PLAN_ROW.replace("last", "weighted_average") + "      weight: DTC01\n",
        "unknown_weight", "      weight: DTC01",
    ),
    Case(
        "a share as a weight",
        FORM, PLAN_ROW, PLAN_ROW.replace("last", "weighted_average") + "      weight: DTC03\n",
        "weight_not_summed", "      weight: DTC03",
    ),
    Case(
        "a weight that a column names",
        FORM, COLUMN, COLUMN[:-1] + ", weight: KHONG}",
        "weight_unused", "    - {code: GT",
    ),
    Case(
        "a share that is typed and summed",
        FORM, SHARE, SHARE + "      type: percent\n",
        "percent_summed", "      type: percent\n    - code: TTHC01",
    ),
    Case(
        "a rate that is averaged",
        INDICATORS,
        '    expression: "[DTC03, GT]"\n',
        '    expression: "[DTC03, GT]"\n    time_operator: average\n',
        "ratio_put_together", "    time_operator: average",
    ),
    Case(
        "a rate that divides, summed",
        INDICATORS,
        '    expression: "[DTC04, GT]"\n',
        '    expression: "[DTC05, GT] / [DTC04, GT]"\n    time_operator: sum\n',
        "ratio_put_together", "    time_operator: sum",
    ),
    Case("a weighted indicator", INDICATORS,
         "    plan: DTC01", "    time_operator: weighted_average", "formula_invalid",
         '    expression: "[DTC02, GT]"'),
    Case("a plan that is not there", INDICATORS, "plan: DTC01", "plan: DTC99",
         "unknown_counterpart", "    plan: DTC99"),
    Case("a plan of itself", INDICATORS, "plan: DTC01", "plan: DTC02",
         "unknown_counterpart", "    plan: DTC02"),
    Case("a plan of another form", INDICATORS, "plan: DTC01", "plan: AS04",
         "counterpart_of_another_form", "    plan: AS04"),
    Case("a plan in another unit", INDICATORS, "plan: DTC01", "plan: DTC04",
         "counterpart_of_another_unit", "    plan: DTC04"),
    Case("an estimate that is a plan", INDICATORS, "plan: DTC01", "estimate: DTC01",
         "counterpart_of_another_kind", "    estimate: DTC01"),
    Case("an unknown operator", FORM, PLAN_ROW, PLAN_ROW.replace("last", "middle"),
         "unknown_choice", "      time_operator: middle"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_cannot_be_put_together_is_named_at_its_line(case: Case, tmp_path: Path) -> None:
    packs = copied_packs(tmp_path, PACKS)
    spoil(tmp_path / case.file, case.old, case.new)
    text = (tmp_path / case.file).read_text(encoding="utf-8")

    faults = [each for each in _faults(packs) if each[0] == case.code]

    line = text[: text.index(case.at)].count("\n") + 1
    assert faults == [(case.code, case.file.rpartition("/")[2], line)]


def test_a_weighted_average_with_its_weight_is_sound(tmp_path: Path) -> None:
    packs = copied_packs(tmp_path, PACKS)
    changed = PLAN_ROW.replace("last", "weighted_average") + "      weight: DTC04\n"
    spoil(tmp_path / FORM, PLAN_ROW, changed)

    assert _faults(packs) == []


def _faults(packs: tuple[Path, ...]) -> list[tuple[str, str, int]]:
    try:
        found = catalogue_faults(content_of_packs(read_packs(packs)))
    except PacksRefused as refused:
        found = list(refused.faults)
    return [(each.code, each.place.file.name, each.place.line) for each in found if each.place]
