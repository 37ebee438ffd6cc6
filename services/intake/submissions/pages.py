"""Check and send, and the receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from services.intake.dependencies import IntakeDep
from services.intake.drafts.sheet import Sheetwork, judge_draft, open_sheet
from services.intake.drafts.use_cases import Desk, open_desk, require_enterable
from services.intake.grids import reading_grid
from services.intake.obligations.pages import ENTERING, duty_line
from services.intake.places import place_of
from services.intake.reports.use_cases import read_receipt
from services.intake.service import Intake
from services.intake.signing.people import read_signers
from services.intake.signing.use_cases import send_for_signature
from services.intake.submissions.faults import explanation_key
from services.intake.submissions.schemas import LONGEST_TEXT
from services.intake.submissions.sending import Confirmation, send_draft
from services.intake.wording import form_title, last_day, name_of, office_name
from shared.domain.content_reading import read_content
from shared.domain.contents import with_fed_figures
from shared.domain.documents import Document
from shared.domain.drafts import DraftState
from shared.domain.errors import ReasonRequired
from shared.domain.faults import Fault
from shared.domain.forms import Severity
from shared.domain.identifiers import ObligationId
from shared.domain.reports import PeriodClosed, ReportState
from shared.domain.sheets import validate
from shared.labels.labels import Language
from shared.web.access import SignedIn, require
from shared.web.forms import read_form, seen_version
from shared.web.identifiers import LARGEST_ID
from shared.web.languages import language_of
from shared.web.pages import Pages, PagesDep
from shared.web.principals import Principal, Role
from shared.web.problems import ValidationFailed, VersionConflict

EXPLANATION_PREFIX = "explain:"
LONGEST_KEY = 64

router = APIRouter(include_in_schema=False)

ObligationNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
SenderDep = Annotated[Principal, require(*ENTERING, Role.REVIEWER)]


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
    reason_missing: bool = False,
) -> Response:
    """The whole report once more; with a fault, back to the grid that shows it."""
    work = await open_sheet(intake, principal, ObligationId(obligation_id))
    require_enterable(work.desk)
    faults = judge_draft(work)
    if _hard(faults):
        return RedirectResponse(f"/obligations/{obligation_id}/form?faults=true", status_code=303)
    confirmation = Confirmation(
        key=uuid4().hex,
        draft_version=work.desk.draft.version,
        explanations=work.desk.draft.explanations,
        reason=work.desk.draft.reason,
        document=work.desk.draft.document,
    )
    return await _page(
        request,
        pages,
        intake,
        principal=principal,
        work=work,
        confirmation=confirmation,
        missing="hand_back_reason" if reason_missing else "",
    )


@router.post("/obligations/{obligation_id}/check")
async def send(
    request: Request,
    obligation_id: ObligationNumber,
    *,
    pages: PagesDep,
    principal: SenderDep,
    intake: IntakeDep,
) -> Response:
    """Sends the draft, or lays it before the signer; a second click leads to the same receipt."""
    desk = await open_desk(intake, principal, ObligationId(obligation_id))
    confirmation = _confirmation(await read_form(request), document=desk.draft.document)
    try:
        address = await _send(intake, principal, desk, confirmation=confirmation)
    except VersionConflict:
        return RedirectResponse(f"/obligations/{obligation_id}/form", status_code=303)
    except (ValidationFailed, ReasonRequired, PeriodClosed):
        work = await open_sheet(intake, principal, ObligationId(obligation_id))
        return await _page(
            request,
            pages,
            intake,
            principal=principal,
            work=work,
            confirmation=confirmation,
            refused=True,
        )
    return RedirectResponse(address, status_code=303)


async def _send(
    intake: Intake, principal: Principal, desk: Desk, *, confirmation: Confirmation
) -> str:
    """Where to go then."""
    obligation_id = ObligationId(desk.duty.obligation.id or 0)
    if desk.proxy or principal.has_any(Role.SIGNER):
        number = await send_draft(intake, principal, obligation_id, confirmation=confirmation)
        return f"/receipts/{number}"
    await send_for_signature(intake, principal, obligation_id, confirmation=confirmation)
    return f"/obligations/{obligation_id}/check"


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
        receiver=name_of(known, filed.obligation.receiver_id, on=intake.clock.today()),
        on_time=first <= filed.obligation.deadline,
        entered_by=name_of(known, receipt.version.proxy_by, on=intake.clock.today()),
        last_day=last_day(filed.obligation),
    )


def _confirmation(form: FormData, *, document: Document) -> Confirmation:
    explanations = {
        name.removeprefix(EXPLANATION_PREFIX): str(text).strip()[:LONGEST_TEXT]
        for name, text in form.items()
        if name.startswith(EXPLANATION_PREFIX)
    }
    return Confirmation(
        key=str(form.get("key", ""))[:LONGEST_KEY] or uuid4().hex,
        draft_version=seen_version(form, "draft_version"),
        explanations={key: text for key, text in explanations.items() if text},
        reason=str(form.get("reason", "")).strip()[:LONGEST_TEXT] or None,
        document=document,
    )


async def _page(
    request: Request,
    pages: Pages,
    intake: Intake,
    *,
    principal: Principal,
    work: Sheetwork,
    confirmation: Confirmation,
    refused: bool = False,
    missing: str = "",
) -> Response:
    language, known = language_of(request), await intake.catalogue.current()
    desk, place = work.desk, work.desk.place
    line = duty_line(
        desk.duty, known, now=intake.clock.now(), today=intake.clock.today(), language=language
    )
    draft = replace(desk.draft, explanations=confirmation.explanations)
    warnings = _warnings(judge_draft(work.kept(draft)), work=work, said=confirmation, after=refused)
    asks_reason = desk.proxy or desk.duty.period_closed or _is_correction(desk)
    if refused and asks_reason and confirmation.reason is None:
        missing = "reason"
    return pages.render(
        request,
        "intake/check.html",
        status_code=422 if refused else 200,
        line=line,
        title=form_title(place.form, language),
        organization_name=office_name(place.organization),
        receiver=name_of(known, desk.duty.obligation.receiver_id, on=intake.clock.today()),
        warnings=warnings,
        reason=confirmation.reason or "",
        asks_reason=asks_reason,
        reason_missing=missing == "reason",
        hand_back_missing=missing == "hand_back_reason",
        errors=_errors(request, warnings, missing=missing),
        key=confirmation.key,
        draft_version=desk.draft.version,
        **_figures(work, language=language),
        **await _signing(intake, principal, desk),
    )


def _figures(work: Sheetwork, *, language: Language) -> dict[str, Any]:
    """What is to be sent, beside the period before it."""
    form, draft = work.desk.place.form, work.desk.draft
    content, _ = read_content(form, draft.words)
    figures = validate(form, with_fed_figures(form, draft.figures, content)).figures
    return {
        "grid": reading_grid(
            form, figures, language=language, previous=work.previous, content=content
        ),
        "nothing_to_report": draft.nothing_to_report,
        "has_previous": work.previous is not None,
    }


async def _signing(intake: Intake, principal: Principal, desk: Desk) -> dict[str, Any]:
    """Whether the report awaits signature, and whether this account sends or sends it on."""
    return {
        "proxy": desk.proxy,
        "draft": desk.draft,
        "awaiting": desk.draft.state is DraftState.AWAITING_SIGNATURE,
        "signs": desk.proxy or principal.has_any(Role.SIGNER),
        "signers": () if desk.proxy else await read_signers(intake, principal),
    }


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
    request: Request, warnings: Sequence[Warned], *, missing: str
) -> list[Mapping[str, Any]]:
    labels, language = request.app.state.labels, language_of(request)
    errors: list[Mapping[str, Any]] = [
        {
            "text": f"{each.row}: {labels.text('intake.check.explain_error', language)}",
            "href": f"#{EXPLANATION_PREFIX}{each.key}",
        }
        for each in warnings
        if each.missing
    ]
    if missing:
        text = labels.text(f"intake.check.{missing}_error", language)
        errors.append({"text": text, "href": f"#{missing}"})
    return errors


def _is_correction(desk: Desk) -> bool:
    report = desk.duty.report
    return report is not None and report.state in (ReportState.APPROVED, ReportState.CLOSED)


def _hard(faults: Sequence[Fault]) -> bool:
    return any(fault.severity is Severity.HARD for fault in faults)
