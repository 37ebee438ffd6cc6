"""The story of the demonstration, as a newcomer lives it: `tonghop demo`, curl, a browser."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.ports import free_port
from shared.runtime import listen
from tests.acceptance.demonstration import (
    Demonstration,
    Page,
    client_at,
    demonstration,
    indicators,
    sign_in,
    value_of,
)
from tests.support.province import FORM, PERIOD, Caller
from tests.support.waiting import until

COMMUNE, DISTRICT, PROVINCE = "25381", "695", "70"
COMMUNES = 111
IN_AT_THE_START = 88
FIGURES = {
    "LV01": {"4": "30", "5": "10", "6": "2", "8": "20", "9": "15", "10": "1", "12": "5", "13": "1"}
}
RECEIVED = 42
EXPLAINED = {"II06A.CARRIED_OVER": "Số liệu kỳ trước đã được rà soát lại."}
OVERDUE = "[Quá hạn]"


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demonstration]:
    async with demonstration(tmp_path, port=free_port()) as made:
        yield made


class Story:
    """What three people with tokens do, and what they see."""

    def __init__(self, demo: Demonstration, client: httpx.AsyncClient) -> None:
        self.client = client
        self.commune = demo.caller(client, "commune")
        self.district = demo.caller(client, "district")
        self.province = demo.caller(client, "province")
        self.report_id = 0

    async def total_when(self, *, reported: int, track: str = "live") -> Any:
        """The provincial total of files received, once so many communes are in."""

        async def look() -> Any:
            answer = await indicators(self.province, organization=PROVINCE, track=track)
            coverage = answer["indicators"][0]["coverage"]
            assert coverage["expected"] in {0, COMMUNES}, coverage
            return answer if coverage["reported"] == reported else None

        answer = await until(look)
        assert answer["as_of"]["position"] > 0
        assert answer["as_of"]["recorded_at"].startswith("2025-06-")
        return value_of(answer, "II06A.RECEIVED")

    async def keeps_a_draft(self) -> None:
        [duty] = (await self.commune.get("/api/v1/obligations", period=PERIOD))["items"]
        assert (duty["standing"], duty["state"], duty["report"]) == ("due", "fixed", None)
        assert duty["receiver"]["code"] == DISTRICT
        draft = {"figures": FIGURES, "explanations": EXPLAINED}
        kept = await self.commune.call("PUT", duty["links"]["draft"], body=draft, if_match='"0"')
        assert kept.status_code == 200, kept.text
        assert kept.headers["etag"] == '"1"'
        assert (await self.commune.get(duty["links"]["draft"]))["figures"] == FIGURES

    async def sends(self, *, key: str, **members: object) -> dict[str, Any]:
        """The receipt, which can be read again."""
        body = {"organization": COMMUNE, "form": FORM, "period": PERIOD, "figures": FIGURES}
        answer = await self.commune.call(
            "POST", "/api/v1/submissions", body=body | members, idempotency_key=key
        )
        assert answer.status_code == 201, answer.text
        receipt: dict[str, Any] = answer.json()
        assert receipt["on_time"]
        assert (await self.commune.get(receipt["links"]["receipt"]))["sha256"] == receipt["sha256"]
        self.report_id = receipt["report_id"]
        return receipt

    async def sees_its_event(self, receipt: dict[str, Any]) -> None:
        async def look() -> Any:
            answer = await self.commune.get(f"/api/v1/reports/{self.report_id}/events")
            event = answer["items"][-1]
            assert event["event_id"] == receipt["event_id"]
            return event if event["position"] else None

        event = await until(look)
        assert event["type"] == "vn.tonghop.report.submitted.v1"

    async def is_decided(self, verb: str, *, sequence: int, reason: str | None = None) -> None:
        answer = await self.district.act(self.report_id, verb, sequence=sequence, reason=reason)
        assert answer.status_code == 200, answer.text


async def test_one_real_report_goes_from_a_commune_to_the_provincial_figure(
    demo: Demonstration,
) -> None:
    address = await demo.start()
    async with client_at(address) as client:
        story = Story(demo, client)
        before = await story.total_when(reported=IN_AT_THE_START)
        await _a_report_is_sent_returned_corrected_and_approved(story, before)
        await _the_clock_moves_on_and_the_late_are_reminded(client, story.province)
    assert await demo.program.interrupt() == 0, demo.program.output

    with listen("127.0.0.1", int(address.rpartition(":")[2])):
        other = await demo.start()
    assert other != address
    assert f"Port {address.rpartition(':')[2]} is taken" in demo.program.output
    await _all_is_as_it_was(demo, other, total=before + RECEIVED)

    await demo.program.kill()
    again = await demo.start()
    await _all_is_as_it_was(demo, again, total=before + RECEIVED)
    assert await demo.program.interrupt() == 0, demo.program.output


async def _a_report_is_sent_returned_corrected_and_approved(story: Story, before: int) -> None:
    official = await indicators(story.province, organization=PROVINCE, track="official")
    approved = official["indicators"][0]["coverage"]["reported"]
    approved_total = value_of(official, "II06A.RECEIVED")

    await story.keeps_a_draft()
    receipt = await story.sends(key="first", explanations=EXPLAINED)
    await story.sees_its_event(receipt)
    assert await story.total_when(reported=IN_AT_THE_START + 1) == before + RECEIVED

    await story.is_decided("return", sequence=1, reason="Cột 4 của Hộ tịch chưa khớp với sổ.")
    assert await story.total_when(reported=IN_AT_THE_START) == before

    await story.sends(key="second", explanations=EXPLAINED)
    assert await story.total_when(reported=IN_AT_THE_START + 1) == before + RECEIVED
    await story.is_decided("approve", sequence=3)
    assert await story.total_when(reported=approved + 1, track="official") == (
        approved_total + RECEIVED
    )


async def _the_clock_moves_on_and_the_late_are_reminded(
    client: httpx.AsyncClient, province: Caller
) -> None:
    refused = await client.post("/demo/clock", data={"next": "/mailbox"})
    assert refused.headers["location"].startswith("/sign-in")
    page = await sign_in(client, "tinh.tonghop")
    for banner in ("thứ Ba, 17/06/2025", "thứ Tư, 18/06/2025"):
        form = {"next": "/mailbox", "csrf_token": page.csrf_token}
        moved = await client.post("/demo/clock", data=form, follow_redirects=True)
        assert moved.url.path == "/mailbox"
        assert f"Ngày giả lập {banner}" in moved.text

    late = {each["organization"]["name"] for each in await _overdue_units(province)}
    assert len(late) == COMMUNES - IN_AT_THE_START - 1

    async def all_reminded() -> bool:
        return {each["organization"]["name"] for each in await _overdue_mails(province)} >= late

    await until(all_reminded)
    reminded = [each["organization"]["name"] for each in await _overdue_mails(province)]
    assert sorted(reminded) == sorted(late)
    await _the_mailbox_shows(client, late)


async def _overdue_units(province: Caller) -> Any:
    answer = await province.get(
        "/api/v1/completeness", form=FORM, period=PERIOD, organization=PROVINCE
    )
    assert answer["overdue"] == len(answer["overdue_units"])
    return answer["overdue_units"]


async def _overdue_mails(province: Caller) -> list[Any]:
    """Those in the ledger that were handed over."""
    answer = await province.get("/api/v1/reminders", state="sent", limit="500")
    return [each for each in answer["items"] if each["stage"] == "overdue"]


async def _the_mailbox_shows(client: httpx.AsyncClient, late: set[str]) -> None:
    answer = await client.get("/mailbox")
    page = Page.of(answer)
    assert OVERDUE in page.text
    assert any(name in page.text for name in late)
    newest = next(link for link in page.links if link.startswith("/mailbox/"))
    mail = await client.get(newest)
    body = await client.get(f"{newest}/body")
    assert mail.status_code == body.status_code == 200
    for text in (mail.text, body.text):
        assert "mô phỏng" in text
        assert "giả lập" in text


async def _all_is_as_it_was(demo: Demonstration, address: str, *, total: int) -> None:
    """The report, the sums, the clock, the mails, and the way to sign in."""
    async with client_at(address) as client:
        story = Story(demo, client)
        assert await story.total_when(reported=IN_AT_THE_START + 1) == total
        form = {"username": "tinh.tonghop", "password": demo.password, "next": "/mailbox"}
        mailbox = await client.post("/sign-in", data=form, follow_redirects=True)
        assert mailbox.url.path == "/mailbox"
        assert "Ngày giả lập thứ Tư, 18/06/2025" in mailbox.text
        assert OVERDUE in mailbox.text
        assert len(await _overdue_mails(story.province)) == COMMUNES - IN_AT_THE_START - 1


@pytest.mark.kafka
@pytest.mark.usefixtures("kafka_programs")
async def test_over_kafka_it_shows_one_event_read_from_the_topic(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        demo = await stack.enter_async_context(
            demonstration(tmp_path, port=free_port(), arguments=("--log", "kafka"))
        )
        client = await stack.enter_async_context(client_at(await demo.start()))

        async def shown() -> dict[str, Any] | None:
            _, found, after = demo.program.output.partition("Read from Kafka")
            beginning = after.find("{")
            return _first_object(after[beginning:]) if found and beginning >= 0 else None

        event = await until(shown)
        assert event["type"].startswith("vn.tonghop.")
        assert event["subject"].partition("/")[0] in {"report", "obligation"}
        assert event["data"]["period"] in {"2025-Q1", "2025-Q2"}
        story = Story(demo, client)
        before = await story.total_when(reported=IN_AT_THE_START)
        await story.sends(key="first", explanations=EXPLAINED)
        assert await story.total_when(reported=IN_AT_THE_START + 1) == before + RECEIVED
        assert await demo.program.interrupt() == 0, demo.program.output


def _first_object(text: str) -> dict[str, Any] | None:
    """The JSON object that a text begins with; None until it is complete."""
    try:
        found: dict[str, Any]
        found, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return None
    return found
