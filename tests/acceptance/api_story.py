"""One working day of a commune, its district and the province, told call by call over the API.

Whatever is asked and answered can be kept as the examples of the API's description
(`tests.acceptance.recording`).
"""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from sqlalchemy import text

from shared.db.engine import transaction
from shared.domain.organizations import OrganizationVersion
from tests.acceptance.api_cast import Cast, Places, cast_of, places_of
from tests.acceptance.duty_story import (
    act_on_duties,
    ask_once,
    close_the_period,
    read_whole_history,
)
from tests.acceptance.recording import Story
from tests.acceptance.release_story import release_the_figures
from tests.support.province import FORM, PERIOD
from tests.support.system import System
from tests.support.waiting import until
from tests.support.workbooks import table_of

SLUG = "ii-06a"
RATE = "II06A.ON_TIME_RATE"
ROW = {"4": "30", "5": "10", "6": "2", "8": "20", "9": "15", "10": "1", "12": "5", "13": "1"}
DOCUMENT = {
    "number": "45/BC-UBND",
    "date": "2025-06-16",
    "signer_name": "Nguyễn Văn An",
    "signer_title": "Chủ tịch",
}
WHY = {"reason": "Cột 13 chưa khớp với sổ theo dõi."}
WHICH = ("obligation_id", "sequence")
CALENDAR = {
    "pack.yaml": "kind: pack\nname: calendars/our-province\ntitle: Lịch làm việc của tỉnh\n",
    "2030.yaml": "kind: calendar\nyear: 2030\nestimated: true\nassumption: true\n"
    "days_off:\n  - {date: 2030-01-01, name: Tết Dương lịch}\n",
}


async def tell(system: System) -> Story:
    """The whole story; its examples cover every operation."""
    story = Story(system)
    places = places_of(system)
    async with AsyncExitStack() as stack:
        cast = await cast_of(system, places, stack)
        report_id = await _draft_and_sign(story, cast, places)
        await _send_return_and_withdraw(story, cast, places)
        await _import(story, cast, places)
        await _act_on_duties(story, cast, places)
        await _review(story, cast, places, report_id=report_id)
        await _sign_off(story, cast, places)
        await _read_figures(story, cast, places)
        await _read_catalogue(story, cast, places)
        await _look_after(story, cast)
        await _read_reminders(story, cast)
        await act_on_duties(story, cast.district)
        await read_whole_history(story, cast.commune, report_id=report_id)
        await ask_once(story, cast.province, commune=places.commune.code)
        await close_the_period(story, cast.province)
        await release_the_figures(story, cast.province)
    return story


async def _draft_and_sign(story: Story, cast: Cast, places: Places) -> int:
    """The preparer types, the signer hands back once, then signs."""
    ask, officer = story.ask, cast.commune
    number = await _open_the_duty(story, cast)
    at_draft = "/api/v1/drafts/{obligation_id}"
    signed_file = await _attach(story, cast, number=number)
    await _fill_from_files(story, cast, number=number)
    typed = {"figures": {"LV01": ROW}, "document": DOCUMENT | {"attachment_sha256": signed_file}}
    await ask(
        officer, f"PUT {at_draft}", obligation_id=number, body=typed, headers={"If-Match": '"0"'}
    )

    async def move(act: str, *, body: Any = None, **headers: str) -> Any:
        """On the draft as it is now."""
        draft = await ask(officer, f"GET {at_draft}", obligation_id=number)
        return await ask(
            officer,
            f"POST {at_draft}/{act}",
            obligation_id=number,
            body=body,
            headers={"If-Match": f'"{draft["version"]}"', **headers},
        )

    await move("send-for-signature", body={})
    await move("take-back")
    await move("send-for-signature")
    await move("hand-back", body=WHY)
    await move("send-for-signature")
    receipt = await move("sign", **{"Idempotency-Key": "2025-Q2-25381-1"})
    await _read_report(story, cast, receipt)
    return int(receipt["report_id"])


