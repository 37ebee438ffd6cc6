"""Regimes of every type and kind of period; what contradicts itself is refused at its line."""

from datetime import date
from pathlib import Path

import pytest

from shared.catalogue.checking import catalogue_faults
from shared.catalogue.faults import PackFault, PacksRefused
from shared.catalogue.packs import content_of_packs, read_packs
from shared.catalogue.planning import plan_load
from shared.catalogue.regimes import Regime, RegimeType
from shared.catalogue.stored import Stored
from shared.domain.periods import Frequency
from tests.factories.packs import catalogue_of

MANIFEST = "kind: pack\nname: {name}\ntitle: Gói thử\n"
FORM = """\
kind: form
code: {code}
slug: {slug}
version: 1
name: Biểu thử
assumption: true
valid_from: 2024-01-01
unit: việc
entering_levels: [commune]
summing_levels: [province]
columns:
  assumption: true
  items:
    - {{code: "1", label: Số lượng{column}}}
rows:
  assumption: true
  items:
    - {{code: A, label: Dòng A, parent: T{row}}}
    - {{code: T, label: Tổng, sum_of_children: true}}
"""
REGIME = """\
kind: regime
code: {code}
{type}name: Chế độ thử
assumption: true
valid_from: 2024-01-01
forms: [{form}]
periods:
  {periods}
  assumption: true
{deadlines}
"""
DEADLINES = """\
deadlines:
  assumption: true
  steps:
    - {level: commune, working_days_after_cutoff: 3}
    - {level: province, working_days_after_cutoff: 5}
"""
ON_REQUEST = "on_request: {asking_levels: [province], min_working_days: 2, assumption: true}\n"
MONTHLY = "frequency: month\n  calendar: administrative"


def _write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pack.yaml").write_text(MANIFEST.format(name=folder.name), encoding="utf-8")
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def _form(folder: Path, code: str = "F-01", *, row: str = "", column: str = "") -> Path:
    text = FORM.format(code=code, slug=code.lower(), row=row, column=column)
    return _write(folder, f"form-{code}.yaml", text)


def _regime(
    folder: Path,
    *,
    code: str = "R-01",
    form: str = "F-01",
    type_: str = "",
    periods: str = MONTHLY,
    deadlines: str = DEADLINES,
) -> Path:
    shown = f"type: {type_}\n" if type_ else ""
    text = REGIME.format(code=code, form=form, type=shown, periods=periods, deadlines=deadlines)
    return _write(folder, f"regime-{code}.yaml", text)


def _faults(*folders: Path) -> list[PackFault]:
    try:
        return list(catalogue_faults(content_of_packs(read_packs(folders))))
    except PacksRefused as refused:
        return list(refused.faults)


