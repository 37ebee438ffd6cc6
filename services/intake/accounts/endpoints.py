"""API tokens over the API. A token cannot make or revoke tokens: a person has to sign in."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from services.intake.accounts import tokens
from services.intake.accounts.dependencies import AccountsDep
from services.intake.accounts.errors import TooManyTokens
from services.intake.accounts.schemas import NewTokenView, TokenList, TokenRequest, TokenView
from shared.web.access import Principal, SignedIn
from shared.web.conditional import next_page
from shared.web.identifiers import LARGEST_ID
from shared.web.json import ExactRoute
from shared.web.paging import LimitQuery, OffsetQuery, page_of
from shared.web.problems import NotPermitted, ProblemFault, ValidationFailed

router = APIRouter(prefix="/api/v1/tokens", tags=["tokens"], route_class=ExactRoute)


@router.post("", status_code=201, summary="Make an API token")
async def create_token(
    body: TokenRequest, principal: SignedIn, accounts: AccountsDep
) -> NewTokenView:
    """Make a token with the rights of your account; its secret is in this answer only."""
    _require_person(principal)
    try:
        new = await tokens.create_token(
            accounts, principal, name=body.name, life=timedelta(days=body.days)
        )
    except TooManyTokens as error:
        fault = ProblemFault(code=error.code, detail="Thu hồi mã không còn dùng.", pointer="")
        raise ValidationFailed(errors=[fault]) from error
    return NewTokenView.with_secret(new)


@router.get("", summary="List your API tokens")
async def list_tokens(
    request: Request,
    response: Response,
    principal: SignedIn,
    accounts: AccountsDep,
    *,
    offset: OffsetQuery = 0,
    limit: LimitQuery = 100,
) -> TokenList:
    """The tokens that can be used now, newest first, without their secrets."""
    found = await tokens.read_tokens(accounts, principal)
    page = page_of(found, offset=offset, limit=limit)
    response.headers.update(next_page(request, offset=page.next))
    return TokenList(items=[TokenView.of(token) for token in page.items], next=page.next)


@router.delete("/{token_id}", status_code=204, summary="Revoke an API token")
async def revoke_token(
    token_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
    principal: SignedIn,
    accounts: AccountsDep,
) -> Response:
    """The token stops to work at once."""
    _require_person(principal)
    await tokens.revoke_token(accounts, principal, token_id=token_id)
    return Response(status_code=204)


def _require_person(principal: Principal) -> None:
    if principal.csrf_token is None:
        raise NotPermitted
