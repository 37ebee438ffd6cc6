"""A mail as it goes over the line."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as modern

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.delivery.mailer import Mail, MailRefused, message_bytes

WORDS = ["[Nhắc việc]", "Tình", "hình,", "kết", "quả", "quý", "II/2025:", "thời", "hạn", "gửi", "a"]


def mail(*, subject: str = "Nhắc việc", recipient: str = "ubnd@example.org") -> Mail:
    return Mail(
        recipient=recipient,
        message_id="<1@example.org>",
        subject=subject,
        body_text="Kính gửi: UBND xã Đồng Phú.\n.\nHết.\n",
        body_html="<p>Kính gửi: <strong>UBND xã Đồng Phú</strong>.</p>",
        written_at=datetime(2025, 6, 16, 1, tzinfo=UTC),
    )


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map(" ".join))
def test_every_space_of_a_subject_survives(subject: str) -> None:
    source = message_bytes(mail(subject=subject), sender="a@example.org")

    assert message_from_bytes(source, policy=modern)["Subject"] == subject


def test_all_of_it_is_ascii_and_no_line_is_too_long() -> None:
    source = message_bytes(mail(subject="Báo cáo " * 40), sender="a@example.org")

    assert source.isascii()
    assert max(len(line) for line in source.splitlines()) <= 78


def test_both_bodies_come_out_as_they_went_in() -> None:
    wanted = mail()

    message = message_from_bytes(message_bytes(wanted, sender="a@example.org"), policy=modern)

    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content() == wanted.body_text
    assert html.get_content().strip() == wanted.body_html


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("xã@example.org", id="not-ascii"),
        pytest.param("no-at-sign", id="no-domain"),
        pytest.param("a@@b", id="two-signs"),
        pytest.param("a@b.org\r\nBcc: c@d.org", id="another-header"),
        pytest.param("a@b.org, c@d.org", id="two-addresses"),
        pytest.param("", id="nothing"),
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_sent(address: str) -> None:
    with pytest.raises(MailRefused):
        message_bytes(mail(recipient=address), sender="a@example.org")
