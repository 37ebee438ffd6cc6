"""Approving several reports at once, after showing what is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from services.intake.dependencies import LARGEST_ID, IntakeDep
from services.intake.grids import Grid
from services.intake.places import place_of
from services.intake.reports.pages import version_grid
from services.intake.reports.use_cases import Decision, History, decide, read_history
from services.intake.review.schemas import MOST_AT_ONCE
from services.intake.service import Intake
from services.intake.wording import form_label, office_name
from shared.catalogue.catalogue import Catalogue
from shared.domain.identifiers import ReportId
from shared.domain.reports import Act, ReportError, ReportState
from shared.labels.labels import Language
from shared.web.access import require
from shared.web.forms import read_form
from shared.web.languages import language_of
from shared.web.pages import Pages, PagesDep
from shared.web.principals import Principal, Role
from shared.web.problems import VersionConflict

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
    """Approves each as it was shown; what has changed meanwhile is shown anew."""
    left: list[int] = []
    for decision in _decisions(await read_form(request)):
        try:
            await decide(intake, principal, decision)
        except (ReportError, VersionConflict):
            left.append(decision.report_id)
    if left:
        return await _page(request, pages, intake, principal, numbers=left, refused=True)
    return RedirectResponse("/review?done=approved", status_code=303)


def _decisions(form: FormData) -> list[Decision]:
    """Fields `report`, each `ID:SEQUENCE`; what is no such pair is left out."""
    found: list[Decision] = []
    for text in form.getlist("report")[:MOST_AT_ONCE]:
        number, _, sequence = str(text).partition(":")
        if all(each.isdecimal() and len(each) < 19 for each in (number, sequence)):
            found.append(Decision(ReportId(int(number)), Act.APPROVE, int(sequence)))
    return found


async def _page(
    request: Request,
    pages: Pages,
    intake: Intake,
    principal: Principal,
    *,
    numbers: Sequence[int],
    refused: bool = False,
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
        status_code=412 if refused else 200,
        chosen=chosen,
        errors=_errors(request) if refused else [],
    )


def _errors(request: Request) -> list[Mapping[str, Any]]:
    labels, language = request.app.state.labels, language_of(request)
    return [{"text": labels.text("intake.review.many_changed", language)}]


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
