"""What receivers do with obligations and periods: the part of the story after the reports."""

from datetime import UTC, datetime
from typing import Any

import httpx

from tests.acceptance import bodies
from tests.acceptance.recording import Story
from tests.support.province import FORM, PERIOD

REGIME = "VPCP-KSTT"
AFTER_ALL_DEADLINES = datetime(2025, 6, 24, 2, tzinfo=UTC)


async def act_on_duties(story: Story, district: httpx.AsyncClient) -> None:
    """The district extends one duty, excludes another by mistake, and extends two more."""
    answer = await district.get("/api/v1/obligations", params={"period": PERIOD})
    first, second, *others = [each for each in answer.json()["items"] if each["report"] is None]
    at_duty = "POST /api/v1/obligations/{obligation_id}"
    await story.ask(
        district,
        f"{at_duty}/extend",
        obligation_id=first["obligation_id"],
        headers={"If-Match": f'"{first["sequence"]}"'},
        body={"until": "2025-06-20", "reason": "Mưa lũ từ ngày 14 đến ngày 16/6."},
    )
    excluded = await story.ask(
        district,
        f"{at_duty}/exclude",
        obligation_id=second["obligation_id"],
        headers={"If-Match": f'"{second["sequence"]}"'},
        body={"reason": "Không tiếp nhận hồ sơ trong kỳ."},
    )
    await story.ask(
        district,
        f"{at_duty}/include",
        obligation_id=second["obligation_id"],
        headers={"If-Match": f'"{excluded["sequence"]}"'},
        body={"reason": "Loại nhầm đơn vị."},
    )
    named = [{key: each[key] for key in ("obligation_id", "sequence")} for each in others[:2]]
    at_history = "GET /api/v1/obligations/{obligation_id}/history"
    await story.ask(district, at_history, obligation_id=second["obligation_id"])
    await story.ask(
        district,
        "POST /api/v1/obligations/acts",
        body={
            "verb": "extend",
            "obligations": named,
            "until": "2025-06-20",
            "reason": "Mưa lũ từ ngày 14 đến ngày 16/6.",
        },
    )
    await _take_over(story, district, duty=others[-1])


async def _take_over(story: Story, district: httpx.AsyncClient, *, duty: dict[str, Any]) -> None:
    await story.ask(
        district,
        "POST /api/v1/obligations/{obligation_id}/transfer",
        obligation_id=duty["obligation_id"],
        headers={"If-Match": f'"{duty["sequence"]}"'},
        body={"to": duty["receiver"]["code"], "reason": "Trụ sở xã bị ngập, huyện báo cáo thay."},
    )


async def read_whole_history(story: Story, who: httpx.AsyncClient, *, report_id: int) -> None:
    await story.ask(who, "GET /api/v1/reports/{report_id}/history", report_id=report_id)


async def ask_once(story: Story, province: httpx.AsyncClient, *, commune: str) -> None:
    """The province asks a commune for the same form over other days."""
    asked = await story.ask(
        province, "POST /api/v1/requests", body=bodies.request(form=FORM, addressees=[commune])
    )
    await story.ask(province, "GET /api/v1/requests", query={"limit": 1})
    await story.ask(province, "GET /api/v1/requests/{request_id}", request_id=asked["request_id"])


async def close_the_period(story: Story, province: httpx.AsyncClient) -> None:
    """The province closes the quarter when all deadlines have passed, and opens it again."""
    story.system.clock.move_to(AFTER_ALL_DEADLINES)
    await story.ask(province, "GET /api/v1/periods", query={"regime": REGIME})
    seen = await story.ask(
        province, "GET /api/v1/periods/{period}", period=PERIOD, query={"regime": REGIME}
    )
    named = {"regime": REGIME, "period": PERIOD}
    closed = await story.ask(
        province,
        "POST /api/v1/periods/close",
        headers={"If-Match": f'"{seen["sequence"]}"'},
        body=named | {"reason": "Hết thời hạn tổng hợp của tỉnh."},
    )
    await story.ask(
        province,
        "POST /api/v1/periods/reopen",
        headers={"If-Match": f'"{closed["sequence"]}"'},
        body=named | {"reason": "Theo đề nghị của Văn phòng UBND tỉnh."},
    )
