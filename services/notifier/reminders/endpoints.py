"""GET /api/v1/reminders: the ledger."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.notifier.dependencies import NotifierDep
from services.notifier.reminders.ledger import LedgerFilter, read_ledger, read_unaddressed
from services.notifier.reminders.repository import ReminderState
from services.notifier.reminders.schemas import (
    RemindersModel,
    UnaddressedListModel,
    ledger_json,
    unaddressed_json,
)
from shared.web.access import SignedIn
from shared.web.conditional import next_page
from shared.web.identifiers import LARGEST_ID
from shared.web.json import json_response
from shared.web.paging import LONGEST_PAGE, LimitQuery, OffsetQuery, page_of

router = APIRouter(prefix="/api/v1", tags=["reminders"])


@router.get("/reminders", summary="List reminders", responses={200: {"model": RemindersModel}})
async def list_reminders(
    request: Request,
    principal: SignedIn,
    notifier: NotifierDep,
    *,
    obligation: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    state: ReminderState | None = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 100,
) -> Response:
    """Who was reminded of what, when, and with what result; within the caller's scope."""
    wanted = LedgerFilter(obligation_id=obligation, state=state, before_id=before, limit=limit)
    ledger = await read_ledger(notifier, principal, wanted)
    known = await notifier.catalogue.current()
    return json_response(
        ledger_json(ledger, known=known, on=notifier.clock.today()),
        headers=next_page(request, before=ledger.older),
    )


@router.get(
    "/reminders/without-recipient",
    summary="List whom no reminder could reach",
    responses={200: {"model": UnaddressedListModel}},
)
async def list_without_recipient(
    request: Request,
    principal: SignedIn,
    notifier: NotifierDep,
    *,
    offset: OffsetQuery = 0,
    limit: LimitQuery = 100,
) -> Response:
    """Whom no reminder could be sent to, because the organization has no address of record."""
    found = await read_unaddressed(notifier, principal, most=offset + limit + 1)
    known, on = await notifier.catalogue.current(), notifier.clock.today()
    items = [unaddressed_json(each, known=known, on=on) for each in found]
    page = page_of(items, offset=offset, limit=limit)
    return json_response(page.as_json(), headers=next_page(request, offset=page.next))
