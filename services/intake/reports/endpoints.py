"""Reports, their versions and events, receipts, and the acts after sending."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from services.intake.dependencies import (
    IfMatch,
    IntakeDep,
    entity_tag,
    version_named,
    versioned_answer,
)
from services.intake.places import place_of
from services.intake.reports import use_cases
from services.intake.reports.schemas import (
    EventsModel,
    FiledModel,
    ReasonBody,
    ReportModel,
    VersionModel,
    VersionsModel,
    event_json,
    filed_json,
    history_json,
    receipt_json,
    version_json,
)
from services.intake.reports.use_cases import Decision
from services.intake.service import Intake
from services.intake.submissions.schemas import ReceiptModel
from shared.domain.identifiers import ReportId
from shared.domain.reports import Act
from shared.web.access import SignedIn, require
from shared.web.conditional import next_page
from shared.web.identifiers import LARGEST_ID
from shared.web.json import ExactRoute, json_response
from shared.web.paging import LimitQuery, OffsetQuery, page_of
from shared.web.principals import Principal, Role
from shared.web.problems import NotFound

router = APIRouter(prefix="/api/v1", tags=["reports"], route_class=ExactRoute)

ReportNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
VersionNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
SenderDep = Annotated[Principal, require(Role.PREPARER, Role.SIGNER, Role.SERVICE)]
ReviewerDep = Annotated[Principal, require(Role.REVIEWER)]


@router.get(
    "/reports/{report_id}",
    summary="Read a report",
    responses={200: {"model": ReportModel}},
)
async def read_report(
    request: Request, report_id: ReportNumber, principal: SignedIn, intake: IntakeDep
) -> Response:
    """A report with its acts and versions; If-Match of an act names its ETag, or its sequence."""
    history = await use_cases.read_history(intake, principal, ReportId(report_id))
    place = place_of(await intake.catalogue.current(), history.filed.obligation)
    document = history_json(history, place)
    return versioned_answer(request, document, version=history.filed.report.sequence)


@router.get(
    "/reports/{report_id}/versions",
    summary="List the versions of a report",
    responses={200: {"model": VersionsModel}},
)
async def read_versions(
    request: Request,
    report_id: ReportNumber,
    principal: SignedIn,
    intake: IntakeDep,
    *,
    offset: OffsetQuery = 0,
    limit: LimitQuery = 100,
) -> Response:
    """Every version that was sent, oldest first, with its figures."""
    history = await use_cases.read_history(intake, principal, ReportId(report_id))
    items = [version_json(each) for each in history.versions]
    page = page_of(items, offset=offset, limit=limit)
    return json_response(page.as_json(), headers=next_page(request, offset=page.next))


@router.get(
    "/reports/{report_id}/versions/{number}",
    summary="Read a version of a report",
    responses={200: {"model": VersionModel}},
)
async def read_version(
    report_id: ReportNumber, number: VersionNumber, principal: SignedIn, intake: IntakeDep
) -> Response:
    """One version with its figures. It never changes."""
    history = await use_cases.read_history(intake, principal, ReportId(report_id))
    version = history.version(number)
    if version is None:
        raise NotFound
    return json_response(version_json(version))


@router.get(
    "/reports/{report_id}/events",
    summary="List the events of a report",
    responses={200: {"model": EventsModel}},
)
async def read_events(
    request: Request,
    report_id: ReportNumber,
    principal: SignedIn,
    intake: IntakeDep,
    *,
    offset: OffsetQuery = 0,
    limit: LimitQuery = 100,
) -> Response:
    """The events that the report's acts caused, with their place in the event log."""
    events = await use_cases.read_events(intake, principal, ReportId(report_id))
    page = page_of([event_json(event) for event in events], offset=offset, limit=limit)
    return json_response(page.as_json(), headers=next_page(request, offset=page.next))


@router.get(
    "/receipts/{number}",
    summary="Read a receipt",
    responses={200: {"model": ReceiptModel}},
)
async def read_receipt(number: str, principal: SignedIn, intake: IntakeDep) -> Response:
    """A receipt by its number."""
    return json_response(receipt_json(await use_cases.read_receipt(intake, principal, number)))


@router.post(
    "/reports/{report_id}/withdraw",
    summary="Withdraw a report",
    responses={200: {"model": FiledModel}},
)
async def withdraw(
    report_id: ReportNumber,
    body: ReasonBody,
    principal: SenderDep,
    intake: IntakeDep,
    if_match: IfMatch = None,
) -> Response:
    """The sender takes back what is not yet approved."""
    decision = Decision(
        ReportId(report_id), Act.WITHDRAW, version_named(if_match), reason=body.reason
    )
    return await _decided(intake, principal, decision)


@router.post(
    "/reports/{report_id}/return",
    summary="Return a report to its sender",
    responses={200: {"model": FiledModel}},
)
async def return_to_sender(
    report_id: ReportNumber,
    body: ReasonBody,
    principal: ReviewerDep,
    intake: IntakeDep,
    if_match: IfMatch = None,
) -> Response:
    """The receiver sends it back with a reason."""
    decision = Decision(
        ReportId(report_id), Act.RETURN, version_named(if_match), reason=body.reason
    )
    return await _decided(intake, principal, decision)


@router.post(
    "/reports/{report_id}/approve",
    summary="Approve a report",
    responses={200: {"model": FiledModel}},
)
async def approve(
    report_id: ReportNumber,
    principal: ReviewerDep,
    intake: IntakeDep,
    body: ReasonBody | None = None,
    if_match: IfMatch = None,
) -> Response:
    """The receiver takes the version that awaits review as official."""
    reason = body.reason if body else None
    decision = Decision(ReportId(report_id), Act.APPROVE, version_named(if_match), reason=reason)
    return await _decided(intake, principal, decision)


async def _decided(intake: Intake, principal: Principal, decision: Decision) -> Response:
    filed = await use_cases.decide(intake, principal, decision)
    place = place_of(await intake.catalogue.current(), filed.obligation)
    headers = {"ETag": entity_tag(filed.report.sequence)}
    return json_response(filed_json(filed, place), headers=headers)
