"""A form as JSON: for the entry grid in the browser, and for systems that fill it by the API."""

from typing import Any, Literal

from shared.domain.forms import Column, CrossCheck, FormTemplate, Row
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
