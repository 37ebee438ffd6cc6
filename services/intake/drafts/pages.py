"""The entry grid: a plain form that works by itself, and more at hand with scripts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from services.intake.contents import anchor_of, asked_content, is_below_table, place_in_words
from services.intake.dependencies import IntakeDep
from services.intake.drafts.entry_data import entry_data
from services.intake.drafts.hints import HintWriter, is_untouched, prefilled_texts
from services.intake.drafts.known import read_known
from services.intake.drafts.repository import Draft, DraftContent
from services.intake.drafts.sheet import Sheetwork, judge_draft, open_sheet
from services.intake.drafts.use_cases import LONGEST_CELL, keep_draft, require_enterable
from services.intake.drafts.words import after_list_act, list_anchor, words_of_form
from services.intake.grids import entry_grid, part_label
from services.intake.obligations.pages import ENTERING, DutyLine, duty_line
from services.intake.service import Intake
from services.intake.wording import form_title, office_name
from shared.domain.drafts import DraftState
from shared.domain.faults import Fault
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import ObligationId
from shared.labels.labels import Language
from shared.web.access import require
from shared.web.forms import read_form, seen_version
from shared.web.identifiers import LARGEST_ID
from shared.web.languages import language_of
from shared.web.pages import Pages, PagesDep
from shared.web.principals import Principal, Role
from shared.web.problems import VersionConflict

CELL_PREFIX = "cell"

router = APIRouter(include_in_schema=False)

ObligationNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
SenderDep = Annotated[Principal, require(*ENTERING, Role.REVIEWER)]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page says beside the sheet."""

    faults: Sequence[Fault] = ()
    conflict: bool = False
    status_code: int = 200


@router.get("/obligations/{obligation_id}/form")
async def entry_page(
    request: Request,
    obligation_id: ObligationNumber,
    *,
    pages: PagesDep,
    principal: SenderDep,
    intake: IntakeDep,
    faults: bool = False,
) -> Response:
    """The draft, else the last version that was sent; what awaits signature is only read."""
    work = await open_sheet(intake, principal, ObligationId(obligation_id))
    require_enterable(work.desk)
    if work.desk.draft.state is DraftState.AWAITING_SIGNATURE:
        return RedirectResponse(f"/obligations/{obligation_id}/check", status_code=303)
    found = judge_draft(work) if faults else ()
    return await _page(request, pages, intake, work=work, shown=_Shown(faults=found))


@router.post("/obligations/{obligation_id}/form")
async def keep_sheet(
    request: Request,
    obligation_id: ObligationNumber,
    *,
    pages: PagesDep,
    principal: SenderDep,
    intake: IntakeDep,
) -> Response:
    """Keeps what was typed; `check` goes on to sending when no rule stands against it."""
    form = await read_form(request)
    work = await open_sheet(intake, principal, ObligationId(obligation_id))
    action = str(form.get("action", ""))
    content = typed_content(form, work.desk.place.form, kept=work.desk.draft)
    if content.words is not None:
        content = replace(content, words=after_list_act(action, content.words))
    try:
        draft = await keep_draft(
            intake,
            principal,
            ObligationId(obligation_id),
            content=content,
            replaces=_version(form),
        )
    except VersionConflict:
        shown = _Shown(conflict=True, status_code=412)
        return await _page(request, pages, intake, work=work.typed(content), shown=shown)
    work = work.kept(draft)
    if action == "files":
        return RedirectResponse(f"/obligations/{obligation_id}/document#files", status_code=303)
    if action != "check":
        return RedirectResponse(request.url.path + list_anchor(action), status_code=303)
    hard = [fault for fault in judge_draft(work) if fault.severity == "hard"]
    if hard:
        shown = _Shown(faults=judge_draft(work), status_code=422)
        return await _page(request, pages, intake, work=work, shown=shown)
    return RedirectResponse(f"/obligations/{obligation_id}/check", status_code=303)


