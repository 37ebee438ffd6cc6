"""Reading what a report says besides its figures: every fault, with its place and how to mend it.

Nothing here raises for bad input. Text is brought into NFC and trimmed; characters that no page and
no database can carry are refused, never dropped.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from shared.domain.cells import CellRef, Choice, ColumnType
from shared.domain.contents import NOTHING, Content, NamedFile
from shared.domain.faults import Fault, escaped_pointer
from shared.domain.figures import (
    InvalidFigure,
    figure_text,
    is_blank,
    parse_figure,
    printable,
    shown,
)
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.narratives import EntryList, ListCode, ListColumn, Section, SectionCode

EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tabs and line ends, and halves of surrogate pairs."""

MEMBERS = ("texts", "lists", "sections", "files")
LONGEST_FILE_NAME = 200
SHA256 = re.compile(r"[0-9a-f]{64}")
MAX_FAULTS = 500
"""Only garbage has more, and the answer to garbage stays small."""


class Wording(Protocol):
    """What a place takes: a figure, text, a date or a choice."""

    @property
    def type(self) -> ColumnType: ...
    @property
    def decimals(self) -> int: ...
    @property
    def max_length(self) -> int: ...
    @property
    def choices(self) -> tuple[Choice, ...]: ...


@dataclass(frozen=True, slots=True)
class WordCell:
    """What a cell of words takes."""

    type: ColumnType
    max_length: int
    choices: tuple[Choice, ...]
    decimals: int = 0


