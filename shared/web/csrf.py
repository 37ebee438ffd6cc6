"""Refusal of requests that another site made the browser send.

Two layers: where the browser says the request comes from (this also covers signing in, when there
is no session yet), and a token that only our own pages know.
"""

import hmac
from urllib.parse import urlsplit

from fastapi import Request

from shared.web.forms import read_form
from shared.web.problems import CrossSiteRefused

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf_token"
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


def require_same_origin(request: Request) -> None:
    """Refuses what a browser marks as sent by another site; other clients send no such marks.

    Raises:
        CrossSiteRefused: `Sec-Fetch-Site` or `Origin` names another site.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise CrossSiteRefused
        return
    origin = request.headers.get("origin")
    if origin is not None and _host_of(origin) != request.headers.get("host"):
        raise CrossSiteRefused


def _host_of(origin: str) -> str:
    """ "" for what is no address: `http://[` for one."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


async def require_csrf_token(request: Request, expected: str | None) -> None:
    """The header `X-CSRF-Token`, or the field `csrf_token` of a form, must be the session's.

    Raises:
        CrossSiteRefused: it is missing or another.
    """
    given = request.headers.get(CSRF_HEADER)
    if given is None and request.headers.get("content-type", "").startswith(FORM_TYPES):
        given = str((await read_form(request)).get(CSRF_FIELD, ""))
    if not expected or not hmac.compare_digest((given or "").encode(), expected.encode()):
        raise CrossSiteRefused
