"""The audit over the API."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.intake.audit.schemas import AuditList, audit_list
from services.intake.audit.use_cases import PAGE, AuditFilter, read_audit
from services.intake.dependencies import IntakeDep
from shared.domain.time import EARLIEST_DAY, LATEST_DAY
from shared.web.access import Principal, Role, require
from shared.web.conditional import next_page
from shared.web.json import ExactRoute

LONGEST_PAGE = 500
LONGEST_TEXT = 200

router = APIRouter(prefix="/api/v1", tags=["audit"], route_class=ExactRoute)

Day = Annotated[date | None, Query(ge=EARLIEST_DAY, le=LATEST_DAY)]
Administrator = Annotated[Principal, require(Role.ADMINISTRATOR)]


@router.get("/audit", summary="Search the audit")
async def list_audit(
    request: Request,
    response: Response,
    principal: Administrator,
    intake: IntakeDep,
    *,
    account: Annotated[str | None, Query(max_length=LONGEST_TEXT)] = None,
    action: Annotated[str | None, Query(max_length=LONGEST_TEXT)] = None,
    first_day: Annotated[Day, Query(alias="from")] = None,
    last_day: Annotated[Day, Query(alias="to")] = None,
    cursor: Annotated[str | None, Query(max_length=LONGEST_TEXT)] = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = PAGE,
) -> AuditList:
    """Acts on accounts, rights and reports within your organization's subtree, newest first.

    `account` finds what an account did and what was done to it; `from` and `to` are days of
    Vietnam, both included.
    """
    wanted = AuditFilter(
        account=account,
        action=action,
        first_day=first_day,
        last_day=last_day,
        cursor=cursor,
        limit=limit,
    )
    page = await read_audit(intake, principal, wanted)
    response.headers.update(next_page(request, cursor=page.older))
    return audit_list(page, await intake.catalogue.current())
