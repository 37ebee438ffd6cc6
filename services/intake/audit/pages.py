"""The audit as a page for administrators."""

from datetime import date
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from services.intake.audit.actions import ACTIONS, DETAILS
from services.intake.audit.endpoints import LONGEST_TEXT, Administrator
from services.intake.audit.use_cases import AuditFilter, read_audit
from services.intake.dependencies import IntakeDep
from shared.catalogue.catalogue import Catalogue
from shared.domain.time import EARLIEST_DAY, LATEST_DAY
from shared.web.pages import PagesDep

ADDRESS = "/audit"

router = APIRouter(include_in_schema=False)


@router.get(ADDRESS)
async def audit(
    request: Request,
    pages: PagesDep,
    principal: Administrator,
    intake: IntakeDep,
    *,
    account: Annotated[str, Query(max_length=LONGEST_TEXT)] = "",
    action: Annotated[str, Query(max_length=LONGEST_TEXT)] = "",
    first_day: Annotated[str, Query(alias="from", max_length=10)] = "",
    last_day: Annotated[str, Query(alias="to", max_length=10)] = "",
    cursor: Annotated[str, Query(max_length=LONGEST_TEXT)] = "",
) -> Response:
    """Days that are no days are left out, as a form sends them while somebody types."""
    wanted = AuditFilter(
        account=account.strip() or None,
        action=action or None,
        first_day=_day(first_day),
        last_day=_day(last_day),
        cursor=cursor or None,
    )
    filters = {"account": account, "action": action, "from": first_day, "to": last_day}
    return pages.render(
        request,
        "audit/audit.html",
        found=await read_audit(intake, principal, wanted),
        filters=filters,
        filtered=any(filters.values()),
        actions=ACTIONS,
        details=DETAILS,
        name_of=partial(_name, await intake.catalogue.current()),
        address=partial(_address, filters),
    )


def _day(given: str) -> date | None:
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return None
    return found if EARLIEST_DAY <= found <= LATEST_DAY else None


def _name(known: Catalogue, organization_id: int | None) -> str:
    """The newest name it has had."""
    names = [each.name for each in known.organizations if each.id == organization_id]
    return names[-1] if names else ""


def _address(filters: dict[str, str], cursor: str) -> str:
    given = {name: value for name, value in filters.items() if value}
    return f"{ADDRESS}?{urlencode({**given, 'cursor': cursor})}"
