"""Files of an import: what stands where, in each of the three forms."""

from typing import Any

import pytest

from services.intake.imports.entries import Entry, read_entries
from shared.web.problems import (
    MalformedRequest,
    ProblemError,
    ProblemFault,
    UnsupportedMediaType,
    ValidationFailed,
)

HEADER = "organization,form,period,row,column,value\n"


def say(error: Any) -> ProblemFault:
    pointer = "".join(f"/{part}" for part in error["loc"])
    return ProblemFault(code=error["type"], detail="", pointer=pointer)


def read(text: str | bytes, media: str = "text/csv") -> tuple[Entry, ...]:
    raw = text.encode() if isinstance(text, str) else text
    return read_entries(raw, content_type=media, say=say)


def faults_of(error: ProblemError) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.line) for fault in error.errors]


def test_lines_of_one_report_may_stand_anywhere() -> None:
    first, second = read(HEADER + "A,F,P,R1,4,1\nB,F,P,R1,4,2\nA,F,P,R1,5,3\n")

    assert first.body.figures == {"R1": {"4": "1", "5": "3"}}
    assert second.body.figures == {"R1": {"4": "2"}}
    fault = ProblemFault(code="x", detail="", pointer="/figures/R1/5")
    assert first.origin.locate(fault).line == 4


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff" + HEADER + "A,F,P,R1,4,1\n", id="byte-order-mark"),
        pytest.param(HEADER.replace(",", ";") + "A;F;P;R1;4;1\n", id="semicolons"),
        pytest.param("value,column,row,period,form,organization\n1,4,R1,P,F,A\n", id="other-order"),
        pytest.param(HEADER.replace("\n", "\r\n") + 'A,F,"P",R1,4,"1"\r\n', id="quoted"),
        pytest.param(HEADER + "\n A , F ,P,R1,4, 1\n,,,,,\n", id="blanks"),
    ],
)
def test_what_spreadsheets_write_is_read(text: str) -> None:
    [entry] = read(text)

    assert (entry.body.organization, entry.body.form, entry.body.period) == ("A", "F", "P")
    assert entry.body.figures == {"R1": {"4": "1"}}


def test_a_line_that_names_only_the_report_says_there_is_nothing() -> None:
    [entry] = read(HEADER + "A,F,P,,,\n")

    assert entry.body.nothing_to_report
    assert entry.body.figures == {}


def test_a_cell_given_twice_is_named_at_its_second_line() -> None:
    [entry] = read(HEADER + "A,F,P,R1,4,1\nA,F,P,R1,4,1\n")

    assert [(fault.code, fault.line) for fault in entry.faults] == [("given_twice", 3)]


def test_every_column_that_is_missing_or_unknown_is_named() -> None:
    with pytest.raises(ValidationFailed) as caught:
        read("organization,form,period,row,cell,value\nA,F,P,R1,4,1\n")

    assert faults_of(caught.value) == [("missing_field", 1), ("unknown_field", 1)]


def test_every_line_of_another_width_is_named() -> None:
    with pytest.raises(ValidationFailed) as caught:
        read(HEADER + "A,F,P,R1,4\nA,F,P,R1,4,1\nA,F,P,R1,4,1,2\n")

    assert faults_of(caught.value) == [
        ("wrong_number_of_fields", 2),
        ("wrong_number_of_fields", 4),
    ]


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        pytest.param(HEADER.encode() + b"A,F,P,R1,4,\xff\n", 2, id="not-utf-8"),
        pytest.param(HEADER.encode() + b"A,F,P,R1,4,1\nA,F,P,R1,5,\x00\n", 3, id="nul"),
        pytest.param(HEADER.encode() + b'A,F,P,R1,4,"1"2\n', 2, id="text-after-a-quote"),
        pytest.param(HEADER.encode() + b'A,F,P,R1,4,"1\n', 2, id="open-quote"),
    ],
)
def test_a_file_that_is_no_csv_is_refused_at_its_line(raw: bytes, line: int) -> None:
    with pytest.raises(MalformedRequest) as caught:
        read(raw)

    assert faults_of(caught.value) == [("malformed_request", line)]


def test_every_broken_line_of_json_is_named() -> None:
    with pytest.raises(MalformedRequest) as caught:
        read('{"a":1}\n{"a":\n\n{"a":NaN}\n', "application/x-ndjson")

    assert faults_of(caught.value) == [("malformed_request", 2), ("malformed_request", 4)]


def test_a_fault_of_shape_says_which_report() -> None:
    _, second, third = read(
        '[{"organization":"A","form":"F","period":"P"},{},7]', "application/json"
    )

    places = {(fault.code, fault.pointer) for fault in second.faults}
    assert ("missing", "/1/organization") in places
    assert [fault.pointer for fault in third.faults] == ["/2"]


@pytest.mark.parametrize(
    ("text", "media", "code"),
    [
        pytest.param("[]", "application/json", "nothing_to_import", id="empty-array"),
        pytest.param("{}", "application/json", "not_an_array", id="not-an-array"),
        pytest.param("\n\n", "application/x-ndjson", "nothing_to_import", id="no-lines"),
        pytest.param(HEADER, "text/csv", "nothing_to_import", id="header-only"),
        pytest.param("", "text/csv", "missing_field", id="empty-file"),
    ],
)
def test_a_file_without_reports_is_refused(text: str, media: str, code: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        read(text, media)

    assert caught.value.errors[0].code == code


@pytest.mark.parametrize("media", ["", "text/plain", "application/xml", "text/csv; charset=cp1258"])
def test_another_form_or_encoding_is_refused(media: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        read(HEADER, media)
