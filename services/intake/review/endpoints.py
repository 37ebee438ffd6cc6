"""GET /api/v1/review and POST /api/v1/review/approvals."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.intake.dependencies import IntakeDep
from services.intake.places import place_of
from services.intake.reports.schemas import filed_json
from services.intake.reports.use_cases import Decision, DecisionsRefused, decide_all
from services.intake.review import use_cases
from services.intake.review.schemas import (
    ApprovalsBody,
    ApprovedModel,
    QueueModel,
    queue_json,
)
from services.intake.review.use_cases import QueueFilter
from shared.domain.errors import DomainError
from shared.domain.identifiers import ReportId
from shared.domain.reports import Act, ReportState
from shared.web.access import require
from shared.web.conditional import next_page
from shared.web.identifiers import LARGEST_ID
from shared.web.json import ExactRoute, json_response
from shared.web.principals import Principal, Role
from shared.web.problems import ProblemFault, ValidationFailed, VersionConflict

router = APIRouter(prefix="/api/v1", tags=["review"], route_class=ExactRoute)

ReviewerDep = Annotated[Principal, require(Role.REVIEWER)]


@router.get("/review", summary="List what waits for review", responses={200: {"model": QueueModel}})
async def read_queue(
    request: Request,
    principal: ReviewerDep,
    intake: IntakeDep,
    *,
    state: ReportState = ReportState.SUBMITTED,
    period: Annotated[str | None, Query(max_length=64)] = None,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """The reports sent to the caller's organization; those that wait, unless asked otherwise."""
    wanted = QueueFilter(state=state, period=period, after=after, limit=limit)
    queue = await use_cases.read_queue(intake, principal, wanted)
    known = await intake.catalogue.current()
    last = queue.waiting[-1].filed.report.id if len(queue.waiting) == limit else None
    return json_response(
        queue_json(queue, known, last=last), headers=next_page(request, after=last)
    )


@router.post(
    "/review/approvals",
    summary="Approve many reports",
    responses={200: {"model": ApprovedModel}, 412: {}},
)
async def approve_many(body: ApprovalsBody, principal: ReviewerDep, intake: IntakeDep) -> Response:
    """Approve all of these reports, or none: what refuses one of them is named for each.

    `sequence` is that which was read, with `GET /api/v1/review` for instance.
    """
    decisions = [
        Decision(ReportId(each.report_id), Act.APPROVE, each.sequence, reason=body.reason)
        for each in body.reports
    ]
    _require_different(decisions)
    try:
        approved = await decide_all(intake, principal, decisions)
    except DecisionsRefused as error:
        raise _refusal(error, decisions) from None
    known = await intake.catalogue.current()
    items = [filed_json(each, place_of(known, each.obligation)) for each in approved]
    return json_response({"items": items})


def _require_different(decisions: Sequence[Decision]) -> None:
    """Raises ValidationFailed where a report is named twice."""
    seen: set[ReportId] = set()
    faults: list[ProblemFault] = []
    for index, decision in enumerate(decisions):
        if decision.report_id in seen:
            detail = f"Báo cáo {decision.report_id} đã có ở trên. Chỉ nêu mỗi báo cáo một lần."
            faults.append(_fault(index, code="duplicate_report", detail=detail))
        seen.add(decision.report_id)
    if faults:
        raise ValidationFailed(errors=faults)


def _refusal(refused: DecisionsRefused, decisions: Sequence[Decision]) -> Exception:
    """The one problem of all; that of the only report if it is one."""
    if len(decisions) == 1:
        return refused.refusals[decisions[0].report_id]
    faults = [
        _fault(index, code=error.code, detail=_words(error, decision))
        for index, decision in enumerate(decisions)
        if (error := refused.refusals.get(decision.report_id)) is not None
    ]
    conflict = any(isinstance(each, VersionConflict) for each in refused.refusals.values())
    return (VersionConflict if conflict else ValidationFailed)(errors=faults)


def _words(error: VersionConflict | DomainError, decision: Decision) -> str:
    if isinstance(error, DomainError):
        return f"Báo cáo {decision.report_id}: {error}"
    return (
        f"Báo cáo {decision.report_id} đã thay đổi, không còn ở số thứ tự "
        f"{decision.expected_sequence}. Đọc lại báo cáo rồi duyệt."
    )


def _fault(index: int, *, code: str, detail: str) -> ProblemFault:
    return ProblemFault(code=code, detail=detail, pointer=f"/reports/{index}")
