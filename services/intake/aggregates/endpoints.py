"""GET /api/v1/aggregates/{slug}/{period} and POST /api/v1/aggregates."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake.aggregates.repository import figure_texts
from services.intake.aggregates.use_cases import Aggregate, read_aggregate, sign_off
from services.intake.dependencies import IfMatch, IntakeDep
from services.intake.reports.schemas import Reason
from shared.domain.figures import figure_text
from shared.domain.rollups import Coverage
from shared.web.access import SignedIn, require
from shared.web.json import ExactRoute, json_response
from shared.web.principals import Principal, Role
from shared.web.problems import MalformedRequest, VersionRequired

router = APIRouter(prefix="/api/v1", tags=["aggregates"], route_class=ExactRoute)

Name = Annotated[str, Path(min_length=1, max_length=64)]
SignerDep = Annotated[Principal, require(Role.REVIEWER, Role.SIGNER)]
_TAG = re.compile(r'(?:W/)?"?([0-9a-f]{64})"?')


class SignOffBody(BaseModel):
    """Which aggregate of one's own organization is signed off."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    organization: Annotated[
        str | None, Field(max_length=64, description="Code of one's own; may be left out.")
    ] = None
    form: Annotated[str, Field(max_length=64, description="The form's name in addresses: ii-06a.")]
    period: Annotated[str, Field(max_length=64)]
    reason: Annotated[Reason | None, Field(description="Required while reports are missing.")] = (
        None
    )


@router.get("/aggregates/{slug}/{period}")
async def read(
    slug: Name,
    period: Name,
    principal: SignedIn,
    intake: IntakeDep,
    organization: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """The approved figures now, beside what was signed off; ETag is what If-Match must name."""
    aggregate = await read_aggregate(
        intake, principal, slug=slug, period=period, organization=organization
    )
    return _answer(aggregate)


@router.post("/aggregates", status_code=201)
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
    return _answer(aggregate, status_code=201)


def _answer(aggregate: Aggregate, *, status_code: int = 200) -> Response:
    headers = {"ETag": f'"{aggregate.sha256}"'}
    return json_response(_json(aggregate), status_code=status_code, headers=headers)


def _json(aggregate: Aggregate) -> dict[str, Any]:
    place, rolled, signed = aggregate.place, aggregate.rolled, aggregate.signed
    return {
        "organization": {"code": place.organization.code, "name": place.organization.name},
        "regime": place.regime.code,
        "form": place.form.code,
        "period": place.period.code,
        "deadline": aggregate.deadline,
        "figures": figure_texts(rolled.figures),
        "coverage": _coverage(rolled.coverage),
        "position": rolled.position,
        "sha256": aggregate.sha256,
        "signed_off": None
        if signed is None
        else {
            "sequence": signed.sequence,
            "figures": figure_texts(signed.figures),
            "coverage": _coverage(signed.coverage),
            "position": signed.position,
            "sha256": signed.content_sha256,
            "signed_by": signed.signed_by_name,
            "signed_at": signed.signed_at,
            "reason": signed.reason,
        },
        "changes": [
            {
                "row": change.cell.row,
                "column": change.cell.column,
                "signed": None if change.signed is None else figure_text(change.signed),
                "now": None if change.now is None else figure_text(change.now),
            }
            for change in aggregate.changes
        ],
    }


def _coverage(coverage: Coverage) -> dict[str, int]:
    return {
        "expected": coverage.expected,
        "reported": coverage.reported,
        "on_time": coverage.on_time,
    }
