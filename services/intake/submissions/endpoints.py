"""POST /api/v1/submissions."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from services.intake.dependencies import (
    current_intake,
    entity_tag,
    require_key,
    version_named,
)
from services.intake.reports.links import receipt_links
from services.intake.submissions.records import Request as SubmissionRequest
from services.intake.submissions.schemas import ReceiptModel, SubmissionBody, read_body
from services.intake.submissions.use_cases import Acknowledged, take_in_from
from shared.db.engine import write_plain_json
from shared.web.access import require
from shared.web.json import JSON_MEDIA_TYPE, exact_json
from shared.web.languages import language_of
from shared.web.lean_route import Gate, LeanRoute
from shared.web.principals import Role
from shared.web.problem_responses import validation_fault
from shared.web.problems import ProblemError, ProblemFault, UnsupportedMediaType

PROBLEM: dict[str, Any] = {"content": {"application/problem+json": {}}}

router = APIRouter(prefix="/api/v1", tags=["submissions"], route_class=LeanRoute)

SenderGate = Annotated[Gate, require(Role.PREPARER, Role.SIGNER, Role.SERVICE, Role.REVIEWER)]
HEADERS = (
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": 128},
        "description": "Chosen by the client, at most 128 characters; the same for a retry.",
    },
    {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "The sequence that was read, as in ETag.",
    },
)


@router.post(
    "/submissions",
    status_code=201,
    summary="Send a report",
    responses={
        201: {"model": ReceiptModel, "description": "Stored durably, with its event."},
        **dict.fromkeys((400, 401, 403, 404, 409, 412, 413, 415, 422), PROBLEM),
    },
    openapi_extra={
        "parameters": list(HEADERS),
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": SubmissionBody.model_json_schema()}},
        },
    },
)
async def submit(request: Request, gate: SenderGate) -> Response:
    """Send a report, or send it again. Answers only after it is stored.

    A signer or a service account sends for its own organization. A reviewer may enter for a sender
    whose report it receives (nhập thay), with a reason, while nothing stands there.
    """
    try:
        wanted = await _read(request)
    except ProblemError:
        await gate.open()  # Who may not send is told that, and nothing of what they sent.
        raise
    return receipt_answer(await take_in_from(gate, await current_intake(request), wanted))


async def _read(request: Request) -> SubmissionRequest:
    key = require_key(request.headers.get("idempotency-key"))
    if_match = request.headers.get("if-match")
    raw = await _json_body(request)
    body, errors = read_body(exact_json(raw))
    return SubmissionRequest(
        body=body,
        key=key,
        sha256=hashlib.sha256(raw).hexdigest(),
        faults=_shape_faults(request, errors),
        expected_sequence=None if if_match is None else version_named(if_match),
    )


def receipt_answer(acknowledged: Acknowledged) -> Response:
    """201 with the receipt."""
    receipt = acknowledged.receipt
    links = receipt_links(receipt["report_id"], receipt["receipt_number"])
    headers = {"Location": links["receipt"], "ETag": entity_tag(receipt["sequence"])}
    if acknowledged.replayed:
        headers["Idempotency-Replayed"] = "true"
    text = write_plain_json({**receipt, "links": links})
    return Response(text, 201, headers=headers, media_type=JSON_MEDIA_TYPE)


async def _json_body(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise UnsupportedMediaType
    return await request.body()


def _shape_faults(request: Request, errors: list[Any]) -> list[ProblemFault]:
    if not errors:
        return []
    labels, language = request.app.state.labels, language_of(request)
    return [
        validation_fault({**each, "loc": ("body", *each["loc"])}, labels, language=language)
        for each in errors
    ]
