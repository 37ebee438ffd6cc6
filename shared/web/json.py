"""JSON in and out without ever making a float.

A number with a point becomes a `Decimal` and is written back with the same digits. What other
parsers let pass silently (a key given twice, NaN, bytes that are not UTF-8) is refused.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import jiter
from fastapi import Request, Response
from fastapi.routing import APIRoute

from shared.domain.time import rfc3339
from shared.web.problems import MalformedRequest, ProblemFault

JSON_MEDIA_TYPE = "application/json"
_quoted = json.encoder.encode_basestring


def exact_json(body: bytes) -> Any:
    """The value of a JSON document (RFC 8259), numbers as `int` or `Decimal`.

    Raises:
        MalformedRequest: it cannot be read; the entry of `errors` tells where.
    """
    try:
        value = jiter.from_json(
            body, float_mode="decimal", catch_duplicate_keys=True, allow_inf_nan=False
        )
    except ValueError as error:
        raise _malformed(f"JSON: {error}.") from None
    if b"\\u0000" in body and _has_nul(value):
        raise _malformed("JSON: a text holds the character NUL.")
    return value


def _malformed(reason: str) -> MalformedRequest:
    return MalformedRequest(
        errors=[ProblemFault(code="malformed_request", detail=reason, pointer="")]
    )


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(each) for pair in value.items() for each in pair)
    return isinstance(value, list) and any(map(_has_nul, value))


def write_json(value: Any) -> str:
    """JSON text; a `Decimal` keeps its digits, a `float` is refused.

    Raises:
        TypeError: a float, or something that JSON has no form for.
    """
    return "".join(_pieces(value))


def json_response(
    value: Any, *, status_code: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(
        write_json(value), status_code, headers=dict(headers or {}), media_type=JSON_MEDIA_TYPE
    )


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _members(value)
    elif isinstance(value, (list, tuple)):
        yield "["
        for number, each in enumerate(value):
            if number:
                yield ","
            yield from _pieces(each)
        yield "]"
    else:
        yield _scalar(value)


def _members(value: Mapping[Any, Any]) -> Iterator[str]:
    yield "{"
    for number, (name, each) in enumerate(value.items()):
        yield f"{',' if number else ''}{_quoted(str(name))}:"
        yield from _pieces(each)
    yield "}"


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(str(value))
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, date):
        return _quoted(rfc3339(value) if isinstance(value, datetime) else value.isoformat())
    if isinstance(value, UUID):
        return _quoted(str(value))
    raise TypeError(f"{type(value).__name__} has no exact form in JSON")


class _ExactRequest(Request):
    async def json(self) -> Any:
        return exact_json(await self.body())


class ExactRoute(APIRoute):
    """A route whose body parameters are read by `exact_json`.

    Give it to a router: `APIRouter(route_class=ExactRoute)`.
    """

    def get_route_handler(self) -> Any:
        handle = super().get_route_handler()

        async def handle_exactly(request: Request) -> Response:
            response: Response = await handle(_ExactRequest(request.scope, request.receive))
            return response

        return handle_exactly
