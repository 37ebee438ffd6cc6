"""POST /api/v1/reminders/urges."""

from typing import Annotated

from fastapi import APIRouter, Response

from services.notifier.dependencies import NotifierDep
from services.notifier.urging.schemas import UrgeBody, UrgesModel
from services.notifier.urging.use_cases import URGING, urge
from shared.web.access import require
from shared.web.json import ExactRoute, json_response
from shared.web.principals import Principal

router = APIRouter(prefix="/api/v1", tags=["reminders"], route_class=ExactRoute)


@router.post(
    "/reminders/urges", summary="Urge for missing reports", responses={200: {"model": UrgesModel}}
)
async def urge_for(
    body: UrgeBody, principal: Annotated[Principal, require(*URGING)], notifier: NotifierDep
) -> Response:
    """Have a mail sent to every unit that still owes one of these reports to your organization.

    At most one a day goes out for each report, none once it is in, and in working time only.
    """
    results = await urge(notifier, principal, body.obligations)
    items = [{"obligation_id": each, "result": result} for each, result in results.items()]
    return json_response({"items": items})
