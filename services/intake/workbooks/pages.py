"""The page where a form is taken away as a workbook, and filled from a file or a pasted table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from services.intake.dependencies import IntakeDep
from services.intake.drafts.sheet import open_sheet
from services.intake.drafts.use_cases import Desk, require_enterable
from services.intake.grids import Grid, reading_grid
from services.intake.obligations.pages import ENTERING
from services.intake.service import Intake
from services.intake.wording import form_title, office_name
from services.intake.workbooks.endpoints import given_file
from services.intake.workbooks.outcomes import Outcome, merged
from services.intake.workbooks.use_cases import read_upload, take_file, take_looked_at
from shared.domain.drafts import DraftState
from shared.domain.forms import Column
from shared.domain.identifiers import ObligationId
from shared.domain.sheets import validate
from shared.web.access import require
from shared.web.forms import form_with_files, read_form, required_number
from shared.web.identifiers import LARGEST_ID
from shared.web.languages import language_of
from shared.web.pages import Pages, PagesDep
from shared.web.principals import Principal, Role
from shared.web.problems import VersionConflict

router = APIRouter(include_in_schema=False)

ObligationNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
TypistDep = Annotated[Principal, require(*ENTERING, Role.REVIEWER)]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page says of a file. `error` is a key of the labels `workbook.page.*`."""

    outcome: Outcome | None = None
    file_name: str = ""
    error: str = ""
    status_code: int = 200


@router.get("/obligations/{obligation_id}/workbook")
async def workbook_page(
    request: Request,
    obligation_id: ObligationNumber,
    *,
    pages: PagesDep,
    principal: TypistDep,
    intake: IntakeDep,
) -> Response:
    """The form to take away, a place for a file, and what came of the last one."""
    desk = (await open_sheet(intake, principal, ObligationId(obligation_id))).desk
    require_enterable(desk)
    if desk.draft.state is DraftState.AWAITING_SIGNATURE:
        return RedirectResponse(f"/obligations/{obligation_id}/check", status_code=303)
    upload = await read_upload(intake, principal, ObligationId(obligation_id))
    shown = _Shown() if upload is None else _Shown(upload.outcome, upload.file_name)
    return _page(request, pages, desk=desk, shown=shown)


@router.post("/workbooks")
async def upload(
    request: Request, *, pages: PagesDep, principal: TypistDep, intake: IntakeDep
) -> Response:
    """The duty is named in the form, because the limit of a body hangs on a fixed path."""
    async with form_with_files(request) as form:
        return await _take(request, pages, intake, principal, form=form)


@router.post("/obligations/{obligation_id}/workbook")
async def take_table(
    request: Request,
    obligation_id: ObligationNumber,
    *,
    pages: PagesDep,
    principal: TypistDep,
    intake: IntakeDep,
) -> Response:
    """The table that the officer has looked at becomes the draft."""
    form = await read_form(request)
    try:
        taken = await take_looked_at(
            intake,
            principal,
            ObligationId(obligation_id),
            replaces=required_number(form, "draft_version"),
        )
    except VersionConflict:
        return await _conflict(request, pages, intake, principal, ObligationId(obligation_id))
    if taken is None:
        return RedirectResponse(request.url.path, status_code=303)
    return RedirectResponse(f"/obligations/{obligation_id}/form?faults=true", status_code=303)


async def _take(
    request: Request, pages: Pages, intake: Intake, principal: Principal, *, form: FormData
) -> Response:
    obligation_id = ObligationId(required_number(form, "obligation_id"))
    file = await given_file(form)
    if file is None:
        desk = (await open_sheet(intake, principal, obligation_id)).desk
        return _page(request, pages, desk=desk, shown=_Shown(error="missing", status_code=422))
    try:
        outcome = await take_file(
            intake,
            principal,
            obligation_id,
            file=file,
            replaces=required_number(form, "draft_version"),
        )
    except VersionConflict:
        return await _conflict(request, pages, intake, principal, obligation_id)
    if outcome.refused:
        desk = (await open_sheet(intake, principal, obligation_id)).desk
        shown = _Shown(outcome, file.name, status_code=422)
        return _page(request, pages, desk=desk, shown=shown)
    return RedirectResponse(f"/obligations/{obligation_id}/workbook", status_code=303)


async def _conflict(
    request: Request,
    pages: Pages,
    intake: Intake,
    principal: Principal,
    obligation_id: ObligationId,
) -> Response:
    """Somebody typed meanwhile; the page that comes names the draft as it is now."""
    desk = (await open_sheet(intake, principal, obligation_id)).desk
    return _page(request, pages, desk=desk, shown=_Shown(error="conflict", status_code=412))


def _page(request: Request, pages: Pages, *, desk: Desk, shown: _Shown) -> Response:
    language, outcome = language_of(request), shown.outcome
    return pages.render(
        request,
        "intake/workbook.html",
        status_code=shown.status_code,
        obligation_id=desk.duty.obligation.id,
        draft_version=desk.draft.version,
        title=form_title(desk.place.form, language),
        code=desk.place.form.code,
        period=desk.duty.obligation.period,
        organization_name=office_name(desk.place.organization),
        outcome=outcome,
        file_name=shown.file_name,
        grid=_grid(request, desk, outcome),
        told=_told(desk, outcome),
        error=shown.error,
    )


def _grid(request: Request, desk: Desk, outcome: Outcome | None) -> Grid | None:
    """The form as it will be filled, for the officer to look at."""
    if outcome is None or not outcome.awaits_look:
        return None
    form = desk.place.form
    return reading_grid(
        form,
        validate(form, merged(desk.draft.figures, outcome)).figures,
        language=language_of(request),
        before=validate(form, desk.draft.figures).figures if desk.draft.figures else None,
    )


def _told(desk: Desk, outcome: Outcome | None) -> Mapping[str, Any]:
    """The columns that were found and that are filled."""
    codes = () if outcome is None else outcome.columns
    columns: dict[str, Column] = dict(desk.place.form.column_by_code)  # type: ignore[arg-type]
    known = [columns[code] for code in codes if code in columns]
    return {
        "filled": [column.number for column in known if not column.is_derived],
        "derived": [column.number for column in known if column.is_derived],
    }
