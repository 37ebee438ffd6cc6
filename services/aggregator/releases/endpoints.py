"""GET and POST /api/v1/releases, and one release with its content and its revisions."""

import base64
import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from services.aggregator.changes.endpoints import LimitQuery, MomentQuery
from services.aggregator.changes.use_cases import LISTED_BY_DEFAULT
from services.aggregator.dependencies import CACHE_CONTROL, AggregatorDep
from services.aggregator.exports.rows import ExportFormat, csv_pieces
from services.aggregator.releases.publishing import Proposal, publish
from services.aggregator.releases.repository import Release
from services.aggregator.releases.schemas import (
    CONTENT_COLUMNS,
    ReleaseBody,
    ReleaseModel,
    ReleasesModel,
    RevisionsModel,
    content_rows,
    release_json,
    revisions_json,
)
from services.aggregator.releases.use_cases import (
    ReleaseFilter,
    find_releases,
    read_revisions,
    read_shown,
    read_whole,
)
from shared.web.access import SignedIn, require
from shared.web.conditional import next_page
from shared.web.identifiers import LARGEST_ID
from shared.web.json import ExactRoute, json_response
from shared.web.languages import language_of
from shared.web.paging import LimitQuery as PageLimit
from shared.web.paging import OffsetQuery
from shared.web.principals import Principal, Role

PUBLISHING = (Role.ANALYST, Role.LEADER)

router = APIRouter(prefix="/api/v1", tags=["releases"], route_class=ExactRoute)

PublisherDep = Annotated[Principal, require(*PUBLISHING)]
ReleaseNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
CodeQuery = Annotated[str | None, Query(max_length=64)]
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/csv": {"schema": {"type": "string"}},
        }
    }
}


@router.get("/releases", summary="List releases", responses={200: {"model": ReleasesModel}})
async def get_releases(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    *,
    form: CodeQuery = None,
    period: CodeQuery = None,
    offset: OffsetQuery = 0,
    limit: PageLimit = 100,
) -> Response:
    """The releases of the caller's provinces, the newest first."""
    wanted = ReleaseFilter(form=form, period=period)
    found = await find_releases(aggregator, principal, wanted, limit=limit, offset=offset)
    rest = offset + limit if len(found) > limit else None
    document = {"items": [release_json(each) for each in found[:limit]], "next": rest}
    return json_response(document, headers=next_page(request, offset=rest))


@router.post(
    "/releases",
    status_code=201,
    summary="Release the figures of a period",
    responses={201: {"model": ReleaseModel, "description": "Released, with its event."}},
)
async def post_release(
    body: ReleaseBody, principal: PublisherDep, aggregator: AggregatorDep
) -> Response:
    """Freeze the approved figures of a period for the caller's province, numbered and hashed."""
    proposal = Proposal(
        form=body.form,
        period=body.period,
        organization=body.organization,
        as_of=None if body.position is None else str(body.position),
        reason=body.reason,
    )
    release = await publish(aggregator, principal, proposal)
    shown = await read_shown(aggregator, principal, release.id)
    headers = {"Location": f"/api/v1/releases/{release.id}"}
    return json_response(release_json(shown), status_code=201, headers=headers)


@router.get(
    "/releases/{release_id}", summary="Read a release", responses={200: {"model": ReleaseModel}}
)
async def get_release(
    release_id: ReleaseNumber, principal: SignedIn, aggregator: AggregatorDep
) -> Response:
    """What the release is, with its hash. It never changes."""
    return json_response(release_json(await read_shown(aggregator, principal, release_id)))


@router.get(
    "/releases/{release_id}/content",
    response_class=Response,
    summary="Download a release",
    responses=FILE,
)
async def get_content(
    release_id: ReleaseNumber,
    principal: SignedIn,
    aggregator: AggregatorDep,
    *,
    format_: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.JSON,
    bom: Annotated[bool, Query(description="Begin CSV with a mark that Excel needs.")] = False,
) -> Response:
    """The whole release. The SHA-256 of the JSON file is the release's `sha256`."""
    shown, content = await read_whole(aggregator, principal, release_id)
    mark = "mo-phong-" if aggregator.simulated else ""
    headers = {
        "Cache-Control": CACHE_CONTROL,
        "Content-Disposition": f'attachment; filename="{mark}{file_name(shown.release)}.{format_}"',
    }
    if format_ is ExportFormat.JSON:
        digest = base64.b64encode(bytes.fromhex(shown.release.sha256)).decode()
        headers["Repr-Digest"] = f"sha-256=:{digest}:"
        return Response(content, media_type="application/json", headers=headers)
    rows = content_rows(json.loads(content))
    pieces = csv_pieces(CONTENT_COLUMNS, rows, byte_order_mark=bom, simulated=aggregator.simulated)
    return Response("".join(pieces), media_type=format_.media_type, headers=headers)


@router.get(
    "/releases/{release_id}/revisions",
    summary="Tell what has changed since a release",
    responses={200: {"model": RevisionsModel}},
)
async def get_revisions(
    request: Request,
    release_id: ReleaseNumber,
    principal: SignedIn,
    aggregator: AggregatorDep,
    *,
    organization: CodeQuery = None,
    until: MomentQuery = None,
    limit: LimitQuery = LISTED_BY_DEFAULT,
) -> Response:
    """Every later change of what was released, with the report, the act and the reason behind it.

    Of the whole province, or of one organization by its code at the cut-off.
    """
    revisions = await read_revisions(
        aggregator, principal, release_id, organization=organization, until=until, limit=limit
    )
    return json_response(revisions_json(revisions, language=language_of(request)))


def file_name(release: Release) -> str:
    """Codes are other people's text: only letters and digits are kept."""
    name = f"release-{release.sheaf.form}-{release.number}"
    return "".join(each if each.isascii() and each.isalnum() else "-" for each in name)
