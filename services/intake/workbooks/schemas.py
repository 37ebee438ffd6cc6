"""What came of a file, as JSON."""

from typing import Any

from services.intake.workbooks.outcomes import FileKind, Outcome
from shared.domain.identifiers import ObligationId
from shared.web.answers import Answer, FigureTexts, Links


class SheetFaultModel(Answer):
    """A rule that the figures do not meet, with its place in the file."""

    code: str
    detail: str
    severity: str
    sheet: str | None = None
    cell: str | None = None
    row: str | None = None
    column: str | None = None
    row_label: str | None = None
    column_label: str | None = None


class UnplacedModel(Answer):
    """A line of the table that the form has no row for."""

    cell: str
    name: str
    figures: list[str]


class WorkbookModel(Answer):
    """`figures` are those of the file; `draft_version` is null as long as they are not kept."""

    kind: FileKind
    cells: int
    figures: FigureTexts
    nothing_to_report: bool
    draft_version: int | None
    faults: list[SheetFaultModel]
    unplaced: list[UnplacedModel]
    skipped: list[str]
    columns: list[str]
    unknown_columns: list[str]
    links: Links


def workbook_json(obligation_id: ObligationId, outcome: Outcome) -> dict[str, Any]:
    """An answer that WorkbookModel describes."""
    links = {
        "draft": f"/api/v1/drafts/{obligation_id}",
        "page": f"/obligations/{obligation_id}/form",
    }
    if outcome.markable and outcome.faults:
        links["marked"] = f"/api/v1/obligations/{obligation_id}/workbook/marked"
    return {
        "kind": outcome.kind.value,
        "cells": outcome.count,
        "figures": outcome.texts,
        "nothing_to_report": outcome.nothing_to_report,
        "draft_version": outcome.draft_version,
        "faults": [fault.as_json() for fault in outcome.faults],
        "unplaced": [
            {"cell": each.cell, "name": each.name, "figures": list(each.figures)}
            for each in outcome.unplaced
        ],
        "skipped": list(outcome.skipped),
        "columns": list(outcome.columns),
        "unknown_columns": list(outcome.unknown_columns),
        "links": links,
    }
