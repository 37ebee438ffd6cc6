"""Approving several reports at once, after showing what is in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.dependencies import IntakeDep
from services.intake.grids import Grid
from services.intake.picking import PickRefused, read_picked
from services.intake.places import place_of
from services.intake.reports.pages import version_grid
from services.intake.reports.use_cases import (
    Decision,
    DecisionsRefused,
    History,
    decide_all,
    read_history,
)
from services.intake.review.schemas import MOST_AT_ONCE
from services.intake.service import Intake
from services.intake.wording import form_label, office_name
from shared.catalogue.catalogue import Catalogue
from shared.domain.identifiers import ReportId
from shared.domain.reports import Act, ReportState
from shared.labels.labels import Language
from shared.web.access import require
from shared.web.forms import read_form
from shared.web.identifiers import LARGEST_ID
from shared.web.languages import language_of
from shared.web.pages import Pages, PagesDep
from shared.web.principals import Principal, Role

router = APIRouter(include_in_schema=False)

ReviewerDep = Annotated[Principal, require(Role.REVIEWER)]
Numbers = Annotated[
    list[Annotated[int, Query(ge=1, le=LARGEST_ID)]],
    Query(default_factory=list, max_length=MOST_AT_ONCE),
]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A report that is about to be approved; `totals` are the outermost rows of its form."""

    report_id: int
    sequence: int
    organization_name: str
    title: str
    period: str
    late: bool
    nothing_to_report: bool
    explanations: Sequence[str]
    totals: Grid


@router.get("/review/approve")
async def chosen_page(
    request: Request,
    *,
    pages: PagesDep,
    principal: ReviewerDep,
    intake: IntakeDep,
    report: Numbers,
) -> Response:
    """What is in the chosen reports that await approval."""
    return await _page(request, pages, intake, principal, numbers=report)


@router.post("/review/approve")
async def approve_chosen(
    request: Request, *, pages: PagesDep, principal: ReviewerDep, intake: IntakeDep
) -> Response:
    """Approves all as they were shown, or none; what has changed meanwhile is shown anew."""
    labels, language = request.app.state.labels, language_of(request)
    try:
        picked = read_picked((await read_form(request)).getlist("report"), most=MOST_AT_ONCE)
    except PickRefused as error:
        faults = [error.message(labels, language)]
        return await _page(request, pages, intake, principal, numbers=[], faults=faults, status=422)
    try:
        await decide_all(intake, principal, _approvals(picked))
    except DecisionsRefused as error:
        faults = [
            labels.text("intake.review.many_changed", language, organization=each)
            for each in await _senders(intake, principal, error.refusals)
        ]
        return await _page(
            request, pages, intake, principal, numbers=list(picked), faults=faults, status=412
        )
    return RedirectResponse("/review?done=approved", status_code=303)


def _approvals(picked: Mapping[int, int]) -> list[Decision]:
    return [
        Decision(ReportId(number), Act.APPROVE, sequence) for number, sequence in picked.items()
    ]


async def _senders(intake: Intake, principal: Principal, reports: Iterable[ReportId]) -> list[str]:
    """The names of those whose reports these are."""
    known = await intake.catalogue.current()
    histories = [await read_history(intake, principal, each) for each in reports]
    return [office_name(place_of(known, each.filed.obligation).organization) for each in histories]


async def _page(
    request: Request,
    pages: Pages,
    intake: Intake,
    principal: Principal,
    *,
    numbers: Sequence[int],
    faults: Sequence[str] = (),
    status: int = 200,
) -> Response:
    known, language = await intake.catalogue.current(), language_of(request)
    histories = [await read_history(intake, principal, ReportId(each)) for each in numbers]
    chosen = [
        _chosen(history, known, language=language)
        for history in histories
        if history.filed.obligation.receiver_id == principal.organization_id
        and history.filed.report.state is ReportState.SUBMITTED
    ]
    return pages.render(
        request,
        "intake/review_many.html",
        status_code=status,
        chosen=chosen,
        errors=[{"text": each} for each in faults],
    )


def _chosen(history: History, known: Catalogue, *, language: Language) -> Chosen:
    filed, version = history.filed, history.last
    obligation, report, place = filed.obligation, filed.report, place_of(known, filed.obligation)
    grid = version_grid(known, obligation, history, wanted=version, language=language)
    outermost = {row.code for row in place.form.rows if row.parent is None}
    return Chosen(
        report_id=report.id or 0,
        sequence=report.sequence,
        organization_name=office_name(place.organization),
        title=form_label(place.form, language),
        period=obligation.period,
        late=obligation.is_late(report.first_submitted_at),
        nothing_to_report=version.nothing_to_report,
        explanations=list(version.explanations.values()),
        totals=replace(grid, rows=tuple(row for row in grid.rows if row.code in outermost)),
    )
