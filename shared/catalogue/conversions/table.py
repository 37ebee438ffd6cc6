"""Reads a conversion table as it was published: a sheet as CSV, line by line, with its raw words.

Such sheets carry decomposed letters, line breaks inside cells and stray spaces. They are mended in
what is worked with and counted; the line of every cell is kept, so that a fault can name it.
"""

import csv
import gzip
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from io import StringIO
from pathlib import Path

from shared.catalogue.faults import PackFault, PacksRefused, Place
from shared.domain.names import search_key

MOST_BYTES = 50_000_000
MOST_LINES = 100_000
LINES_BEFORE_TITLES = 20

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u00ad"))
SPACES = re.compile(r"\s+")
FIRST_DAY = re.compile(r"từ ngày\s+(\d{1,2})/(\d{1,2})/(\d{4})")


class Column(StrEnum):
    """What a table says of each link, by the titles of the statistics office."""

    NEW_PROVINCE = "new_province"
    NEW_NAME = "new_name"
    NEW_CODE = "new_code"
    OLD_NAME = "old_name"
    OLD_CODE = "old_code"
    NOTE = "note"
    OLD_DISTRICT = "old_district"
    OLD_PROVINCE = "old_province"


TITLES: Mapping[Column, str] = {
    Column.NEW_PROVINCE: "Tỉnh, thành phố",
    Column.NEW_NAME: "Tên Xã mới",
    Column.NEW_CODE: "Mã Xã mới",
    Column.OLD_NAME: "Tên Xã cũ",
    Column.OLD_CODE: "Mã Xã cũ",
    Column.NOTE: "Ghi chú",
    Column.OLD_DISTRICT: "Quận/huyện",
    Column.OLD_PROVINCE: "Tỉnh cũ",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table, its words mended; `number` is that of the file, from 1."""

    number: int
    cells: Mapping[Column, str]

    def __getitem__(self, column: Column) -> str:
        return self.cells[column]

    def with_cell(self, column: Column, text: str) -> "Line":
        return replace(self, cells={**self.cells, column: text})

    @property
    def text(self) -> str:
        """The whole line, to show it to people."""
        return " | ".join(self.cells[each] for each in Column if self.cells[each])


@dataclass(frozen=True, slots=True)
class Mended:
    """In how many cells the writing was mended, by what was wrong with it."""

    decomposed: int = 0
    broken: int = 0
    spaced: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """The links of a table. `effective_on` is None where its head names no day."""

    file: Path
    effective_on: date | None
    lines: tuple[Line, ...]
    headings: int
    mended: Mended

    def fault(self, code: str, detail: str, *, line: int) -> PackFault:
        return PackFault(code, detail, Place(self.file, line))


def read_table(file: Path) -> Table:
    """The table in a file, .csv or .csv.gz; raises PacksRefused for what is none."""
    rows = list(_rows(_text(file), file=file))
    titles = next((at for at, row in enumerate(rows) if _places(row.cells)), None)
    if titles is None or titles > LINES_BEFORE_TITLES:
        raise PacksRefused([_no_titles(file, rows)])
    places = _places(rows[titles].cells)
    entries = [row for row in rows[titles + 1 :] if any(map(tidy, row.cells))]
    links = [row for row in entries if sum(map(bool, map(tidy, row.cells))) > 1]
    return Table(
        file=file,
        effective_on=_first_day(rows[:titles]),
        lines=tuple(_line(row, places=places) for row in links),
        headings=len(entries) - len(links),
        mended=_mended(row.cells[at] for row in links for at in places.values()),
    )


def tidy(text: str) -> str:
    """Composed letters, one space between words and none around them, nothing invisible."""
    composed = unicodedata.normalize("NFC", text.translate(INVISIBLE))
    return SPACES.sub(" ", composed).strip()


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: list[str]


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
        if file.suffix == ".gz":
            with gzip.open(file) as unpacked:
                content = unpacked.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise PacksRefused([_too_large(file)])
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PacksRefused([_unreadable(file, "tệp không phải UTF-8")]) from error
    except (OSError, EOFError) as error:
        raise PacksRefused([_unreadable(file, str(error))]) from error


def _rows(text: str, *, file: Path) -> Iterator[_Row]:
    """A row may go over several lines of the file; it is known by its first."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    first = 1
    try:
        for cells in reader:
            yield _Row(first, cells)
            first = reader.line_num + 1
            if first > MOST_LINES:
                raise PacksRefused([_too_large(file)])
    except csv.Error as error:
        detail = f"dòng này không phải CSV ({error}); hãy lưu lại bảng dạng CSV UTF-8"
        raise PacksRefused([PackFault("not_csv", detail, Place(file, first))]) from error


def _places(titles: list[str]) -> dict[Column, int]:
    """Where each column stands; empty unless every title is there."""
    found = {search_key(title): at for at, title in reversed(list(enumerate(titles)))}
    places = {column: found.get(search_key(title), -1) for column, title in TITLES.items()}
    return {} if -1 in places.values() else places


def _line(row: _Row, *, places: Mapping[Column, int]) -> Line:
    cells = row.cells
    return Line(
        row.number,
        {column: tidy(cells[at]) if at < len(cells) else "" for column, at in places.items()},
    )


def _first_day(rows: Iterable[_Row]) -> date | None:
    """ "Đơn vị hành chính từ ngày 01/7/2025", above the titles."""
    for cell in (tidy(cell) for row in rows for cell in row.cells):
        found = FIRST_DAY.search(cell)
        if found:
            day, month, year = map(int, found.groups())
            return date(year, month, day)
    return None


def _mended(cells: Iterable[str]) -> Mended:
    written = [cell for cell in cells if cell != tidy(cell)]
    composed = [unicodedata.normalize("NFC", cell) for cell in written]
    return Mended(
        decomposed=sum(cell != other for cell, other in zip(written, composed, strict=True)),
        broken=sum("\n" in cell for cell in written),
        spaced=sum("\n" not in cell and cell != tidy(cell) for cell in composed),
    )


def _no_titles(file: Path, rows: list[_Row]) -> PackFault:
    """Names the titles that the nearest row lacks."""
    known = {search_key(title): title for title in TITLES.values()}
    best: set[str] = max(
        ({search_key(cell) for cell in row.cells} & known.keys() for row in rows),
        key=len,
        default=set(),
    )
    missing = ", ".join(f"“{title}”" for key, title in known.items() if key not in best)
    detail = f"không có dòng tiêu đề đủ các cột; còn thiếu {missing}"
    return PackFault("no_titles", detail, Place(file, 1))


def _too_large(file: Path) -> PackFault:
    detail = f"tệp lớn hơn {MOST_BYTES // 1_000_000} MB hoặc {MOST_LINES} dòng; hãy chia nhỏ bảng"
    return PackFault("table_too_large", detail, Place(file, 1))


def _unreadable(file: Path, reason: str) -> PackFault:
    detail = f"không đọc được bảng ({reason}); hãy lưu lại dạng CSV UTF-8"
    return PackFault("unreadable_file", detail, Place(file, 1))
