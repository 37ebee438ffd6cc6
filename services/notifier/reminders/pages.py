"""The ledger as a page."""

from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from services.notifier.dependencies import NotifierDep
from services.notifier.reminders.ledger import LedgerFilter, organization_name, read_ledger
from services.notifier.reminders.repository import ReminderState
from shared.web.access import SignedIn
from shared.web.identifiers import LARGEST_ID
from shared.web.pages import PagesDep

ADDRESS = "/reminders"

router = APIRouter(include_in_schema=False)


@router.get(ADDRESS)
async def reminders(
    request: Request,
    pages: PagesDep,
    principal: SignedIn,
    notifier: NotifierDep,
    *,
    obligation: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    state: ReminderState | None = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> Response:
    """Nhật ký nhắc việc."""
    wanted = LedgerFilter(obligation_id=obligation, state=state, before_id=before)
    ledger = await read_ledger(notifier, principal, wanted)
    known = await notifier.catalogue.current()
    return pages.render(
        request,
        "notifier/reminders.html",
        ledger=ledger,
        wanted=wanted,
        total=sum(ledger.counts.values()),
        states=[each for each in ReminderState if each in ledger.counts],
        name_of=partial(organization_name, known=known, on=notifier.clock.today()),
        forms={form.code: form for form in sorted(known.forms, key=lambda form: form.version)},
        address=partial(_address, obligation=obligation),
    )


def _address(
    *, obligation: int | None, state: ReminderState | None = None, before: int | None = None
) -> str:
    """This page with other filters."""
    filters = {"obligation": obligation, "state": state, "before": before}
    query = urlencode({name: value for name, value in filters.items() if value is not None})
    return f"{ADDRESS}?{query}" if query else ADDRESS
