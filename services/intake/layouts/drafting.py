"""Puts a draft together from one sheet of a layout."""

import re
from collections.abc import Iterator
from itertools import chain

from services.intake.layouts.drafts import Draft, Guess
from services.intake.layouts.heads import draft_columns
from services.intake.layouts.lines import draft_rows
from services.intake.layouts.sheets import Doubt, Findings, Page, has_words, key_of
from services.intake.layouts.tables import Table, find_table
from services.intake.workbooks.addresses import Spot
from services.intake.workbooks.raw import RawWorkbook
from shared.domain.names import search_key

UNIT = re.compile(r"(?:đơn vị(?: tính)?|đvt)\s*:\s*([^·;)]+)", re.IGNORECASE)
NAMED_CODE = re.compile(
    r"biểu(?:\s+mẫu)?(?:\s+số)?\s*:?\s+([A-Za-z0-9][A-Za-z0-9./-]*\d[A-Za-z0-9./-]*)", re.IGNORECASE
)
CODE_IN_BRACKETS = re.compile(r"\(([A-Z0-9][A-Za-z0-9.]*(?:[/-][A-Z0-9][A-Za-z0-9.]*)+)\)")
NO_TITLES = (
    *("cong hoa", "doc lap", "ubnd", "uy ban", "ky bao cao", "don vi", "ban hanh", "so:"),
    *("o nen", "khong phat sinh", "kinh gui", "ngay ", "thang ", "phu luc", "bieu so", "dvt"),
    *("thoi han", "mau so", "bieu mau so", "theo thong tu", "kem theo"),
)
OFFICES = ("sở ", "phòng ", "ban ", "chi cục ", "cục ")
"""Folded, `sở` could not be told from `số`."""

FEWEST_WORDS = 3


class NotALayout(Exception):
    """The sheet has no table that could be a form; the message says what one needs."""

    code = "not_a_layout"


def draft_of(raw: RawWorkbook, *, file: str, sheet: str | None = None) -> Draft:
    """The form that a sheet seems to lay out, the one with the most to read if none is named.

    Raises NotALayout.
    """
    findings = Findings()
    pages = [Page(each) for each in raw.shown if sheet is None or each.name == sheet]
    if not pages:
        names = ", ".join(f"“{each.name}”" for each in raw.shown)
        raise NotALayout(f"Tệp không có trang “{sheet}”. Các trang đang hiện: {names}.")
    found = _best(pages)
    if found is None:
        raise NotALayout(
            "Không tìm thấy bảng nào. Bảng cần có dòng tên cột, một cột tên dòng và, tốt nhất, một "
            "dòng số thứ tự cột (1) (2) (3)."
        )
    page, table = found
    if len(pages) > 1:
        findings.understood.append(f"trang “{page.name}”; các trang khác không đọc")
    find_table(page, findings)
    columns = draft_columns(page, table, findings=findings)
    rows = draft_rows(page, table, findings=findings)
    if not rows:
        raise NotALayout(f"Bảng ở trang “{page.name}” không có dòng nào có tên.")
    return Draft(
        file=file,
        sheet=page.name,
        code=_code(page, table, file),
        name=_name(page, table, file, findings),
        unit=_unit(page, table, findings),
        columns=columns,
        rows=rows,
        understood=tuple(findings.understood),
        doubts=tuple(sorted(findings.doubts, key=_in_order)),
    )


def _best(pages: list[Page]) -> tuple[Page, Table] | None:
    tables = ((page, find_table(page, Findings())) for page in pages)
    found = [(page, table) for page, table in tables if table is not None]
    return max(found, key=lambda each: len(each[1].figures) * each[0].rows, default=None)


def _in_order(doubt: Doubt) -> tuple[int, str]:
    digits = "".join(filter(str.isdigit, doubt.cell))
    return int(digits or 0), doubt.cell


def _texts_above(page: Page, table: Table) -> Iterator[tuple[Spot, str]]:
    for row in range(table.heads[0]):
        for column in range(page.columns):
            text = page.own_text(Spot(row, column))
            if text:
                yield Spot(row, column), text


def _code(page: Page, table: Table, file: str) -> Guess:
    for spot, text in _texts_above(page, table):
        found = CODE_IN_BRACKETS.search(text) or NAMED_CODE.search(text)
        if found:
            return Guess(found[1].rstrip("./-"), f"ở ô {spot.address}")
    stem = re.sub(r"[^A-Za-z0-9]+", "-", search_key(file.rpartition(".")[0])).strip("-").upper()
    return Guess(stem[:60] or "BIEU-01", "từ tên tệp")


def _name(page: Page, table: Table, file: str, findings: Findings) -> Guess:
    """The first line above the table that reads like a title; one in capitals before others."""
    titles = [
        (spot, CODE_IN_BRACKETS.sub("", text).strip())
        for spot, text in _texts_above(page, table)
        if not key_of(text).startswith(NO_TITLES)
        and not text.lower().startswith((*OFFICES, "("))
        and not UNIT.search(text)
        and len(text.split()) >= FEWEST_WORDS
    ]
    capitals = [each for each in titles if each[1].isupper()]
    for spot, text in chain(capitals, titles):
        if has_words(text):
            return Guess(text, f"ở ô {spot.address}")
    findings.doubt(Spot(0, 0), "không thấy tên biểu; lấy tên tệp")
    return Guess(file.rpartition(".")[0] or file, "từ tên tệp")


def _unit(page: Page, table: Table, findings: Findings) -> Guess:
    for spot, text in _texts_above(page, table):
        found = UNIT.search(text)
        if found and found[1].strip():
            return Guess(found[1].strip(" .,"), f"ở ô {spot.address}")
    if table.unit is not None:
        for row in range(table.first_row, page.rows):
            text = page.own_text(Spot(row, table.unit))
            if text:
                return Guess(text, "đơn vị của dòng đầu; mỗi dòng có đơn vị riêng")
    findings.doubt(Spot(0, 0), "không thấy “Đơn vị tính”; hãy sửa unit")
    return Guess("chưa rõ", "không thấy “Đơn vị tính”")
