"""/dashboard/cells: the whole form at a node, where each figure comes from, and its download."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.aggregator.dependencies import AggregatorDep
from services.aggregator.exports.rows import file_name
from services.aggregator.reading.choices import Choice, choose
from services.aggregator.reading.opening import figures_seen
from services.aggregator.reading.pages import AskedDep, common_context
from services.aggregator.rollups.schemas import cells_csv
from services.aggregator.rollups.use_cases import CellsAnswer, read_cells
from services.aggregator.service import Aggregator
from shared.domain.forms import CellRef
from shared.domain.identifiers import ColumnCode, RowCode
from shared.formulas.printer import formula_text
from shared.web.access import SignedIn
from shared.web.pages import PagesDep

router = APIRouter(include_in_schema=False)

Code = Annotated[str | None, Query(max_length=64)]


@router.get("/dashboard/cells")
async def show_cells(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    pages: PagesDep,
    asked: AskedDep,
    *,
    row: Code = None,
    column: Code = None,
) -> HTMLResponse:
    """All rows and columns; with `row` and `column`, also where that figure comes from."""
    choice = await choose(aggregator, principal, asked)
    answer = await _read(aggregator, choice)
    return pages.render(
        request,
        "aggregator/cells.html",
        **common_context(choice, as_of=answer.as_of),
        answer=answer,
        values={each.cell: each for each in answer.cells},
        source=_source(answer, row=row, column=column),
        formula_text=formula_text,
    )


@router.get("/dashboard/cells.csv")
async def download_cells(
    principal: SignedIn, aggregator: AggregatorDep, asked: AskedDep
) -> Response:
    """The same figures, exact, as comma-separated values."""
    choice = await choose(aggregator, principal, asked)
    answer = await _read(aggregator, choice)
    parts = choice.parameters()
    name = "-".join(parts[each] for each in ("form", "period", "organization", "track"))
    kept = file_name(name, simulated=aggregator.simulated)
    return Response(
        cells_csv(answer, simulated=aggregator.simulated),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{kept}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


async def _read(aggregator: Aggregator, choice: Choice) -> CellsAnswer:
    question = choice.question
    async with figures_seen(aggregator, choice.view) as source:
        position = await source.position([question.node])
        return await read_cells(source, question, position=position, parts=True)


def _source(answer: CellsAnswer, *, row: str | None, column: str | None) -> CellRef | None:
    """The cell whose source is asked for; None if none is, or the form has no such cell."""
    form = answer.form
    if row not in form.row_by_code or column not in form.column_by_code:
        return None
    return CellRef(RowCode(row), ColumnCode(column))
