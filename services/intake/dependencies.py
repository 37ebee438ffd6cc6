"""What the routes of intake receive."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response

from services.intake.service import Intake
from shared.web.conditional import VARY, holds, tag_of
from shared.web.json import JSON_MEDIA_TYPE, write_json
from shared.web.problems import (
    IdempotencyKeyRequired,
    MalformedRequest,
    ProblemFault,
    VersionRequired,
)

LONGEST_KEY = 128
"""Characters of an Idempotency-Key."""

_ENTITY_TAG = re.compile(r'(?:W/)?"?([0-9]{1,9})(?:-[0-9a-f]{24})?"?')


async def current_intake(request: Request) -> Intake:
    """Async, because FastAPI sends a plain function to a thread and waits for it there."""
    intake: Intake = request.app.state.intake
    return intake


IntakeDep = Annotated[Intake, Depends(current_intake)]
IfMatch = Annotated[
    str | None, Header(description="The version or sequence that was read, as in ETag.")
]


def entity_tag(version: int) -> str:
    """ETag of a version (RFC 9110, section 8.8.3)."""
    return f'"{version}"'


def versioned_answer(
    request: Request, document: Mapping[str, Any], *, version: int | str
) -> Response:
    """A read whose ETag begins with the version that If-Match must name.

    The rest of it is of the answer itself: it may say more than its version (a deadline that was
    moved, say), and If-None-Match must not hide that.
    """
    text = write_json(document)
    tag = f'"{version}-{tag_of(text.encode())[1:-1]}"'
    headers = {"ETag": tag, "Vary": VARY}
    if holds(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(text, headers=headers, media_type=JSON_MEDIA_TYPE)


def version_named(if_match: str | None) -> int:
    """The version that If-Match names.

    Raises:
        VersionRequired: the header is missing.
        MalformedRequest: it is no version of ours.
    """
    if if_match is None:
        raise VersionRequired
    found = _ENTITY_TAG.fullmatch(if_match.strip())
    if found is None:
        fault = ProblemFault(
            code="malformed_request",
            detail='If-Match là số phiên bản trong ETag, ví dụ "3".',
            parameter="If-Match",
        )
        raise MalformedRequest(errors=[fault])
    return int(found[1])


def require_key(given: str | None) -> str:
    """The Idempotency-Key.

    Raises:
        IdempotencyKeyRequired: there is none.
        MalformedRequest: it is too long, or not printable.
    """
    if not given:
        raise IdempotencyKeyRequired
    if len(given) > LONGEST_KEY or not given.isprintable():
        fault = ProblemFault(
            code="malformed_request",
            detail=f"Idempotency-Key dài nhất {LONGEST_KEY} ký tự in được.",
            parameter="Idempotency-Key",
        )
        raise MalformedRequest(errors=[fault])
    return given
