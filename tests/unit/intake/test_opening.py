"""Whatever a file holds, reading it answers with cells or with what is wrong."""

import json
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from services.intake.workbooks.opening import number_text, open_file
from services.intake.workbooks.raw import CellKind, RawWorkbook, raw_of
from tests.support.workbooks import FIGURES_PART, bytes_of, part_of, table_of, with_part


@cache
def sound() -> bytes:
    return table_of([["Nội dung", "(4)", "(5)"], ["Hộ tịch", 1, 2.5], ["Đất đai", "1.234", None]])


def opened(content: bytes) -> RawWorkbook:
    return raw_of(json.loads(open_file(content, {})))


def test_numbers_text_and_blanks_are_told_apart() -> None:
    [sheet] = opened(sound()).sheets

    assert {spot.address: tuple(cell) for spot, cell in sheet.cells.items()} == {
        "A1": (CellKind.TEXT, "Nội dung"),
        "B1": (CellKind.TEXT, "(4)"),
        "C1": (CellKind.TEXT, "(5)"),
        "A2": (CellKind.TEXT, "Hộ tịch"),
        "B2": (CellKind.NUMBER, "1"),
        "C2": (CellKind.NUMBER, "2.5"),
        "A3": (CellKind.TEXT, "Đất đai"),
        "B3": (CellKind.TEXT, "1.234"),
    }


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=20))
def test_a_file_with_any_bytes_changed_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    spoilt = bytearray(sound())
    for place, byte in changes:
        spoilt[place % len(spoilt)] = byte

    raw = opened(bytes(spoilt))

    assert raw.faults or raw.sheets


@given(st.integers(0, 10**6), st.binary(max_size=30))
def test_a_sheet_with_anything_in_between_is_read_or_refused(place: int, between: bytes) -> None:
    xml = part_of(sound(), FIGURES_PART)
    place %= len(xml)

    raw = opened(with_part(sound(), FIGURES_PART, xml[:place] + between + xml[place:]))

    assert raw.faults or raw.sheets


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(content: bytes) -> None:
    raw = opened(content)

    assert raw.faults or raw.is_text


@pytest.mark.parametrize("value", ["NaN", "1e999", "-1e999"])
def test_what_is_no_number_is_not_read_as_one(value: str) -> None:
    xml = part_of(sound(), FIGURES_PART).replace(b"<v>2.5</v>", f"<v>{value}</v>".encode())
    raw = opened(with_part(sound(), FIGURES_PART, xml))

    assert CellKind.NUMBER not in {
        cell.kind for sheet in raw.sheets for at, cell in sheet.cells.items() if at.address == "C2"
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(0.1 + 0.2, "0.3", id="noise"),
        pytest.param(1e15, "1000000000000000", id="exponent"),
        pytest.param(-0.0, "0", id="negative-zero"),
        pytest.param(1234567.891, "1234567.891", id="decimals"),
    ],
)
def test_a_number_is_what_excel_shows_of_it(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"a\t1\nb\t2\n", id="tabs"),
        pytest.param(b"a;1\r\nb;2\r\n", id="semicolons"),
        pytest.param(b'a,1\n"b",2\n', id="commas"),
        pytest.param("\ufeffa,1\nb,2\n".encode(), id="byte-order-mark"),
        pytest.param("a\t1\nb\t2\n".encode("utf-16"), id="utf-16-of-excel"),
    ],
)
def test_text_is_parted_as_spreadsheets_write_it(content: bytes) -> None:
    [sheet] = opened(content).sheets

    assert {spot.address: cell.text for spot, cell in sheet.cells.items()} == {
        "A1": "a",
        "B1": "1",
        "A2": "b",
        "B2": "2",
    }


def test_few_cells_far_apart_are_refused_before_they_are_read_as_one_large_table() -> None:
    workbook = Workbook()
    for _ in range(5):
        sheet = workbook.create_sheet()
        sheet["A1"], sheet["KM400"] = 1, 1

    [fault] = opened(bytes_of(workbook)).faults

    assert (fault.code, fault.sheet) == ("sheet_too_large", "Sheet4")
