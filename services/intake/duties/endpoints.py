"""POST /api/v1/obligations/{obligation_id}/extend, exclude, include, transfer; and many at once."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.intake.dependencies import (
    IfMatch,
    IntakeDep,
    entity_tag,
    version_named,
)
from services.intake.duties.schemas import (
    ActedModel,
    ActsBody,
    ExtensionBody,
    TransferBody,
    acted_json,
)
from services.intake.duties.use_cases import ACTING, Wanted, act
from services.intake.obligations.schemas import ObligationModel, duty_json
from services.intake.obligations.use_cases import read_duty
from services.intake.reports.schemas import ReasonBody
from services.intake.service import Intake
from shared.domain.identifiers import ObligationId
from shared.domain.obligation_acts import ObligationAct
from shared.web.access import require
from shared.web.identifiers import LARGEST_ID
from shared.web.json import ExactRoute, json_response
from shared.web.principals import Principal
from shared.web.problems import ProblemFault, ValidationFailed

router = APIRouter(prefix="/api/v1", tags=["obligations"], route_class=ExactRoute)

ObligationNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
ActingDep = Annotated[Principal, require(*ACTING)]


@router.post(
    "/obligations/acts",
    summary="Act on many obligations",
    responses={200: {"model": ActedModel}, 412: {}},
)
async def act_on_many(body: ActsBody, principal: ActingDep, intake: IntakeDep) -> Response:
    """Extend, exclude, take in or hand over many obligations at once: all of them, or none.

    `sequence` of each is that which was read.
    """
    targets = {ObligationId(each.obligation_id): each.sequence for each in body.obligations}
    if body.verb is ObligationAct.EXTEND and body.until is None:
        raise ValidationFailed(errors=[_no_last_day()])
    if body.verb is ObligationAct.TRANSFER and body.to is None:
        raise ValidationFailed(errors=[_nobody_named()])
    wanted = Wanted(body.verb, targets, body.reason, until=body.until, to=body.to)
    after = await act(intake, principal, wanted)
    return json_response({"items": [acted_json(each) for each in after]})


@router.post(
    "/obligations/{obligation_id}/extend",
    summary="Extend a deadline",
    responses={200: {"model": ObligationModel}},
)
async def extend(
    obligation_id: ObligationNumber,
    body: ExtensionBody,
    principal: ActingDep,
    intake: IntakeDep,
    if_match: IfMatch = None,
) -> Response:
    """Give the sender until another day, with a reason. What is late by the rules stays known."""
    return await _acted(
        intake,
        principal,
        obligation_id,
        verb=ObligationAct.EXTEND,
        sequence=version_named(if_match),
        reason=body.reason,
        until=body.until,
    )


@router.post(
    "/obligations/{obligation_id}/exclude",
    summary="Exclude an organization from what is expected",
    responses={200: {"model": ObligationModel}},
)
async def exclude(
    obligation_id: ObligationNumber,
    body: ReasonBody,
    principal: ActingDep,
    intake: IntakeDep,
    if_match: IfMatch = None,
) -> Response:
    """Take the report out of what is expected, with a reason: the coverage follows at once."""
    return await _acted(
        intake,
        principal,
        obligation_id,
        verb=ObligationAct.EXCLUDE,
        sequence=version_named(if_match),
        reason=body.reason or "",
    )


@router.post(
    "/obligations/{obligation_id}/include",
    summary="Undo an exclusion",
    responses={200: {"model": ObligationModel}},
)
async def include(
    obligation_id: ObligationNumber,
    body: ReasonBody,
    principal: ActingDep,
    intake: IntakeDep,
    if_match: IfMatch = None,
) -> Response:
    """Expect the report again, with a reason."""
    return await _acted(
        intake,
        principal,
        obligation_id,
        verb=ObligationAct.INCLUDE,
        sequence=version_named(if_match),
        reason=body.reason or "",
    )


@router.post(
    "/obligations/{obligation_id}/transfer",
    summary="Hand an obligation over",
    responses={200: {"model": ObligationModel}},
)
async def transfer(
    obligation_id: ObligationNumber,
    body: TransferBody,
    principal: ActingDep,
    intake: IntakeDep,
    if_match: IfMatch = None,
) -> Response:
    """Name who reports in place of a unit that was divided or ended, with a reason.

    The figures stay those of the unit. Where one organization took over the whole, this happened
    by itself.
    """
    return await _acted(
        intake,
        principal,
        obligation_id,
        verb=ObligationAct.TRANSFER,
        sequence=version_named(if_match),
        reason=body.reason,
        to=body.to,
    )


async def _acted(
    intake: Intake,
    principal: Principal,
    obligation_id: int,
    *,
    verb: ObligationAct,
    sequence: int,
    reason: str,
    until: date | None = None,
    to: str | None = None,
) -> Response:
    target = ObligationId(obligation_id)
    wanted = Wanted(verb, {target: sequence}, reason, until=until, to=to)
    [after] = await act(intake, principal, wanted)
    known = await intake.catalogue.current()
    duty = await read_duty(intake, principal, target)
    headers = {"ETag": entity_tag(after.sequence)}
    return json_response(duty_json(duty, known, now=intake.clock.now()), headers=headers)


def _no_last_day() -> ProblemFault:
    return ProblemFault(
        code="last_day_required",
        detail="Gia hạn phải có ngày cuối. Hãy ghi until, ví dụ 2025-06-20.",
        pointer="/until",
    )


def _nobody_named() -> ProblemFault:
    return ProblemFault(
        code="heir_required",
        detail="Chuyển nghĩa vụ phải có đơn vị nhận. Hãy ghi mã đơn vị vào to.",
        pointer="/to",
    )
