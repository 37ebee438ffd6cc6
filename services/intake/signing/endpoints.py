"""POST /api/v1/drafts/{obligation_id}/send-for-signature, take-back, hand-back, sign."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Response

from services.intake.dependencies import (
    IfMatch,
    IntakeDep,
    entity_tag,
    require_key,
    version_named,
)
from services.intake.drafts.repository import Draft
from services.intake.drafts.schemas import DraftModel, draft_json
from services.intake.drafts.use_cases import open_desk
from services.intake.reports.schemas import ReasonBody
from services.intake.signing import use_cases
from services.intake.signing.use_cases import Reopening
from services.intake.submissions.endpoints import receipt_answer
from services.intake.submissions.schemas import ReceiptModel
from services.intake.submissions.sending import Confirmation
from shared.domain.drafts import DraftAct
from shared.domain.identifiers import ObligationId
from shared.web.access import require
from shared.web.identifiers import LARGEST_ID
from shared.web.json import ExactRoute, json_response
from shared.web.principals import Principal, Role

router = APIRouter(prefix="/api/v1/drafts", tags=["drafts"], route_class=ExactRoute)

ObligationNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
PreparerDep = Annotated[Principal, require(Role.PREPARER)]
OfficerDep = Annotated[Principal, require(Role.PREPARER, Role.SIGNER)]
SignerDep = Annotated[Principal, require(Role.SIGNER)]
IdempotencyKey = Annotated[
    str | None,
    Header(description="Chosen by the client, at most 128 characters; the same for a retry."),
]


@router.post(
    "/{obligation_id}/send-for-signature",
    summary="Send a draft for signature",
    responses={200: {"model": DraftModel}},
)
async def send_for_signature(
    obligation_id: ObligationNumber,
    principal: PreparerDep,
    intake: IntakeDep,
    body: ReasonBody | None = None,
    if_match: IfMatch = None,
) -> Response:
    """Lay the draft before the organization's signer. `reason` is that of a correction."""
    desk = await open_desk(intake, principal, ObligationId(obligation_id))
    confirmation = Confirmation(
        key="",
        draft_version=version_named(if_match),
        explanations=desk.draft.explanations,
        reason=body.reason if body else None,
        document=desk.draft.document,
    )
    draft = await use_cases.send_for_signature(
        intake, principal, ObligationId(obligation_id), confirmation=confirmation
    )
    return _answer(obligation_id, draft)


@router.post(
    "/{obligation_id}/take-back",
    summary="Take a draft back from the signer",
    responses={200: {"model": DraftModel}},
)
async def take_back(
    obligation_id: ObligationNumber,
    principal: OfficerDep,
    intake: IntakeDep,
    if_match: IfMatch = None,
) -> Response:
    """Take the draft back from the signer, to change it."""
    reopening = Reopening(DraftAct.TAKE_BACK, version_named(if_match))
    draft = await use_cases.reopen(
        intake, principal, ObligationId(obligation_id), reopening=reopening
    )
    return _answer(obligation_id, draft)


@router.post(
    "/{obligation_id}/hand-back",
    summary="Hand a draft back to who prepared it",
    responses={200: {"model": DraftModel}},
)
async def hand_back(
    obligation_id: ObligationNumber,
    body: ReasonBody,
    principal: SignerDep,
    intake: IntakeDep,
    if_match: IfMatch = None,
) -> Response:
    """The signer hands the draft back with a reason."""
    reopening = Reopening(DraftAct.HAND_BACK, version_named(if_match), reason=body.reason)
    draft = await use_cases.reopen(
        intake, principal, ObligationId(obligation_id), reopening=reopening
    )
    return _answer(obligation_id, draft)


@router.post(
    "/{obligation_id}/sign",
    status_code=201,
    summary="Sign a draft and send it",
    responses={201: {"model": ReceiptModel, "description": "Stored durably, with its event."}},
)
async def sign(
    obligation_id: ObligationNumber,
    principal: SignerDep,
    intake: IntakeDep,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """The signer signs: the draft is sent. Answers with the receipt, only after it is stored."""
    key = require_key(idempotency_key)
    acknowledged = await use_cases.sign(
        intake, principal, ObligationId(obligation_id), version=version_named(if_match), key=key
    )
    return receipt_answer(acknowledged)


def _answer(obligation_id: int, draft: Draft) -> Response:
    headers = {"ETag": entity_tag(draft.version)}
    return json_response(draft_json(ObligationId(obligation_id), draft), headers=headers)
