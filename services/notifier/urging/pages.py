"""The buttons that urge, wherever a list of missing reports is shown."""

from collections import Counter
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.notifier.dependencies import NotifierDep
from services.notifier.urging.use_cases import URGING, UrgeResult, urge
from shared.web.access import require
from shared.web.identifiers import LARGEST_ID
from shared.web.navigation import HOME, safe_next
from shared.web.principals import Principal

MOST_AT_ONCE = 1000

router = APIRouter(include_in_schema=False)

UrgingDep = Annotated[Principal, require(*URGING)]
ObligationNumber = Annotated[int, Field(ge=1, le=LARGEST_ID)]


@router.post("/reminders/urge")
async def urge_them(
    principal: UrgingDep,
    notifier: NotifierDep,
    obligation: Annotated[list[ObligationNumber], Form(min_length=1, max_length=MOST_AT_ONCE)],
    next: Annotated[str, Form(max_length=2000)] = HOME,  # noqa: A002
) -> RedirectResponse:
    """Urge for these reports, and lead back to the list, which says how many were written to."""
    results = Counter((await urge(notifier, principal, obligation)).values())
    return RedirectResponse(_told(safe_next(next), results), status_code=303)


def _told(address: str, results: Counter[UrgeResult]) -> str:
    """The address with what its page is to tell."""
    parts = urlsplit(address)
    told = {"urged": results[UrgeResult.URGED], "unaddressed": results[UrgeResult.NO_ADDRESS]}
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in told]
    return f"{parts.path}?{urlencode([*kept, *told.items()])}"
