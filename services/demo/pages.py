"""The button that moves the demonstration's clock on; routed in the demonstration only."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncEngine

from services.demo.clock import next_working_morning, save_clock
from shared.catalogue.catalogue import CatalogueReader
from shared.clock import DemoClock
from shared.web.access import SignedIn
from shared.web.navigation import safe_next

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What the button needs; `engine` may write the clock's place."""

    engine: AsyncEngine
    clock: DemoClock
    catalogue: CatalogueReader


@router.post("/demo/clock", include_in_schema=False)
async def advance(
    request: Request,
    principal: SignedIn,
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> RedirectResponse:
    """Move on to the next working day at 08:00; what falls due then is sent by its own loops."""
    del principal
    demo: Demonstration = request.app.state.demonstration
    calendar = (await demo.catalogue.current()).calendar
    demo.clock.advance_to(next_working_morning(demo.clock.now(), calendar=calendar))
    await save_clock(demo.engine, demo.clock)
    return RedirectResponse(safe_next(next), status_code=303)
