"""What a release says, as one canonical text.

Canonical JSON: members sorted by name, no spaces, UTF-8, figures as exact text. The hash of a
release is SHA-256 over these very bytes, so anybody can compute it again from the file alone.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from services.aggregator.exports.rows import said_of
from services.aggregator.reading.figures import Rollup, StandingReport, sheet_of
from shared.domain.figures import figure_text
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.identifiers import ColumnCode, OrganizationId, RowCode
from shared.domain.indicators import Indicator, value
from shared.domain.organizations import OrganizationVersion, Tree
from shared.domain.rollups import CellSummary, Coverage
from shared.domain.time import rfc3339

CONTENT_VERSION = 1
"""Of the shape of the text; another shape is another number."""

RELEASES_KEPT = 8
"""Parsed releases in memory: each is some megabytes, and never changes."""

canonical_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class FrozenReport:
    """The version of a report that counts in the release, with the hash of its content."""

    standing: StandingReport
    sha256: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that a release is made of. `rollups` and `reports` are by organization."""

    number: str
    province: OrganizationVersion
    regime: str
    form: FormTemplate
    period: str
    tree: Tree
    indicators: tuple[Indicator, ...]
    position: int
    recorded_at: datetime
    catalogue_number: int
    published_at: datetime
    published_by: str
    reason: str | None
    simulated: bool
    rollups: Mapping[OrganizationId, Rollup]
    reports: Mapping[OrganizationId, FrozenReport]

    @property
    def coverage(self) -> Coverage:
        return self.rollups[self.province.id].coverage


@dataclass(frozen=True, slots=True)
class FrozenUnit:
    """What a release says of one organization. `indicators` are as they were published."""

    cells: Mapping[CellRef, CellSummary]
    coverage: Coverage
    indicators: Mapping[str, Decimal | None]

    def rollup(self, form: FormTemplate, *, position: int) -> Rollup:
        """As the other figures come, in the order of the form's input cells."""
        found = [self.cells.get(cell) for cell in form.input_cells]
        return Rollup(
            totals=[each.total if each else None for each in found],
            counts=[each.count if each else 0 for each in found],
            minima=[each.minimum if each else None for each in found],
            maxima=[each.maximum if each else None for each in found],
            coverage=self.coverage,
            position=position,
        )


def sha256_of(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def content_of(draft: Draft) -> str:
    """The canonical text of a release."""
    return canonical_json(
        {
            "content_version": CONTENT_VERSION,
            "number": draft.number,
            "province": {"code": draft.province.code, "name": draft.province.name},
            "regime": draft.regime,
            "form": draft.form.code,
            "form_version": draft.form.version,
            "period": draft.period,
            "track": "official",
            "position": draft.position,
            "recorded_at": rfc3339(draft.recorded_at),
            "catalogue_number": draft.catalogue_number,
            "published_at": rfc3339(draft.published_at),
            "published_by": draft.published_by,
            "reason": draft.reason,
            "simulated": said_of(simulated=draft.simulated),
            "coverage": _coverage(draft.coverage),
            "organizations": list(_organizations(draft)),
            "reports": list(_reports(draft)),
        }
    )


@lru_cache(maxsize=RELEASES_KEPT)
def units_of(content: str) -> Mapping[OrganizationId, FrozenUnit]:
    """What the text of a release says of each organization."""
    document = json.loads(content)
    return {OrganizationId(each["id"]): _unit(each) for each in document["organizations"]}


def _organizations(draft: Draft) -> Iterator[dict[str, Any]]:
    """From the province down, in the order of the tree."""
    for organization_id in draft.tree.subtree(draft.province.id):
        rollup = draft.rollups.get(organization_id)
        if rollup is not None:
            yield _organization(draft, draft.tree.get(organization_id), rollup=rollup)


def _organization(
    draft: Draft, organization: OrganizationVersion, *, rollup: Rollup
) -> dict[str, Any]:
    sheet, form = sheet_of(rollup, form=draft.form), draft.form
    parent_id, typed = organization.parent_id, frozenset(form.input_cells)
    derived = (cell for cell in _cells(form) if cell not in typed)
    return {
        "id": organization.id,
        "code": organization.code,
        "name": organization.name,
        "level": organization.level,
        "parent": None if parent_id is None else draft.tree.get(parent_id).code,
        "coverage": _coverage(rollup.coverage),
        "cells": _by_row(_typed(form, rollup)),
        "derived": _by_row((cell, _text(sheet.value(cell))) for cell in derived),
        "indicators": {each.code: _text(value(each, sheet)) for each in draft.indicators},
    }


def _typed(form: FormTemplate, rollup: Rollup) -> Iterator[tuple[CellRef, list[Any] | None]]:
    """Total, number of reports that have the cell, least and greatest."""
    rows = zip(
        form.input_cells, rollup.totals, rollup.counts, rollup.minima, rollup.maxima, strict=True
    )
    for cell, total, count, minimum, maximum in rows:
        if total is not None:
            yield cell, [_text(total), count, _text(minimum), _text(maximum)]


def _cells(form: FormTemplate) -> Iterator[CellRef]:
    return (CellRef(row.code, column.code) for row in form.rows for column in form.columns)


def _by_row(cells: Iterable[tuple[CellRef, Any]]) -> dict[str, dict[str, Any]]:
    """What is missing is absent."""
    rows: dict[str, dict[str, Any]] = {}
    for cell, said in cells:
        if said is not None:
            rows.setdefault(cell.row, {})[cell.column] = said
    return rows


def _reports(draft: Draft) -> Iterator[dict[str, Any]]:
    for organization_id in draft.tree.subtree(draft.province.id):
        report = draft.reports.get(organization_id)
        if report is not None:
            yield {
                "organization": draft.tree.get(organization_id).code,
                "report_id": report.standing.report_id,
                "version": report.standing.version,
                "submitted_at": rfc3339(report.standing.submitted_at),
                "sha256": report.sha256,
            }


def _coverage(coverage: Coverage) -> dict[str, int]:
    return {
        "expected": coverage.expected,
        "reported": coverage.reported,
        "on_time": coverage.on_time,
    }


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else figure_text(figure)


def _unit(each: Mapping[str, Any]) -> FrozenUnit:
    return FrozenUnit(
        cells={
            CellRef(RowCode(row), ColumnCode(column)): _summary(said)
            for row, columns in each["cells"].items()
            for column, said in columns.items()
        },
        coverage=Coverage(**each["coverage"]),
        indicators={
            code: None if said is None else Decimal(said)
            for code, said in each["indicators"].items()
        },
    )


def _summary(said: list[Any]) -> CellSummary:
    total, count, minimum, maximum = said
    return CellSummary(Decimal(total), count, Decimal(minimum), Decimal(maximum))
