"""POST /api/v1/attachments, and the download of a signed file."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Header, Path, Query, Request, Response
from starlette.datastructures import UploadFile

from services.intake.dependencies import IntakeDep
from services.intake.documents.schemas import AttachmentModel, attachment_json
from services.intake.documents.use_cases import keep_attachment, read_attachment
from shared.domain.documents import FileKind, kind_of_file
from shared.domain.identifiers import ObligationId
from shared.web.access import SignedIn, require
from shared.web.conditional import holds
from shared.web.forms import form_with_files
from shared.web.identifiers import LARGEST_ID
from shared.web.json import json_response
from shared.web.principals import Principal, Role
from shared.web.problems import ProblemFault, UnsupportedMediaType, ValidationFailed

router = APIRouter(prefix="/api/v1", tags=["attachments"])

ObligationNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
TypistDep = Annotated[Principal, require(Role.PREPARER, Role.SIGNER, Role.SERVICE, Role.REVIEWER)]


@router.post(
    "/attachments",
    status_code=201,
    summary="Keep a signed file",
    responses={201: {"model": AttachmentModel, "description": "The file is kept."}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {"file": {"type": "string", "format": "binary"}},
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
    obligation: Annotated[int, Query(ge=1, le=LARGEST_ID)],
    *,
    supports: Annotated[
        bool, Query(description="A file that supports what a section says, not the signed one.")
    ] = False,
) -> Response:
    """Keep a signed PDF of a report. Name its `sha256` in the document of a draft or submission.

    With `supports=true`, a PDF, PNG, JPEG, Word or Excel file without macros, judged by its
    content: name its `sha256` in `content.files` of a section.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise UnsupportedMediaType
    async with form_with_files(request) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            fault = ProblemFault(code="missing", detail="Thiếu tệp ở mục file.", pointer="/file")
            raise ValidationFailed(errors=[fault])
        kept = await keep_attachment(
            intake,
            principal,
            ObligationId(obligation),
            file_name=file.filename or "",
            content=await file.read(),
            supports=supports,
        )
    address = f"/api/v1/obligations/{obligation}/attachments/{kept.sha256}"
    return json_response(
        attachment_json(kept, address=address),
        status_code=201,
        headers={"Location": address},
    )


@router.get(
    "/obligations/{obligation_id}/attachments/{sha256}",
    response_class=Response,
    summary="Download a signed file",
    responses={
        200: {
            "content": {
                each.value: {"schema": {"type": "string", "format": "binary"}} for each in FileKind
            }
        },
        304: {"description": "You hold it: a kept file never changes."},
    },
)
async def download(
    obligation_id: ObligationNumber,
    sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
    principal: SignedIn,
    intake: IntakeDep,
    if_none_match: Annotated[
        str | None, Header(description="The ETag of the file that you hold.")
    ] = None,
) -> Response:
    """The file, to be saved: a browser neither opens nor runs it (nosniff)."""
    kept = await read_attachment(intake, principal, ObligationId(obligation_id), sha256=sha256)
    tag = f'"{kept.sha256}"'
    if holds(if_none_match, tag):
        return Response(status_code=304, headers={"ETag": tag})
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(kept.file_name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "ETag": tag,
    }
    media_type = kind_of_file(kept.content) or FileKind.PDF
    return Response(kept.content, media_type=media_type.value, headers=headers)
