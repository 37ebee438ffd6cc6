"""What the routes of the aggregator receive, and how they say that nothing has changed."""

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Query, Request, Response

from services.aggregator.service import Aggregator
from services.aggregator.tracks import Track
from shared.web.conditional import VARY

CACHE_CONTROL = "private, no-cache"
"""Kept by the reader's own browser only, and asked about each time."""


async def current_aggregator(request: Request) -> Aggregator:
    aggregator: Aggregator = request.app.state.aggregator
    return aggregator


AggregatorDep = Annotated[Aggregator, Depends(current_aggregator)]
IfNoneMatch = Annotated[str | None, Header(description="The ETag of the answer that you hold.")]
PeriodCodeQuery = Annotated[
    str, Query(alias="period", max_length=24, description="2025-W26, 2025-06, 2025-Q2, 2025")
]
OrganizationQuery = Annotated[
    str,
    Query(alias="organization", max_length=64, description="Its code at the period's cut-off."),
]
FormQuery = Annotated[str, Query(alias="form", max_length=64, description="II.06a/VPCP/KSTT")]
TrackQuery = Annotated[
    Track, Query(alias="track", description="live: submitted; official: approved.")
]


def entity_tag(*parts: object) -> str:
    """A strong ETag (RFC 9110, section 8.8.3) of whatever the answer depends on."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()
    return f'"{digest[:24]}"'


def answer_headers(tag: str) -> dict[str, str]:
    return {
        "ETag": tag,
        "Cache-Control": CACHE_CONTROL,
        "Vary": VARY,
    }


def not_modified(tag: str) -> Response:
    return Response(status_code=304, headers=answer_headers(tag))
