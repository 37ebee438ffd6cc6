"""The catalogue over the API: organizations, regimes, the calendar, and loading packs."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from starlette.datastructures import UploadFile

from services.intake.catalogue.loading import load_catalogue
from services.intake.catalogue.schemas import (
    BODY,
    MULTIPART,
    CalendarModel,
    LoadingModel,
    OrganizationsModel,
    OrganizationStoryModel,
    calendar_json,
    organizations_json,
    story_json,
)
from services.intake.catalogue.use_cases import (
    calendar_of,
    find_organizations,
    story_of,
)
from services.intake.dependencies import IntakeDep
from shared.web.access import SignedIn, require
from shared.web.conditional import VARY, holds, next_page
from shared.web.identifiers import LARGEST_ID
from shared.web.json import json_response
from shared.web.principals import Principal, Role
from shared.web.problems import MalformedRequest, UnsupportedMediaType

LONGEST_PAGE = 500
MOST_ORGANIZATIONS = 1_000_000
MOST_FILES = 50

router = APIRouter(prefix="/api/v1", tags=["catalogue"])

On = Annotated[date | None, Query(description="The day asked about, today if none is given.")]
IfNoneMatch = Annotated[str | None, Header(description="The ETag of the answer held already.")]
AdministratorDep = Annotated[Principal, require(Role.ADMINISTRATOR)]


@router.get(
    "/organizations",
    summary="List organizations",
    responses={200: {"model": OrganizationsModel}},
)
async def list_organizations(
    request: Request,
    _: SignedIn,
    intake: IntakeDep,
    *,
    on: On = None,
    parent: Annotated[
        str | None, Query(max_length=35, description="The code of the organization above.")
    ] = None,
    q: Annotated[
        str | None, Query(max_length=100, description="Part of the name, marks or not; or a code.")
    ] = None,
    offset: Annotated[int, Query(ge=0, le=MOST_ORGANIZATIONS)] = 0,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 100,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The organizations in force on a day, by name. `dong phu` finds Đồng Phú."""
    known = await intake.catalogue.current()
    found = find_organizations(
        known,
        on=on or intake.clock.today(),
        parent=parent,
        words=q,
        offset=offset,
        limit=limit,
    )
    tag = _tag(known.number, on or intake.clock.today())
    answer = _answer(organizations_json(found), tag=tag, held=if_none_match)
    answer.headers.update(next_page(request, offset=found.next_offset))
    return answer


@router.get(
    "/organizations/{organization_id}",
    summary="Read the story of an organization",
    responses={200: {"model": OrganizationStoryModel}},
)
async def read_organization(
    organization_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    _: SignedIn,
    intake: IntakeDep,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """An organization under all its names, with what it came from and what it became."""
    known = await intake.catalogue.current()
    body = story_json(story_of(known, organization_id))
    return _answer(body, tag=_tag(known.number), held=if_none_match)


@router.get(
    "/calendar",
    summary="Read the working calendar of a year",
    responses={200: {"model": CalendarModel}},
)
async def read_calendar(
    _: SignedIn,
    intake: IntakeDep,
    *,
    year: Annotated[
        int | None, Query(ge=2000, le=2199, description="This year if none is given.")
    ] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Days off, Saturdays worked, and the deadlines of every period cut off in the year."""
    known = await intake.catalogue.current()
    asked = year or intake.clock.today().year
    body = calendar_json(calendar_of(known, asked))
    return _answer(body, tag=_tag(known.number, asked), held=if_none_match)


@router.post(
    "/catalogue",
    summary="Load a pack of the catalogue",
    responses={200: {"model": LoadingModel}},
    openapi_extra={"requestBody": BODY},
)
async def post_catalogue(
    request: Request,
    principal: AdministratorDep,
    intake: IntakeDep,
    *,
    dry_run: Annotated[bool, Query(description="Judge everything, store nothing.")] = False,
) -> Response:
    """Load a pack: all of it, or nothing. Every fault is named with its file and line."""
    files = await _files(request)
    done = await load_catalogue(intake, principal, files, dry_run=dry_run)
    return json_response(
        {
            "number": done.number,
            "changed": done.changed,
            "summary": done.summary,
            "dry_run": dry_run,
        }
    )


async def _files(request: Request) -> dict[str, str]:
    """The files of a multipart body by name.

    Raises:
        UnsupportedMediaType: the body is something else.
        MalformedRequest: a part has no name of a file, or is no text.
    """
    if not request.headers.get("content-type", "").startswith(MULTIPART):
        raise UnsupportedMediaType
    files: dict[str, str] = {}
    async with request.form(max_files=MOST_FILES) as form:
        for _, part in form.multi_items():
            if not isinstance(part, UploadFile) or not part.filename or part.filename in files:
                raise MalformedRequest
            files[part.filename] = _text(await part.read())
    return files


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedRequest from None


def _tag(*parts: object) -> str:
    """The answer depends on nothing but the catalogue and what was asked (RFC 9110, 8.8.3)."""
    return f'"{"-".join(map(str, parts))}"'


def _answer(body: Mapping[str, Any], *, tag: str, held: str | None) -> Response:
    headers = {"ETag": tag, "Vary": VARY}
    if holds(held, tag):
        return Response(status_code=304, headers=headers)
    return json_response(body, headers=headers)
