"""GET and POST /api/v1/aggregates, and GET /api/v1/aggregates/{slug}/{period}."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from services.intake.aggregates.schemas import (
    AggregateModel,
    SigningDutiesModel,
    SignOffBody,
    aggregate_json,
    signing_duty_json,
)
from services.intake.aggregates.use_cases import (
    DutyFilter,
    find_signing_duties,
    read_aggregate,
    sign_off,
)
from services.intake.dependencies import IfMatch, IntakeDep, versioned_answer
from shared.domain.aggregates import AggregateStanding
from shared.web.access import SignedIn, require
from shared.web.conditional import next_page
from shared.web.json import ExactRoute, json_response
from shared.web.paging import LimitQuery, OffsetQuery, page_of
from shared.web.principals import Principal, Role
from shared.web.problems import MalformedRequest, VersionRequired

router = APIRouter(prefix="/api/v1", tags=["aggregates"], route_class=ExactRoute)

Name = Annotated[str, Path(min_length=1, max_length=64)]
CodeQuery = Annotated[str | None, Query(max_length=64)]
SignerDep = Annotated[Principal, require(Role.REVIEWER, Role.SIGNER)]
_TAG = re.compile(r'(?:W/)?"?([0-9a-f]{64})(?:-[0-9a-f]{24})?"?')


@router.get(
    "/aggregates",
    summary="List what is to be signed off",
    responses={200: {"model": SigningDutiesModel}},
)
async def list_duties(
    request: Request,
    principal: SignedIn,
    intake: IntakeDep,
    *,
    organization: CodeQuery = None,
    form: CodeQuery = None,
    period: CodeQuery = None,
    standing: AggregateStanding | None = None,
    offset: OffsetQuery = 0,
    limit: LimitQuery = 100,
) -> Response:
    """Who has to sign off which aggregate until when, within the caller's scope.

    From the cut-off on; `organization` and `form` are codes.
    """
    wanted = DutyFilter(organization=organization, form=form, period=period, standing=standing)
    found = await find_signing_duties(intake, principal, wanted)
    page, now = page_of(found, offset=offset, limit=limit), intake.clock.now()
    return json_response(
        {"items": [signing_duty_json(each, now=now) for each in page.items], "next": page.next},
        headers=next_page(request, offset=page.next),
    )


@router.get(
    "/aggregates/{slug}/{period}",
    summary="Read an aggregate",
    responses={200: {"model": AggregateModel}},
)
async def read(
    request: Request,
    slug: Name,
    period: Name,
    *,
    principal: SignedIn,
    intake: IntakeDep,
    organization: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """The approved figures now, beside what was signed off; If-Match names its ETag, or sha256."""
    aggregate = await read_aggregate(
        intake, principal, slug=slug, period=period, organization=organization
    )
    return versioned_answer(request, aggregate_json(aggregate), version=aggregate.sha256)


@router.post(
    "/aggregates",
    status_code=201,
    summary="Sign off an aggregate",
    responses={201: {"model": AggregateModel, "description": "Signed off, with its event."}},
)
async def sign(
    body: SignOffBody, principal: SignerDep, intake: IntakeDep, if_match: IfMatch = None
) -> Response:
    """Sign off the aggregate of one's own organization, exactly as it was read."""
    if if_match is None:
        raise VersionRequired
    tag = _TAG.fullmatch(if_match.strip())
    if tag is None:
        raise MalformedRequest
    aggregate = await sign_off(
        intake,
        principal,
        slug=body.form,
        period=body.period,
        seen=tag[1],
        reason=body.reason,
        organization=body.organization,
    )
    headers = {"ETag": f'"{aggregate.sha256}"'}
    return json_response(aggregate_json(aggregate), status_code=201, headers=headers)
