"""CSV in long form (RFC 4180): one line a cell, the lines of a report anywhere in the file.

The first line names the columns, in any order. Comma or semicolon: spreadsheets in Vietnamese
write the latter. A byte order mark is allowed.
"""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import NamedTuple

from shared.domain.figures import printable
from shared.web.problems import MalformedRequest, ProblemFault, ValidationFailed

REQUIRED = ("organization", "form", "period", "row", "column", "value")
OPTIONAL = ("reason",)


class Row(NamedTuple):
    """One line of the file. `line` counts from 1, the header's line included."""

    line: int
    organization: str
    form: str
    period: str
    row: str
    column: str
    value: str
    reason: str

    @property
    def is_blank(self) -> bool:
        """Only the report is named: there is nothing to report."""
        return not (self.row or self.column or self.value)


def read_table(raw: bytes) -> tuple[tuple[Row, ...], ...]:
    """The lines of each report, in the order in which reports first appear.

    Raises:
        MalformedRequest: not UTF-8, or not CSV from some line on.
        ValidationFailed: names each column that is missing or unknown, and each line that has more
            or fewer fields than the header.
    """
    text = _text(raw)
    header, _, _ = text.partition("\n")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    lines = list(_lines(text, delimiter=delimiter))
    if not lines:
        raise ValidationFailed(errors=[_missing_column(name) for name in REQUIRED])
    names = _names(lines[0][1])
    _require_width(lines[1:], width=len(names))
    reports: dict[tuple[str, str, str], list[Row]] = {}
    for number, fields in lines[1:]:
        row = _row(number, dict(zip(names, fields, strict=True)))
        reports.setdefault((row.organization, row.form, row.period), []).append(row)
    return tuple(map(tuple, reports.values()))


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _malformed(
            "Tệp không phải UTF-8.", line=raw[: error.start].count(b"\n") + 1
        ) from None
    if "\x00" in text:
        raise _malformed("Tệp có ký tự NUL.", line=text[: text.index("\x00")].count("\n") + 1)
    return text


def _lines(text: str, *, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not empty, with the number of its first physical line."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for fields in reader:
            if any(fields):
                yield start, [field.strip() for field in fields]
            start = reader.line_num + 1
    except csv.Error:
        raise _malformed("Dòng này không đúng dạng CSV.", line=start) from None


def _names(header: Sequence[str]) -> list[str]:
    names = [name.lower() for name in header]
    faults = [_missing_column(name) for name in REQUIRED if name not in names]
    faults += [
        ProblemFault(
            code="unknown_field",
            detail=f"Không có cột “{printable(name)}”. Các cột: {', '.join(REQUIRED + OPTIONAL)}.",
            line=1,
        )
        for place, name in enumerate(names)
        if name not in (*REQUIRED, *OPTIONAL) or name in names[:place]
    ]
    if faults:
        raise ValidationFailed(errors=faults)
    return names


def _require_width(lines: Sequence[tuple[int, list[str]]], *, width: int) -> None:
    faults = [
        ProblemFault(
            code="wrong_number_of_fields",
            detail=f"Dòng này có {len(fields)} trường, dòng đầu có {width}.",
            line=number,
        )
        for number, fields in lines
        if len(fields) != width
    ]
    if faults:
        raise ValidationFailed(errors=faults)


def _row(number: int, fields: dict[str, str]) -> Row:
    return Row(line=number, **{name: fields.get(name, "") for name in (*REQUIRED, *OPTIONAL)})


def _missing_column(name: str) -> ProblemFault:
    return ProblemFault(
        code="missing_field", detail=f"Dòng đầu thiếu cột “{name}”. Hãy thêm cột này.", line=1
    )


def _malformed(detail: str, *, line: int) -> MalformedRequest:
    fault = ProblemFault(code="malformed_request", detail=detail, line=line)
    return MalformedRequest(errors=[fault])
