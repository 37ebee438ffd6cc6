"""/indicators/{code}: one indicator, its course, who makes it up, and where it comes from."""

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse

from services.aggregator.combining.children import read_asked_children
from services.aggregator.combining.intervals import By
from services.aggregator.combining.questions import (
    CombinedSpan,
    Together,
    TogetherDep,
    combined_span,
)
from services.aggregator.combining.series import read_asked_series
from services.aggregator.combining.standing import Standing, read_standing
from services.aggregator.combining.ways import ways_of
from services.aggregator.dependencies import AggregatorDep
from services.aggregator.exports.addresses import indicator_csv
from services.aggregator.reading.choices import Asked, Choice, choose
from services.aggregator.reading.opening import figures_seen
from services.aggregator.reading.pages import AskedDep, common_context
from services.aggregator.series.chart import chart_of
from services.aggregator.series.questions import Span, form_of, span_of
from services.aggregator.series.sorting import ChildOrder, in_order
from services.aggregator.series.sources import Sources, read_sources
from services.aggregator.series.use_cases import Children, Series
from services.aggregator.service import Aggregator
from shared.catalogue.errors import UnknownIndicator
from shared.domain.identifiers import IndicatorCode
from shared.formulas.printer import formula_text
from shared.web.access import SignedIn
from shared.web.pages import PagesDep
from shared.web.principals import Principal
from shared.web.problems import NotFound

router = APIRouter(include_in_schema=False)


@router.get("/indicators/{code}")
async def show_indicator(
    request: Request,
    code: Annotated[str, Path(max_length=64)],
    *,
    principal: SignedIn,
    aggregator: AggregatorDep,
    pages: PagesDep,
    asked: AskedDep,
    together: TogetherDep,
    sort: ChildOrder = ChildOrder.NAME,
) -> HTMLResponse:
    """The value, the series with its table, the children, and the sources."""
    chosen = await _choose(aggregator, principal, asked, code=code)
    choice = replace(chosen, kept=together.parameters())
    found = await _read(aggregator, choice, code=IndicatorCode(code), by=together.by)
    series, children, sources, standing = found
    return pages.render(
        request,
        "aggregator/indicator.html",
        **common_context(choice, as_of=series.as_of),
        **_context(choice, series, code=code, sort=sort, together=together),
        children=in_order(children.items, sort),
        sources=sources,
        standing=standing,
    )


async def _choose(
    aggregator: Aggregator, principal: Principal, asked: Asked, *, code: str
) -> Choice:
    """The form is the indicator's own, whatever the address says."""
    known = await aggregator.catalogue.current()
    try:
        wanted = form_of(known, code, on=aggregator.clock.today())
    except UnknownIndicator as error:
        raise NotFound(str(error)) from None
    slug = next((form.slug for form in known.forms if form.code == wanted), None)
    return await choose(aggregator, principal, replace(asked, form=slug))


async def _read(
    aggregator: Aggregator, choice: Choice, *, code: IndicatorCode, by: By | None
) -> tuple[Series, Children, Sources, Standing | None]:
    """The sources are those of the single period, the last of what is put together."""
    question, readable, today = choice.question, choice.view.scope.readable, choice.view.today
    wanted: Span | CombinedSpan = span_of(question, code=code)
    if by is not None:
        wanted = combined_span(question, code=code, by=by, today=today)
    of_children = wanted if isinstance(wanted, CombinedSpan) else question
    async with figures_seen(aggregator, choice.view) as source:
        position = await source.position(wanted.nodes())
        series = await read_asked_series(source, wanted, position=position)
        children = await read_asked_children(source, of_children, code=code, position=position)
        sources = await read_sources(source, question, children.indicator, readable=readable)
        standing = None
        if by is None:
            standing = await read_standing(source, question, code=code, today=today)
    return series, children, sources, standing


def _context(
    choice: Choice, series: Series, *, code: str, sort: ChildOrder, together: Together
) -> dict[str, Any]:
    indicator = series.last.indicator
    path = f"/indicators/{quote(code)}"
    return {
        "path_here": path,
        "series": series,
        "indicator": indicator,
        "chart": chart_of(series.points, target=series.last.target),
        "ways": ways_of(choice, path, together=together),
        "together": together,
        "formula_text": formula_text,
        "sort": sort,
        "sort_links": {key: _sort_link(choice, path, key=key, sort=sort) for key in _SORTABLE},
        "csv_address": indicator_csv(
            choice,
            code=code,
            first=series.points[0].period.code,
            last=series.last.period.code,
            together=together.parameters(),
        ),
        "orders": ChildOrder,
    }


_SORTABLE = ("name", "value", "change", "year_change", "coverage")


def _sort_link(choice: Choice, path: str, *, key: str, sort: ChildOrder) -> str:
    """Names begin ascending, figures with the greatest; the one in use turns round."""
    fresh = ChildOrder(key if key == "name" else f"-{key}")
    wanted = sort.reversed() if sort.key == key else fresh
    return f"{choice.address(path, sort=wanted.value)}#children"