async def _open_the_duty(story: Story, cast: Cast) -> int:
    """The id of what the commune owes."""
    ask, officer = story.ask, cast.commune
    duties = await ask(officer, "GET /api/v1/obligations", query={"period": PERIOD, "limit": 1})
    number: int = duties["items"][0]["obligation_id"]
    await ask(officer, "GET /api/v1/obligations/{obligation_id}", obligation_id=number)
    await ask(officer, "GET /api/v1/forms", query={"on": "2025-06-14"})
    await ask(officer, "GET /api/v1/forms/{slug}", slug=SLUG, query={"on": "2025-06-14"})
    return number


async def _attach(story: Story, cast: Cast, *, number: int) -> str:
    """The hash of the signed file."""
    kept = await story.ask(
        cast.commune,
        "POST /api/v1/attachments",
        query={"obligation": number},
        files={"file": ("bao-cao.pdf", b"%PDF-1.7 signed", "application/pdf")},
    )
    sha256: str = kept["sha256"]
    one = "GET /api/v1/obligations/{obligation_id}/attachments/{sha256}"
    await story.ask(cast.commune, one, obligation_id=number, sha256=sha256)
    return sha256


async def _fill_from_files(story: Story, cast: Cast, *, number: int) -> None:
    """The form as a workbook, a table that is refused and given back marked, and one that fits."""
    at_duty = "/api/v1/obligations/{obligation_id}/workbook"
    await story.ask(cast.commune, f"GET {at_duty}", obligation_id=number)
    faulty = table_of([["Nội dung", "(4)", "(5)"], ["Hộ tịch", "nhiều", 10]])
    refused = await cast.commune.post(
        "/api/v1/workbooks",
        params={"obligation": number, "dry_run": "true"},
        files={"file": ("mot-cua.xlsx", faulty)},
    )
    assert refused.status_code == 422, refused.text
    await story.ask(cast.commune, f"GET {at_duty}/marked", obligation_id=number)
    table = "Lĩnh vực\t(3)\t(4)\t(5)\nHộ tịch\t42\t30\t12\nThuế\t7\t5\t2\nTỔNG CỘNG\t49\t35\t14\n"
    await story.ask(
        cast.commune,
        "POST /api/v1/workbooks",
        query={"obligation": number, "dry_run": "true"},
        files={"file": ("mot-cua.txt", table.encode())},
    )


async def _read_report(story: Story, cast: Cast, receipt: Mapping[str, Any]) -> None:
    at_report, number = "/api/v1/reports/{report_id}", receipt["report_id"]
    await story.ask(cast.commune, f"GET {at_report}", report_id=number)
    await story.ask(cast.commune, f"GET {at_report}/versions", report_id=number)
    await story.ask(
        cast.commune,
        f"GET {at_report}/document.{{file_format}}",
        report_id=number,
        file_format="pdf",
    )
    await story.ask(
        cast.commune, f"GET {at_report}/versions/{{number}}", report_id=number, number=1
    )

    async def is_placed() -> bool:
        events = await cast.commune.get(f"/api/v1/reports/{number}/events")
        return bool(events.json()["items"][0]["position"])

    await until(is_placed)
    await story.ask(cast.commune, f"GET {at_report}/events", report_id=number)
    await story.ask(cast.commune, "GET /api/v1/receipts/{number}", number=receipt["receipt_number"])


async def _send_return_and_withdraw(story: Story, cast: Cast, places: Places) -> None:
    """The neighbour sends; the district returns it; sent again, it is withdrawn."""
    at_report = "/api/v1/reports/{report_id}"
    body = {
        "organization": places.neighbour.code,
        "form": FORM,
        "period": PERIOD,
        "figures": {"LV01": {column: int(figure) for column, figure in ROW.items()}},
        "document": DOCUMENT,
    }

    async def send(key: str) -> tuple[int, dict[str, str]]:
        receipt = await story.ask(
            cast.neighbour,
            "POST /api/v1/submissions",
            body=body,
            headers={"Idempotency-Key": f"2025-Q2-{places.neighbour.code}-{key}"},
        )
        return receipt["report_id"], {"If-Match": f'"{receipt["sequence"]}"'}

    number, seen = await send("1")
    await story.ask(
        cast.district, f"POST {at_report}/return", report_id=number, body=WHY, headers=seen
    )
    number, seen = await send("2")
    await story.ask(
        cast.neighbour, f"POST {at_report}/withdraw", report_id=number, body=WHY, headers=seen
    )


