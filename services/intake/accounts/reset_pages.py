"""Pages for who forgot the password: asking for a link, and choosing a new password by it."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.accounts import resets
from services.intake.accounts.dependencies import AccountsDep, CallerDep
from services.intake.accounts.errors import PasswordRefused, ResetRefused
from services.intake.accounts.passwords import SHORTEST_PASSWORD
from services.intake.accounts.session_cookie import forget_session
from shared.web.access import Anyone
from shared.web.navigation import SIGN_IN
from shared.web.pages import Pages, PagesDep

LONGEST_FIELD = 400
FORGOTTEN, RESET = "/forgot-password", "/reset-password"
LIFE_MINUTES = int(resets.RESET_LIFE.total_seconds() // 60)

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=LONGEST_FIELD)]


@router.get(FORGOTTEN)
async def forgotten_page(
    request: Request, pages: PagesDep, _: Anyone, *, asked: bool = False
) -> Response:
    return pages.render(
        request, "accounts/forgotten.html", asked=asked, minutes=LIFE_MINUTES, missing=False
    )


@router.post(FORGOTTEN)
async def ask_for_reset(
    request: Request,
    *,
    pages: PagesDep,
    accounts: AccountsDep,
    caller: CallerDep,
    _: Anyone,
    who: Text = "",
) -> Response:
    """The answer is the same for everyone: who has an account here is nobody else's business."""
    if not who.strip():
        return pages.render(
            request,
            "accounts/forgotten.html",
            status_code=422,
            asked=False,
            minutes=LIFE_MINUTES,
            missing=True,
        )
    await resets.ask_for_reset(accounts, who=who, caller=caller)
    return RedirectResponse(f"{FORGOTTEN}?asked=1", status_code=303)


@router.get(RESET)
async def reset_page(
    request: Request,
    pages: PagesDep,
    accounts: AccountsDep,
    _: Anyone,
    *,
    token: Annotated[str, Query(max_length=LONGEST_FIELD)] = "",
) -> Response:
    """Looking does not use the link up: some mail programs look before people do."""
    usable = await resets.find_reset(accounts, token) is not None
    return _form(request, pages, token=token if usable else "")


@router.post(RESET)
async def use_reset(
    request: Request,
    *,
    pages: PagesDep,
    accounts: AccountsDep,
    caller: CallerDep,
    _: Anyone,
    token: Text = "",
    new: Text = "",
) -> Response:
    try:
        await resets.use_reset(accounts, token=token, new=new, caller=caller)
    except ResetRefused:
        return _form(request, pages, token="")
    except PasswordRefused as error:
        return _form(request, pages, token=token, error=error)
    return forget_session(RedirectResponse(f"{SIGN_IN}?reset=1", status_code=303))


def _form(
    request: Request, pages: Pages, *, token: str, error: PasswordRefused | None = None
) -> Response:
    """Without a token, what to do about a link that cannot be used."""
    return pages.render(
        request,
        "accounts/reset.html",
        status_code=200 if token and error is None else 422,
        token=token,
        error=error,
        shortest=SHORTEST_PASSWORD,
    )