def _line(file: Path, text: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


@pytest.mark.parametrize(
    ("periods", "code", "first", "last"),
    [
        pytest.param(
            "frequency: week\n  calendar: calendar",
            "2025-W26",
            date(2025, 6, 23),
            date(2025, 6, 29),
            id="week",
        ),
        pytest.param(
            "frequency: week\n  calendar: custom\n  week_starts_on: friday",
            "2025-W26",
            date(2025, 6, 20),
            date(2025, 6, 26),
            id="week from Friday",
        ),
        pytest.param(
            "frequency: month\n  calendar: custom\n  first_day: 20",
            "2025-06",
            date(2025, 5, 20),
            date(2025, 6, 19),
            id="month from the 20th",
        ),
        pytest.param(
            "frequency: year\n  calendar: custom\n"
            "  windows: [{first: {month: 1, day: 1}, last: {month: 10, day: 31}}]",
            "2025-01-01--2025-10-31",
            date(2025, 1, 1),
            date(2025, 10, 31),
            id="ten months",
        ),
    ],
)
def test_a_kind_of_period_is_written_in_a_pack(
    tmp_path: Path, periods: str, code: str, first: date, last: date
) -> None:
    pack = tmp_path / "thu"
    _form(pack)
    _regime(pack, periods=periods)

    [regime] = catalogue_of(read_packs([pack])).regimes
    window = regime.period(code).window

    assert (window.first, window.last) == (first, last)


def _only_regime(pack: Path) -> Regime:
    [regime] = catalogue_of(read_packs([pack])).regimes
    return regime


def test_a_thematic_regime_asks_some_times(tmp_path: Path) -> None:
    pack = tmp_path / "thu"
    _form(pack)
    dates = "[{first: 2025-01-01, last: 2025-03-31}, {first: 2025-04-01, last: 2025-09-30}]"
    _regime(
        pack,
        type_="thematic",
        periods=f"frequency: once\n  calendar: custom\n  dates: {dates}",
    )

    regime = _only_regime(pack)

    assert (regime.type, regime.frequency) == (RegimeType.THEMATIC, Frequency.ONCE)
    assert [each.code for each in regime.periods.between(date(2025, 1, 1), date(2025, 12, 31))] == [
        "2025-01-01--2025-03-31",
        "2025-04-01--2025-09-30",
    ]


def test_an_ad_hoc_regime_says_who_may_ask(tmp_path: Path) -> None:
    pack = tmp_path / "thu"
    _form(pack)
    _regime(
        pack,
        type_="ad_hoc",
        periods="frequency: once\n  calendar: custom",
        deadlines=ON_REQUEST,
    )

    regime = _only_regime(pack)

    assert regime.on_request is not None
    assert regime.on_request.asking_levels == {"province"}
    assert regime.on_request.min_working_days == 2
    assert regime.ladder.steps == ()


def test_what_is_stored_is_read_as_it_was_written(tmp_path: Path) -> None:
    pack = tmp_path / "thu"
    _form(pack)
    _regime(
        pack,
        type_="ad_hoc",
        periods="frequency: once\n  calendar: custom",
        deadlines=ON_REQUEST,
    )
    packs = read_packs([pack])
    plan = plan_load(Stored(), packs)
    stored = Stored(number=1, documents=tuple(change.value for change in plan.documents))

    assert plan_load(stored, packs).is_empty


ONCE = "frequency: once\n  calendar: custom"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"periods": ONCE}, "period_rule", id="periodic once"),
        pytest.param({"type_": "ad_hoc", "periods": ONCE}, "period_rule", id="nobody may ask"),
        pytest.param(
            {"type_": "ad_hoc", "periods": ONCE, "deadlines": ON_REQUEST + DEADLINES},
            "period_rule",
            id="deadlines before anybody asked",
        ),
        pytest.param({"deadlines": ""}, "period_rule", id="no deadlines"),
        pytest.param({"deadlines": DEADLINES + ON_REQUEST}, "period_rule", id="monthly on request"),
        pytest.param(
            {"periods": "frequency: week\n  calendar: administrative"}, "period_rule", id="week"
        ),
        pytest.param(
            {"periods": "frequency: month\n  calendar: custom"}, "period_rule", id="no first day"
        ),
        pytest.param(
            {"periods": "frequency: month\n  calendar: calendar\n  first_day: 20"},
            "period_rule",
            id="first day of a calendar month",
        ),
        pytest.param(
            {"periods": "frequency: month\n  calendar: custom\n  week_starts_on: friday"},
            "period_rule",
            id="week day of a month",
        ),
        pytest.param(
            {"type_": "thematic", "periods": "frequency: once\n  calendar: calendar"},
            "period_rule",
            id="once by the calendar",
        ),
        pytest.param(
            {
                "type_": "thematic",
                "periods": ONCE + "\n  dates: [{first: 2025-03-01, last: 2025-02-01}]",
            },
            "period_rule",
            id="backwards",
        ),
        pytest.param(
            {
                "type_": "thematic",
                "periods": ONCE + "\n  dates: [{first: 2025-01-01, last: 2025-02-01},"
                " {first: 2025-02-01, last: 2025-03-01}]",
            },
            "overlapping_windows",
            id="dates that share a day",
        ),
        pytest.param(
            {
                "periods": "frequency: year\n  calendar: custom\n"
                "  windows: [{first: {month: 1, day: 1}, last: {month: 6, day: 30}},"
                " {first: {month: 6, day: 1}, last: {month: 12, day: 31}}]",
            },
            "overlapping_windows",
            id="windows that share a month",
        ),
    ],
)
def test_a_regime_that_contradicts_itself_is_refused(
    tmp_path: Path, changed: dict[str, str], code: str
) -> None:
    pack = tmp_path / "thu"
    _form(pack)
    file = _regime(pack, **changed)

    [fault] = _faults(pack)

    assert (fault.code, fault.place and fault.place.file) == (code, file)


