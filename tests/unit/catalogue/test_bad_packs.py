"""Every kind of bad pack is refused, with the file, the line and how to mend it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.catalogue.checking import catalogue_faults, require_sound
from shared.catalogue.faults import PackFault, PacksRefused
from shared.catalogue.packs import content_of_packs, read_packs
from tests.factories.packs import copied_packs, spoil

UNITS = "organizations/binh-phuoc-2025/organizations.yaml"
MANIFEST = "organizations/binh-phuoc-2025/pack.yaml"
REGIME = "regimes/vpcp-kstt-ii06a/regime.yaml"
FORM = "regimes/vpcp-kstt-ii06a/form-ii-06a.yaml"
INDICATORS = "regimes/vpcp-kstt-ii06a/indicators.yaml"
CALENDAR = "calendars/vietnam/2025.yaml"
CHAIN = "regimes/vpcp-kstt-ii06a/chain.yaml"

DISTRICT = '{code: "688", level: district, kind: district, parent: "70"'
COMMUNE = '{code: "25216", level: commune, kind: ward, parent: "688"'

CHAIN_TEXT = """\
kind: chain
regime: VPCP-KSTT
assumption: true
valid_from: 2025-01-01
valid_until: 2025-06-30
links:
  - {reporter: "25216", receiver: "70"}
