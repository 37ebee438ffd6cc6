"""Check and send, and the receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from services.intake.dependencies import LARGEST_ID, IntakeDep
from services.intake.drafts.sheet import Sheetwork, judge_draft, open_sheet
from services.intake.grids import reading_grid
from services.intake.obligations.pages import ENTERING, duty_line
from services.intake.places import place_of
from services.intake.reports.use_cases import read_receipt
from services.intake.service import Intake
from services.intake.submissions.faults import explanation_key
from services.intake.submissions.schemas import LONGEST_TEXT
from services.intake.submissions.sending import Confirmation, send_draft
from services.intake.wording import form_title, last_day, office_name, organization_of
from shared.domain.faults import Fault
from shared.domain.forms import Severity
from shared.domain.identifiers import ObligationId
from shared.domain.reports import ReportState
from shared.domain.sheets import validate
from shared.web.access import SignedIn, require
from shared.web.forms import read_form
from shared.web.languages import language_of
from shared.web.pages import Pages, PagesDep
from shared.web.principals import Principal
from shared.web.problems import ValidationFailed, VersionConflict

EXPLANATION_PREFIX = "explain:"
LONGEST_KEY = 64

router = APIRouter(include_in_schema=False)

ObligationNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
SenderDep = Annotated[Principal, require(*ENTERING)]


@dataclass(frozen=True, slots=True)
class Warned:
    """A soft rule that fails, with what the officer says about it."""

    key: str
    row: str
    text: str
    explanation: str
    missing: bool


@router.get("/obligations/{obligation_id}/check")
async def check_page(
    request: Request,
    obligation_id: ObligationNumber,
    *,
    pages: PagesDep,
    principal: SenderDep,
    intake: IntakeDep,
) -> Response:
    """The whole report once more; with a fault, back to the grid that shows it."""
    work = await open_sheet(intake, principal, ObligationId(obligation_id))
    faults = judge_draft(work)
    if _hard(faults):
        return RedirectResponse(f"/obligations/{obligation_id}/form?faults=true", status_code=303)
    confirmation = Confirmation(
        key=uuid4().hex,
        draft_version=work.desk.draft.version,
        explanations=work.desk.draft.explanations,
        reason=None,
    )
    return await _page(request, pages, intake, work=work, confirmation=confirmation)


@router.post("/obligations/{obligation_id}/check")
async def send(
    request: Request,
    obligation_id: ObligationNumber,
    *,
    pages: PagesDep,
    principal: SenderDep,
    intake: IntakeDep,
) -> Response:
    """Sends the draft; a second click leads to the same receipt."""
    confirmation = _confirmation(await read_form(request))
    try:
        number = await send_draft(
            intake, principal, ObligationId(obligation_id), confirmation=confirmation
        )
    except VersionConflict:
        return RedirectResponse(f"/obligations/{obligation_id}/form", status_code=303)
    except ValidationFailed:
        work = await open_sheet(intake, principal, ObligationId(obligation_id))
        return await _page(
            request, pages, intake, work=work, confirmation=confirmation, refused=True
        )
    return RedirectResponse(f"/receipts/{number}", status_code=303)


@router.get("/receipts/{number}")
async def receipt_page(
    request: Request, number: str, *, pages: PagesDep, principal: SignedIn, intake: IntakeDep
) -> Response:
    """The receipt, fit to be printed."""
    receipt = await read_receipt(intake, principal, number)
    known, filed = await intake.catalogue.current(), receipt.filed
    place = place_of(known, filed.obligation)
    first = filed.report.first_submitted_at or receipt.version.submitted_at
    return pages.render(
        request,
        "intake/receipt.html",
        filed=filed,
        version=receipt.version,
        title=form_title(place.form, language_of(request)),
        organization_name=office_name(place.organization),
        receiver=await _receiver_name(intake, filed.obligation.receiver_id),
        on_time=first <= filed.obligation.deadline,
        last_day=last_day(filed.obligation),
    )


def _confirmation(form: FormData) -> Confirmation:
    version = str(form.get("draft_version", ""))
    explanations = {
        name.removeprefix(EXPLANATION_PREFIX): str(text).strip()[:LONGEST_TEXT]
        for name, text in form.items()
        if name.startswith(EXPLANATION_PREFIX)
    }
    return Confirmation(
        key=str(form.get("key", ""))[:LONGEST_KEY] or uuid4().hex,
        draft_version=int(version) if version.isdecimal() and len(version) < 10 else -1,
        explanations={key: text for key, text in explanations.items() if text},
        reason=str(form.get("reason", "")).strip()[:LONGEST_TEXT] or None,
    )


async def _page(
    request: Request,
    pages: Pages,
    intake: Intake,
    *,
    work: Sheetwork,
    confirmation: Confirmation,
    refused: bool = False,
) -> Response:
    language, known = language_of(request), await intake.catalogue.current()
    desk, place = work.desk, work.desk.place
    line = duty_line(
        desk.duty, known, now=intake.clock.now(), today=intake.clock.today(), language=language
    )
    draft = replace(desk.draft, explanations=confirmation.explanations)
    warnings = _warnings(judge_draft(work.kept(draft)), work=work, said=confirmation, after=refused)
    correction = desk.duty.report is not None and desk.duty.report.state in (
        ReportState.APPROVED,
        ReportState.CLOSED,
    )
    reason_missing = refused and correction and confirmation.reason is None
    return pages.render(
        request,
        "intake/check.html",
        status_code=422 if refused else 200,
        line=line,
        title=form_title(place.form, language),
        organization_name=office_name(place.organization),
        receiver=await _receiver_name(intake, desk.duty.obligation.receiver_id),
        grid=reading_grid(
            place.form,
            validate(place.form, desk.draft.figures).figures,
            language=language,
            previous=work.previous,
        ),
        nothing_to_report=desk.draft.nothing_to_report,
        has_previous=work.previous is not None,
        warnings=warnings,
        correction=correction,
        reason=confirmation.reason or "",
        reason_missing=reason_missing,
        errors=_errors(request, warnings, reason_missing=reason_missing),
        key=confirmation.key,
        draft_version=desk.draft.version,
    )


def _warnings(
    faults: Sequence[Fault], *, work: Sheetwork, said: Confirmation, after: bool
) -> list[Warned]:
    rows = work.desk.place.form.row_by_code
    return [
        Warned(
            key=explanation_key(fault),
            row=rows[fault.row].label if fault.row in rows else "",
            text=fault.detail,
            explanation=said.explanations.get(explanation_key(fault), fault.explanation or ""),
            missing=after and fault.blocks,
        )
        for fault in faults
        if fault.severity is Severity.SOFT
    ]


def _errors(
    request: Request, warnings: Sequence[Warned], *, reason_missing: bool
) -> list[Mapping[str, Any]]:
    labels, language = request.app.state.labels, language_of(request)
    missing: list[Mapping[str, Any]] = [
        {
            "text": f"{each.row}: {labels.text('intake.check.explain_error', language)}",
            "href": f"#{EXPLANATION_PREFIX}{each.key}",
        }
        for each in warnings
        if each.missing
    ]
    if reason_missing:
        text = labels.text("intake.check.reason_error", language)
        missing.append({"text": text, "href": "#reason"})
    return missing


def _hard(faults: Sequence[Fault]) -> bool:
    return any(fault.severity is Severity.HARD for fault in faults)


async def _receiver_name(intake: Intake, receiver_id: Any) -> str:
    known = await intake.catalogue.current()
    if receiver_id is None:
        return ""
    receiver = organization_of(known, receiver_id, on=intake.clock.today())
    return office_name(receiver) if receiver else ""
