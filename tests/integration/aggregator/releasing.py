"""A province that releases figures, for the tests of releases."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx

from shared.web.json import exact_json
from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.world import COMMUNES, DISTRICTS, Q2, SUMMED

RELEASES = "/api/v1/releases"
FIRST, SECOND, *_ = COMMUNES[DISTRICTS[0]]
AFTER = datetime(2025, 6, 25, 1, tzinfo=UTC)
REASON = "Chốt số liệu để báo cáo Chính phủ"

Recorded = Callable[[], Awaitable[None]]
"""Brings the log and the rollups up to where the history is."""


async def publish(desk: Desk, **members: Any) -> httpx.Response:
    body = {"organization": "1", "form": SUMMED, "period": Q2, "reason": REASON, **members}
    return await desk.client.post(RELEASES, json=body, headers={"X-CSRF-Token": "token"})


async def released(desk: Desk, **members: Any) -> dict[str, Any]:
    answer = await publish(desk, **members)
    assert answer.status_code == 201, answer.text
    return exact_json(answer.content)
