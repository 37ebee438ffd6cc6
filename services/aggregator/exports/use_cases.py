"""The rows of an export: every typed and derived figure of every unit below a node, or series.

What they are made of is read in one snapshot; the rows are made while they are sent, so that
neither a slow reader holds a connection nor a long answer the memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.aggregator.exports.rows import Row
from services.aggregator.reading.figures import Rollup, cell_reason, sheet_of
from services.aggregator.reading.questions import Question
from services.aggregator.reading.schemas import exactness_of
from services.aggregator.series.use_cases import Compared, Point, Series
from services.aggregator.shapes import Node
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.identifiers import OrganizationId
from shared.domain.operators import ValueKind

FIGURE_COLUMNS = (
    "organization",
    "organization_name",
    "level",
    "parent",
    "form",
    "period",
    "track",
    "row",
    "row_label",
    "column",
    "column_label",
    "unit",
    "value",
    "expected",
    "reported",
    "on_time",
    "exactness",
    "reason",
)

INDICATOR_COLUMNS = (
    "indicator",
    "indicator_name",
    "unit",
    "organization",
    "organization_name",
    "period",
    "track",
    "value",
    "target",
    "previous_period",
    "previous_value",
    "last_year_period",
    "last_year_value",
    "expected",
    "reported",
    "on_time",
    "tree_changed",
    "method_changed",
    "exactness",
    "plan_value",
    "estimate_value",
    "operator",
    "periods",
    "is_whole",
    "reason",
)


def nodes_below(question: Question) -> list[Node]:
    """Every organization from the question's own down, in the tree's order."""
    topic = question.topic
    tree = question.tree(topic)
    return [topic.node(each) for each in tree.subtree(question.organization.id)]


def figure_rows(
    question: Question, nodes: Sequence[Node], *, rollups: Mapping[Node, Rollup]
) -> Iterator[Row]:
    """Unit by unit, each row by row in printed order. Units without any figure have no rows."""
    form = question.topic.shape.form
    for node in nodes:
        rollup = rollups.get(node)
        if rollup is None or not rollup.coverage.reported:
            continue
        sheet, coverage = sheet_of(rollup, form=form), rollup.coverage
        unit = _unit_members(question, node.organization_id)
        exactness = exactness_of(rollup.made_of)
        counted = (coverage.expected, coverage.reported, coverage.on_time, exactness)
        for cell, labels in _cells(form):
            reason = cell_reason(sheet, cell, rollup=rollup)
            yield (*unit, *labels, sheet.value(cell), *counted, reason)


def indicator_rows(series: Sequence[Series]) -> Iterator[Row]:
    """Indicator by indicator, each in the order of time."""
    for each in series:
        question = each.span.question
        for point in each.points:
            if point.indicator is None:
                continue
            coverage = point.coverage
            yield (
                point.indicator.code,
                point.indicator.name,
                point.indicator.unit,
                question.organization.code,
                question.organization.name,
                point.period.code,
                question.track.value,
                point.value,
                point.indicator.target,
                *_compared(point.previous),
                *_compared(point.last_year),
                coverage.expected,
                coverage.reported,
                coverage.on_time,
                point.tree_changed,
                point.method_changed,
                exactness_of(point.made_of),
                *_beside(point),
                *_combined(point),
                point.reason,
            )


def _beside(point: Point) -> tuple[Any, Any]:
    found = {each.kind: each.value for each in point.beside}
    return found.get(ValueKind.PLAN), found.get(ValueKind.ESTIMATE)


def _combined(point: Point) -> tuple[Any, Any, Any]:
    """By which operator, of which periods, and whether none of them is still to come."""
    reading = point.combined
    if reading is None:
        return None, point.period.code, None
    used = " ".join(each.code for each in reading.used)
    return reading.combined.operator, used, reading.interval.is_whole


def _unit_members(question: Question, organization_id: OrganizationId) -> tuple[Any, ...]:
    tree = question.tree(question.topic)
    unit = tree.get(organization_id)
    parent = None if unit.parent_id is None else tree.get(unit.parent_id).code
    form, period = question.topic.shape.form.code, question.period.code
    return (unit.code, unit.name, unit.level, parent, form, period, question.track.value)


def _cells(form: FormTemplate) -> Iterator[tuple[CellRef, tuple[str, ...]]]:
    for row in form.rows:
        for column in form.columns:
            cell = CellRef(row.code, column.code)
            if form.is_figure(cell):
                yield cell, (row.code, row.label, column.code, column.label, column.unit)


def _compared(compared: Compared | None) -> tuple[Any, Any]:
    return (None, None) if compared is None else (compared.period.code, compared.value)