async def _import(story: Story, cast: Cast, places: Places) -> None:
    report = {
        "organization": places.neighbour.code,
        "form": FORM,
        "period": PERIOD,
        "figures": {"LV01": {column: int(figure) for column, figure in ROW.items()}},
    }
    await story.ask(
        cast.neighbour,
        "POST /api/v1/imports",
        query={"dry_run": "false"},
        headers={"Idempotency-Key": f"2025-Q2-{places.neighbour.code}-3"},
        body=[report],
    )
    await story.ask(
        cast.neighbour, "POST /api/v1/imports", query={"dry_run": "true"}, body=[report]
    )


async def _act_on_duties(story: Story, cast: Cast, places: Places) -> None:
    """The district gives a flooded commune three days more, and leaves another out for a while."""
    spared, excused = places.others
    at_duty = "/api/v1/obligations/{obligation_id}"

    async def seen(unit: OrganizationVersion) -> dict[str, Any]:
        query = {"organization": unit.code, "period": PERIOD}
        answer = await cast.district.get("/api/v1/obligations", params=query)
        found: dict[str, Any] = answer.json()["items"][0]
        return found

    async def move(unit: OrganizationVersion, act: str, body: Mapping[str, str]) -> None:
        duty = await seen(unit)
        await story.ask(
            cast.district,
            f"POST {at_duty}/{act}",
            obligation_id=duty["obligation_id"],
            headers={"If-Match": f'"{duty["sequence"]}"'},
            body=body,
        )

    await move(spared, "extend", {"until": "2025-06-20", "reason": "Mưa lũ chia cắt đường."})
    await move(excused, "exclude", {"reason": "Không có bộ phận một cửa trong kỳ."})
    await move(excused, "include", {"reason": "Đã có bộ phận một cửa từ ngày 02/06."})
    duties = [await seen(each) for each in places.others]
    await story.ask(
        cast.district,
        "POST /api/v1/obligations/acts",
        body={
            "verb": "extend",
            "until": "2025-06-20",
            "reason": "Mưa lũ chia cắt đường.",
            "obligations": [{name: each[name] for name in WHICH} for each in duties],
        },
    )


async def _review(story: Story, cast: Cast, places: Places, *, report_id: int) -> None:
    at_report = "/api/v1/reports/{report_id}"
    waiting = await story.ask(cast.district, "GET /api/v1/review", query={"period": PERIOD})
    seen = next(each for each in waiting["items"] if each["report_id"] == report_id)
    await story.ask(
        cast.district,
        f"POST {at_report}/approve",
        report_id=report_id,
        headers={"If-Match": f'"{seen["sequence"]}"'},
        body={"reason": "Đã đối chiếu với sổ theo dõi."},
    )
    others = [each for each in waiting["items"] if each["report_id"] != report_id]
    await story.ask(
        cast.district,
        "POST /api/v1/review/approvals",
        body={
            "reports": [{name: each[name] for name in ("report_id", "sequence")} for each in others]
        },
    )


async def _sign_off(story: Story, cast: Cast, places: Places) -> None:
    operation = "GET /api/v1/aggregates/{slug}/{period}"
    query = {"period": PERIOD, "form": FORM, "standing": "due"}
    await story.ask(cast.province, "GET /api/v1/aggregates", query=query)
    address = f"/api/v1/aggregates/{SLUG}/{PERIOD}"

    async def is_added_up() -> bool:
        return bool((await cast.district.get(address)).json()["coverage"]["reported"])

    await until(is_added_up)
    seen = (await cast.district.get(address)).json()
    body = {"form": SLUG, "period": PERIOD, "reason": "Ba xã được gia hạn do mưa lũ."}
    await story.ask(
        cast.signing_district,
        "POST /api/v1/aggregates",
        body=body,
        headers={"If-Match": f'"{seen["sha256"]}"'},
    )
    at_district = {"organization": places.district.code}
    await story.ask(cast.province, operation, slug=SLUG, period=PERIOD, query=at_district)
    await story.ask(
        cast.province,
        f"{operation}/document.{{file_format}}",
        slug=SLUG,
        period=PERIOD,
        file_format="docx",
        query=at_district,
    )


