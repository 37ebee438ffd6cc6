"""The workbook of a duty: download, upload, and the same file with its faults marked."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.datastructures import FormData, UploadFile

from services.intake.dependencies import IfMatch, IntakeDep, version_named
from services.intake.workbooks.errors import refusal
from services.intake.workbooks.schemas import WorkbookModel, workbook_json
from services.intake.workbooks.use_cases import (
    Download,
    GivenFile,
    make_template,
    marked_file,
    take_file,
)
from services.intake.workbooks.wording import Words
from shared.domain.identifiers import ObligationId
from shared.web.access import require
from shared.web.forms import form_with_files
from shared.web.identifiers import LARGEST_ID
from shared.web.json import json_response
from shared.web.languages import language_of
from shared.web.principals import Principal, Role
from shared.web.problems import ProblemFault, UnsupportedMediaType, ValidationFailed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}

router = APIRouter(prefix="/api/v1", tags=["workbooks"])

ObligationNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
TypistDep = Annotated[Principal, require(Role.PREPARER, Role.SIGNER, Role.SERVICE, Role.REVIEWER)]
DryRun = Annotated[bool, Query(description="Judge the file, keep nothing in the draft.")]


@router.get(
    "/obligations/{obligation_id}/workbook",
    response_class=Response,
    summary="Download the form as a workbook",
    responses=FILE,
)
async def download_template(
    request: Request, obligation_id: ObligationNumber, principal: TypistDep, intake: IntakeDep
) -> Response:
    """The form as an Excel file with what is typed so far; derived cells are locked."""
    made = await make_template(
        intake,
        principal,
        ObligationId(obligation_id),
        words=words_of(request),
        demo=request.app.state.demo,
    )
    return file_response(made, media_type=XLSX)


@router.get(
    "/obligations/{obligation_id}/workbook/marked",
    response_class=Response,
    summary="Download the last workbook with its faults marked",
    responses=FILE,
)
async def download_marked(
    request: Request, obligation_id: ObligationNumber, principal: TypistDep, intake: IntakeDep
) -> Response:
    """The file that the caller's organization uploaded last; 404 where it had no fault."""
    made = await marked_file(
        intake, principal, ObligationId(obligation_id), words=words_of(request)
    )
    return file_response(made, media_type=XLSX)


@router.post(
    "/workbooks",
    summary="Fill a draft from a workbook or a table",
    responses={200: {"model": WorkbookModel}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "file": {"type": "string", "format": "binary"},
                            "text": {"type": "string", "description": "A table as text."},
                        },
                    }
                }
            },
        }
    },
)
async def upload(
    request: Request,
    principal: TypistDep,
    intake: IntakeDep,
    *,
    obligation: Annotated[int, Query(ge=1, le=LARGEST_ID)],
    dry_run: DryRun = False,
    if_match: IfMatch = None,
) -> Response:
    """A workbook of ours, or any table with the names of the form's rows (.xlsx, .csv, text).

    It becomes the draft, never a submission. If-Match names the version of the draft that was
    read. What cannot be read is refused whole, with every fault and its place; rules that the
    figures do not meet come with the answer.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise UnsupportedMediaType
    replaces = None if dry_run else version_named(if_match)
    async with form_with_files(request) as form:
        file = await given_file(form)
    if file is None:
        fault = ProblemFault(code="missing", detail="Thiếu tệp ở mục file.", pointer="/file")
        raise ValidationFailed(errors=[fault])
    obligation_id = ObligationId(obligation)
    outcome = await take_file(
        intake, principal, obligation_id, file=file, replaces=replaces, looked_at=True
    )
    if outcome.refused:
        raise refusal(outcome.faults)
    return json_response(workbook_json(obligation_id, outcome))


async def given_file(form: FormData) -> GivenFile | None:
    """The file of a form, else its text; None where both are empty."""
    file = form.get("file")
    if isinstance(file, UploadFile) and file.size:
        return GivenFile(file.filename or "", await file.read())
    text = form.get("text")
    if isinstance(text, str) and text.strip():
        return GivenFile("", text.encode())
    return None


def words_of(request: Request) -> Words:
    """In the language of the reader."""
    return Words(request.app.state.labels, language_of(request))


def file_response(made: Download, *, media_type: str) -> Response:
    """A file to be saved: a browser neither opens nor runs it."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "no-store",
    }
    return Response(made.content, media_type=media_type, headers=headers)
