"""Cells as JSON and as CSV."""

import csv
from io import StringIO
from typing import Any

from services.aggregator.exports.rows import BYTE_ORDER_MARK, plain, said_of
from services.aggregator.reading.schemas import (
    AsOfModel,
    CountsModel,
    QuestionModel,
    RestatedModel,
    UnitModel,
    as_of_json,
    coverage_json,
    organization_json,
    question_json,
    restated_json,
)
from services.aggregator.rollups.use_cases import CellsAnswer, CellValue
from shared.domain.figures import figure_text
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.measures import Unavailable
from shared.domain.operators import TreeOperator
from shared.web.answers import Answer, ExactNumber


class CellModel(Answer):
    """A cell over all reports below, by its own operator; `reason` says why `total` is null.

    A derived cell is computed from what was put together, so it has neither operator, count,
    minimum nor maximum.
    """

    row: str
    column: str
    total: ExactNumber | None
    derived: bool
    reason: Unavailable | None
    operator: TreeOperator | None = None
    count: int | None = None
    minimum: ExactNumber | None = None
    maximum: ExactNumber | None = None


class PartModel(Answer):
    """What an organization directly below contributes: row code → column code → figure."""

    organization: UnitModel
    coverage: CountsModel
    restated: RestatedModel | None
    cells: dict[str, dict[str, ExactNumber | None]]


class CellsModel(QuestionModel):
    """Every cell of a form at an organization; `children` only if they were asked for."""

    form: str
    form_version: int
    as_of: AsOfModel
    coverage: CountsModel
    restated: RestatedModel | None
    cells: list[CellModel]
    children: list[PartModel] = []


def cells_json(answer: CellsAnswer, *, parts: bool) -> dict[str, Any]:
    """As `CellsModel` describes it."""
    topic = answer.question.topic
    document = {
        **question_json(answer.question),
        "form": answer.form.code,
        "form_version": answer.form.version,
        "as_of": as_of_json(answer.as_of),
        "coverage": coverage_json(answer.coverage),
        "restated": restated_json(answer.made_of, topic=topic),
        "cells": [_cell_json(each, form=answer.form) for each in answer.cells],
    }
    if parts:
        document["children"] = [
            {
                "organization": organization_json(part.organization),
                "coverage": coverage_json(part.coverage),
                "restated": restated_json(part.made_of, topic=topic),
                "cells": part.sheet.as_mapping(),
            }
            for part in answer.parts
        ]
    return document


def cells_csv(answer: CellsAnswer, *, simulated: bool) -> str:
    """One line a row of the form, one column a column; exact digits, missing is empty."""
    form, out = answer.form, StringIO()
    values = {each.cell: each.value for each in answer.cells}
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["row", "label", *(column.code for column in form.columns), "simulated"])
    said = said_of(simulated=simulated) or ""
    for row in form.rows:
        figures = (values[CellRef(row.code, column.code)] for column in form.columns)
        texts = ("" if figure is None else figure_text(figure) for figure in figures)
        writer.writerow([row.code, plain(row.label), *texts, said])
    return BYTE_ORDER_MARK + out.getvalue()


def _cell_json(each: CellValue, *, form: FormTemplate) -> dict[str, Any]:
    document: dict[str, Any] = {
        "row": each.cell.row,
        "column": each.cell.column,
        "total": each.value,
        "derived": each.count is None,
        "reason": each.reason,
    }
    if each.count is not None:
        operator = form.measures[each.cell].tree_operator
        counted = {"count": each.count, "minimum": each.minimum, "maximum": each.maximum}
        document |= {"operator": operator, **counted}
    return document
