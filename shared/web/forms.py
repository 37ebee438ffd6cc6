"""Reading HTML forms strictly: what is not text is refused, never guessed."""

from urllib.parse import unquote_to_bytes

from fastapi import Request
from starlette.datastructures import FormData

from shared.web.problems import MalformedRequest

URL_ENCODED = "application/x-www-form-urlencoded"


async def read_form(request: Request) -> FormData:
    """The form of the request; may be asked for again, and the raw body stays readable too.

    Raises:
        MalformedRequest: bytes that are not UTF-8, or a NUL character, which no text may hold.
    """
    body = await request.body()
    if request.headers.get("content-type", "").startswith(URL_ENCODED):
        require_text(unquote_to_bytes(body))
    form = await request.form()
    for _, value in form.multi_items():
        if isinstance(value, str) and "\x00" in value:
            raise MalformedRequest
    return form


def require_text(raw: bytes) -> None:
    """Raises MalformedRequest unless `raw` is UTF-8 without NUL."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        raise MalformedRequest from None
    if b"\x00" in raw:
        raise MalformedRequest
