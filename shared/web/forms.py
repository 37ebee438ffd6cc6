"""Reading the fields of a sent form when their names are not known beforehand."""

from fastapi import Request
from starlette.datastructures import FormData

from shared.web.problems import MalformedRequest


async def read_form(request: Request) -> FormData:
    """The form of the request; may be asked for again.

    Raises:
        MalformedRequest: a NUL character, which no text may hold.
    """
    form = await request.form()
    for _, value in form.multi_items():
        if isinstance(value, str) and "\x00" in value:
            raise MalformedRequest
    return form
