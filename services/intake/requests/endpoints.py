"""GET and POST /api/v1/requests, GET /api/v1/requests/{request_id}."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from services.intake.dependencies import IntakeDep
from services.intake.requests import use_cases
from services.intake.requests.schemas import (
    RequestBody,
    RequestModel,
    RequestsModel,
    request_json,
)
from services.intake.requests.use_cases import ASKING
from shared.web.access import SignedIn, require
from shared.web.conditional import next_page
from shared.web.identifiers import LARGEST_ID
from shared.web.json import ExactRoute, json_response
from shared.web.principals import Principal

LONGEST_PAGE = 200

router = APIRouter(prefix="/api/v1", tags=["requests"], route_class=ExactRoute)

AskerDep = Annotated[Principal, require(*ASKING)]


@router.post(
    "/requests",
    status_code=201,
    summary="Ask for a report",
    responses={201: {"model": RequestModel, "description": "Asked; its obligations are open."}},
)
async def ask(body: RequestBody, principal: AskerDep, intake: IntakeDep) -> Response:
    """Ask organizations for a form once, with its own cut-off and deadline.

    Those asked owe the report like any other: with reminders, completeness and review.
    """
    number = await use_cases.ask(intake, principal, body.asked())
    request = await use_cases.read_request(intake, principal, number)
    known = await intake.catalogue.current()
    headers = {"Location": f"/api/v1/requests/{number}"}
    return json_response(request_json(request, known), status_code=201, headers=headers)


@router.get("/requests", summary="List requests", responses={200: {"model": RequestsModel}})
async def list_requests(
    request: Request,
    principal: SignedIn,
    intake: IntakeDep,
    *,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
) -> Response:
    """What was asked by the caller's organization, or of those it may read, newest first."""
    found = await use_cases.read_requests(intake, principal, before=before, limit=limit)
    known = await intake.catalogue.current()
    last = found[-1].id if len(found) == limit else None
    return json_response(
        {"items": [request_json(each, known) for each in found], "next": last},
        headers=next_page(request, before=last),
    )


@router.get(
    "/requests/{request_id}", summary="Read a request", responses={200: {"model": RequestModel}}
)
async def read_request(
    request_id: Annotated[int, Path(ge=1, le=LARGEST_ID)], principal: SignedIn, intake: IntakeDep
) -> Response:
    """One request with how far its reports are."""
    found = await use_cases.read_request(intake, principal, request_id)
    return json_response(request_json(found, await intake.catalogue.current()))
