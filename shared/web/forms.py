"""Reading the fields of a sent form when their names are not known beforehand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from starlette.datastructures import FormData

from shared.web.problems import MalformedRequest, NotFound

MOST_FIELDS = 20_000
"""More than a grid of cells, or all the units of a country, need; the body has its own limit."""


@asynccontextmanager
async def form_with_files(request: Request) -> AsyncIterator[FormData]:
    """The form of the request; its files are gone when the block ends. Raises as `read_form`."""
    form = await read_form(request)
    try:
        yield form
    finally:
        await form.close()


async def read_form(request: Request) -> FormData:
    """The form of the request; may be asked for again.

    Raises:
        MalformedRequest: a NUL character, which no text may hold.
    """
    form = await request.form(max_fields=MOST_FIELDS)
    for _, value in form.multi_items():
        if isinstance(value, str) and "\x00" in value:
            raise MalformedRequest
    return form


def whole_number(text: str, *, most_digits: int = 18) -> int | None:
    """The number that a field of a form holds, None for any other text.

    By itself a number of 18 digits fits into PostgreSQL's bigint, and one of 9 into its integer.
    """
    return int(text) if text.isdecimal() and len(text) <= most_digits else None


def required_number(form: FormData, name: str) -> int:
    """The number of a hidden field. Raises NotFound without one: the page always has it."""
    number = whole_number(str(form.get(name, "")))
    if number is None:
        raise NotFound
    return number


def seen_version(form: FormData, name: str) -> int:
    """The version or sequence that a page was made of; -1, that of nothing, if it is missing."""
    seen = whole_number(str(form.get(name, "")), most_digits=9)
    return -1 if seen is None else seen
