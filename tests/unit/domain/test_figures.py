"""Figures as typed, kept and shown; the cases of typed text are in cases.json."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.figures import (
    MAX_INTEGER_DIGITS,
    AmbiguousText,
    InvalidFigure,
    canonical,
    figure_text,
    figures_from_text,
    is_blank,
    parse_figure,
    rounded,
    shown,
    vietnamese_figure,
)
from shared.domain.forms import ColumnType

figures = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**17), max_value=10**17, places=4
)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text()
    | st.text(alphabet="0123456789., -\u00a0"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(figures)
def test_text_gives_the_same_figure_back(value: Decimal) -> None:
    text = figure_text(value)

    assert Decimal(text) == value
    assert "E" not in text
    assert figure_text(Decimal(text)) == text


def outcome(raw: object, *, column_type: ColumnType, decimals: int) -> Decimal | InvalidFigure:
    try:
        return parse_figure(raw, column_type=column_type, decimals=decimals)
    except InvalidFigure as error:
        return error


@given(figures)
def test_what_is_shown_can_be_typed_again_or_is_told_to_be_ambiguous(value: Decimal) -> None:
    typed = vietnamese_figure(value)
    found = outcome(typed, column_type=ColumnType.DECIMAL, decimals=4)

    if isinstance(found, AmbiguousText):
        assert typed in (found.readings[0], found.readings[1].replace(" ", "."))
    else:
        assert found == value


@given(figures)
def test_a_figure_from_json_is_taken_as_it_is(value: Decimal) -> None:
    assert parse_figure(value, column_type=ColumnType.MONEY, decimals=4) == value


@given(anything, st.sampled_from(ColumnType), st.integers(0, 4))
def test_whatever_is_sent_gives_a_figure_or_a_refusal(
    raw: object, column_type: ColumnType, decimals: int
) -> None:
    found = outcome(raw, column_type=column_type, decimals=decimals)

    if isinstance(found, InvalidFigure):
        assert found.code != InvalidFigure.code
        assert str(found).encode()
    else:
        assert len(figure_text(found)) <= MAX_INTEGER_DIGITS + decimals + 2


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (True, "not_a_number"),
        (False, "not_a_number"),
        (None, "not_a_number"),
        (1.5, "not_a_number"),
        ([1], "not_a_number"),
        ({"a": 1}, "not_a_number"),
        (Decimal("NaN"), "not_a_number"),
        (Decimal("sNaN"), "not_a_number"),
        (Decimal("Infinity"), "not_a_number"),
        (Decimal("-Infinity"), "not_a_number"),
        (-1, "negative_count"),
        (Decimal("-0.5"), "negative_count"),
        (Decimal("0.5"), "not_an_integer"),
        (10**18, "too_large"),
        (-(10**5000), "too_large"),
        (Decimal("1E+1000000"), "too_large"),
        (Decimal("1E-1000000"), "too_many_decimals"),
        ("9" * 100_000, "too_large"),
        ("٣", "not_a_number"),
        ("\ud800", "not_a_number"),
    ],
    ids=lambda each: str(each)[:20] if not isinstance(each, int) or abs(each) < 10**20 else "huge",
)
def test_what_is_no_count_is_refused_by_name(raw: object, code: str) -> None:
    with pytest.raises(InvalidFigure) as caught:
        parse_figure(raw, column_type=ColumnType.COUNT)

    assert caught.value.code == code
    assert len(str(caught.value)) < 200
    str(caught.value).encode()


@pytest.mark.parametrize(
    ("raw", "figure"),
    [
        (0, "0"),
        (10**18 - 1, "999999999999999999"),
        (Decimal("1E+3"), "1000"),
        (Decimal("12.000"), "12"),
        (Decimal("-0"), "0"),
        (Decimal("0E+999999"), "0"),
    ],
)
def test_a_whole_json_number_is_a_count_however_it_is_spelled(raw: object, figure: str) -> None:
    assert str(parse_figure(raw, column_type=ColumnType.COUNT)) == figure


def test_an_ambiguous_text_is_refused_with_both_readings() -> None:
    with pytest.raises(AmbiguousText) as caught:
        parse_figure("1.234", column_type=ColumnType.COUNT)

    assert caught.value.readings == ("1,234", "1 234")
    assert "1,234" in str(caught.value)
    assert "1 234" in str(caught.value)


def test_only_null_and_empty_text_are_blank() -> None:
    assert all(is_blank(raw) for raw in (None, "", " \u00a0\n"))
    assert not any(is_blank(raw) for raw in ("0", 0, [], False))


@given(st.fractions(min_value=-(10**9), max_value=10**9), st.integers(0, 4))
def test_rounding_moves_a_value_by_half_a_unit_at_most(value: Fraction, decimals: int) -> None:
    found = Fraction(rounded(value, decimals))
    half = Fraction(1, 2 * 10**decimals)

    assert abs(found - value) <= half
    assert abs(found) >= abs(value) or abs(found - value) < half


@given(figures)
def test_canonical_figures_have_one_spelling(value: Decimal) -> None:
    assert canonical(value) == value
    assert str(canonical(value)) == str(canonical(value * 1))
    assert canonical(Decimal(f"{value}0")).as_tuple() == canonical(value).as_tuple()


def test_figures_are_read_from_exact_text() -> None:
    found = figures_from_text({"LV01": {"4": "1.234"}})

    assert found == {"LV01": {"4": Decimal("1.234")}}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a" * 50, "“" + "a" * 39 + "…”"),
        ("a\x00b", "“a\ufffdb”"),
        (True, "true"),
        (False, "false"),
        (Decimal("1.50"), "1.50"),
        ([], "Danh sách"),
        ({}, "Đối tượng lồng nhau"),
        (1.5, "Giá trị này"),
    ],
)
def test_what_was_sent_is_quoted_short_and_safe(raw: object, text: str) -> None:
    assert shown(raw) == text