class InvalidText(Exception):
    """What was sent cannot be taken; ``code`` says why, and the message how to mend it."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        super().__init__(detail)


@dataclass(slots=True)
class _Reading:
    form: FormTemplate
    faults: list[Fault] = field(default_factory=list)

    def reject(self, *keys: str | int, code: str, detail: str) -> None:
        pointer = escaped_pointer("content", *map(str, keys))
        member, *cell = keys or ("",)
        row, column = (*cell, None, None)[:2] if member == "texts" else (None, None)
        self.faults.append(
            Fault(
                pointer=pointer,
                code=code,
                detail=detail,
                row=None if row is None else RowCode(printable(str(row))),
                column=None if column is None else ColumnCode(printable(str(column))),
            )
        )

    def text(self, raw: object, wording: Wording, *keys: str | int) -> str | None:
        """None where nothing is written, or what is cannot be taken."""
        if is_blank(raw):
            return None
        try:
            return read_text(raw, wording)
        except InvalidText as error:
            self.reject(*keys, code=error.code, detail=str(error))
            return None

    def mapping(self, raw: object, *keys: str | int) -> Mapping[str, Any]:
        if isinstance(raw, Mapping):
            return raw
        if raw is not None:
            detail = "Chỗ này phải là một đối tượng JSON."
            self.reject(*keys, code="not_an_object", detail=detail)
        return {}


def read_content(form: FormTemplate, raw: object) -> tuple[Content, tuple[Fault, ...]]:
    """The content, and what is wrong with it in the order of the form, places unknown to it first.

    What is required and blank is ``missing_text``, ``missing_entry`` or ``missing_section``.
    """
    if raw is None and not form.has_content:
        return NOTHING, ()
    reading = _Reading(form)
    given = reading.mapping(raw)
    for name in given:
        if name not in MEMBERS:
            reading.reject(name, code="unknown_content", detail=_known("phần", name, MEMBERS))
    content = Content(
        texts=_texts(reading, given.get("texts")),
        lists=_lists(reading, given.get("lists")),
        sections=_sections(reading, given.get("sections")),
        files=_files(reading, given.get("files")),
    )
    return content, tuple(reading.faults[:MAX_FAULTS])


def word_cell(form: FormTemplate, cell: CellRef) -> WordCell:
    """What a cell of words takes: the row's own words, else the column's."""
    row, column = form.row_by_code[cell.row], form.column_by_code[cell.column]
    return WordCell(
        form.measures[cell].type,
        row.max_length or column.max_length,
        row.choices or column.choices,
    )


def read_text(raw: object, wording: Wording) -> str:
    """What is stored for something that is not blank; raises InvalidText."""
    if wording.type.is_figure:
        try:
            figure = parse_figure(raw, column_type=wording.type, decimals=wording.decimals)
        except InvalidFigure as error:
            raise InvalidText(error.code, str(error)) from None
        return figure_text(figure)
    if not isinstance(raw, str):
        raise InvalidText("not_text", f"Ô này nhận chữ, không nhận {shown(raw).lower()}.")
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n")).strip()
    if UNWRITABLE.search(text):
        detail = "Có ký tự điều khiển không nhìn thấy được. Hãy gõ lại đoạn này."
        raise InvalidText("unprintable_text", detail)
    if wording.type is ColumnType.DATE:
        return _date(text)
    if wording.type is ColumnType.CHOICE:
        return _choice(text, wording.choices)
    if len(text) > wording.max_length:
        detail = f"Dài {len(text)} ký tự, nhiều nhất {wording.max_length}. Hãy viết ngắn lại."
        raise InvalidText("text_too_long", detail)
    return text


def _date(text: str) -> str:
    """``2025-06-30``, or as people write it here, ``30/06/2025``."""
    parts = text.split("/")
    written = "-".join(
        (parts[2], parts[1].zfill(2), parts[0].zfill(2)) if len(parts) == 3 else (text,)
    )
    try:
        day = date.fromisoformat(written) if written.isascii() and len(written) == 10 else None
    except ValueError:
        day = None
    if day is None or not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        detail = f"{shown(text)} không phải là ngày. Hãy nhập ngày/tháng/năm, ví dụ 30/06/2025."
        raise InvalidText("not_a_date", detail)
    return day.isoformat()


def _choice(text: str, choices: tuple[Choice, ...]) -> str:
    """By code, or by what people read."""
    for choice in choices:
        if text == choice.code or text.casefold() == choice.label.casefold():
            return choice.code
    known = "; ".join(each.label for each in choices)
    raise InvalidText(
        "unknown_choice", f"{shown(text)} không có trong danh sách. Hãy chọn: {known}."
    )


def _known(what: str, given: object, known: Sequence[str]) -> str:
    listed = ", ".join(known) or "không có"
    return f"Mẫu không có {what} {shown(str(given))}. Mẫu có: {listed}."


def _texts(reading: _Reading, raw: object) -> dict[RowCode, dict[ColumnCode, str]]:
    form, given = reading.form, reading.mapping(raw, "texts")
    known = set(form.word_cells)
    for row, cells in given.items():
        for column in reading.mapping(cells, "texts", row):
            if (row, column) not in known:
                code, detail = _odd_cell(form, row=row, column=column)
                reading.reject("texts", row, column, code=code, detail=detail)
    found: dict[RowCode, dict[ColumnCode, str]] = {}
    for cell in form.word_cells:
        cells = given.get(cell.row)
        typed = cells.get(cell.column) if isinstance(cells, Mapping) else None
        text = reading.text(typed, word_cell(form, cell), "texts", *cell)
        if text is not None:
            found.setdefault(cell.row, {})[cell.column] = text
        elif is_blank(typed) and form.is_required(cell):
            detail = "Ô này bắt buộc và chưa có nội dung. Hãy nhập nội dung."
            reading.reject("texts", *cell, code="missing_text", detail=detail)
    return found


def _odd_cell(form: FormTemplate, *, row: str, column: str) -> tuple[str, str]:
    if (row, column) in form.locked:
        return "closed_cell", "Đơn vị không thuộc diện báo cáo ô này. Hãy để trống ô này."
    place = f"dòng {shown(row)}, cột {shown(column)}"
    return "unknown_cell", f"Mẫu không có ô chữ ở {place}. Hãy đối chiếu mã dòng và mã cột."


def _lists(reading: _Reading, raw: object) -> dict[ListCode, list[dict[ColumnCode, str]]]:
    given = reading.mapping(raw, "lists")
    known = reading.form.list_by_code
    for code in given:
        if code not in known:
            detail = _known("danh sách", code, tuple(known))
            reading.reject("lists", code, code="unknown_list", detail=detail)
    found: dict[ListCode, list[dict[ColumnCode, str]]] = {}
    for each in reading.form.lists:
        entries = _entries(reading, each, given.get(each.code))
        if entries:
            found[each.code] = entries
    return found


def _entries(reading: _Reading, entries: EntryList, raw: object) -> list[dict[ColumnCode, str]]:
    if raw is not None and not isinstance(raw, list | tuple):
        detail = "Danh sách phải là một mảng JSON các mục."
        reading.reject("lists", entries.code, code="not_a_list", detail=detail)
    given = list(raw) if isinstance(raw, list | tuple) else []
    filled = [(place, each) for place, each in enumerate(given) if not _is_blank_entry(each)]
    if not entries.min_entries <= len(filled) <= entries.max_entries:
        least, most = entries.min_entries, entries.max_entries
        code = "too_few_entries" if len(filled) < least else "too_many_entries"
        detail = f"Có {len(filled)} mục; danh sách này cần từ {least} đến {most} mục."
        reading.reject("lists", entries.code, code=code, detail=detail)
    return [
        _entry(reading, entries, place=place, raw=each)
        for place, each in filled[: entries.max_entries]
    ]


def _is_blank_entry(raw: object) -> bool:
    return is_blank(raw) or (isinstance(raw, Mapping) and all(map(is_blank, raw.values())))


def _entry(
    reading: _Reading, entries: EntryList, *, place: int, raw: object
) -> dict[ColumnCode, str]:
    where = ("lists", entries.code, place)
    given = reading.mapping(raw, *where)
    for code in given:
        if code not in entries.column_by_code:
            detail = _known("cột", code, tuple(entries.column_by_code))
            reading.reject(*where, code, code="unknown_column", detail=detail)
    return dict(_read_entry(reading, entries.columns, given=given, where=where))


def _read_entry(
    reading: _Reading,
    columns: Sequence[ListColumn],
    *,
    given: Mapping[str, object],
    where: tuple[str | int, ...],
) -> Iterator[tuple[ColumnCode, str]]:
    for column in columns:
        typed = given.get(column.code)
        text = reading.text(typed, column, *where, column.code)
        if text is not None:
            yield column.code, text
        elif is_blank(typed) and column.required:
            detail = f"Mục {int(where[-1]) + 1} chưa có “{column.label}”. Hãy nhập, hoặc xóa mục."
            reading.reject(*where, column.code, code="missing_entry", detail=detail)


def _sections(reading: _Reading, raw: object) -> dict[SectionCode, str]:
    given = reading.mapping(raw, "sections")
    known = reading.form.section_by_code
    for code in given:
        if code not in known:
            detail = _known("phần", code, tuple(known))
            reading.reject("sections", code, code="unknown_section", detail=detail)
    found: dict[SectionCode, str] = {}
    for section in reading.form.sections:
        typed = given.get(section.code)
        wording = WordCell(ColumnType.TEXT, section.max_length, ())
        text = reading.text(typed, wording, "sections", section.code)
        if text is not None:
            found[section.code] = text
        elif is_blank(typed) and section.required:
            detail = f"Phần “{section.heading}” bắt buộc và chưa có nội dung. Hãy viết phần này."
            reading.reject("sections", section.code, code="missing_section", detail=detail)
    return found


def _files(reading: _Reading, raw: object) -> dict[SectionCode, list[NamedFile]]:
    given = reading.mapping(raw, "files")
    taking = {each.code: each for each in reading.form.sections if each.max_files}
    for code in given:
        if code not in taking:
            detail = _known("phần nhận tệp", code, tuple(taking))
            reading.reject("files", code, code="unknown_section", detail=detail)
    found: dict[SectionCode, list[NamedFile]] = {}
    for code, section in taking.items():
        files = _section_files(reading, section, given.get(code))
        if files:
            found[code] = files
    return found


def _section_files(reading: _Reading, section: Section, raw: object) -> list[NamedFile]:
    if raw is not None and not isinstance(raw, list | tuple):
        detail = "Các tệp của một phần phải là một mảng JSON."
        reading.reject("files", section.code, code="not_a_list", detail=detail)
    given = list(raw) if isinstance(raw, list | tuple) else []
    if len(given) > section.max_files:
        detail = f"Có {len(given)} tệp; phần này nhận nhiều nhất {section.max_files} tệp."
        reading.reject("files", section.code, code="too_many_entries", detail=detail)
    read = (
        _file(reading, each, "files", section.code, place)
        for place, each in enumerate(given[: section.max_files])
    )
    return list({each["sha256"]: each for each in read if each is not None}.values())


def _file(reading: _Reading, raw: object, *keys: str | int) -> NamedFile | None:
    members = reading.mapping(raw, *keys)
    sha256, name = members.get("sha256"), members.get("name", "tệp")
    if isinstance(sha256, str) and SHA256.fullmatch(sha256) and isinstance(name, str):
        shown_name = "".join(filter(str.isprintable, name))[:LONGEST_FILE_NAME]
        return NamedFile(sha256=sha256, name=shown_name or "tệp")
    detail = "Mỗi tệp gồm sha256 (64 chữ số thập lục phân thường) và name."
    reading.reject(*keys, code="not_a_file", detail=detail)
    return None
