"""What the province does with the approved figures of a period: the end of the story."""

import httpx

from tests.acceptance.recording import Story
from tests.support.province import FORM, PERIOD

PROVINCE = "70"


async def release_the_figures(story: Story, province: httpx.AsyncClient) -> None:
    """The province freezes the quarter, reads it back, and asks what has changed."""
    sheet = {"form": FORM, "period": PERIOD, "organization": PROVINCE}
    made = await story.ask(
        province,
        "POST /api/v1/releases",
        body=sheet | {"reason": "Chốt số liệu để tổng hợp báo cáo gửi Chính phủ."},
    )
    at_release = "GET /api/v1/releases/{release_id}"
    await story.ask(province, "GET /api/v1/releases", query={"form": FORM, "period": PERIOD})
    await story.ask(province, at_release, release_id=made["id"])
    for format_ in ("json", "csv"):
        await story.ask(
            province, f"{at_release}/content", release_id=made["id"], query={"format": format_}
        )
    await story.ask(province, f"{at_release}/revisions", release_id=made["id"])
    await story.ask(
        province,
        "GET /api/v1/changes",
        query=sheet | {"indicator": "II06A.RECEIVED", "since": "1"},
    )
