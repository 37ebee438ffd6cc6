"""Figures in the words of the Government's reporting system (HTTTBC): see docs/htttbc.md.

Its period codes are `YYYYMM`, `YYYYQ` and `YYYY`. Five digits could be a commune's code as well, so
both stand in objects of their own and never in one column.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.aggregator.exports.rows import said_of
from services.aggregator.reading.figures import DutyRow, Rollup, sheet_of
from services.aggregator.reading.questions import Question, Topic
from services.aggregator.reading.schemas import instant_json
from services.aggregator.shapes import Node
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.identifiers import OrganizationId
from shared.domain.organizations import OrganizationVersion
from shared.domain.periods import Frequency, Period
from shared.web.problems import ProblemFault, ValidationFailed

SCHEMA_ID = "urn:tonghop:schema:htttbc.v1"
AGENCY_CODE = re.compile(r"(?=.{1,35}\Z)[A-Y][0-9]{2}(\.[0-9A-Z]+)*")
"""Quyết định 20/2020/QĐ-TTg, art. 4."""

FORMER_AGENCY_CODE = re.compile(r"(?P<parts>[0-9]{3}(?:\.[0-9]{2,3})*)\.(?P<root>[A-Y][0-9]{2})")
"""As before that decision: 000.00.15.H19, read from the right."""


def period_code(period: Period) -> str:
    """`YYYYMM`, `YYYYQ` or `YYYY`. Raises ValidationFailed for a period without such a code."""
    if period.frequency is Frequency.MONTH:
        return f"{period.year:04d}{period.ordinal:02d}"
    if period.frequency is Frequency.QUARTER:
        return f"{period.year:04d}{period.ordinal}"
    if period.frequency is Frequency.YEAR and period.span is None:
        return f"{period.year:04d}"
    detail = (
        f"Kỳ {period.code} không có mã trong HTTTBC: chỉ có tháng, quý và năm. Hãy chọn kỳ khác, "
        "hoặc dùng /api/v1/exports/figures."
    )
    fault = ProblemFault(code="period_without_code", detail=detail, parameter="period")
    raise ValidationFailed(errors=[fault])


def agency_code(code: str) -> str | None:
    """The identifier of an agency, the former way of writing turned round; None for other codes."""
    former = FORMER_AGENCY_CODE.fullmatch(code)
    if former is not None:
        parts = [part for part in former["parts"].split(".") if part.strip("0")]
        return ".".join((former["root"], *parts))
    return code if AGENCY_CODE.fullmatch(code) else None


def head_json(question: Question, *, simulated: bool) -> dict[str, Any]:
    """Program, period, indicators and attributes: everything but units and their figures."""
    topic = question.topic
    form, regime = topic.shape.form, topic.regime
    return {
        "schema": SCHEMA_ID,
        "simulated": said_of(simulated=simulated),
        "program": {
            "code": regime.code,
            "name": regime.name,
            "version": regime.version,
            "form": form.code,
            "form_name": form.name,
            "form_version": form.version,
        },
        "period": {
            "code": period_code(topic.period),
            "type": topic.period.frequency.value,
            "first_day": topic.period.window.first,
            "last_day": topic.period.window.last,
        },
        "track": question.track.value,
        "indicators": [
            {"code": row.code, "name": row.label, "number": row.number, "parent": row.parent}
            for row in form.rows
        ],
        "attributes": [
            {
                "code": column.code,
                "name": column.label,
                "parent": column.parent,
                "type": column.type.value,
                "unit": column.unit,
                "value_kind": column.value_kind.value,
            }
            for column in form.columns
        ],
    }


def objects_json(question: Question, nodes: list[Node]) -> list[dict[str, Any]]:
    """The units that report or add up, from the top down."""
    tree = question.tree(question.topic)
    return [_object_json(question, tree.get(each.organization_id)) for each in nodes]


def assignments_json(
    question: Question, duties: Mapping[OrganizationId, DutyRow]
) -> list[dict[str, Any]]:
    """Who has to report until when."""
    tree = question.topic.shape.tree
    return [
        {
            "object": tree.get(each).code,
            "deadline": instant_json(duty.deadline),
            "reported": duty.is_in,
            "nothing_to_report": duty.nothing_to_report,
        }
        for each, duty in sorted(duties.items())
    ]


def rows_json(
    question: Question, nodes: list[Node], *, rollups: Mapping[Node, Rollup]
) -> Iterator[dict[str, Any]]:
    """A row for each unit and indicator that have figures."""
    topic = question.topic
    form, tree = topic.shape.form, question.tree(topic)
    for node in nodes:
        rollup = rollups.get(node)
        if rollup is None or not rollup.coverage.reported:
            continue
        sheet = sheet_of(rollup, form=form)
        for row in form.rows:
            cells = [CellRef(row.code, column.code) for column in form.columns]
            yield {
                "object": tree.get(node.organization_id).code,
                "kind": _kind(topic, node.organization_id),
                "indicator": row.code,
                "values": {cell.column: sheet.value(cell) for cell in cells},
                "derived": [cell.column for cell in cells if _is_derived(form, cell)],
            }


def _object_json(question: Question, unit: OrganizationVersion) -> dict[str, Any]:
    tree = question.tree(question.topic)
    return {
        "code": unit.code,
        "agency_code": agency_code(unit.agency_code or unit.code),
        "name": unit.name,
        "level": unit.level,
        "parent": None if unit.parent_id is None else tree.get(unit.parent_id).code,
    }


def _kind(topic: Topic, organization_id: OrganizationId) -> str:
    shape = topic.shape
    known = organization_id in shape.tree.organizations
    typed = known and shape.enters(organization_id) and not shape.tree.children(organization_id)
    return "report" if typed else "aggregate"


def _is_derived(form: FormTemplate, cell: CellRef) -> bool:
    return cell in form.derivations
