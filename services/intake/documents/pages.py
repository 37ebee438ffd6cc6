"""The page of a report's administrative identity: number, date, signer, signed file."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from services.intake.dependencies import IntakeDep
from services.intake.documents.supporting import FileAct, act_on_files, sections_with_files
from services.intake.documents.use_cases import keep_attachment, keep_document
from services.intake.drafts.sheet import open_sheet
from services.intake.drafts.use_cases import Desk
from services.intake.obligations.pages import ENTERING
from services.intake.reports.documents import LONGEST_NAME, LONGEST_NUMBER, document_members
from services.intake.service import Intake
from services.intake.wording import form_title, office_name
from shared.domain.documents import Document, DocumentError, document_faults
from shared.domain.drafts import AwaitingSignature
from shared.domain.identifiers import ObligationId
from shared.web.access import require
from shared.web.forms import form_with_files, required_number
from shared.web.identifiers import LARGEST_ID
from shared.web.languages import language_of
from shared.web.pages import Pages, PagesDep
from shared.web.principals import Principal, Role
from shared.web.problems import VersionConflict

LONGEST = {
    "number": LONGEST_NUMBER,
    "date": 10,
    "signer_name": LONGEST_NAME,
    "signer_title": LONGEST_NAME,
}

router = APIRouter(include_in_schema=False)

ObligationNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
TypistDep = Annotated[Principal, require(*ENTERING, Role.REVIEWER)]
Errors = Mapping[str, Mapping[str, str]]


@router.get("/obligations/{obligation_id}/document")
async def document_page(
    request: Request,
    obligation_id: ObligationNumber,
    *,
    pages: PagesDep,
    principal: TypistDep,
    intake: IntakeDep,
) -> Response:
    """What the draft says, to be filled in; a signer's own name is there already."""
    desk = (await open_sheet(intake, principal, ObligationId(obligation_id))).desk
    fields = document_members(desk.draft.document)
    if principal.has_any(Role.SIGNER) and not desk.proxy:
        fields.setdefault("signer_name", principal.display_name)
    return await _page(request, pages, intake, desk=desk, fields=fields)


@router.post("/documents")
async def keep(
    request: Request, *, pages: PagesDep, principal: TypistDep, intake: IntakeDep
) -> Response:
    """Keeps the document in the draft, then back to the page of sending.

    The duty is named in the form, because the limit of a body hangs on a fixed path.
    """
    async with form_with_files(request) as form:
        return await _keep(request, pages, intake, principal, form=form)


async def _keep(
    request: Request, pages: Pages, intake: Intake, principal: Principal, *, form: FormData
) -> Response:
    obligation_id = ObligationId(required_number(form, "obligation_id"))
    if form.get("section"):
        return await _act_on_files(request, pages, intake, principal, form=form)
    desk = (await open_sheet(intake, principal, obligation_id)).desk
    fields = {name: str(form.get(name, "")).strip() for name in LONGEST}
    document, errors = _read(request, fields, today=intake.clock.today())
    file = form.get("file")
    if not errors and isinstance(file, UploadFile) and file.size:
        document, errors = await _attach(intake, principal, obligation_id, document, file=file)
    if errors:
        return await _page(request, pages, intake, desk=desk, fields=fields, errors=errors)
    try:
        await keep_document(
            intake,
            principal,
            obligation_id,
            document=document,
            replaces=required_number(form, "draft_version"),
        )
    except (VersionConflict, AwaitingSignature):
        return RedirectResponse(f"/obligations/{obligation_id}/form", status_code=303)
    return RedirectResponse(f"/obligations/{obligation_id}/check", status_code=303)


async def _act_on_files(
    request: Request, pages: Pages, intake: Intake, principal: Principal, *, form: FormData
) -> Response:
    """Back to this page: more files may follow."""
    obligation_id = ObligationId(required_number(form, "obligation_id"))
    file, section = form.get("file"), str(form.get("section"))
    uploaded = isinstance(file, UploadFile) and bool(file.size)
    act = FileAct(
        section=section,
        replaces=required_number(form, "draft_version"),
        file_name=(file.filename or "") if isinstance(file, UploadFile) else "",
        content=await file.read() if isinstance(file, UploadFile) and uploaded else b"",
        remove=str(form.get("remove", "")),
    )
    try:
        await act_on_files(intake, principal, obligation_id, act=act)
    except DocumentError as error:
        desk = (await open_sheet(intake, principal, obligation_id)).desk
        told = {f"file-{section}": {"text": str(error), "href": f"#file-{section}"}}
        fields = document_members(desk.draft.document)
        return await _page(request, pages, intake, desk=desk, fields=fields, errors=told)
    except (VersionConflict, AwaitingSignature):
        return RedirectResponse(f"/obligations/{obligation_id}/form", status_code=303)
    return RedirectResponse(f"/obligations/{obligation_id}/document#files", status_code=303)


async def _attach(
    intake: Intake,
    principal: Principal,
    obligation_id: ObligationId,
    document: Document,
    *,
    file: UploadFile,
) -> tuple[Document, Errors]:
    try:
        kept = await keep_attachment(
            intake,
            principal,
            obligation_id,
            file_name=file.filename or "",
            content=await file.read(),
        )
    except DocumentError as error:
        return document, {"file": {"text": str(error), "href": "#file"}}
    return replace(document, attachment_sha256=kept.sha256), {}


def _read(request: Request, fields: Mapping[str, str], *, today: date) -> tuple[Document, Errors]:
    """The document that the fields say, and what is wrong with it, by field."""
    labels, language = request.app.state.labels, language_of(request)
    texts = {
        name: labels.text("validation.string_too_long", language, max_length=most)
        for name, most in LONGEST.items()
        if len(fields[name]) > most
    }
    issued_on = None
    try:
        issued_on = date.fromisoformat(fields["date"]) if fields["date"] else None
    except ValueError:
        texts["date"] = labels.text("validation.date_parsing", language)
    if texts:
        return Document(), {name: {"text": texts[name], "href": f"#{name}"} for name in texts}
    document = Document(
        number=fields["number"] or None,
        issued_on=issued_on,
        signer_name=fields["signer_name"] or None,
        signer_title=fields["signer_title"] or None,
    )
    return document, {
        fault.field: {"text": fault.detail, "href": f"#{fault.field}"}
        for fault in document_faults(document, today=today)
    }


async def _page(
    request: Request,
    pages: Pages,
    intake: Intake,
    *,
    desk: Desk,
    fields: Mapping[str, Any],
    errors: Errors | None = None,
) -> Response:
    return pages.render(
        request,
        "intake/document_form.html",
        status_code=422 if errors else 200,
        obligation_id=desk.duty.obligation.id,
        draft_version=desk.draft.version,
        title=form_title(desk.place.form, language_of(request)),
        period=desk.duty.obligation.period,
        organization_name=office_name(desk.place.organization),
        document=desk.draft.document,
        sections=sections_with_files(
            desk.place.form, desk.draft.words, language=language_of(request)
        ),
        fields={name: fields.get(name, "") for name in LONGEST},
        errors=errors or {},
        limit_kilobytes=intake.attachment_limit_bytes // 1024,
    )
