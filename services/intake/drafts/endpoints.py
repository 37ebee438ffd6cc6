"""GET and PUT /api/v1/drafts/{obligation_id}."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from services.intake.dependencies import (
    IfMatch,
    IntakeDep,
    entity_tag,
    version_named,
    versioned_answer,
)
from services.intake.drafts import use_cases
from services.intake.drafts.known import read_known
from services.intake.drafts.schemas import (
    DraftBody,
    DraftModel,
    OpenedDraftModel,
    draft_json,
    opened_draft_json,
)
from shared.domain.identifiers import ObligationId
from shared.web.access import require
from shared.web.identifiers import LARGEST_ID
from shared.web.json import ExactRoute, json_response
from shared.web.principals import Principal, Role

router = APIRouter(prefix="/api/v1", tags=["drafts"], route_class=ExactRoute)

ObligationNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
SenderDep = Annotated[Principal, require(Role.PREPARER, Role.SIGNER, Role.SERVICE, Role.REVIEWER)]


@router.get(
    "/drafts/{obligation_id}",
    summary="Read a draft",
    responses={200: {"model": OpenedDraftModel}},
)
async def read_draft(
    request: Request, obligation_id: ObligationNumber, principal: SenderDep, intake: IntakeDep
) -> Response:
    """What is kept; the next PUT must name its ETag, or its version.

    `prefilled` are figures that need not be typed again, with their source; they are not kept until
    they are sent. `usual` is what the unit itself has reported for its last periods.
    """
    desk = await use_cases.open_desk(intake, principal, ObligationId(obligation_id))
    known = await read_known(intake, desk)
    document = opened_draft_json(ObligationId(obligation_id), desk.draft, known=known)
    return versioned_answer(request, document, version=desk.draft.version)


@router.put(
    "/drafts/{obligation_id}", summary="Keep a draft", responses={200: {"model": DraftModel}}
)
async def keep_draft(
    obligation_id: ObligationNumber,
    body: DraftBody,
    principal: SenderDep,
    intake: IntakeDep,
    if_match: IfMatch = None,
) -> Response:
    """Keep what is typed. If-Match names the version that was read, "0" for a first draft."""
    draft = await use_cases.keep_draft(
        intake,
        principal,
        ObligationId(obligation_id),
        content=body.to_keep(),
        replaces=version_named(if_match),
    )
    headers = {"ETag": entity_tag(draft.version)}
    return json_response(draft_json(ObligationId(obligation_id), draft), headers=headers)
