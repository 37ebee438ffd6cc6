"""Reports and aggregates as official documents, to be printed, signed and filed."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from services.intake.dependencies import IntakeDep
from services.intake.printing.papers import FileFormat
from services.intake.printing.use_cases import print_aggregate, print_report
from services.intake.workbooks.endpoints import file_response
from shared.domain.identifiers import ReportId
from shared.web.access import SignedIn
from shared.web.identifiers import LARGEST_ID

router = APIRouter(prefix="/api/v1")

BINARY = {"schema": {"type": "string", "format": "binary"}}
FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {each.media_type: BINARY for each in FileFormat}}
}

FormatPath = Annotated[FileFormat, Path(description="Of the file.")]
Name = Annotated[str, Path(min_length=1, max_length=64)]


@router.get(
    "/reports/{report_id}/document.{file_format}",
    tags=["reports"],
    response_class=Response,
    summary="Print a report",
    responses=FILES,
)
async def document_of_report(
    request: Request,
    report_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    file_format: FormatPath,
    *,
    principal: SignedIn,
    intake: IntakeDep,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The last one.")] = None,
) -> Response:
    """A version in the layout of Nghị định 30/2020/NĐ-CP: PDF/A, Word, or a workbook."""
    made = await print_report(
        intake,
        principal,
        ReportId(report_id),
        version=version,
        file_format=file_format,
        demo=request.app.state.demo,
    )
    return file_response(made, media_type=file_format.media_type)


@router.get(
    "/aggregates/{slug}/{period}/document.{file_format}",
    tags=["aggregates"],
    response_class=Response,
    summary="Print an aggregate",
    responses=FILES,
)
async def document_of_aggregate(
    request: Request,
    slug: Name,
    period: Name,
    file_format: FormatPath,
    *,
    principal: SignedIn,
    intake: IntakeDep,
    organization: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """What was signed off, else the approved figures as they are now, in the same layout."""
    made = await print_aggregate(
        intake,
        principal,
        slug=slug,
        period=period,
        organization=organization,
        file_format=file_format,
        demo=request.app.state.demo,
    )
    return file_response(made, media_type=file_format.media_type)