async def _read_figures(story: Story, cast: Cast, places: Places) -> None:
    at_district = {"period": PERIOD, "organization": places.district.code}
    of_form, series = at_district | {"form": FORM}, "GET /api/v1/indicators/{code}"
    ask, analyst = story.ask, cast.province
    await ask(analyst, "GET /api/v1/indicators", query=at_district | {"children": "true"})
    over_time = {"organization": places.district.code, "from": "2025-Q1", "to": PERIOD}
    await ask(analyst, f"{series}/series", code=RATE, query=over_time)
    await ask(analyst, f"{series}/children", code=RATE, query=at_district | {"sort": "value"})
    await ask(analyst, "GET /api/v1/rollups", query=of_form | {"children": "true"})
    await ask(analyst, "GET /api/v1/completeness", query=of_form)
    await story.listen(analyst, "GET /api/v1/stream", query=at_district, until="position")
    await ask(analyst, "GET /api/v1/exports/htttbc", query=of_form | {"track": "live"})
    await ask(analyst, "GET /api/v1/exports/htttbc/schema")
    for format_ in ("csv", "json"):
        await ask(analyst, "GET /api/v1/exports/figures", query=of_form | {"format": format_})
        await ask(
            analyst,
            "GET /api/v1/exports/indicators",
            query=over_time | {"indicator": [RATE], "format": format_},
        )


async def _read_catalogue(story: Story, cast: Cast, places: Places) -> None:
    ask, officer = story.ask, cast.commune
    on = "2025-06-16"
    await ask(officer, "GET /api/v1/organizations", query={"on": on, "q": "tan lap"})
    await ask(
        officer,
        "GET /api/v1/organizations/{organization_id}",
        organization_id=places.commune.id,
    )
    await ask(officer, "GET /api/v1/regimes", query={"on": on})
    await ask(officer, "GET /api/v1/calendar", query={"year": 2025})
    files = [("file", (name, content.encode())) for name, content in CALENDAR.items()]
    await ask(cast.administrator, "POST /api/v1/catalogue", query={"dry_run": "false"}, files=files)


async def _look_after(story: Story, cast: Cast) -> None:
    """Tokens of one's own, and the audit."""
    made = await story.ask(
        cast.person, "POST /api/v1/tokens", body={"name": "Một cửa điện tử", "days": 90}
    )
    await story.ask(cast.person, "GET /api/v1/tokens")
    await story.ask(cast.person, "DELETE /api/v1/tokens/{token_id}", token_id=made["id"])
    await story.ask(
        cast.administrator,
        "GET /api/v1/audit",
        query={"action": "token_created", "limit": 10},
    )


async def _read_reminders(story: Story, cast: Cast) -> None:
    """On the eve of the deadline every commune is reminded; one has no address."""
    query = {"state": "sent", "limit": 1}

    async def both_are_sent() -> bool:
        answers = [
            await each.get("/api/v1/reminders", params=query)
            for each in (cast.province, cast.district)
        ]
        return all(answer.json()["items"] for answer in answers)

    await until(both_are_sent)
    await story.ask(cast.province, "GET /api/v1/reminders", query=query)
    [reminded] = (await cast.district.get("/api/v1/reminders", params=query)).json()["items"]
    await story.ask(
        cast.district,
        "POST /api/v1/reminders/urges",
        body={"obligations": [reminded["obligation_id"]]},
    )
    async with transaction(story.system.owner) as connection:
        await connection.execute(
            text(
                "UPDATE notifier.timer SET state = 'no_recipient' WHERE stage = 'overdue'"
                " AND kind = 'report' AND about_id = (SELECT min(about_id) FROM notifier.timer)"
            )
        )
    await story.ask(cast.province, "GET /api/v1/reminders/without-recipient")
