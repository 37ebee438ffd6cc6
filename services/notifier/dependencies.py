"""What the routes of the notifier receive."""

from typing import Annotated

from fastapi import Depends, Request

from services.notifier.service import Notifier


async def current_notifier(request: Request) -> Notifier:
    notifier: Notifier = request.app.state.notifier
    return notifier


NotifierDep = Annotated[Notifier, Depends(current_notifier)]
