"""How the places of a form that take more than figures can contradict it, in words for those who
write forms.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from shared.domain.cells import OPEN, CellRef, Choice, ColumnType
from shared.domain.expressions import cells_of
from shared.domain.narratives import MOST_ENTRIES, EntryList, Feed, FeedOperator

if TYPE_CHECKING:
    from shared.domain.forms import Column, FormTemplate, Row


def field_faults(form: "FormTemplate") -> Iterator[str]:
    """Everything that must be mended; names of rows and columns are known to be right."""
    yield from _part_faults(form.columns, what="Cột")
    yield from _part_faults(form.rows, what="Dòng")
    yield from _rule_faults(form)
    yield from _word_faults(form)
    if form.blank_is_zero and form.closable_cells:
        cell = min(form.closable_cells)
        yield (
            f"Dòng {cell.row} cột {cell.column} đóng với một số đơn vị, nên ô trống không thể là "
            "0; hãy đặt blank_is_zero là false."
        )
    yield from _repeated("danh sách", (each.code for each in form.lists))
    yield from _repeated("phần", (each.code for each in form.sections))
    for each in form.lists:
        yield from _list_faults(each, form=form)
    yield from _repeated("ô lấy từ danh sách", (_at(cell) for cell in _all_fed(form)))


def _part_faults(parts: Iterable["Row | Column"], *, what: str) -> Iterator[str]:
    for part in parts:
        where = f"{what} {part.code}"
        if part.is_derived and (part.required is not None or part.closed != OPEN):
            yield f"{where} do công thức tính; bỏ required, closed_for, only_for."
        if part.is_derived and part.type is not None and not part.type.is_figure:
            yield f"{where} do công thức tính nên phải là số."
        yield from _choice_faults(part.choices, type_=part.type, where=where)


def _choice_faults(
    choices: tuple[Choice, ...], *, type_: ColumnType | None, where: str
) -> Iterator[str]:
    if bool(choices) != (type_ is ColumnType.CHOICE):
        yield f"{where}: type là choice khi và chỉ khi có choices."
    yield from _repeated(f"lựa chọn của {where.lower()}", (each.code for each in choices))


def _rule_faults(form: "FormTemplate") -> Iterator[str]:
    for rule in form.cells:
        if rule.cell.row not in form.row_by_code or rule.cell.column not in form.column_by_code:
            yield f"Quy định riêng của ô {_at(rule.cell)}: mẫu không có ô này."
        elif rule.cell in form.derivations_as_printed:
            yield f"Quy định riêng của ô {_at(rule.cell)}: ô này do công thức tính."
    yield from _repeated("ô có quy định riêng", (_at(rule.cell) for rule in form.cells))


def _word_faults(form: "FormTemplate") -> Iterator[str]:
    """What computes and judges takes figures only."""
    for cell, derivation in form.derivations_as_printed.items():
        if derivation.formula is None and not derivation.parts:
            yield f"Dòng {cell.row} cột {cell.column} không có ô số nào để cộng."
        for part in derivation.parts:
            if not form.is_figure(part):
                yield f"Dòng {cell.row} cột {cell.column} tính từ ô không phải số: {_at(part)}."
    for check in form.checks:
        for row in form.judged_rows(check):
            for named in cells_of(check.expression):
                cell = CellRef(named.row or row.code, named.column)
                if cell in form.measures and not form.is_figure(cell):
                    yield f"Kiểm tra {check.code} gọi ô không phải số: {_at(cell)}."


def _list_faults(entries: EntryList, *, form: "FormTemplate") -> Iterator[str]:
    where = f"Danh sách {entries.code}"
    if not entries.min_entries <= entries.max_entries <= MOST_ENTRIES:
        yield f"{where}: cần min ≤ max ≤ {MOST_ENTRIES}."
    yield from _repeated(
        f"cột của danh sách {entries.code}", (each.code for each in entries.columns)
    )
    for column in entries.columns:
        at = f"{where}, mục {column.code}"
        yield from _choice_faults(column.choices, type_=column.type, where=at)
    for feed in entries.feeds:
        yield from (f"{where}: {each}" for each in _feed_faults(feed, entries, form=form))


def _feed_faults(feed: Feed, entries: EntryList, *, form: "FormTemplate") -> Iterator[str]:
    known = (*form.input_cells, *form.locked)
    if feed.cell not in known:
        yield f"ô {_at(feed.cell)} không phải ô số nhập được của mẫu."
        return
    measure = form.measures[feed.cell]
    if feed.operator is FeedOperator.COUNT:
        if feed.column is not None:
            yield "count đếm các mục, không có of."
        return
    column = None if feed.column is None else entries.column_by_code.get(feed.column)
    if column is None or not column.type.is_figure:
        yield "sum cần of là một cột số của danh sách."
    elif column.decimals > measure.decimals or column.unit != measure.unit:
        yield f"cột {column.code} phải cùng đơn vị và không nhiều số lẻ hơn ô {_at(feed.cell)}."


def _all_fed(form: "FormTemplate") -> Iterator[CellRef]:
    for each in form.lists:
        for feed in each.feeds:
            yield feed.cell


def _at(cell: CellRef) -> str:
    return f"{cell.row}/{cell.column}"


def _repeated(what: str, codes: Iterable[str]) -> Iterator[str]:
    for code, same in groupby(sorted(codes)):
        if len(list(same)) > 1:
            yield f"Mã {what} {code} bị trùng."
