"""Taking a report back from the signer, and handing it back; signing is on the page of sending."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.dependencies import IntakeDep
from services.intake.obligations.pages import ENTERING
from services.intake.reports.schemas import LONGEST_REASON
from services.intake.signing.use_cases import Reopening, reopen
from shared.domain.drafts import DraftAct, DraftError
from shared.domain.errors import ReasonRequired
from shared.domain.identifiers import ObligationId
from shared.web.access import require
from shared.web.forms import read_form, seen_version
from shared.web.identifiers import LARGEST_ID
from shared.web.principals import Principal, Role
from shared.web.problems import VersionConflict

router = APIRouter(include_in_schema=False)

ObligationNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
OfficerDep = Annotated[Principal, require(*ENTERING)]
SignerDep = Annotated[Principal, require(Role.SIGNER)]


@router.post("/obligations/{obligation_id}/take-back")
async def take_back(
    request: Request, obligation_id: ObligationNumber, principal: OfficerDep, intake: IntakeDep
) -> Response:
    """Back to the grid."""
    reopening = await _reopening(request, verb=DraftAct.TAKE_BACK)
    try:
        await reopen(intake, principal, ObligationId(obligation_id), reopening=reopening)
    except (DraftError, VersionConflict):
        return RedirectResponse(f"/obligations/{obligation_id}/check", status_code=303)
    return RedirectResponse(f"/obligations/{obligation_id}/form", status_code=303)


@router.post("/obligations/{obligation_id}/hand-back")
async def hand_back(
    request: Request, obligation_id: ObligationNumber, principal: SignerDep, intake: IntakeDep
) -> Response:
    """Back to the preparer, then home; without a reason, the page asks for one."""
    reopening = await _reopening(request, verb=DraftAct.HAND_BACK)
    here = f"/obligations/{obligation_id}/check"
    try:
        await reopen(intake, principal, ObligationId(obligation_id), reopening=reopening)
    except ReasonRequired:
        return RedirectResponse(f"{here}?reason_missing=true", status_code=303)
    except (DraftError, VersionConflict):
        return RedirectResponse(here, status_code=303)
    return RedirectResponse("/", status_code=303)


async def _reopening(request: Request, *, verb: DraftAct) -> Reopening:
    form = await read_form(request)
    return Reopening(
        verb=verb,
        version=seen_version(form, "draft_version"),
        reason=str(form.get("hand_back_reason", "")).strip()[:LONGEST_REASON] or None,
    )
