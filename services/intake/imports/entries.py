"""From the bytes of an import to its reports: a JSON array, lines of JSON, or CSV in long form.

Every report remembers where in the file it stands, so that a fault can be found there again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.intake.imports.tables import Row, read_table
from services.intake.submissions.schemas import SubmissionBody, read_body
from shared.web.json import exact_json
from shared.web.problems import (
    MalformedRequest,
    ProblemFault,
    UnsupportedMediaType,
    ValidationFailed,
)

MOST_REPORTS = 20_000
JSON_MEDIA = "application/json"
LINES_MEDIA = "application/x-ndjson"
CSV_MEDIA = "text/csv"

Say = Callable[[Any], ProblemFault]
"""Puts an error of the body's shape, as pydantic tells it, into words."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a report stands: below `prefix` in a JSON document, or from `line` (from 1) on.

    `lines` are those of single cells, by their pointers into the report.
    """

    prefix: str = ""
    line: int | None = None
    lines: Mapping[str, int] = field(default_factory=dict)

    def locate(self, fault: ProblemFault) -> ProblemFault:
        """The fault of a report as one of the whole file."""
        pointer = fault.pointer or ""
        return replace(
            fault, pointer=self.prefix + pointer, line=self.lines.get(pointer, self.line)
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One report as it was sent; `faults` are those of its shape, already located."""

    body: SubmissionBody
    origin: Origin
    faults: tuple[ProblemFault, ...] = ()

    def located(self, faults: Sequence[ProblemFault]) -> list[ProblemFault]:
        return [self.origin.locate(fault) for fault in faults]


def read_entries(raw: bytes, *, content_type: str, say: Say) -> tuple[Entry, ...]:
    """The reports in the order of the file.

    Raises:
        UnsupportedMediaType: neither JSON nor lines of JSON nor CSV, or not in UTF-8.
        MalformedRequest: it cannot be read as what it says it is; every such line is named.
        ValidationFailed: there is no report in it, or too many.
    """
    media, _, parameters = content_type.partition(";")
    charset = parameters.lower().replace('"', "").partition("charset=")[2].strip()
    read = _READERS.get(media.strip().lower())
    if read is None or charset not in ("", "utf-8", "us-ascii"):
        raise UnsupportedMediaType
    entries = tuple(read(raw, say))
    if not entries:
        raise _wrong("nothing_to_import", "Tệp không có báo cáo nào.")
    if len(entries) > MOST_REPORTS:
        detail = f"Mỗi lần nhập tối đa {MOST_REPORTS} báo cáo. Hãy chia tệp."
        raise _wrong("too_many_reports", detail)
    return entries


def _from_json(raw: bytes, say: Say) -> Iterator[Entry]:
    document = exact_json(raw)
    if not isinstance(document, list):
        raise _wrong("not_an_array", "Nội dung phải là một mảng JSON, mỗi phần tử một báo cáo.")
    for number, each in enumerate(document):
        yield _entry(each, origin=Origin(prefix=f"/{number}"), say=say)


def _from_lines(raw: bytes, say: Say) -> Iterator[Entry]:
    read: list[tuple[int, Any]] = []
    broken: list[ProblemFault] = []
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            read.append((number, exact_json(line)))
        except MalformedRequest as error:
            broken += [Origin(line=number).locate(fault) for fault in error.errors]
    if broken:
        raise MalformedRequest(errors=broken)
    for number, each in read:
        yield _entry(each, origin=Origin(line=number), say=say)


def _from_csv(raw: bytes, say: Say) -> Iterator[Entry]:
    for rows in read_table(raw):
        yield _entry_of_rows(rows, say=say)


_READERS: Mapping[str, Callable[[bytes, Say], Iterator[Entry]]] = {
    JSON_MEDIA: _from_json,
    LINES_MEDIA: _from_lines,
    CSV_MEDIA: _from_csv,
}


def _entry(raw: object, *, origin: Origin, say: Say) -> Entry:
    body, errors = read_body(raw)
    return Entry(body, origin, tuple(origin.locate(say(each)) for each in errors))


def _entry_of_rows(rows: Sequence[Row], *, say: Say) -> Entry:
    """One report of CSV. A line without row, column and value says that there is nothing."""
    first, figures, lines = rows[0], dict[str, dict[str, str]](), dict[str, int]()
    twice: list[ProblemFault] = []
    for each in rows:
        if each.is_blank:
            continue
        cells = figures.setdefault(each.row, {})
        pointer = "/".join(("/figures", *map(_escaped, (each.row, each.column))))
        if each.column in cells:
            twice.append(_given_twice(each, pointer=pointer))
        cells[each.column] = each.value
        lines.setdefault(pointer, each.line)
        lines.setdefault(f"/figures/{_escaped(each.row)}", each.line)
    document: dict[str, Any] = {
        "organization": first.organization,
        "form": first.form,
        "period": first.period,
        "figures": figures,
        "nothing_to_report": not figures,
    }
    reason = next((each.reason for each in rows if each.reason), None)
    if reason is not None:
        document["reason"] = reason
    entry = _entry(document, origin=Origin(line=first.line, lines=lines), say=say)
    return replace(entry, faults=(*entry.faults, *twice))


def _given_twice(each: Row, *, pointer: str) -> ProblemFault:
    return ProblemFault(
        code="given_twice",
        detail="Ô này đã có ở một dòng phía trên. Hãy giữ một dòng cho mỗi ô.",
        pointer=pointer,
        row=each.row,
        column=each.column,
        line=each.line,
    )


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _wrong(code: str, detail: str) -> ValidationFailed:
    return ValidationFailed(errors=[ProblemFault(code=code, detail=detail, pointer="")])