def typed_content(form: FormData, template: FormTemplate, *, kept: Draft) -> DraftContent:
    """The cells of a posted form, as typed; names that the form of the report lacks are ignored."""
    figures: dict[str, dict[str, str]] = {}
    for cell in template.input_cells:
        if cell in template.fed_cells:
            continue
        text = str(form.get(f"{CELL_PREFIX}:{cell.row}:{cell.column}", "")).strip()
        if text:
            figures.setdefault(cell.row, {})[cell.column] = text[:LONGEST_CELL]
    return DraftContent(
        figures=figures,
        nothing_to_report="nothing_to_report" in form,
        explanations=kept.explanations,
        words=(
            words_of_form(form, template, kept=kept.words or {}) if template.has_content else None
        ),
    )


def _version(form: FormData) -> int:
    return max(0, seen_version(form, "draft_version"))


async def _page(
    request: Request, pages: Pages, intake: Intake, *, work: Sheetwork, shown: _Shown
) -> Response:
    language, form = language_of(request), work.desk.place.form
    found = await read_known(intake, work.desk)
    writer = HintWriter(request.app.state.labels, language, form=form)
    fills = is_untouched(work.desk.draft) and not shown.conflict and bool(found.prefills)
    if fills:
        work = work.filled(prefilled_texts(found))
    draft = work.desk.draft
    grid = entry_grid(
        form,
        draft.figures,
        language=language,
        previous=work.previous,
        last_year=work.last_year,
        faults=[fault for fault in shown.faults if not is_below_table(fault)],
        hints=writer.hints(found),
        words=draft.words or {},
    )
    return pages.render(
        request,
        "intake/entry.html",
        status_code=shown.status_code,
        line=await _line(intake, work, language=language),
        title=form_title(form, language),
        unit=form.columns[0].unit,
        organization_name=office_name(work.desk.place.organization),
        grid=grid,
        asked=asked_content(form, draft.words or {}, faults=shown.faults, language=language),
        errors=_summary(request, shown.faults, form=form),
        conflict=shown.conflict,
        proxy=work.desk.proxy,
        hand_back_reason=draft.hand_back_reason,
        draft_version=draft.version,
        nothing_to_report=draft.nothing_to_report,
        saved_at=draft.updated_at,
        has_previous=work.previous is not None,
        filled_count=len(found.prefills) if fills else 0,
        filled_sources=writer.sources(found),
        data=entry_data(request, work=work, language=language, is_filled=fills),
    )


async def _line(intake: Intake, work: Sheetwork, *, language: Language) -> DutyLine:
    return duty_line(
        work.desk.duty,
        await intake.catalogue.current(),
        now=intake.clock.now(),
        today=intake.clock.today(),
        language=language,
    )


def _summary(
    request: Request, faults: Sequence[Fault], *, form: FormTemplate
) -> list[Mapping[str, Any]]:
    """Links to the cells; a derived cell is not a field, so its row is linked."""
    return [
        {
            "text": ": ".join(filter(None, (_where(request, fault, form=form), fault.detail))),
            "href": _anchor(fault, form),
        }
        for fault in faults
        if fault.severity == "hard"
    ]


def _where(request: Request, fault: Fault, *, form: FormTemplate) -> str:
    """The row, and the column where the form has several."""
    labels, language = request.app.state.labels, language_of(request)
    if is_below_table(fault):
        return ", ".join(place_in_words(fault, form, language=language))
    row = form.row_by_code.get(fault.row) if fault.row else None
    column = form.column_by_code.get(fault.column) if fault.column else None
    places = [] if row is None else [part_label(row, language)]
    if column is not None and len(form.columns) > 1:
        heading = f"{column.number} {part_label(column, language)}"
        places.append(labels.text("intake.entry.column", language, heading=heading))
    return ", ".join(places)


def _anchor(fault: Fault, form: FormTemplate) -> str:
    if is_below_table(fault):
        return anchor_of(fault)
    if (fault.row, fault.column) in {*form.input_cells, *form.word_cells} - form.fed_cells.keys():
        return f"#cell-{fault.row}-{fault.column}"
    return f"#row-{fault.row}" if fault.row in form.row_by_code else "#entry-grid"
