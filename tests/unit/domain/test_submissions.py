"""Reading what was sent: every fault at once, at its place, and never an exception."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.faults import Fault
from shared.domain.forms import CellRef, ColumnType
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.sheets import (
    MAX_FAULTS,
    canonical_figures,
    complete,
    validate,
)
from tests.factories.forms import (
    balanced_row,
    column,
    cross_check,
    figures,
    form,
    form_ii_06a,
)
from tests.factories.reading import figures_and_faults

II_06A = form_ii_06a(fields_of_work=3)
SUBMISSIONS = st.dictionaries(
    st.sampled_from([each.code for each in II_06A.input_rows]),
    st.dictionaries(
        st.sampled_from([each.code for each in II_06A.input_columns]), st.integers(0, 10**9)
    ),
)
GARBAGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["LV01", "TONG", "3", "4", "x"]) | st.text(), inner)
    ),
    max_leaves=12,
)


def codes(faults: tuple[Fault, ...]) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in faults]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param([], [("/figures", "not_an_object")], id="a list"),
        pytest.param("x", [("/figures", "not_an_object")], id="text"),
        pytest.param(None, [("/figures", "not_an_object")], id="null"),
        pytest.param({}, [("/figures", "nothing_entered")], id="nothing"),
        pytest.param({"LV01": None}, [("/figures", "nothing_entered")], id="a row that is null"),
        pytest.param({"LV01": [1]}, [("/figures/LV01", "not_an_object")], id="a listed row"),
        pytest.param({"X/1~": {}}, [("/figures/X~11~0", "unknown_row")], id="an unknown row"),
        pytest.param(
            {"LV01": {"99": 1}}, [("/figures/LV01/99", "unknown_column")], id="an unknown column"
        ),
        pytest.param(
            {"LV01": {"4": "1.234", "5": True, "6": [], "8": -1, "9": "x", "10": "9" * 99}},
            [
                ("/figures/LV01/4", "ambiguous_text"),
                ("/figures/LV01/5", "not_a_number"),
                ("/figures/LV01/6", "not_a_number"),
                ("/figures/LV01/8", "negative_count"),
                ("/figures/LV01/9", "not_a_number"),
                ("/figures/LV01/10", "too_large"),
            ],
            id="unreadable cells in input order",
        ),
        pytest.param(
            {"LV01": {"3": 5, "4": 2, "5": 2, "12": 4}},
            [("/figures/LV01/3", "total_mismatch")],
            id="a total that does not match",
        ),
        pytest.param(
            {"TONG": {"4": 3}, "LV02": {"x": 1, "4": 2}},
            [("/figures/TONG/4", "total_mismatch"), ("/figures/LV02/x", "unknown_column")],
            id="input order over both passes",
        ),
        pytest.param(
            {"LV01": {"3": "abc", "4": 1, "12": 1}},
            [("/figures/LV01/3", "not_a_number")],
            id="an unreadable total",
        ),
        pytest.param(
            {"TONG": {"4": 3}, "LV02": {"4": "x"}},
            [("/figures/LV02/4", "not_a_number")],
            id="no total over what cannot be read",
        ),
        pytest.param({"\ud800": {}}, [("/figures/?", "unknown_row")], id="half a surrogate pair"),
        pytest.param({5: {}}, [("/figures/5", "unknown_row")], id="a key that is no text"),
    ],
)
def test_bad_input_is_told_at_its_place(raw: object, expected: list[tuple[str, str]]) -> None:
    assert codes(figures_and_faults(II_06A, raw)[1]) == expected


def test_a_total_may_be_sent_if_it_is_right() -> None:
    raw = {"LV01": {"3": 4, "4": 2, "5": "2", "6": None, "12": 4}, "TONG": {"3": "4"}}
    found, faults = figures_and_faults(II_06A, raw)

    assert faults == ()
    assert found == figures({"LV01": {"4": 2, "5": 2, "12": 4}})


def test_a_mismatch_names_both_numbers() -> None:
    _, [fault] = figures_and_faults(II_06A, {"LV01": {"3": 1200, "4": 1180}})

    assert fault.detail.startswith(
        "Số gửi lên là 1.200, tính từ các ô thành phần là 1.180, lệch 20."
    )


def test_a_ratio_may_be_sent_as_it_is_shown() -> None:
    template = form(
        columns=(
            column("1"),
            column("2", "[1] / 3", type=ColumnType.PERCENT, decimals=1),
            column("3", "1 / [1]", type=ColumnType.DECIMAL, decimals=2),
        )
    )

    assert figures_and_faults(template, {"D1": {"1": 1, "2": "0,3"}})[1] == ()
    assert codes(figures_and_faults(template, {"D1": {"1": 0, "3": 1}})[1]) == [
        ("/figures/D1/3", "derived_cell")
    ]


def test_a_typed_total_looks_back_when_its_formula_does() -> None:
    template = form(columns=(column("1"), column("2", "[1] + previous([1])")))
    raw = {"D1": {"1": 1, "2": 6}}

    assert figures_and_faults(template, raw, previous=figures({"D1": {"1": 5}}))[1] == ()


def test_every_cell_is_required_where_blank_is_not_zero() -> None:
    found, faults = figures_and_faults(form(), {"D1": {"2": "x"}})

    assert found == {}
    assert codes(faults) == [
        ("/figures/D1/2", "not_a_number"),
        ("/figures/D1/1", "missing_cell"),
    ]


def test_a_rule_over_an_unreadable_cell_waits_for_the_next_attempt() -> None:
    raw = {"LV01": balanced_row() | {"4": "1.234"}, "LV02": balanced_row() | {"4": 0}}
    found = validate(II_06A, raw)

    assert codes(found.faults) == [
        ("/figures/LV01/4", "ambiguous_text"),
        ("/figures/LV02/3", "cross_check_failed"),
    ]
    assert found.blocks
    assert found.sheet.value(CellRef(RowCode("LV01"), ColumnCode("3"))) is None


def test_a_function_that_skips_what_is_missing_does_not_judge_what_is_unreadable() -> None:
    template = form(checks=(cross_check("K", "sum([1], [2]) > 5"),))

    assert codes(validate(template, {"D1": {"1": "x", "2": 1}}).faults) == [
        ("/figures/D1/1", "not_a_number")
    ]


@given(GARBAGE)
def test_whatever_is_sent_is_answered(raw: object) -> None:
    found = validate(II_06A, raw, previous=figures({"LV01": {"12": 1}}))

    json.dumps([fault.detail + fault.pointer for fault in found.faults]).encode()
    assert all(fault.code for fault in found.faults)
    assert canonical_figures(II_06A, found.figures) is not None


@given(st.dictionaries(st.text(), st.text(), min_size=1))
def test_every_unknown_row_is_named(raw: dict[str, str]) -> None:
    _, faults = figures_and_faults(II_06A, raw)

    assert len(faults) == len(raw)


def test_the_answer_to_a_flood_of_garbage_stays_small() -> None:
    _, faults = figures_and_faults(II_06A, {f"X{place}": 1 for place in range(MAX_FAULTS + 1)})

    assert len(faults) == MAX_FAULTS + 1
    assert faults[-1].code == "too_many_faults"


@given(SUBMISSIONS)
def test_what_is_read_is_what_was_typed(raw: dict[str, dict[str, int]]) -> None:
    found, _ = figures_and_faults(II_06A, raw)

    assert found == figures({code: cells for code, cells in raw.items() if cells})


@given(SUBMISSIONS)
def test_numbers_and_their_text_are_read_alike(raw: dict[str, dict[str, int]]) -> None:
    as_text: dict[str, Any] = {
        code: {name: str(value) for name, value in cells.items()} for code, cells in raw.items()
    }

    assert validate(II_06A, as_text) == validate(II_06A, raw)


@given(SUBMISSIONS)
def test_a_completed_sheet_sent_back_whole_is_accepted(raw: dict[str, dict[str, int]]) -> None:
    whole = complete(II_06A, figures(raw)).as_mapping()

    assert not figures_and_faults(II_06A, whole)[1]