def test_two_regimes_that_ask_one_form_are_named(tmp_path: Path) -> None:
    one, other = tmp_path / "mot", tmp_path / "hai"
    _form(one)
    first = _regime(one)
    second = _regime(other, code="R-02")

    [fault] = _faults(one, other)

    assert fault.code == "figure_asked_twice"
    assert fault.place is not None
    assert (fault.place.file, fault.place.line) == (second, _line(second, "forms:"))
    assert "F-01" in fault.detail
    assert f"{first}:{_line(first, 'forms:')}" in fault.detail or "R-01" in fault.detail


@pytest.mark.parametrize(
    "periods",
    [
        pytest.param("frequency: quarter\n  calendar: administrative", id="another frequency"),
        pytest.param("frequency: year\n  calendar: calendar", id="a year"),
    ],
)
def test_a_longer_period_is_another_figure(tmp_path: Path, periods: str) -> None:
    pack = tmp_path / "thu"
    _form(pack)
    _regime(pack)
    _regime(pack, code="R-02", periods=periods)

    assert _faults(pack) == []


def test_what_is_asked_on_request_asks_nothing_yet(tmp_path: Path) -> None:
    pack = tmp_path / "thu"
    _form(pack)
    _regime(pack)
    _regime(pack, code="R-02", type_="ad_hoc", periods=ONCE, deadlines=ON_REQUEST)

    assert _faults(pack) == []


def test_an_indicator_that_two_forms_ask_for_is_named_at_its_line(tmp_path: Path) -> None:
    pack = tmp_path / "thu"
    _form(pack, row=", indicator: DTC01")
    again = _form(pack, "F-02", row=", indicator: DTC01")
    _regime(pack)
    _regime(pack, code="R-02", form="F-02")

    [fault] = _faults(pack)

    assert fault.code == "figure_asked_twice"
    assert fault.place is not None
    assert (fault.place.file, fault.place.line) == (again, _line(again, "DTC01"))
    assert "DTC01" in fault.detail
    assert "F-01" in fault.detail


def test_one_form_that_asks_an_indicator_twice_is_named(tmp_path: Path) -> None:
    pack = tmp_path / "thu"
    file = _form(pack, row=", indicator: DTC01", column=", indicator: DTC01")
    _regime(pack)

    [fault] = _faults(pack)

    assert (fault.code, fault.place and fault.place.file) == ("figure_asked_twice", file)


def test_indicators_of_one_name_and_unit_are_one(tmp_path: Path) -> None:
    pack = tmp_path / "thu"
    named = "kind: indicators\nform: {form}\nvalid_from: 2024-01-01\nindicators:\n" + (
        "  - {{code: {code}, name: {name}, unit: việc, expression: '[1]', assumption: true}}\n"
    )
    for number, name in (("01", "Hồ sơ đã giải quyết"), ("02", "Hồ sơ đã giải quyết")):
        _form(pack, f"F-{number}")
        _regime(pack, code=f"R-{number}", form=f"F-{number}")
        text = named.format(form=f"F-{number}", code=f"I{number}", name=name)
        again = _write(pack, f"indicators-{number}.yaml", text)

    [fault] = _faults(pack)

    assert (fault.code, fault.place and fault.place.file) == ("figure_asked_twice", again)
