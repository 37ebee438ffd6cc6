"""Pages of accounts: signing in and out, the password, the tokens."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.accounts import tokens, use_cases
from services.intake.accounts.demo import demo_groups
from services.intake.accounts.dependencies import AccountsDep, CallerDep
from services.intake.accounts.errors import (
    AccountError,
    PasswordRefused,
    SignInRefused,
    TooManyTokens,
)
from services.intake.accounts.passwords import SHORTEST_PASSWORD
from services.intake.accounts.records import NewApiToken
from services.intake.accounts.schemas import DEFAULT_TOKEN_DAYS
from services.intake.accounts.service import LONGEST_TOKEN_LIFE, Accounts
from services.intake.accounts.session_cookie import forget_session, signed_in
from shared.web.access import Anyone, Principal, SignedIn, require
from shared.web.authentication import SESSION_COOKIE
from shared.web.identifiers import LARGEST_ID
from shared.web.navigation import HOME, SIGN_IN, safe_next
from shared.web.pages import Pages, PagesDep

LONGEST_FIELD = 400
TOKENS_PAGE = "/account/tokens"

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=LONGEST_FIELD)]
BeforePasswordChange = Annotated[Principal, require(before_password_change=True)]


@router.get("/sign-in")
async def sign_in_page(
    request: Request,
    pages: PagesDep,
    principal: Anyone,
    *,
    wanted: Annotated[str, Query(alias="next")] = HOME,
    reset: bool = False,
) -> Response:
    """`reset`: a new password was just chosen by a link."""
    if principal is not None:
        return RedirectResponse(safe_next(wanted), status_code=303)
    return await _sign_in_form(request, pages, wanted=wanted, reset=reset)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    *,
    pages: PagesDep,
    accounts: AccountsDep,
    caller: CallerDep,
    _: Anyone,
    username: Text = "",
    password: Text = "",
    wanted: Annotated[Text, Form(alias="next")] = HOME,
) -> Response:
    try:
        session = await use_cases.sign_in(
            accounts, username=username, password=password, caller=caller
        )
    except SignInRefused as error:
        return await _sign_in_form(
            request, pages, wanted=wanted, username=username, error=error, status_code=422
        )
    return signed_in(request, session, wanted=wanted)


async def _sign_in_form(
    request: Request,
    pages: Pages,
    *,
    wanted: str,
    username: str = "",
    error: AccountError | None = None,
    reset: bool = False,
    status_code: int = 200,
) -> Response:
    return pages.render(
        request,
        "accounts/sign_in.html",
        status_code=status_code,
        reset=reset,
        wanted=safe_next(wanted),
        username=username,
        error=error,
        demo_groups=await demo_groups(request),
    )


@router.post("/sign-out")
async def sign_out(
    request: Request, accounts: AccountsDep, caller: CallerDep, _: BeforePasswordChange
) -> Response:
    await use_cases.sign_out(accounts, request.cookies[SESSION_COOKIE], caller=caller)
    return forget_session(RedirectResponse(SIGN_IN, status_code=303))


@router.get("/account/password")
async def password_page(
    request: Request, *, pages: PagesDep, principal: BeforePasswordChange, done: bool = False
) -> Response:
    return _password_form(request, pages, principal, done=done)


@router.post("/account/password")
async def change_password(
    request: Request,
    *,
    pages: PagesDep,
    accounts: AccountsDep,
    caller: CallerDep,
    principal: BeforePasswordChange,
    current: Text = "",
    new: Text = "",
) -> Response:
    try:
        session = await use_cases.change_password(
            accounts, principal, current=current, new=new, caller=caller
        )
    except PasswordRefused as error:
        return _password_form(request, pages, principal, error=error, status_code=422)
    first_time = principal.must_change_password
    return signed_in(request, session, wanted=HOME if first_time else "/account/password?done=1")


def _password_form(
    request: Request,
    pages: Pages,
    principal: Principal,
    *,
    done: bool = False,
    error: PasswordRefused | None = None,
    status_code: int = 200,
) -> Response:
    return pages.render(
        request,
        "accounts/password.html",
        principal=principal,
        status_code=status_code,
        done=done,
        error=error,
        shortest=SHORTEST_PASSWORD,
    )


@router.get(TOKENS_PAGE)
async def tokens_page(
    request: Request, pages: PagesDep, accounts: AccountsDep, principal: SignedIn
) -> Response:
    return await _tokens(request, pages, accounts, principal)


@router.post(TOKENS_PAGE)
async def create_token(
    request: Request,
    *,
    pages: PagesDep,
    accounts: AccountsDep,
    principal: SignedIn,
    name: Annotated[str, Form(max_length=100)] = "",
    days: Annotated[int, Form(ge=1, le=LONGEST_TOKEN_LIFE.days)] = DEFAULT_TOKEN_DAYS,
) -> Response:
    """Not answered by a redirect: the secret can be shown in this answer only."""
    if not name.strip():
        return await _tokens(
            request, pages, accounts, principal, error="validation.missing", status_code=422
        )
    try:
        new = await tokens.create_token(
            accounts, principal, name=name.strip(), life=timedelta(days=days)
        )
    except TooManyTokens as error:
        return await _tokens(
            request, pages, accounts, principal, error=error.label, status_code=422
        )
    return await _tokens(request, pages, accounts, principal, new=new, status_code=201)


@router.post("/account/tokens/{token_id}/revoke")
async def revoke_token(
    token_id: Annotated[int, Path(ge=1, le=LARGEST_ID)], accounts: AccountsDep, principal: SignedIn
) -> Response:
    await tokens.revoke_token(accounts, principal, token_id=token_id)
    return RedirectResponse(TOKENS_PAGE, status_code=303)


async def _tokens(
    request: Request,
    pages: Pages,
    accounts: Accounts,
    principal: Principal,
    *,
    new: NewApiToken | None = None,
    error: str = "",
    status_code: int = 200,
) -> Response:
    context: dict[str, Any] = {"new": new, "error": error, "default_days": DEFAULT_TOKEN_DAYS}
    return pages.render(
        request,
        "accounts/tokens.html",
        principal=principal,
        status_code=status_code,
        tokens=await tokens.read_tokens(accounts, principal),
        **context,
    )
