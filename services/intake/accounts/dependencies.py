"""What the routes of accounts receive."""

from typing import Annotated

from fastapi import Depends, Request

from services.intake.accounts.service import Accounts
from services.intake.accounts.use_cases import Caller
from shared.web.addresses import is_loopback


async def current_accounts(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.accounts
    return accounts


async def current_caller(request: Request) -> Caller:
    return Caller(address=request.client.host if request.client else "")


def is_local(request: Request) -> bool:
    """Whether the request comes from this machine itself, to a name of this machine.

    The name is asked for too, because another site's name may be made to point here.
    """
    client = request.client.host if request.client else ""
    through_proxy = {"x-forwarded-for", "forwarded"} & set(request.headers)
    named = request.url.hostname or ""
    return is_loopback(client) and is_loopback(named) and not through_proxy


AccountsDep = Annotated[Accounts, Depends(current_accounts)]
CallerDep = Annotated[Caller, Depends(current_caller)]
