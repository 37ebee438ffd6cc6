"""The cookie that holds the token of a session."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.intake.accounts.records import Session
from shared.web.authentication import SESSION_COOKIE
from shared.web.navigation import HOME, safe_next


def signed_in(request: Request, session: Session, *, wanted: str = HOME) -> Response:
    """Sends the browser on with the new session, which ends with the browser at the latest."""
    response = RedirectResponse(safe_next(wanted), status_code=303)
    response.set_cookie(
        SESSION_COOKIE,
        session.token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.app.state.secure_cookies,
    )
    return response


def forget_session(response: Response) -> Response:
    """Takes the cookie away, and what the browser kept of the pages."""
    response.delete_cookie(SESSION_COOKIE, path="/")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