"""


@dataclass(frozen=True)
class Case:
    """`old` in `file` becomes `new`; the fault stands where `new` begins, or where `at` is."""

    name: str
    file: str
    old: str
    new: str
    code: str
    at: str | None = None


CASES = [
    Case("a number for a code", UNITS, 'code: "688"', "code: 688", "text_expected"),
    Case("unknown parent", UNITS, COMMUNE, COMMUNE[:-4] + '999"', "unknown_parent"),
    Case("cycle", UNITS, DISTRICT, DISTRICT[:-4] + '"25216"', "organization_cycle"),
    Case("no parent", UNITS, DISTRICT, DISTRICT[:-14], "no_parent"),
    Case("code twice", UNITS, '{code: "25217"', '{code: "25216"', "duplicate_code"),
    Case(
        "code twice at a time",
        UNITS,
        '{code: "25217"',
        '{valid_from: 2025-01-01, code: "25216"',
        "overlapping_validity",
    ),
    Case(
        "no such agency",
        UNITS,
        COMMUNE,
        COMMUNE + ', agency_code: "Z10.01"',
        "wrong_form_of_code",
        at='"Z10.01"',
    ),
    Case("four digits", UNITS, '{code: "25216"', '{code: "2521"', "wrong_form_of_code"),
    Case(
        "parent that ends before its children",
        UNITS,
        DISTRICT,
        DISTRICT + ", valid_until: 2024-12-31",
        "parent_ends_first",
        at=COMMUNE,
    ),
    Case(
        "continuing what never began",
        UNITS,
        COMMUNE,
        COMMUNE + ", valid_from: 2025-01-01, continues_from: 2024-02-02",
        "unknown_continuation",
    ),
    Case("unknown kind of unit", UNITS, "kind: ward", "kind: village", "unknown_choice"),
    Case("typing error", UNITS, 'parent: "688", name', 'perent: "688", name', "unknown_field"),
    Case("no name", UNITS, 'name: "Phường Thác Mơ",', "", "missing_field"),
    Case(
        "ending before beginning",
        UNITS,
        "valid_until: 2025-06-30",
        "valid_until: 2023-06-30",
        "empty_validity",
    ),
    Case("no such day", UNITS, "until: 2025-06-30", "until: 2025-06-31", "invalid_date"),
    Case("no day at all", UNITS, "until: 2025-06-30", "until: mai", "invalid_date"),
    Case("no source", UNITS, "assumption: true\n", "\n", "no_source", at="kind: org"),
    Case("unknown file", UNITS, "kind: organizations", "kind: units", "unknown_kind"),
    Case(
        "key twice",
        MANIFEST,
        "licence: MIT",
        "licence: MIT\nkind: x",
        "duplicate_key",
        at="kind: x",
    ),
    Case(
        "broken YAML", MANIFEST, "licence: MIT", "licence: [MIT", "invalid_yaml", at="licence_file"
    ),
    Case("alias", MANIFEST, "licence: MIT", "licence: *title", "invalid_yaml"),
    Case("name of another folder", MANIFEST, "phuoc-2025", "phuoc-2026", "wrong_pack_name"),
    Case("deadline on the cut-off", REGIME, "month: 17", "month: 14", "deadline_before_cutoff"),
    Case("receiver first", REGIME, "month: 22", "month: 18", "deadline_before_senders"),
    Case(
        "step without a rule",
        REGIME,
        "{level: commune, day_of_month: 17}",
        "{level: commune}",
        "one_rule_expected",
    ),
    Case("level twice", REGIME, "level: district", "level: commune", "invalid_rule", at="steps:"),
    Case(
        "level without a deadline",
        REGIME,
        "    - {level: commune, day_of_month: 17}\n",
        "",
        "level_without_deadline",
        at="steps:",
    ),
    Case("unknown form", REGIME, "forms: [II.06a", "forms: [II.06b", "unknown_form"),
    Case(
        "form that ends first", FORM, "until: 2026-02-14", "until: 2025-02-14", "form_not_in_force"
    ),
    Case("unknown frequency", REGIME, "frequency: quarter", "frequency: era", "unknown_choice"),
    Case("day 32", REGIME, "day_of_month: 17", "day_of_month: 32", "invalid_value"),
    Case("unknown column", FORM, "[5] + [6]", "[5] + [66]", "invalid_form", at='- code: "3"'),
    Case("unreadable formula", FORM, "[8] + [9] + [10]", "[8] + + )", "formula_invalid"),
    Case("formulas in a circle", FORM, "[4] + [5] + [6]", "[7] + [3]", "formula_cycle"),
    Case(
        "check of an unknown column",
        FORM,
        "[7] + [11]",
        "[7] + [111]",
        "invalid_form",
        at="code: II06A.BALANCE",
    ),
    Case(
        "check that is no condition",
        FORM,
        "[3] = [7] + [11]",
        "[3] - [7]",
        "invalid_form",
        at="code: II06A.BALANCE",
    ),
    Case("row twice", FORM, "{code: LV02", "{code: LV01", "invalid_form"),
    Case("unknown group", FORM, '"3", parent: TONG', '"3", parent: TOTAL', "invalid_form"),
    Case(
        "rows in a circle",
        FORM,
        "{code: TONG,",
        "{code: TONG, parent: LV01,",
        "row_cycle",
        at="LV01",
    ),
    Case("indicator of no column", INDICATORS, '"[3]"', '"[33]"', "formula_invalid"),
    Case("indicator of the past", INDICATORS, '"[7]"', '"previous([7])"', "formula_invalid"),
    Case(
        "indicator of no form",
        INDICATORS,
        "form: II.06a",
        "form: II.06c",
        "unknown_form",
        at="code: II06A.RECEIVED",
    ),
    Case("day of another year", CALENDAR, "2025-01-01,", "2026-01-01,", "day_of_another_year"),
    Case("Sunday off", CALENDAR, "2025-01-27,", "2025-01-26,", "wrong_weekday"),
    Case("weekday worked", CALENDAR, "2025-04-26,", "2025-04-25,", "wrong_weekday"),
    Case("day twice", CALENDAR, "2025-01-28,", "2025-01-27,", "duplicate_day", at="2025-01-27,"),
    Case("unknown receiver", CHAIN, 'receiver: "70"', 'receiver: "79"', "unknown_receiver"),
    Case("unknown reporter", CHAIN, '"25216"', '"99999"', "unknown_reporter"),
    Case(
        "reporter to itself", CHAIN, 'receiver: "70"', 'receiver: "25216"', "receiver_is_reporter"
    ),
    Case(
        "receiver that ends",
        CHAIN,
        "until: 2025-06-30",
        "until: 2025-12-31",
        "receiver_ends_first",
        at="- {rep",
    ),
    Case(
        "chain of no regime",
        CHAIN,
        "regime: VPCP-KSTT",
        "regime: VPCP",
        "unknown_regime",
        at="- {rep",
    ),
]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_a_bad_pack_is_refused_at_its_line(tmp_path: Path, case: Case) -> None:
    packs = copied_packs(tmp_path)
    (tmp_path / CHAIN).write_text(CHAIN_TEXT, encoding="utf-8")
    file = tmp_path / case.file
    line = spoil(file, case.old, case.new)
    if case.at is not None:
        line = line_of(file, case.at)
    faults = faults_of(packs)
    found = [fault.place for fault in faults if fault.code == case.code and fault.place]
    assert found, [str(fault) for fault in faults]
    if case.code == "form_not_in_force":
        file, line = tmp_path / REGIME, line_of(tmp_path / REGIME, "forms:")
    assert (found[0].file, found[0].line) == (file, line), [str(fault) for fault in faults]


def test_the_chain_that_the_cases_spoil_is_good(tmp_path: Path) -> None:
    packs = copied_packs(tmp_path)
    (tmp_path / CHAIN).write_text(CHAIN_TEXT, encoding="utf-8")
    assert catalogue_faults(content_of_packs(read_packs(packs))) == []


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    packs = copied_packs(tmp_path)
    spoil(tmp_path / UNITS, "kind: ward", "kind: village")
    spoil(tmp_path / CALENDAR, "days_off:", "days_of:")
    spoil(tmp_path / REGIME, "frequency: quarter", "frequency: era")
    spoil(tmp_path / MANIFEST, "title:", "tittle:")
    spoiled = {fault.place.file for fault in faults_of(packs) if fault.place}
    assert spoiled == {tmp_path / each for each in (UNITS, CALENDAR, REGIME, MANIFEST)}


def test_a_fault_tells_its_place_and_what_to_do(tmp_path: Path) -> None:
    packs = copied_packs(tmp_path)
    line = spoil(tmp_path / UNITS, 'parent: "688", name', 'perent: "688", name')
    fault = next(each for each in faults_of(packs) if each.code == "unknown_field")
    assert str(fault) == (
        f"{tmp_path / UNITS}:{line}: organizations[12].perent: không có trường “perent”; hãy sửa "
        "tên hoặc bỏ dòng này; có phải “parent”? [unknown_field]"
    )


def test_what_a_file_gives_to_all_its_entries_is_wrong_once(tmp_path: Path) -> None:
    packs = copied_packs(tmp_path)
    spoil(tmp_path / UNITS, "valid_from: 2024-01-01", "valid_from: hôm qua")
    assert [fault.code for fault in faults_of(packs)] == ["invalid_date"]


def test_a_folder_without_a_manifest_is_no_pack(tmp_path: Path) -> None:
    assert [fault.code for fault in faults_of((tmp_path,))] == ["no_manifest"]


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    packs = copied_packs(tmp_path)
    (tmp_path / CALENDAR).write_bytes("kind: lịch".encode("utf-16"))
    assert [fault.code for fault in faults_of(packs)] == ["unreadable_file"]


def line_of(file: Path, text: str) -> int:
    """The first line of a file that holds `text`."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def faults_of(packs: tuple[Path, ...]) -> tuple[PackFault, ...]:
    """What is wrong with packs, in the order of files and lines."""
    with pytest.raises(PacksRefused) as refused:
        require_sound(content_of_packs(read_packs(packs)))
    return tuple(refused.value.faults)
