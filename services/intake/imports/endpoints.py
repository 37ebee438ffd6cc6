"""POST /api/v1/imports."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from services.intake.dependencies import IntakeDep, require_key
from services.intake.imports.entries import Entry, read_entries
from services.intake.imports.schemas import BODY, ImportModel
from services.intake.imports.use_cases import (
    Order,
    answered_before,
    check_reports,
    import_reports,
)
from shared.web.access import require
from shared.web.json import json_response
from shared.web.languages import language_of
from shared.web.principals import Principal, Role
from shared.web.problem_responses import validation_fault
from shared.web.problems import ProblemFault

router = APIRouter(prefix="/api/v1", tags=["imports"])

SenderDep = Annotated[Principal, require(Role.PREPARER, Role.SIGNER, Role.SERVICE, Role.REVIEWER)]
IdempotencyKey = Annotated[
    str | None,
    Header(description="Chosen by the client, at most 128 characters; not needed in a dry run."),
]
DryRun = Annotated[bool, Query(description="Judge everything, store nothing.")]


@router.post(
    "/imports",
    status_code=201,
    summary="Send many reports",
    responses={
        200: {"model": ImportModel, "description": "A dry run found no fault. Nothing is stored."},
        201: {"model": ImportModel, "description": "All reports are stored durably."},
    },
    openapi_extra={"requestBody": BODY},
)
async def import_many(
    request: Request,
    principal: SenderDep,
    intake: IntakeDep,
    *,
    dry_run: DryRun = False,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Send many reports: all are stored, or none. Every fault of every report is named."""
    raw = await request.body()
    if dry_run:
        entries = _entries(request, raw)
        return json_response(await check_reports(intake, principal, entries))
    key, sha256 = require_key(idempotency_key), hashlib.sha256(raw).hexdigest()
    done = await answered_before(intake, principal, key=key, sha256=sha256)
    if done is None:
        order = Order(_entries(request, raw), key, sha256)
        done = await import_reports(intake, principal, order)
    headers = {"Idempotency-Replayed": "true"} if done.replayed else {}
    return json_response(done.receipt, status_code=201, headers=headers)


def _entries(request: Request, raw: bytes) -> tuple[Entry, ...]:
    labels, language = request.app.state.labels, language_of(request)

    def say(error: Any) -> ProblemFault:
        return validation_fault(
            {**error, "loc": ("body", *error["loc"])}, labels, language=language
        )

    return read_entries(raw, content_type=request.headers.get("content-type", ""), say=say)
