"""Reads every cell of a form at a node, and the children's parts of each."""

from dataclasses import dataclass
from decimal import Decimal

from services.aggregator.reading.figures import (
    AsOf,
    FigureSource,
    Rollup,
    cell_reason,
    coverage_of,
    made_of,
    sheet_of,
)
from services.aggregator.reading.questions import Question
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.geography import Composition
from shared.domain.measures import Unavailable
from shared.domain.organizations import OrganizationVersion
from shared.domain.rollups import Coverage
from shared.domain.sheets import Sheet


@dataclass(frozen=True, slots=True)
class CellValue:
    """`value` may be derived, and has a `reason` where it is missing. The rest is of typed cells
    only, over the units that reported it.
    """

    cell: CellRef
    value: Decimal | None
    count: int | None
    minimum: Decimal | None
    maximum: Decimal | None
    reason: Unavailable | None


@dataclass(frozen=True, slots=True)
class Part:
    """What one of the organizations below contributes."""

    organization: OrganizationVersion
    sheet: Sheet
    coverage: Coverage
    made_of: Composition | None = None


@dataclass(frozen=True, slots=True)
class CellsAnswer:
    question: Question
    as_of: AsOf
    coverage: Coverage
    cells: tuple[CellValue, ...]
    parts: tuple[Part, ...]
    made_of: Composition | None = None

    @property
    def form(self) -> FormTemplate:
        return self.question.topic.shape.form


async def read_cells(
    source: FigureSource, question: Question, *, position: int, parts: bool
) -> CellsAnswer:
    """The answer from `source`, of which `position` was read."""
    topic = question.topic
    below = question.children(topic) if parts else ()
    nodes = [question.node, *(topic.node(each.id) for each in below)]
    rollups = await source.rollups(nodes, track=question.track)
    own, form = rollups.get(question.node), topic.shape.form
    return CellsAnswer(
        question=question,
        as_of=await source.as_of(position),
        coverage=coverage_of(own),
        cells=_cells(own, form=form),
        parts=tuple(
            _part(each, rollup=rollups.get(topic.node(each.id)), form=form) for each in below
        ),
        made_of=made_of(own),
    )


def _part(organization: OrganizationVersion, *, rollup: Rollup | None, form: FormTemplate) -> Part:
    sheet = sheet_of(rollup, form=form)
    return Part(organization, sheet, coverage_of(rollup), made_of(rollup))


def _cells(rollup: Rollup | None, *, form: FormTemplate) -> tuple[CellValue, ...]:
    """Row by row in printed order, derived cells included."""
    sheet = sheet_of(rollup, form=form)
    typed = {cell: index for index, cell in enumerate(form.input_cells)}
    cells = (CellRef(row.code, column.code) for row in form.rows for column in form.columns)
    return tuple(_cell(cell, sheet=sheet, rollup=rollup, index=typed.get(cell)) for cell in cells)


def _cell(cell: CellRef, *, sheet: Sheet, rollup: Rollup | None, index: int | None) -> CellValue:
    value, reason = sheet.value(cell), cell_reason(sheet, cell, rollup=rollup)
    if index is None:
        return CellValue(cell, value, None, None, None, reason)
    if rollup is None:
        return CellValue(cell, None, 0, None, None, reason)
    counted = rollup.counts[index], rollup.minima[index], rollup.maxima[index]
    return CellValue(cell, value, *counted, reason)
