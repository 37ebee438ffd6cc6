"""Is a form sound? Its formulas can be read, name what exists, and do not go round in circles.

What the domain refuses (`InvalidForm`) is told in the domain's words; here it gets its line.
"""

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from shared.catalogue.entries import Item
from shared.catalogue.faults import PackFault
from shared.catalogue.field_schemas import ColumnModel, RowModel
from shared.catalogue.form_building import build_form
from shared.catalogue.operator_checks import operator_faults
from shared.catalogue.schemas import FormFile
from shared.domain.expressions import ReferencePeriod, cells_of
from shared.domain.forms import InvalidForm
from shared.formulas.parser import FormulaError, parse_formula

SUBJECT = re.compile(r"\b(dòng|cột|kiểm tra) (?:tổng )?([A-Za-z0-9._-]*[A-Za-z0-9])", re.IGNORECASE)


def form_faults(item: Item[FormFile]) -> Iterator[PackFault]:
    """Every fault of one form."""
    unread = list(_unreadable_formulas(item))
    cycles = [*_column_cycle(item), *_row_cycle(item)] if not unread else []
    yield from unread
    yield from cycles
    if not unread and not cycles:
        yield from _refused_by_the_domain(item)


def _formulas(item: Item[FormFile]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    for index, column in enumerate(item.model.columns.items):
        yield from _formulas_of(column, "columns", "items", index)
    for index, row in enumerate(item.model.rows.items):
        yield from _formulas_of(row, "rows", "items", index)
    for index, check in enumerate(item.model.checks):
        yield check.rule, ("checks", index, "rule")


def _formulas_of(
    part: ColumnModel | RowModel, *path: str | int
) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    if part.formula is not None:
        yield part.formula, (*path, "formula")
    if part.prefill is not None:
        yield part.prefill, (*path, "prefill")


def _unreadable_formulas(item: Item[FormFile]) -> Iterator[PackFault]:
    for text, path in _formulas(item):
        try:
            parse_formula(text)
        except FormulaError as error:
            yield item.fault("formula_invalid", f"công thức “{text}”: {error}", *path)


def _column_cycle(item: Item[FormFile]) -> Iterator[PackFault]:
    graph: dict[str, list[str]] = {
        column.code: [
            cell.column
            for cell in (cells_of(parse_formula(column.formula)) if column.formula else ())
            if cell.period is ReferencePeriod.CURRENT
        ]
        for column in item.model.columns.items
    }
    cycle = _first_cycle(graph)
    if cycle:
        codes = [column.code for column in item.model.columns.items]
        detail = f"công thức của các cột gọi lẫn nhau thành vòng: {' → '.join(cycle)}"
        where = ("columns", "items", codes.index(cycle[0]), "formula")
        yield item.fault("formula_cycle", f"{detail}; hãy để một cột là cột nhập", *where)


def _row_cycle(item: Item[FormFile]) -> Iterator[PackFault]:
    rows = item.model.rows.items
    cycle = _first_cycle({row.code: [row.parent] if row.parent else [] for row in rows})
    if cycle:
        where = ("rows", "items", [row.code for row in rows].index(cycle[0]), "parent")
        detail = f"các dòng thuộc lẫn nhau thành vòng: {' → '.join(cycle)}; hãy sửa một parent"
        yield item.fault("row_cycle", detail, *where)


def _first_cycle(graph: Mapping[str, list[str]]) -> list[str]:
    """A walk that returns to its start, following the direction of the graph; empty if none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found[::-1]
    return []


def _refused_by_the_domain(item: Item[FormFile]) -> Iterator[PackFault]:
    try:
        form = build_form(item.model)
    except InvalidForm as error:
        for fault in error.faults:
            yield item.fault("invalid_form", fault, *_place_of(fault, form=item.model))
    else:
        yield from operator_faults(item, form)


def _place_of(fault: str, *, form: FormFile) -> tuple[str | int, ...]:
    """The path of what a fault speaks of first; the form itself if it names nothing of it."""
    match = SUBJECT.search(fault)
    if match is None:
        return ()
    codes, path = {
        "dòng": ([row.code for row in form.rows.items], ("rows", "items")),
        "cột": ([column.code for column in form.columns.items], ("columns", "items")),
        "kiểm tra": ([check.code for check in form.checks], ("checks",)),
    }[match[1].lower()]
    # The last of two with one code is the one that repeats it.
    positions = [index for index, code in enumerate(codes) if code == match[2]]
    return (*path, positions[-1]) if positions else path
