"""What a reminder says, as it comes out of the mail server."""

from datetime import date
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from tests.integration.notifier.world import BASE_URL, SENDER, Duty, NotifierWorld

FORM_NAME = "Tình hình, kết quả giải quyết thủ tục hành chính"


@pytest.fixture
async def duty(world: NotifierWorld) -> Duty:
    made, event = await world.open_duty(world.communes[0])
    await world.hear(event)
    return made


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


async def _mail(world: NotifierWorld, instant: str) -> EmailMessage:
    await world.dispatch(instant)
    return world.host.received[-1]


async def test_the_first_line_says_what_is_owed_and_until_when(
    world: NotifierWorld, duty: Duty
) -> None:
    mail = await _mail(world, "2025-06-16 08:00")

    assert part(mail, "plain").splitlines()[0] == (
        f"Kính gửi: UBND phường Thác Mơ. {FORM_NAME}, quý II/2025: "
        "thời hạn gửi là hết thứ Ba, 17/06/2025, còn 01 ngày làm việc."
    )


async def test_a_period_that_nobody_can_name_is_called_by_its_code(world: NotifierWorld) -> None:
    _, event = await world.open_duty(world.communes[0], period="1899-05-01--1899-06-30")
    await world.hear(event)

    mail = await _mail(world, "2025-06-16 08:00")

    assert ", 1899-05-01--1899-06-30: thời hạn" in part(mail, "plain").splitlines()[0]


async def test_an_overdue_mail_says_since_when_and_what_to_do(
    world: NotifierWorld, duty: Duty
) -> None:
    mail = await _mail(world, "2025-06-18 08:00")

    lines = part(mail, "plain").splitlines()
    assert lines[0] == (
        f"Kính gửi: UBND phường Thác Mơ. {FORM_NAME}, quý II/2025: "
        "đã quá thời hạn gửi (thứ Ba, 17/06/2025)."
    )
    assert lines[2].startswith(
        "Đến 08 giờ 00 ngày 18/06/2025, hệ thống chưa nhận được báo cáo "
        "(quá hạn 01 ngày làm việc). Đề nghị đơn vị gửi ngay"
    )


@pytest.mark.parametrize("instant", ["2025-06-16 08:00", "2025-06-18 08:00"])
async def test_both_parts_link_to_the_form_and_say_whom_to_call(
    world: NotifierWorld, duty: Duty, instant: str
) -> None:
    mail = await _mail(world, instant)

    assert duty.organization.parent_id is not None
    receiver = world.known.tree(date(2025, 6, 16)).get(duty.organization.parent_id)
    for kind in ("plain", "html"):
        text = part(mail, kind)
        assert f"{BASE_URL}/obligations/{duty.id}/form" in text
        assert "UBND thị xã Phước Long" in text
        assert str(receiver.phone) in text
        assert str(receiver.email) in text
        assert "Thư này được gửi vì đơn vị có nghĩa vụ gửi báo cáo" in text
        assert "Số liệu mô phỏng, không phải số liệu thật" in text


async def test_the_subject_is_encoded_for_the_wire_and_reads_as_vietnamese(
    world: NotifierWorld, duty: Duty
) -> None:
    mail = await _mail(world, "2025-06-16 08:00")

    assert str(mail["Subject"]) == (
        "[Mô phỏng] [Nhắc việc] Giải quyết TTHC quý II/2025: thời hạn gửi thứ Ba, 17/06/2025"
    )
    header = mail.as_bytes(policy=SMTP).partition(b"\r\n\r\n")[0]
    assert header.isascii()
    assert b"=?utf-8?" in header


async def test_the_headers_name_sender_time_and_machine(world: NotifierWorld, duty: Duty) -> None:
    mail = await _mail(world, "2025-06-16 08:00")

    assert mail["To"] == duty.organization.email
    assert SENDER in str(mail["From"])
    assert mail["Date"] == "Mon, 16 Jun 2025 08:00:00 +0700"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert str(mail["Message-ID"]).endswith("@baocao.binhphuoc.example>")
    assert mail.get_content_type() == "multipart/alternative"


async def test_outside_the_demonstration_nothing_says_that_figures_are_made_up(
    world: NotifierWorld, duty: Duty
) -> None:
    world.demo = False
    world.decider, world.courier = world.new_decider(), world.new_courier()

    mail = await _mail(world, "2025-06-16 08:00")

    for text in (str(mail["Subject"]), part(mail, "plain"), part(mail, "html")):
        assert "mô phỏng" not in text.replace("(mô phỏng)", "")
        assert "giả lập" not in text
