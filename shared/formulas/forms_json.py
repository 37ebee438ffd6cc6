"""A form as JSON: for the entry grid in the browser, and for systems that fill it by the API."""

from collections.abc import Iterator
from typing import Any, Literal

from shared.domain.forms import CellRef, Column, ColumnType, CrossCheck, FormTemplate, Row
from shared.domain.narratives import EntryList, ListColumn, Section
from shared.formulas.json import to_json
from shared.formulas.printer import formula_text

Language = Literal["vi", "en"]


def form_json(form: FormTemplate, language: Language = "vi") -> dict[str, Any]:
    """Everything that is needed to draw, complete and check a sheet.

    Texts fall back to Vietnamese where the form has no English. Formulas come as text, to be
    shown, and as a tree, to be computed by ``interpreter.js``.
    """
    return {
        "code": form.code,
        "slug": form.slug,
        "version": form.version,
        "name": _text(form.name, form.name_en, language=language),
        "valid_from": form.valid_from.isoformat(),
        "valid_to": form.valid_to.isoformat() if form.valid_to else None,
        "blank_is_zero": form.blank_is_zero,
        "precedence": form.precedence.value,
        "rows": [_row_json(row, language=language) for row in form.rows],
        "columns": [_column_json(column, language=language) for column in form.columns],
        "checks": [_check_json(check, form=form, language=language) for check in form.checks],
        "cells": [_cell_json(cell, form=form) for cell in _special_cells(form)],
        "derivations": [_derivation_json(cell, form=form) for cell in _skipping_cells(form)],
        "lists": [_list_json(each, language=language) for each in form.lists],
        "sections": [_section_json(each, language=language) for each in form.sections],
    }


def _special_cells(form: FormTemplate) -> Iterator[CellRef]:
    """The cells that are closed for somebody, or required otherwise than by the form's rule."""
    for cell in (*form.input_cells, *form.word_cells, *sorted(form.locked)):
        by_rule = not form.blank_is_zero and form.is_figure(cell)
        if cell in form.closable_cells or form.is_required(cell) != by_rule:
            yield cell


def _cell_json(cell: CellRef, *, form: FormTemplate) -> dict[str, Any]:
    return {
        "row": cell.row,
        "column": cell.column,
        "required": form.is_required(cell),
        "closable": cell in form.closable_cells,
        "closed": cell in form.locked,
    }


def _skipping_cells(form: FormTemplate) -> Iterator[CellRef]:
    return (cell for cell, each in form.derivations.items() if each.skipped)


def _derivation_json(cell: CellRef, *, form: FormTemplate) -> dict[str, Any]:
    """How a cell is computed that goes on without what is closed: by a formula, or as a sum."""
    derivation = form.derivations[cell]
    formula = derivation.formula
    return {
        "row": cell.row,
        "column": cell.column,
        "formula": to_json(formula) if formula else None,
        "children": [part.row for part in derivation.parts] if formula is None else None,
        "skipped": [part.row for part in derivation.parts if part in derivation.skipped]
        if formula is None
        else None,
    }


def _list_json(entries: EntryList, *, language: Language) -> dict[str, Any]:
    return {
        "code": entries.code,
        "label": _text(entries.label, entries.label_en, language=language),
        "guidance": entries.guidance,
        "min": entries.min_entries,
        "max": entries.max_entries,
        "columns": [
            {
                "code": column.code,
                "label": _text(column.label, column.label_en, language=language),
                "type": column.type.value,
                "unit": column.unit,
                "decimals": column.decimals,
                "required": column.required,
                **_wording_json(column, language=language),
            }
            for column in entries.columns
        ],
        "feeds": [
            {
                "row": feed.cell.row,
                "column": feed.cell.column,
                "operator": feed.operator.value,
                "of": feed.column,
            }
            for feed in entries.feeds
        ],
    }


def _section_json(section: Section, *, language: Language) -> dict[str, Any]:
    return {
        "code": section.code,
        "number": section.number,
        "heading": _text(section.heading, section.heading_en, language=language),
        "guidance": section.guidance,
        "required": section.required,
        "max_length": section.max_length,
        "max_files": section.max_files,
    }


def _wording_json(part: Row | Column | ListColumn, *, language: Language) -> dict[str, Any]:
    """What is of words only: null for figures, and for a row that leaves it to the column."""
    return {
        "max_length": part.max_length if part.type is ColumnType.TEXT else None,
        "choices": [
            {"code": each.code, "label": _text(each.label, each.label_en, language=language)}
            for each in part.choices
        ]
        or None,
    }


def _text(vietnamese: str, english: str | None, *, language: Language) -> str:
    return english if language == "en" and english else vietnamese


def _row_json(row: Row, *, language: Language) -> dict[str, Any]:
    """``type``, ``unit`` and ``decimals`` are null where the column's hold.

    In ``formula``, a cell without a row is the row of that code, in the same column.
    """
    return {
        "code": row.code,
        "number": row.number,
        "label": _text(row.label, row.label_en, language=language),
        "parent": row.parent,
        "sum_of_children": row.sum_of_children,
        "type": row.type.value if row.type else None,
        "unit": row.unit,
        "decimals": row.decimals,
        "formula": to_json(row.formula) if row.formula else None,
        "formula_text": formula_text(row.formula) if row.formula else None,
        **_wording_json(row, language=language),
    }


def _column_json(column: Column, *, language: Language) -> dict[str, Any]:
    """``is_ratio``: in a row that sums, the formula is applied, not the sum of the rows."""
    return {
        "code": column.code,
        "number": column.number,
        "label": _text(column.label, column.label_en, language=language),
        "type": column.type.value,
        "unit": column.unit,
        "decimals": column.decimals,
        "parent": column.parent,
        "formula": to_json(column.formula) if column.formula else None,
        "formula_text": formula_text(column.formula) if column.formula else None,
        "is_ratio": column.is_ratio,
        **_wording_json(column, language=language),
    }


def _check_json(check: CrossCheck, *, form: FormTemplate, language: Language) -> dict[str, Any]:
    return {
        "code": check.code,
        "severity": check.severity.value,
        "expression": to_json(check.expression),
        "expression_text": formula_text(check.expression),
        "message": _text(check.message, check.message_en, language=language),
        "rows": [row.code for row in form.judged_rows(check)],
    }
