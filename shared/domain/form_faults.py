"""How a form can contradict itself, in words for those who write forms."""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, TypeVar

from shared.domain.expressions import (
    Cell,
    Comparison,
    Expression,
    Kind,
    ReferencePeriod,
    cells_of,
)
from shared.domain.field_faults import field_faults

if TYPE_CHECKING:
    from shared.domain.forms import Column, CrossCheck, FormTemplate, Row

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SIDES = ("left", "right", "difference")
"""Placeholders of a check that is one comparison: its sides, and how far apart they are."""

Node = TypeVar("Node", bound=Hashable)


def placeholder_of(cell: Cell) -> str:
    """What stands for a cell in a check's message."""
    prefix = {
        ReferencePeriod.CURRENT: "" if cell.row else "col_",
        ReferencePeriod.PREVIOUS: "previous_",
        ReferencePeriod.PREVIOUS_IN_YEAR: "previous_",
        ReferencePeriod.SAME_PERIOD_LAST_YEAR: "last_year_",
    }[cell.period]
    return f"{prefix}{cell.row}_{cell.column}" if cell.row else f"{prefix}{cell.column}"


def faults_of(form: "FormTemplate") -> Iterator[str]:
    """Everything that must be mended before the form has a meaning."""
    yield from _repeated("dòng", (row.code for row in form.rows))
    yield from _repeated("cột", (column.code for column in form.columns))
    yield from _repeated("kiểm tra", (check.code for check in form.checks))
    structure = [*_row_faults(form), *_column_faults(form)]
    yield from structure
    for check in form.checks:
        yield from _check_faults(check, form=form)
    # Only where every cell that is named exists can the cells be followed.
    if not structure:
        yield from _cell_cycle(form)
        yield from field_faults(form)


def _cell_cycle(form: "FormTemplate") -> Iterator[str]:
    needed = {cell: each.parts for cell, each in form.derivations_as_printed.items()}
    cycle = _cycle_in(needed)
    if cycle:
        walk = " → ".join(f"dòng {row} cột {column}" for row, column in reversed(cycle))
        yield f"Công thức gọi lẫn nhau thành vòng: {walk}; hãy để một ô là ô nhập."


def _cycle_in(graph: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """A walk from what is needed to what needs it, back to its start; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[Node] = error.args[1]
        return found
    return []


def _repeated(what: str, codes: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            yield f"Mã {what} {code} bị trùng."
        seen.add(code)


def _row_faults(form: "FormTemplate") -> Iterator[str]:
    for row in form.rows:
        if row.parent is not None and row.parent not in form.row_by_code:
            yield f"Dòng {row.code} thuộc dòng {row.parent} mà mẫu không có."
        if row.sum_of_children:
            yield from _sum_faults(row, form=form)
        if row.formula is not None:
            where = f"Công thức dòng {row.code}"
            yield from _row_formula_faults(row.formula, form=form, where=where)
        if row.prefill is not None:
            where = f"Số lấy sẵn dòng {row.code}"
            yield from _row_formula_faults(row.prefill, form=form, where=where)
            yield from _prefill_faults(row, row.prefill, where=where)
    if _cycle_in({row.code: [row.parent] for row in form.rows if row.parent}):
        yield "Các dòng thuộc lẫn nhau thành vòng."


def _sum_faults(row: "Row", *, form: "FormTemplate") -> Iterator[str]:
    if row.formula is not None:
        yield f"Dòng {row.code} vừa là tổng các dòng con vừa có công thức; hãy chọn một."
    if not form.children_of(row.code):
        yield f"Dòng tổng {row.code} không có dòng con để cộng."
    for child in form.children_of(row.code):
        if child.is_ratio:
            yield f"Dòng tổng {row.code} cộng dòng tỷ lệ {child.code}; tỷ lệ không cộng được."


def _row_formula_faults(formula: Expression, *, form: "FormTemplate", where: str) -> Iterator[str]:
    if formula.kind is not Kind.NUMBER:
        yield f"{where} phải cho ra một số."
    for cell in cells_of(formula):
        named = cell.row or cell.column
        if named not in form.row_by_code:
            yield f"{where} gọi dòng {named} mà mẫu không có."
        if cell.row is not None and cell.column not in form.column_by_code:
            yield f"{where} gọi cột {cell.column} mà mẫu không có."


def _prefill_faults(part: "Row | Column", prefill: Expression, *, where: str) -> Iterator[str]:
    """What this period holds is not known yet when its cells are filled in."""
    if part.is_derived:
        yield f"{where}: ô có công thức đã được tính, không lấy sẵn."
    cells = cells_of(prefill)
    if not cells or any(cell.period is ReferencePeriod.CURRENT for cell in cells):
        yield f"{where} chỉ được gọi số của kỳ khác, ví dụ previous([11])."


def _column_faults(form: "FormTemplate") -> Iterator[str]:
    for column in form.columns:
        if column.parent is not None and column.parent not in form.column_by_code:
            yield f"Cột {column.code} thuộc cột {column.parent} mà mẫu không có."
    if _cycle_in(_columns_needed(form.columns)):
        yield "Công thức của các cột gọi lẫn nhau thành vòng."
    for column in form.columns:
        if column.formula is not None:
            where = f"Công thức cột {column.code}"
            if column.formula.kind is not Kind.NUMBER:
                yield f"{where} phải cho ra một số."
            yield from _reference_faults(column.formula, form=form, where=where)
        if column.prefill is not None:
            where = f"Số lấy sẵn cột {column.code}"
            if column.prefill.kind is not Kind.NUMBER:
                yield f"{where} phải cho ra một số."
            yield from _reference_faults(column.prefill, form=form, where=where)
            yield from _prefill_faults(column, column.prefill, where=where)


def _columns_needed(columns: Iterable["Column"]) -> dict[str, list[str]]:
    """By column and not by cell: stricter, and a form stays readable from left to right."""
    return {
        column.code: [
            cell.column
            for cell in (cells_of(column.formula) if column.formula else ())
            if cell.period is ReferencePeriod.CURRENT
        ]
        for column in columns
    }


def _check_faults(check: "CrossCheck", *, form: "FormTemplate") -> Iterator[str]:
    where = f"Kiểm tra {check.code}"
    if check.expression.kind is not Kind.TRUTH:
        yield f"{where} phải là một điều kiện."
    if check.rows == "total" and form.total_row is None:
        yield f"{where} áp dụng cho dòng tổng, nhưng mẫu không có một dòng tổng chung."
    if not isinstance(check.rows, str):
        for code in check.rows:
            if code not in form.row_by_code:
                yield f"{where} áp dụng cho dòng {code} mà mẫu không có."
    yield from _reference_faults(check.expression, form=form, where=where)
    known = {"row", *(placeholder_of(cell) for cell in cells_of(check.expression))}
    if isinstance(check.expression, Comparison):
        known.update(SIDES)
    for message in filter(None, (check.message, check.message_en)):
        for name in PLACEHOLDER.findall(message):
            if name not in known:
                yield f"{where}: thông báo dùng “{{{name}}}”, chỉ được dùng {sorted(known)}."


def _reference_faults(expression: Expression, *, form: "FormTemplate", where: str) -> Iterator[str]:
    for cell in cells_of(expression):
        if cell.column not in form.column_by_code:
            yield f"{where} gọi cột {cell.column} mà mẫu không có."
        if cell.row is not None and cell.row not in form.row_by_code:
            yield f"{where} gọi dòng {cell.row} mà mẫu không có."
